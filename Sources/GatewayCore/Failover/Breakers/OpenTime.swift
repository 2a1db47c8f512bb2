import Settings
import Vocabulary

/// How long a breaker stays open: a base time, from some instant, growing with repetition.
///
/// The n-th opening in close succession lasts base, base × n (`linear`, Envoy's
/// base_ejection_time × times ejected) or base × 2ⁿ⁻¹ (`exponential`), at most `max`. The clock
/// starts at the opening, at the first failure of the present count (Portkey: so a slow drip of
/// failures opens for a short time only), or at the last failure (Kong: a failure that arrives
/// while it is open starts the clock again). An opening more than `forgetAfter` after the last
/// closing is the first again.
public struct OpenTime: BitwiseCopyable, Sendable, Hashable {
  /// When the clock starts.
  public enum Clock: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// At the opening.
    case opening
    /// At the first failure counted.
    case firstFailure
    /// At the last failure.
    case lastFailure
  }

  /// How the time grows with repetition.
  public enum Growth: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// Not at all.
    case none
    /// By the base each time.
    case linear
    /// Twofold each time.
    case exponential
  }

  private let base: Int64
  private let most: Int64
  private let growth: Growth
  let clock: Clock
  let forgetAfter: Int64

  /// Reads a duration, or an object.
  public init(reading s: inout SettingsReader, _ key: String) throws(SettingError) {
    let doc = "how long it stays open: a duration, or { for, clock, growth, max, atLeast }"
    let raw = try s.raw(key, doc)
    guard let raw else {
      guard s.isDescribing else {
        throw s.missing(key, expected: "how long it stays open, such as \"30s\"")
      }
      self.init(base: 1)
      return
    }
    if raw.isDescribing || raw.members != nil {
      if raw.isDescribing { _ = try raw.duration() }
      self = try raw.object { r throws(SettingError) -> OpenTime in try OpenTime(reading: &r) }
      return
    }
    let limits: ClosedRange<Duration> = .milliseconds(1) ... .seconds(86_400)
    self.init(base: try raw.duration(in: limits).nanoseconds)
  }

  private init(base: Int64) {
    self.base = base
    most = base
    growth = .none
    clock = .opening
    forgetAfter = base
  }

  private init(reading s: inout SettingsReader) throws(SettingError) {
    let limits: ClosedRange<Duration> = .milliseconds(1) ... .seconds(86_400)
    let stated = try s.duration("for", in: limits, "the time of a first opening").nanoseconds
    let floor = try s.duration(
      "atLeast", default: .zero, in: .zero ... .seconds(86_400),
      "a shorter time counts as this (Portkey: 30 s)"
    ).nanoseconds
    base = Swift.max(stated, floor)
    let clocks = ["opening", "firstFailure", "lastFailure"]
    clock =
      Clock(
        rawValue: UInt8(
          try s.name(
            "clock", default: "opening", among: clocks, kind: "clock", "when the time starts")))
      ?? .opening
    let growths = ["none", "linear", "exponential"]
    growth =
      Growth(
        rawValue: UInt8(
          try s.name(
            "growth", default: "none", among: growths, kind: "growth",
            "how the time grows with each opening in close succession"))) ?? .none
    let most = try s.optionalDuration(
      "max", in: limits, "the longest time; default ten times the first")
    self.most = Swift.max(base, most?.nanoseconds ?? base &* 10)
    let forget = try s.optionalDuration(
      "forgetAfter", in: limits,
      "closed for longer than this, the next opening is a first one; default: the longest time")
    forgetAfter = forget?.nanoseconds ?? self.most
  }

  /// The length of the `repetition`-th opening in close succession, from 1.
  func length(_ repetition: Int) -> Int64 {
    switch growth {
    case .none: return base
    case .linear:
      let (length, overflows) = base.multipliedReportingOverflow(by: Int64(repetition))
      return overflows ? most : Swift.min(most, length)
    case .exponential:
      var length = base
      var left = repetition - 1
      while left > 0, length < most {
        length *= 2
        left -= 1
      }
      return Swift.min(most, length)
    }
  }
}
