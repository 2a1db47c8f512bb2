import Chance
import Settings
import Vocabulary

/// Uses a deployment last while an outage is remembered.
///
/// An outage is `failures` failures within `memory`; it is remembered for `memory` after the last
/// of them. The deployment stays a candidate, behind all that have had none. Source: OpenRouter
/// ("providers without significant outage in the last 30 s" come first; how many failures are
/// significant it does not say: an assumption, three).
/// - Complexity: O(1) an attempt; memory `failures` instants a deployment.
public struct RecentOutage: Ejection {
  private let count: Int
  private let memory: Int64
  private let on: OutcomeSet
  /// Whose attempts count.
  public let state: GuardState
  private var times: [Instant] = []
  private var next: [Int] = []

  /// Reads `failures`, `memory` and `on`.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    count = try s.integer(
      "failures", default: 3, in: 1...1_000, "failures within the memory that are an outage")
    memory = try s.duration(
      "memory", default: .seconds(30), in: .milliseconds(1) ... .seconds(86_400),
      "how long an outage is remembered"
    ).nanoseconds
    on = try OutcomeSet(
      reading: &s, "on", default: .serverFailures, "5xx, timeout, connection, broken, malformed",
      "outcomes that are failures.")
    state = try GuardState(reading: &s)
  }

  /// It had an outage.
  public var reason: Note.Ejection { .outage }
  /// Used last.
  public var demotes: Bool { true }

  /// Makes a memory for each.
  public mutating func prepare(for deployments: [EjectionTarget], chance: Chance) {
    times = Array(repeating: .distantPast, count: count * deployments.count)
    next = deployments.map { _ in 0 }
  }

  /// Remembers a failure; enough of them are an outage.
  public mutating func ended(
    _ deployment: Int, _ outcome: Outcome, _ hint: RetryAfter, at now: Instant,
    _ table: inout EjectionTable
  ) {
    guard on.contains(outcome) else { return }
    times[deployment * count + next[deployment]] = now
    next[deployment] = next[deployment] + 1 == count ? 0 : next[deployment] + 1
    let oldest = times[deployment * count + next[deployment]]
    guard oldest != .distantPast, oldest.nanoseconds(to: now) <= memory else { return }
    table.eject(deployment, until: now.advanced(byNanoseconds: memory))
  }
}
