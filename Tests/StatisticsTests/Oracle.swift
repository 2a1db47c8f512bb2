import Foundation
import Testing

/// The closed forms that did not come from this project: ../shared/oracles/closed-forms.json.
enum Oracle {
  struct Missing: Error, CustomStringConvertible {
    var description: String
  }

  /// The values of one group; throws with the path if the file or the group is absent.
  static func values(_ group: String) throws -> [[String: Any]] {
    let root: URL
    if let shared = ProcessInfo.processInfo.environment["GATEWAY_LAB_SHARED"] {
      root = URL(fileURLWithPath: shared)
    } else {
      root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("shared")
    }
    let file = root.appendingPathComponent("oracles/closed-forms.json")
    guard let data = try? Data(contentsOf: file) else {
      throw Missing(description: "\(file.path) is absent; set GATEWAY_LAB_SHARED to its room")
    }
    let all = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    guard let values = (all?[group] as? [String: Any])?["values"] as? [[String: Any]] else {
      throw Missing(description: "\(file.path) has no group \(group)")
    }
    return values
  }

  static func number(_ row: [String: Any], _ key: String) throws -> Double {
    try #require((row[key] as? NSNumber)?.doubleValue, "no number \(key)")
  }

  static func numbers(_ row: [String: Any], _ key: String) throws -> [Double] {
    try #require(row[key] as? [NSNumber], "no numbers \(key)").map(\.doubleValue)
  }

  /// y_i = 10 + 5 e^(−i/50) + sin i, i = 0…499: the series of the warm-up and batch-means vectors.
  static var series: [Double] { (0..<500).map { 10 + 5 * exp(-Double($0) / 50) + sin(Double($0)) } }
}

/// Whether two numbers agree to a relative tolerance.
func agrees(_ left: Double, _ right: Double, _ tolerance: Double = 2e-9) -> Bool {
  abs(left - right) <= tolerance * max(abs(right), 1e-300) || left == right
}
