import Foundation
import Settings

extension MeasuredLaws {
  /// A CSV file with a line of names; texts in quotes hold no line breaks.
  struct Table {
    private let name: String
    private var columns: [String] = []
    private var rows: [[String]] = []

    init(_ path: String) throws(ScenarioError) {
      name = FilePath.name(of: path)
      guard let bytes = FileManager.default.contents(atPath: path),
        let text = String(data: bytes, encoding: .utf8)
      else {
        throw .file(path: path, problem: "it is no text in UTF-8", next: "save it as CSV")
      }
      for line in text.utf8.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
        let fields = Self.fields(of: line)
        if columns.isEmpty { columns = fields } else { rows.append(fields) }
      }
    }

    /// The numbers of a column in the rows that all of `picked` name, sorted; empty fields are left
    /// out.
    func values(
      _ column: String, where picked: [(column: String, value: Setting)], at place: Setting
    ) throws(SettingError) -> [Double] {
      let index = try self.index(of: column, at: place["column"] ?? place)
      var wanted: [(index: Int, text: String)] = []
      for (column, value) in picked {
        let text =
          if case .number(_, let literal) = value.content { literal } else { try value.text() }
        wanted.append((try self.index(of: column, at: value), text))
      }
      var values: [Double] = []
      for (line, row) in rows.enumerated()
      where wanted.allSatisfy({ $0.index < row.count && row[$0.index] == $0.text }) {
        guard index < row.count, !row[index].isEmpty else { continue }
        guard let value = Double(row[index]), value.isFinite else {
          throw SettingError(
            at: place, "\(name):\(line + 2): \(Setting.quoted(row[index])) is no number",
            next: "name the rows with `where`, or correct the file")
        }
        values.append(value)
      }
      guard !values.isEmpty else {
        throw SettingError(
          at: place, "\(name): no row has a value in \(Setting.quoted(column))",
          next: "check `where`")
      }
      return values.sorted()
    }

    private func index(of column: String, at place: Setting) throws(SettingError) -> Int {
      if let index = columns.firstIndex(of: column) { return index }
      throw SettingError(at: place, unknown: "column of \(name)", name: column, among: columns)
    }

    private static func fields(of line: Substring.UTF8View) -> [String] {
      var fields: [String] = []
      var isQuoted = false
      var start = line.startIndex
      func text(_ end: Substring.UTF8View.Index) -> String {
        var text = Substring(line[start..<end])
        if text.count >= 2, text.first == "\"", text.last == "\"" {
          text = text.dropFirst().dropLast()
        }
        return String(text)
      }
      for (index, byte) in zip(line.indices, line) {
        if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
        guard byte == UInt8(ascii: ","), !isQuoted else { continue }
        fields.append(text(index))
        start = line.index(after: index)
      }
      fields.append(text(line.endIndex))
      return fields
    }
  }
}
