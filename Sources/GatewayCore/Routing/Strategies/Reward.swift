import Chance
import Settings
import Vocabulary

/// What a bandit wants more of: a number made of an attempt's outcome, time and cost.
///
/// reward = `success`·1[succeeded] − `perSecond`·seconds − `perDollar`·dollars, where a failure
/// counts as at least `failureSeconds` and at least `failureDollars`. Cancelled attempts say
/// nothing.
struct Reward: Sendable {
  private var success = 0.0
  private var perSecond = 0.0
  private var perDollar = 0.0
  private var failureSeconds = 0.0
  private var failureDollars = 0.0
  private var signal = LatencySignal.firstToken
  /// Whether it is 1 for a success and 0 for a failure, and nothing else.
  private(set) var isBinary = false

  /// The reward of an attempt.
  @inline(__always)
  func value(of observation: AttemptObservation) -> Double {
    let succeeded = observation.outcome.isSuccess
    var value = succeeded ? success : 0
    if perSecond > 0 {
      let seconds = signal.value(of: observation) / 1e9
      value -= perSecond * (succeeded ? seconds : max(seconds, failureSeconds))
    }
    if perDollar > 0 {
      let dollars = observation.estimate.dollars
      value -= perDollar * (succeeded ? dollars : max(dollars, failureDollars))
    }
    return value
  }

  /// The rewards that a file may choose.
  static let registry = Registry<Reward>(
    "reward",
    [
      .init(
        "success", "1 for a success, 0 for a failure",
        make: { s throws(SettingError) in
          var reward = Reward()
          reward.success = 1
          reward.isBinary = true
          return reward
        }),
      .init(
        "latency", "minus the seconds of a signal",
        make: { s throws(SettingError) in
          var reward = Reward()
          reward.perSecond = 1
          try reward.readTime(&s, standard: .seconds(30))
          return reward
        }),
      .init(
        "cost", "minus the dollars, by the gateway's sheets",
        make: { s throws(SettingError) in
          var reward = Reward()
          reward.perDollar = 1
          try reward.readCost(&s, standard: Money(picodollars: 100_000_000_000))
          return reward
        }),
      .init(
        "combination", "success·[succeeded] − perSecond·seconds − perDollar·dollars",
        make: { s throws(SettingError) in
          var reward = Reward()
          reward.success = try s.number(
            "success", default: 1, in: 0...1_000_000, "what a success is worth")
          reward.perSecond = try s.number(
            "perSecond", default: 0, in: 0...1_000_000, "what a second costs")
          reward.perDollar = try s.number(
            "perDollar", default: 0, in: 0...1_000_000_000, "what a dollar costs")
          try reward.readTime(&s, standard: .zero)
          try reward.readCost(&s, standard: .zero)
          return reward
        }),
    ])

  private mutating func readTime(
    _ s: inout SettingsReader, standard: Duration
  ) throws(SettingError) {
    signal = try LatencySignal(reading: &s, default: .endToEnd)
    failureSeconds =
      try s.duration(
        "failureTime", default: standard, in: .zero ... .seconds(86_400),
        "a failure counts as at least this long"
      ).inSeconds
  }

  private mutating func readCost(_ s: inout SettingsReader, standard: Money) throws(SettingError) {
    failureDollars =
      try s.money("failureCost", default: standard, "a failure counts as at least this dear")
      .dollars
  }
}

/// How often each child has been rewarded, and how much, with old rewards fading.
///
/// Counts, sums and squares decay by e^(−dt/memory); without a memory nothing fades. An attempt in
/// flight has been played but not rewarded.
/// - Complexity: O(1) a reward and a reading; one `exp` each with a memory.
struct RewardBook: Sendable {
  private struct Entry: BitwiseCopyable, Sendable {
    var count = 0.0
    var sum = 0.0
    var squares = 0.0
    var stamp: Int64 = 0
    var inFlight = 0
  }

  /// A child's record as it is now.
  struct Reading {
    var count: Double
    var mean: Double
    /// Σ (reward − mean)².
    var spread: Double
    var inFlight: Int
  }

  private let memory: Double
  private let reward: Reward
  /// Whose attempts are in it.
  let scope: StateScope
  private var entries: [Entry] = []

  /// Whether the rewards are 0 and 1.
  var isBinary: Bool { reward.isBinary }

  /// Reads `reward` and `memory`.
  init(reading s: inout SettingsReader) throws(SettingError) {
    reward = try s.choice(
      "reward", from: Reward.registry, default: "success", "what is wanted")
    memory =
      try s.optionalDuration(
        "memory", in: .milliseconds(1) ... .seconds(86_400 * 366),
        "time constant with which rewards fade; without it they never do"
      ).map { Double($0.nanoseconds) } ?? .infinity
    scope = try StateScope(learntBy: &s)
  }

  mutating func prepare(_ count: Int) { entries = Array(repeating: Entry(), count: count) }

  @inline(__always)
  func read(_ child: Int, at now: Instant) -> Reading {
    let kept = kept(since: entries[child].stamp, at: now)
    let count = entries[child].count * kept
    guard count > 1e-12 else {
      return Reading(count: 0, mean: 0, spread: 0, inFlight: max(0, entries[child].inFlight))
    }
    let mean = entries[child].sum / entries[child].count
    let spread = max(0, entries[child].squares / entries[child].count - mean * mean) * count
    return Reading(
      count: count, mean: mean, spread: spread, inFlight: max(0, entries[child].inFlight))
  }

  /// The mean reward over the candidates; 0 if there was none.
  func overallMean(of candidates: CandidateSet, at now: Instant) -> Double {
    var sum = 0.0
    var count = 0.0
    candidates.forEach { child in
      let reading = read(child, at: now)
      sum += reading.mean * reading.count
      count += reading.count
    }
    return count > 0 ? sum / count : 0
  }

  mutating func started(_ child: Int) { entries[child].inFlight += 1 }

  mutating func ended(_ child: Int) { entries[child].inFlight -= 1 }

  /// What is in flight elsewhere counts where its reward will.
  mutating func remoteChanged(_ child: Int, by change: Int) {
    if scope != .local { entries[child].inFlight += change }
  }

  /// Takes over the rewards of another, but not what is in flight.
  mutating func takeOver(_ other: RewardBook) {
    for child in entries.indices where child < other.entries.count {
      let inFlight = entries[child].inFlight
      entries[child] = other.entries[child]
      entries[child].inFlight = inFlight
    }
  }

  mutating func learn(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    if observation.outcome.kind == .cancelled { return }
    let kept = kept(since: entries[child].stamp, at: now)
    let value = reward.value(of: observation)
    entries[child].count = entries[child].count * kept + 1
    entries[child].sum = entries[child].sum * kept + value
    entries[child].squares = entries[child].squares * kept + value * value
    entries[child].stamp = now.nanoseconds
  }

  mutating func reset(_ child: Int) {
    let inFlight = entries[child].inFlight
    entries[child] = Entry()
    entries[child].inFlight = inFlight
  }

  @inline(__always)
  private func kept(since stamp: Int64, at now: Instant) -> Double {
    if memory == .infinity { return 1 }
    return Elementary.exp(-Double(max(0, now.nanoseconds &- stamp)) / memory)
  }
}

/// A reward as a score: in millionths below a large number, so that lower is better and no score is
/// negative.
@inline(__always)
func scoreOfReward(_ value: Double) -> Int64 { wholeScore(1e15 - min(1e15, value * 1e6)) }
