import Settings
import Vocabulary

/// How long to wait before a retry: how the wait grows, and how it is spread.
///
/// The wait grows as the registry's entry says (none, constant, linear, exponential), never beyond
/// `to` and never below `least`; the jitter then spreads it. Whole nanoseconds; no `pow`.
/// - Complexity: O(number of the retry) for exponential growth, at most 64 steps; else O(1).
public struct Backoff: BitwiseCopyable, Sendable, Equatable {
  /// How the wait grows with the number of the retry.
  enum Growth: UInt8, BitwiseCopyable, Sendable {
    case none
    case constant
    case linear
    case exponential
  }

  var growth: Growth
  /// Nanoseconds before the first retry.
  var from: Int64
  /// The longest wait, before jitter that adds to it.
  var to: Int64
  /// Nanoseconds added per retry, or the factor per retry.
  var step: Double = 0
  /// No wait is shorter, before jitter.
  var least: Int64 = 0
  var jitter = BackoffJitter.none

  /// No wait.
  public static let none = Backoff(growth: .none, from: 0, to: 0)

  /// Whether a wait depends on chance.
  var draws: Bool { growth != .none && jitter != .none }

  /// The wait before retry number `retry`, from 0, given the wait before (0 if this is the first)
  /// and a uniform in (0, 1).
  func wait(beforeRetry retry: Int, after previous: Int64 = 0, uniform u: Double) -> Int64 {
    let grown: Double
    switch growth {
    case .none: return 0
    case .constant: grown = Double(from)
    case .linear: grown = linear(retry)
    case .exponential: grown = exponential(retry)
    }
    let wait = min(max(grown, Double(least)), Double(to))
    return jitter.spread(wait, from: from, to: to, after: previous, uniform: u)
  }

  /// The registry of backoffs.
  public static let registry = Registry<Backoff>(
    "backoff", [noneEntry, constantEntry, linearEntry, exponentialEntry])

  private static let noneEntry = Registry<Backoff>.Entry(
    "none", "no wait", make: { _ throws(SettingError) in Backoff.none })

  /// A wait that is required, with the bounds of all of them.
  static func wait(
    _ s: inout SettingsReader, _ key: String, _ doc: String
  ) throws(SettingError) -> Int64 {
    try s.duration(key, default: nil, in: .zero ... .seconds(86_400), doc).nanoseconds
  }

  /// The longest wait, which is no shorter than the first.
  static func longest(_ s: inout SettingsReader, from: Int64) throws(SettingError) -> Int64 {
    let to = try wait(&s, "to", "the longest wait")
    guard to >= from || s.isDescribing else {
      throw SettingError(
        at: s.setting.position, path: s.setting.path, found: "\"to\" below \"from\"",
        expected: "a longest wait that is no shorter than the first")
    }
    return to
  }

  /// The jitter; silence means `standard`.
  static func jitter(
    _ s: inout SettingsReader, default standard: String
  ) throws(SettingError) -> BackoffJitter {
    try s.choice(
      "jitter", from: BackoffJitter.registry, default: standard, "how the wait is spread")
  }
}
