import Measures
import Settings
import Vocabulary

/// What a policy must hold: `expect: { failover: ["availability of chat >= 99.5% in case outage"] }`.
///
/// A line is `measure [of filter] op value [in case C] [during|after 'incident'] [in every minute]`.
/// The measure is one of the catalogue, by name or by the heading of its column. The value is a
/// number with its unit, another policy, or a multiple of one (`1.3 x today`), which is then judged
/// by paired differences. Without `in case` a line holds for each case.
public struct Expectation: Sendable {
  /// What the measure is held against.
  public enum Bound: Sendable, Hashable {
    /// A value in the measure's unit.
    case value(Double)
    /// A multiple of the same measure under another policy: its index in the file.
    case policy(Int, factor: Double)
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
  /// Whether the measure must be at least the bound; else at most.
  public var isAtLeast: Bool
  /// What it is held against.
  public var bound: Bound
  /// Whether every minute must hold it, and not only the whole.
  public var inEveryMinute: Bool
  /// The cases in which it must hold.
  public var cases: [Int]
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

  /// Whether nothing is expected.
  public var isEmpty: Bool { expect.isEmpty && never.isEmpty && sometimes.isEmpty }
}
