import Scenarios
import Settings
import Vocabulary

/// One axis of a map: what is changed, and the values that it takes.
///
/// Written `load=0.5..1.5/5` or `incidents.trigger.for=30s..8min/6`: `load` is a multiple of all
/// traffic, anything else a path as `--set` takes it; from, to and how many values, evenly.
public struct MapAxis: Sendable, Hashable {
  /// What is changed: `load`, or a path of the scenario.
  public var path: String
  /// The values, as they are written.
  public var values: [String]

  /// The most values of an axis.
  public static let most = 24

  /// Reads two axes, separated by a comma; throws what is expected if it cannot.
  public static func pair(_ text: String) throws(MapError) -> (x: MapAxis, y: MapAxis) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw MapError("found \(parts.count) of two axes: X=FROM..TO/COUNT,Y=FROM..TO/COUNT")
    }
    return (try MapAxis(String(parts[0])), try MapAxis(String(parts[1])))
  }

  init(_ text: String) throws(MapError) {
    let sides = text.split(separator: "=", maxSplits: 1)
    guard sides.count == 2, let slash = sides[1].lastIndex(of: "/"),
      let count = Int(sides[1][sides[1].index(after: slash)...]), (2...MapAxis.most).contains(count)
    else {
      throw MapError(
        "found \"\(text)\", expected PATH=FROM..TO/COUNT with a count from 2 to \(MapAxis.most)")
    }
    path = sides[0].trimmed
    let range = String(sides[1][..<slash])
    guard let dots = range.firstRange(of: "..") else {
      throw MapError("found \"\(range)\", expected FROM..TO such as 0.5..1.5 or 30s..8min")
    }
    let ends = [String(range[..<dots.lowerBound]), String(range[dots.upperBound...])]
    guard let (from, to, unit) = MapAxis.quantities(ends[0], ends[1]) else {
      throw MapError("found \"\(range)\", expected two numbers, or two durations")
    }
    values = (0..<count).map { step in
      let value = from + (to - from) * Double(step) / Double(count - 1)
      return MapAxis.decimal(value) + unit
    }
  }

  /// Two numbers with the same unit, or two durations in seconds.
  private static func quantities(
    _ from: String, _ to: String
  ) -> (Double, Double, unit: String)? {
    func parts(_ text: String) -> (Double, String)? {
      let digits = text.prefix { $0.isNumber || $0 == "." || $0 == "-" }
      return Double(digits).map { ($0, String(text.dropFirst(digits.count))) }
    }
    guard let (low, lowUnit) = parts(from), let (high, highUnit) = parts(to) else { return nil }
    if lowUnit == highUnit { return (low, high, lowUnit) }
    guard let first = try? Units.duration(from), let last = try? Units.duration(to) else {
      return nil
    }
    return (first.inSeconds, last.inSeconds, "s")
  }

  /// At most three digits after the point, none of them a zero at the end.
  private static func decimal(_ value: Double) -> String {
    let thousandths = Int((value.magnitude * 1_000 + 0.5))
    var text = "\(thousandths / 1_000)"
    var rest = thousandths % 1_000
    if rest > 0 {
      var width = 3
      while rest % 10 == 0 {
        rest /= 10
        width -= 1
      }
      let digits = "\(rest)"
      text += "." + String(repeating: "0", count: width - digits.count) + digits
    }
    return value < 0 && thousandths > 0 ? "-" + text : text
  }

  /// The scenario at one of its values.
  func applied(_ place: Int, to scenario: Scenario) throws -> Scenario {
    if path == "load" { return try scenario.withLoad(Double(values[place]) ?? 1) }
    return try scenario.setting(["\(path)=\(values[place])"])
  }
}

/// What is wrong with the axes of a map.
public struct MapError: Error, Sendable, CustomStringConvertible {
  /// What was found and what is expected.
  public let description: String
  init(_ text: String) { description = text }
}

extension Substring {
  fileprivate var trimmed: String {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
