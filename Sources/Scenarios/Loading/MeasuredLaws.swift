import Foundation
import Settings
import Traffic
import Vocabulary

/// Puts measured quantiles in place of the files that laws name.
///
///     timeToFirstToken: { file: { name: "calls.csv", column: "ttft_s", unit: "s",
///                                 where: { provider: "groq" } } }
///
/// becomes `{ empirical: { quantiles: … } }`: 201 quantiles, half a percent apart, of the column's
/// values in the rows that `where` picks. So the rooms that draw from a law read no file.
struct MeasuredLaws {
  private let data: DataFolders
  private var files: SourceFiles
  private var tables: [String: Table] = [:]

  /// The tree without files in its laws; the files that were read are noted in `files`.
  static func resolved(
    _ tree: Setting, in data: DataFolders, _ files: inout SourceFiles
  ) throws(ScenarioError) -> Setting {
    var laws = MeasuredLaws(data: data, files: files)
    let whole = try laws.resolved(tree)
    files = laws.files
    return whole
  }

  private init(data: DataFolders, files: SourceFiles) {
    self.data = data
    self.files = files
  }

  private mutating func resolved(_ setting: Setting) throws(ScenarioError) -> Setting {
    var setting = setting
    switch setting.content {
    case .object(var members):
      if members.count == 1, members[0].key == "file", members[0].value["column"] != nil {
        return try law(members[0].value, at: setting)
      }
      for place in members.indices { members[place].value = try resolved(members[place].value) }
      setting.content = .object(members)
    case .array(var elements):
      for place in elements.indices { elements[place] = try resolved(elements[place]) }
      setting.content = .array(elements)
    default: break
    }
    return setting
  }

  // MARK: One law

  private static let units = ["s", "ms", "us", "ns"]
  private static let scales = [1e9, 1e6, 1e3, 1]

  private struct Parameters {
    var name = ""
    var column = ""
    var scale: Double?
    var rows: [(column: String, value: Setting)] = []
    var sha256: String?
  }

  private mutating func law(
    _ setting: Setting, at place: Setting
  ) throws(ScenarioError) -> Setting {
    let asked = try settings { () throws(SettingError) in
      try setting.object { (s) throws(SettingError) -> Parameters in
        var asked = Parameters()
        asked.name = try s.text("name", "the file")
        asked.column = try s.text("column", "the column of the values")
        asked.scale = try s.optionalName(
          "unit", among: Self.units, kind: "unit of time", "the unit of the column's times"
        ).map { Self.scales[$0] }
        asked.rows = try s.entries("where", "which rows: values by column") {
          (_, setting) throws(SettingError) -> Setting in setting
        }.map { (column: $0.name, value: $0.value) }
        asked.sha256 = try s.optionalText("sha256", "the checksum that the file must have")
        return asked
      }
    }
    let path = try files.addData(
      named: asked.name, sha256: asked.sha256, in: data, mention: setting["name"] ?? setting)
    if tables[path] == nil { tables[path] = try Table(path) }
    guard let table = tables[path] else { return place }
    let values = try settings { () throws(SettingError) in
      try table.values(asked.column, where: asked.rows, at: setting)
    }
    var law = Setting(.object([]), at: setting.position, path: place.path)
    law.content = .object([
      member(
        "empirical", [member("quantiles", Self.quantiles(values, asked.scale, setting), setting)],
        setting)
    ])
    return law.moved(to: place.path)
  }

  private static func quantiles(
    _ sorted: [Double], _ scale: Double?, _ place: Setting
  ) -> [Setting.Member] {
    (0...200).map { step in
      let share = Double(step) / 200 * Double(sorted.count - 1)
      let low = Int(share)
      let high = min(low + 1, sorted.count - 1)
      let value = sorted[low] + (sorted[high] - sorted[low]) * (share - Double(low))
      let name = "p\(step / 2)" + (step % 2 == 0 ? "" : ".5")
      let content: Setting.Content =
        if let scale {
          .string("\(Int64(min(max(0, value * scale), 1e18)))ns")
        } else {
          .number(value, literal: "\(value)")
        }
      return Setting.Member(
        key: name, keyPosition: place.position, value: Setting(content, at: place.position))
    }
  }

  private func member(
    _ key: String, _ members: [Setting.Member], _ place: Setting
  ) -> Setting.Member {
    Setting.Member(
      key: key, keyPosition: place.position, value: Setting(.object(members), at: place.position))
  }
}
