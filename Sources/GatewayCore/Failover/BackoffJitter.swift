import Settings
import Vocabulary

/// How a wait d is spread by one uniform u, so that those who failed together do not come back
/// together.
///
/// none: d · full: u·d · equal: d/2 + u·d/2 · decorrelated: min(to, from + u·(3·previous − from)),
/// previous = the wait before, `from` at first, whatever the growth · multiplicative:
/// d·(low + u·(high − low)) · additive: d + u·most. Sources: M. Brooker, "Exponential backoff and
/// jitter", AWS Architecture Blog (2015) for the first four; Bifrost (0.8 to 1.2); LiteLLM
/// (0.75 s).
/// - Complexity: O(1), one draw.
public struct BackoffJitter: BitwiseCopyable, Sendable, Equatable {
  private enum Kind: UInt8, BitwiseCopyable, Sendable {
    case none
    case full
    case equal
    case decorrelated
    case multiplicative
    case additive
  }

  private var kind: Kind
  private var low = 0.0
  private var high = 0.0

  /// Not spread at all.
  public static let none = BackoffJitter(kind: .none)

  /// Spreads `wait` nanoseconds.
  func spread(
    _ wait: Double, from: Int64, to: Int64, after previous: Int64, uniform u: Double
  ) -> Int64 {
    switch kind {
    case .none: return Int64(wait)
    case .full: return Int64(wait * u)
    case .equal: return Int64(wait / 2 + wait / 2 * u)
    case .decorrelated:
      let most = Double(max(from, previous)) * 3
      return min(to, from + Int64((most - Double(from)) * u))
    case .multiplicative: return Int64(wait * (low + (high - low) * u))
    case .additive: return Int64(wait + high * u)
    }
  }

  /// Spreads what a provider has asked to wait.
  ///
  /// The jitters that could only shorten it leave it alone.
  func spread(hint: Int64, uniform u: Double) -> Int64 {
    switch kind {
    case .none, .full, .equal, .decorrelated: hint
    case .multiplicative: Int64(Double(hint) * (low + (high - low) * u))
    case .additive: hint + Int64(high * u)
    }
  }

  /// The registry of jitters.
  public static let registry = Registry<BackoffJitter>(
    "jitter",
    [
      .init("none", "not at all", make: { _ throws(SettingError) in BackoffJitter.none }),
      .init(
        "full", "evenly from nothing to the wait", source: "AWS Architecture Blog 2015",
        make: { _ throws(SettingError) in BackoffJitter(kind: .full) }),
      .init(
        "equal", "evenly over the upper half of the wait", source: "AWS Architecture Blog 2015",
        make: { _ throws(SettingError) in BackoffJitter(kind: .equal) }),
      .init(
        "decorrelated", "evenly from the first wait to three times the one before",
        source: "AWS Architecture Blog 2015",
        make: { _ throws(SettingError) in BackoffJitter(kind: .decorrelated) }),
      .init(
        "multiplicative", "the wait times an even factor", source: "Bifrost",
        make: { s throws(SettingError) in
          let low = try s.number("low", default: 0.8, in: 0...10, "the smallest factor")
          let high = try s.number("high", default: 1.2, in: 0...10, "the largest factor")
          guard low <= high else {
            throw SettingError(
              at: s.setting.position, path: s.setting.path, found: "\"high\" below \"low\"",
              expected: "a largest factor that is no smaller than the smallest")
          }
          return BackoffJitter(kind: .multiplicative, low: low, high: high)
        }),
      .init(
        "additive", "the wait and evenly something more", source: "LiteLLM",
        make: { s throws(SettingError) in
          let most = try s.duration(
            "most", default: .milliseconds(750), in: .zero ... .seconds(3_600),
            "the most that is added")
          return BackoffJitter(kind: .additive, high: Double(most.nanoseconds))
        }),
    ])
}
