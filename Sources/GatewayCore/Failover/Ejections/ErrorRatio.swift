import Chance
import Settings
import Vocabulary

/// Takes a deployment out while more than `share` of the requests of a window failed.
///
/// Every `every`, each deployment: with fewer than `minimum` requests in the window it is well;
/// otherwise it is ill if failures ÷ requests exceeds `share`. The window is `resetting` (it is
/// empty again at each multiple of its length: one that is ill comes back then) or `sliding` in
/// `buckets`. What comes back is new to the strategies. Source: Helicone ai-gateway, health monitor
/// `error-ratio` (10 % of 20 or more, 60 s in 10 buckets of which only those of the current lap are
/// summed, 5 s; only 5xx responses are errors).
/// - Complexity: O(1) an attempt, O(deployments) a sweep; no sweep while nothing is counted.
public struct ErrorRatio: Ejection {
  private let share: Double
  private let minimum: Int
  private let every: Int64
  private let on: OutcomeSet
  private let blank: OutcomeWindow
  /// Whose attempts count.
  public let state: GuardState
  private var windows: [OutcomeWindow] = []
  private var isOut: [Bool] = []

  /// Reads `share`, `minimum`, `window`, `kind`, `buckets`, `every` and `on`.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    share = try s.share(
      "share", default: Probability(clamping: 0.1), "a larger share of failures is ill"
    ).value
    minimum = try s.integer(
      "minimum", default: 20, in: 1...1_000_000, "with fewer requests in the window it is well")
    let length = try s.duration(
      "window", default: .seconds(60), in: .milliseconds(10) ... .seconds(86_400),
      "over what time requests are counted"
    ).nanoseconds
    let isSliding =
      try s.name(
        "kind", default: "resetting", among: ["resetting", "sliding"], kind: "window",
        "whether the window empties at once or slides") == 1
    let buckets = try s.integer(
      "buckets", default: 10, in: 1...120, "steps in which a sliding window moves")
    every = try s.duration(
      "every", default: .seconds(5), in: .milliseconds(1) ... .seconds(3600),
      "how often health is judged"
    ).nanoseconds
    var errors = OutcomeSet()
    for status in UInt16(500)...599 { errors.insert(status: status) }
    on = try OutcomeSet(reading: &s, "on", default: errors, "5xx", "outcomes that are failures.")
    blank = OutcomeWindow(nanoseconds: length, steps: isSliding ? buckets : 1)
    state = try GuardState(reading: &s, endsKnown: false)
  }

  /// Its health is bad.
  public var reason: Note.Ejection { .health }
  /// The strategies forget it.
  public var restoresCold: Bool { true }
  /// `every`.
  public var interval: Int64 { every }
  /// While something is counted or one is out.
  public var needsSweep: Bool {
    for deployment in windows.indices
    where isOut[deployment] || windows[deployment].failures > 0 { return true }
    return false
  }

  /// Makes a window for each.
  public mutating func prepare(for deployments: [EjectionTarget], chance: Chance) {
    windows = deployments.map { _ in blank }
    isOut = deployments.map { _ in false }
  }

  /// Counts a request.
  public mutating func ended(
    _ deployment: Int, _ outcome: Outcome, _ hint: RetryAfter, at now: Instant,
    _ table: inout EjectionTable
  ) {
    if outcome.kind == .cancelled { return }
    windows[deployment].add(failed: on.contains(outcome), at: now)
  }

  /// Judges each.
  public mutating func sweep(at now: Instant, _ table: inout EjectionTable) {
    for deployment in windows.indices {
      windows[deployment].advance(to: now)
      let isIll =
        windows[deployment].outcomes >= minimum && windows[deployment].ratio > share
      if isIll, !isOut[deployment] { table.eject(deployment, until: .distantFuture) }
      if !isIll, isOut[deployment] { table.restore(deployment) }
      isOut[deployment] = isIll
    }
  }
}
