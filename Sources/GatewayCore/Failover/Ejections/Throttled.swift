import Chance
import Settings
import Vocabulary

/// Takes a deployment out after a 429, for its `Retry-After` (or `standard`) plus `margin`.
///
/// Looked at every `every`, so it comes back at the first multiple of it that is not earlier. A
/// further 429 of one that is out changes nothing. What comes back is new to the strategies.
/// Source: Helicone ai-gateway (Retry-After or 30 s, plus 30 s; every 2 s).
/// - Complexity: O(1) an attempt, O(deployments) a sweep; no sweep while none is out.
public struct Throttled: Ejection {
  private let standard: Int64
  private let margin: Int64
  private let every: Int64
  /// Whose attempts count.
  public let state: GuardState
  private var returns: [Instant] = []
  private var away = 0

  /// Reads `standard`, `margin` and `every`.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    let limits: ClosedRange<Duration> = .zero ... .seconds(86_400)
    standard = try s.duration(
      "standard", default: .seconds(30), in: limits, "the pause if the 429 does not say"
    ).nanoseconds
    margin = try s.duration(
      "margin", default: .seconds(30), in: limits, "added to the pause"
    ).nanoseconds
    every = try s.duration(
      "every", default: .seconds(2), in: .milliseconds(1) ... .seconds(3600),
      "how often those that are out are looked at"
    ).nanoseconds
    state = try GuardState(reading: &s, endsKnown: false)
  }

  /// It asked for a pause.
  public var reason: Note.Ejection { .throttled }
  /// The strategies forget it.
  public var restoresCold: Bool { true }
  /// `every`.
  public var interval: Int64 { every }
  /// While one is out.
  public var needsSweep: Bool { away > 0 }

  /// Learns how many there are.
  public mutating func prepare(for deployments: [EjectionTarget], chance: Chance) {
    returns = deployments.map { _ in .distantPast }
  }

  /// A 429 takes it out.
  public mutating func ended(
    _ deployment: Int, _ outcome: Outcome, _ hint: RetryAfter, at now: Instant,
    _ table: inout EjectionTable
  ) {
    guard outcome.kind == .status, outcome.status == 429, returns[deployment] == .distantPast
    else { return }
    let due = now.advanced(byNanoseconds: (hint.nanoseconds ?? standard) + margin)
    returns[deployment] = due
    away += 1
    table.eject(deployment, until: .distantFuture)
  }

  /// Brings back whose time has come.
  public mutating func sweep(at now: Instant, _ table: inout EjectionTable) {
    for deployment in returns.indices
    where returns[deployment] != .distantPast && returns[deployment] <= now {
      returns[deployment] = .distantPast
      away -= 1
      table.restore(deployment)
    }
  }
}
