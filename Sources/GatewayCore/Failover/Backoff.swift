import Settings
import Vocabulary

/// How long to wait before a retry: none, constant, or exponential, with jitter.
///
/// Exponential: min(to, from × factorⁿ) before the (n+1)-th retry. Jitter: `none` waits just that;
/// `full` waits U(0, d); `equal` waits d/2 + U(0, d/2). Source: M. Brooker, "Exponential backoff
/// and jitter", AWS Architecture Blog (2015). Whole nanoseconds; the growth is by repeated
/// multiplication, so no `pow`.
public struct Backoff: BitwiseCopyable, Sendable, Equatable {
  /// How the wait is spread.
  public enum Jitter: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// Not at all.
    case none
    /// U(0, d).
    case full
    /// d/2 + U(0, d/2).
    case equal
  }

  private var from: Int64
  private var to: Int64
  private var factor: Double
  private var jitter: Jitter

  /// No wait.
  public static let none = Backoff(from: 0, to: 0, factor: 1, jitter: .none)

  /// Whether a wait depends on chance.
  var draws: Bool { jitter != .none }

  /// The wait before retry number `retry`, from 0, given a uniform in (0, 1).
  func wait(beforeRetry retry: Int, uniform u: Double) -> Int64 {
    var wait = Double(from)
    if factor != 1 {
      for _ in 0..<min(retry, 64) where wait < Double(to) { wait *= factor }
    }
    let full = min(wait, Double(to))
    return switch jitter {
    case .none: Int64(full)
    case .full: Int64(full * u)
    case .equal: Int64(full / 2 + full / 2 * u)
    }
  }

  /// The registry of backoffs.
  public static let registry = Registry<Backoff>(
    "backoff",
    [
      .init(
        "none", "no wait",
        make: { _ throws(SettingError) in Backoff.none }),
      .init(
        "constant", "always the same wait", source: "Helicone constant",
        make: { s throws(SettingError) in
          let delay = try s.duration("delay", doc: "the wait").nanoseconds
          return Backoff(
            from: delay, to: delay, factor: 1, jitter: try Jitter(reading: &s, default: "none"))
        }),
      .init(
        "exponential", "grows by a factor with each retry, up to a maximum",
        source: "AWS Architecture Blog 2015",
        make: { s throws(SettingError) in
          let from = try s.duration("from", doc: "the wait before the first retry").nanoseconds
          let to = try s.duration("to", doc: "the longest wait").nanoseconds
          guard to >= from else {
            throw SettingError(
              at: s.setting.position, path: s.setting.path, found: "\"to\" below \"from\"",
              expected: "a longest wait that is no shorter than the first")
          }
          return Backoff(
            from: from, to: to,
            factor: try s.number("factor", default: 2, in: 1...100, "growth per retry"),
            jitter: try Jitter(reading: &s, default: "full"))
        }),
    ])
}

extension Backoff.Jitter {
  fileprivate init(reading s: inout SettingsReader, default standard: String) throws(SettingError) {
    let index = try s.name(
      "jitter", default: standard, among: ["none", "full", "equal"], kind: "jitter",
      "how the wait is spread")
    self = Backoff.Jitter(rawValue: UInt8(index)) ?? .none
  }
}

extension SettingsReader {
  /// A required duration without bounds of its own.
  mutating func duration(_ key: String, doc: String) throws(SettingError) -> Duration {
    try duration(key, default: nil, in: .zero ... .seconds(86_400), doc)
  }
}
