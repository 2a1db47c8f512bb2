import Measures
import Settings
import Vocabulary

/// What a policy must hold: `expect: { failover: ["availability of chat >= 99.5% in case outage"] }`.
///
/// A line is `measure [of filter] op value [in case C] [during|after 'incident' [from D] [within D]]
/// [in every minute|5m]`. The measure is one of the catalogue, by name or by the heading of its
/// column, any quantile of a latency, a share, a rate, or the burn of an error budget. The value is a
/// number with its unit, another policy, the committed result, or a multiple of either
/// (`1.3 x today`), which is then judged by paired differences. Without `in case` a line holds for
/// each case; under `"*"` for each policy.
public struct Expectation: Sendable {
  /// What the measure is held against.
  public enum Bound: Sendable, Hashable {
    /// A value in the measure's unit.
    case value(Double)
    /// A multiple of the same measure under another policy: its index in the file.
    case policy(Int, factor: Double)
    /// A multiple of what the committed result says of the same line.
    case committed(factor: Double)
  }

  /// How the measure is taken from a run.
  public enum Reading: Sendable {
    /// Over the slice as a whole.
    case whole
    /// In each stretch of so many minutes in a row; the worst counts.
    case windows(minutes: Int)
    /// From the beginning of an incident.
    case detection(Detection)
    /// From the end of an incident.
    case recovery(Recovery)
  }

  /// The line as it stands in the file.
  public var text: String
  /// Where it stands.
  public var position: Position
  /// The policy that must hold it.
  public var policy: Int
  /// What is measured.
  public var measure: Measure
  /// Of which requests.
  public var slice: Slice
  /// Of a share: of which requests it is a part.
  public var base: Slice?
  /// Whether the measure must be at least the bound; else at most.
  public var isAtLeast: Bool
  /// What it is held against.
  public var bound: Bound
  /// How the measure is taken from a run.
  public var reading: Reading
  /// The cases in which it must hold.
  public var cases: [Int]

  /// The slices that a run must gather for it.
  public var slices: [Slice] { base.map { [slice, $0] } ?? [slice] }

  /// Whether every stretch of minutes must hold it, and not only the whole.
  public var inEveryMinute: Bool {
    if case .windows = reading { true } else { false }
  }
}

/// How it is seen that the gateway has noticed an incident.
public struct Detection: Sendable, Hashable {
  /// When the incident begins.
  public var from: Instant
  /// The deployments that it strikes, by index.
  public var struck: [Bool]
  /// Below which share of the first attempts they must fall; `nil`: a breaker or an ejection.
  public var shareBelow: Double?
}

/// When a measure counts as back to what it was before an incident.
public struct Recovery: Sendable {
  /// What must be back.
  public var measure: Measure
  /// When the incident begins.
  public var from: Instant
  /// When it is over.
  public var until: Instant
  /// How far from its value before the incident the measure may be.
  public var tolerance: Double
  /// Whether the tolerance is a share of that value.
  public var isRelative: Bool
  /// For how many minutes in a row.
  public var minutes: Int
}

/// What must be seen at least once: `sometimes: ["breaker opens in case outage"]`.
///
/// A line is `event [under policy] [in case C]`; without a policy it is enough that one of the
/// policies shows it, without a case one of the cases. What is never seen makes the scenario
/// vacuous, which is a failure.
public struct Sighting: Sendable {
  /// The line as it stands in the file.
  public var text: String
  /// Where it stands.
  public var position: Position
  /// What must be seen.
  public var event: SightedEvent
  /// Under which policy; any if not said.
  public var policy: Int?
  /// In which cases it is looked for.
  public var cases: [Int]
}

/// What must never be seen: `never: ["attempt where tag.data = confidential and residency != eu"]`.
///
/// A line is `attempt|request where condition and … [under policy] [in case C]`, a condition
/// `field =|!= value`. One counter-example under any policy fails the run.
public struct Prohibition: Sendable {
  /// The line as it stands in the file.
  public var text: String
  /// Where it stands.
  public var position: Position
  /// Whether it speaks of attempts; else of requests and who served them.
  public var isAboutAttempts: Bool
  /// The deployments at which it may be broken, by index.
  public var deployments: [Bool]
  /// Whether a request that nobody served may break it.
  public var mayBeUnserved: Bool
  /// Tags that the request carries.
  public var tags: TagSet
  /// Tags that it does not carry.
  public var withoutTags: TagSet
  /// What was asked for; any if not said.
  public var aliases: [Bool]
  /// Who asks, by team; any if empty.
  public var teams: [Bool]
  /// How the request ended; any if not said.
  public var ends: Set<RequestRecord.End>
  /// Under which policy; any if not said.
  public var policy: Int?
  /// In which cases it is looked for.
  public var cases: [Int]
}

/// All that a scenario expects.
public struct Expectations: Sendable {
  /// What policies must hold.
  public var expect: [Expectation] = []
  /// What must never be seen.
  public var never: [Prohibition] = []
  /// What must be seen.
  public var sometimes: [Sighting] = []

  /// Nothing.
  public init() {}

  /// Lets its lines speak of these cases only, which have their places from 0 on.
  mutating func keep(_ cases: [Int]) {
    func places(_ old: [Int]) -> [Int] { cases.indices.filter { old.contains(cases[$0]) } }
    for index in expect.indices { expect[index].cases = places(expect[index].cases) }
    for index in never.indices { never[index].cases = places(never[index].cases) }
    for index in sometimes.indices { sometimes[index].cases = places(sometimes[index].cases) }
  }

  /// Whether nothing is expected.
  public var isEmpty: Bool { expect.isEmpty && never.isEmpty && sometimes.isEmpty }

  /// Whether a line is held against the committed result.
  public var namesCommitted: Bool {
    expect.contains { if case .committed = $0.bound { true } else { false } }
  }

  /// Where the slices of each line of `expect` begin among all slices of a run.
  public var firstSlices: [Int] {
    var next = 0
    return expect.map { line in
      defer { next += line.slices.count }
      return next
    }
  }

  /// Holds other policies to what one must hold, beside what they are held to already.
  public mutating func hold(_ policies: [Int], toLinesOf model: Int) {
    let lines = expect.filter { $0.policy == model }
    for policy in policies {
      for line in lines
      where !expect.contains(where: { $0.policy == policy && $0.text == line.text }) {
        if case .policy(policy, _) = line.bound { continue }
        var copy = line
        copy.policy = policy
        expect.append(copy)
      }
    }
  }
}
