import Settings
import Vocabulary

/// When a breaker opens, how long it stays open, and how it closes.
///
/// Opens on `consecutiveFailures` in a row, or when the failures among the last `window` outcomes
/// reach `share` (`failureRatio`). Open for `open`, then half open: at most `probes` attempts in
/// flight pass; a success closes it, a failure opens it again. Sources: M. Nygard, "Release It!"
/// (2007); resilience4j; failsafe-go.
public struct BreakerRule: Sendable, Hashable {
  /// What trips it.
  public enum Trip: Sendable, Hashable {
    /// That many failures in a row.
    case consecutiveFailures(Int)
    /// At least `failures` of the last `window` outcomes.
    case failureRatio(failures: Int, window: Int)
  }

  var trip: Trip
  var on: OutcomeSet
  var openNanoseconds: Int64
  var probes: Int

  /// Reads a breaker rule.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    let chosen = try s.object("trip", "what opens the breaker: one of its keys") {
      t throws(SettingError) -> Trip in try Trip(reading: &t)
    }
    guard let chosen = chosen ?? (s.isDescribing ? .consecutiveFailures(1) : nil) else {
      throw SettingError(
        at: s.setting.position, path: s.setting.path, found: "no \"trip\"",
        expected: "what opens the breaker, such as trip: { consecutiveFailures: 5 }")
    }
    trip = chosen
    on = try OutcomeSet(
      reading: &s, "on", default: .serverFailures, "5xx, timeout, connection, broken",
      "outcomes that count as failures.")
    openNanoseconds = try s.duration(
      "open", default: nil, in: .milliseconds(1) ... .seconds(86_400),
      "how long it stays open before probes pass"
    ).nanoseconds
    probes = try s.integer("probes", default: 1, in: 1...100, "probes in flight while half open")
  }
}

extension BreakerRule.Trip {
  fileprivate init(reading s: inout SettingsReader) throws(SettingError) {
    let run = try s.optionalInteger(
      "consecutiveFailures", in: 1...1_000_000, "opens on that many failures in a row")
    let ratio = try s.object(
      "failureRatio", "opens when the last outcomes hold too many failures (resilience4j)"
    ) { r throws(SettingError) -> BreakerRule.Trip in
      let share = try r.share("share", "share of failures that opens it").value
      let window = try r.integer("window", default: 20, in: 1...64, "outcomes looked at")
      return .failureRatio(
        failures: Swift.max(1, Int((share * Double(window)).rounded(.up))), window: window)
    }
    switch (run, ratio) {
    case (.some(let count), nil): self = .consecutiveFailures(count)
    case (nil, .some(let trip)): self = trip
    default:
      guard s.isDescribing else {
        throw SettingError(
          at: s.setting.position, path: s.setting.path,
          found: run == nil ? "nothing that trips" : "two things that trip",
          expected: "one of consecutiveFailures, failureRatio")
      }
      self = .consecutiveFailures(1)
    }
  }
}

/// One deployment's circuit breaker.
///
/// A state carries only what is true in it; outcomes of attempts that were started before the
/// breaker opened do not count while it is open or half open, nor do those of probes that it sent
/// when it was half open before.
/// - Complexity: O(1) per question and outcome.
public struct CircuitBreaker: Sendable {
  /// The states.
  public enum State: BitwiseCopyable, Sendable, Equatable {
    /// Lets everything pass. `failures` in a row; the last outcomes as bits, 1 for a failure.
    case closed(failures: Int, recent: UInt64, seen: Int)
    /// Lets nothing pass until an instant.
    case open(until: Instant)
    /// Lets probes pass.
    case halfOpen(probesInFlight: Int)
  }

  /// What a breaker says to a candidate.
  public enum Verdict: Equatable, Sendable {
    /// Go.
    case pass
    /// Go, as a probe.
    case probe
    /// Do not.
    case refuse
  }

  /// The state.
  public private(set) var state = State.closed(failures: 0, recent: 0, seen: 0)
  private let rule: BreakerRule
  /// When it last became half open: a probe that was started before is a probe no more.
  private var probesSince = Instant.distantPast

  /// A closed breaker.
  public init(_ rule: BreakerRule) { self.rule = rule }

  /// What it would say now; changes nothing.
  @inline(__always)
  public func verdict(at now: Instant) -> Verdict {
    switch state {
    case .closed: .pass
    case .open(let until): now >= until ? .probe : .refuse
    case .halfOpen(let probes): probes < rule.probes ? .probe : .refuse
    }
  }

  /// An attempt starts as a probe.
  public mutating func probeStarted(at now: Instant) {
    if case .open = state { probesSince = now }
    state =
      switch state {
      case .open: .halfOpen(probesInFlight: 1)
      case .halfOpen(let probes): .halfOpen(probesInFlight: probes + 1)
      case .closed: state
      }
  }

  /// An attempt has ended; returns whether the state's name changed.
  ///
  /// `isProbe`: it was started as a probe, at `started`. A cancelled attempt says nothing about the
  /// deployment.
  public mutating func ended(
    _ outcome: Outcome, isProbe: Bool, started: Instant, at now: Instant
  ) -> Bool {
    let failed = rule.on.contains(outcome)
    let reopened = State.open(until: now.advanced(byNanoseconds: rule.openNanoseconds))
    switch (state, isProbe && started >= probesSince) {
    case (.closed(let failures, let recent, let seen), _):
      if outcome.kind == .cancelled { return false }
      let run = failed ? failures + 1 : 0
      let bits = recent << 1 | (failed ? 1 : 0)
      let count = min(64, seen + 1)
      let opens =
        switch rule.trip {
        case .consecutiveFailures(let limit): run >= limit
        case .failureRatio(let limit, let window):
          count >= window
            && (bits & (window >= 64 ? .max : (1 << UInt64(window)) - 1)).nonzeroBitCount >= limit
        }
      state = opens ? reopened : .closed(failures: run, recent: bits, seen: count)
      return opens
    case (.halfOpen(let probes), true):
      if outcome.kind == .cancelled {
        state = .halfOpen(probesInFlight: max(0, probes - 1))
        return false
      }
      state = failed ? reopened : .closed(failures: 0, recent: 0, seen: 0)
      return true
    case (.halfOpen, false), (.open, _):
      return false
    }
  }

  /// The state as notes carry it, and the instant until which an open one refuses.
  var noted: (value: Int64, until: Int64) {
    switch state {
    case .closed: (0, 0)
    case .open(let until): (1, until.nanoseconds)
    case .halfOpen: (2, 0)
    }
  }
}
