import Settings
import Vocabulary

/// What the values of a law are: times, written with a unit and kept in nanoseconds, or numbers.
enum Magnitude: Sendable {
  case time
  case number

  /// What a law of this magnitude looks like in a file, for error messages.
  var expected: String {
    switch self {
    case .time:
      "a time such as \"80ms\", or a distribution such as { median: \"740ms\", p95: \"1.4s\" }"
    case .number:
      "a number such as 500, or a distribution such as { median: 6000, p95: 24000 }"
    }
  }

  /// Reads a required value of the law.
  func value(
    _ key: String, _ s: inout SettingsReader, atLeast lowest: Double? = nil, _ doc: String
  ) throws(SettingError) -> Double {
    switch self {
    case .time: Double(try s.duration(key, in: times(lowest), doc).nanoseconds)
    case .number: try s.number(key, in: numbers(lowest), doc)
    }
  }

  /// Reads a value of the law; nil when silent.
  func optionalValue(
    _ key: String, _ s: inout SettingsReader, atLeast lowest: Double? = nil, _ doc: String
  ) throws(SettingError) -> Double? {
    switch self {
    case .time: try s.optionalDuration(key, in: times(lowest), doc).map { Double($0.nanoseconds) }
    case .number: try s.optionalNumber(key, in: numbers(lowest), doc)
    }
  }

  /// A node as a value of the law.
  func value(of setting: Setting) throws(SettingError) -> Double {
    switch self {
    case .time: Double(try setting.duration().nanoseconds)
    case .number: try setting.number()
    }
  }

  /// The least value above zero that a positive parameter may have.
  var leastPositive: Double { self == .time ? 1 : 1e-9 }

  private func times(_ lowest: Double?) -> ClosedRange<Duration> {
    let range = ClosedRange<Duration>.anyDuration
    return .nanoseconds(Int64(lowest ?? 0))...range.upperBound
  }

  private func numbers(_ lowest: Double?) -> ClosedRange<Double> { (lowest ?? -1e18)...1e18 }
}
