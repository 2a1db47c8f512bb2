import Foundation

/// One scripted case of the real LiteLLM Router, and what that router did with it:
/// `../shared/oracles/litellm`, made by LiteLLM 1.106.2 in virtual time.
struct LiteLLMCase {
  /// A deployment of the model list.
  struct Member {
    var group: String
    var name: String
    var parameters: [String: Any]
    var info: [String: Any]

    /// A number that either part states.
    func number(_ key: String) -> Double? {
      (parameters[key] as? NSNumber ?? info[key] as? NSNumber)?.doubleValue
    }
  }

  /// A request of the case.
  struct Ask {
    var name: String
    var at: Double
    var model: String
    var streams: Bool
    /// The request's own list of fallbacks.
    var fallbacks: [String]?
  }

  /// An attempt or an end, as both sides tell it.
  struct Line: Equatable, CustomStringConvertible {
    /// Microseconds.
    var at: Int
    var request: String
    var what: String
    var description: String { "\(Double(at) / 1e6) \(request) \(what)" }
  }

  struct Missing: Error, CustomStringConvertible {
    var description: String
  }

  var id: String
  var category: String
  var note: String
  var members: [Member]
  var settings: [String: Any]
  var providers: [String: [String: Any]]
  var asks: [Ask]
  var attempts: [Line]
  var ends: [Line]
  var picks: [Double]
  var jitters: [Double]

  /// The model groups, in the order of the file.
  var groups: [String] {
    members.reduce(into: []) { if !$0.contains($1.group) { $0.append($1.group) } }
  }

  /// A number of the router settings.
  func number(_ key: String) -> Double? { (settings[key] as? NSNumber)?.doubleValue }

  /// All cases of some categories.
  static func read(_ categories: [String]) throws -> [LiteLLMCase] {
    let cases = try list("cases.json")
    let answers = try list("expected.json")
    return zip(cases, answers).compactMap { one, answer in
      guard let category = one["category"] as? String, categories.contains(category) else {
        return nil
      }
      return LiteLLMCase(one, answer, category)
    }
  }

  private static func list(_ name: String) throws -> [[String: Any]] {
    let folder: URL
    if let shared = ProcessInfo.processInfo.environment["GATEWAY_LAB_SHARED"] {
      folder = URL(fileURLWithPath: shared)
    } else {
      folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("shared")
    }
    let file = folder.appendingPathComponent("oracles/litellm/\(name)")
    guard let data = try? Data(contentsOf: file),
      let all = try JSONSerialization.jsonObject(with: data) as? [[String: Any]]
    else {
      throw Missing(description: "\(file.path) is absent; set GATEWAY_LAB_SHARED to its folder")
    }
    return all
  }

  private init(_ one: [String: Any], _ answer: [String: Any], _ category: String) {
    let config = one["config"] as? [String: Any] ?? [:]
    id = one["id"] as? String ?? ""
    note = one["note"] as? String ?? ""
    self.category = category
    settings = config["router_settings"] as? [String: Any] ?? [:]
    providers = one["providers"] as? [String: [String: Any]] ?? [:]
    members = (config["model_list"] as? [[String: Any]] ?? []).map { row in
      let info = row["model_info"] as? [String: Any] ?? [:]
      return Member(
        group: row["model_name"] as? String ?? "", name: info["id"] as? String ?? "",
        parameters: row["litellm_params"] as? [String: Any] ?? [:], info: info)
    }
    asks = (one["requests"] as? [[String: Any]] ?? []).enumerated().map { place, row in
      let extra = row["kwargs"] as? [String: Any]
      return Ask(
        name: row["id"] as? String ?? "r\(place)",
        at: (row["t"] as? NSNumber)?.doubleValue ?? 0, model: row["model"] as? String ?? "",
        streams: row["stream"] as? Bool ?? false, fallbacks: extra?["fallbacks"] as? [String])
    }
    attempts = LiteLLMCase.lines(answer["attempts"]) { $0[2] as? String ?? "" }
    ends = LiteLLMCase.lines(answer["done"]) { row in
      row[2] as? String == "ok" ? "ok \(row[3])" : "error"
    }
    picks = (answer["picks"] as? [[String: Any]] ?? []).map {
      ($0["u"] as? NSNumber)?.doubleValue ?? 0.5
    }
    jitters = (answer["jitter"] as? [NSNumber] ?? []).map(\.doubleValue)
  }

  private static func lines(_ rows: Any?, _ what: ([Any]) -> String) -> [Line] {
    (rows as? [[Any]] ?? []).map { row in
      let seconds = (row[0] as? NSNumber)?.doubleValue ?? 0
      return Line(
        at: Int((seconds * 1e6).rounded()), request: row[1] as? String ?? "", what: what(row))
    }
  }
}
