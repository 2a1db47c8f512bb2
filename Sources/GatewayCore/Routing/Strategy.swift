import Chance
import Settings
import Vocabulary

/// How a `balance` node chooses among its children.
///
/// A strategy sees only what a gateway can see: the request, the gateway's own price sheets, the
/// weights of the file, and the attempts that went through this node. Children are numbered as in
/// the file; at most 64.
public protocol Strategy: Sendable {
  /// Learns the children, once, when the policy is compiled.
  mutating func prepare(for children: [RouteChild])
  /// Chooses one of `candidates`, which is never empty.
  mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int
  /// The score by which `child` was judged, lower is better; `nil` if the strategy has none.
  func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64?
  /// What scores count.
  var scoreUnit: ScoreUnit { get }
  /// Whether `started` and `ended` shall be told.
  var observes: Bool { get }
  /// An attempt for `request` below `child` has started.
  mutating func started(_ child: Int, for request: borrowing Request, at now: Instant)
  /// Whose attempts it learns from.
  var scope: StateScope { get }
  /// An attempt below `child` has ended, here or at another replica: learns from it.
  ///
  /// What only concerns the replica's own attempts (that one fewer is in flight) belongs to `ended`.
  mutating func learn(_ child: Int, _ observation: AttemptObservation, at now: Instant)
  /// Whether it learns from starts, too, so that replicas have to tell them.
  var learnsFromStarts: Bool { get }
  /// An attempt below `child` has started at another replica: learns from it.
  mutating func learnStart(_ child: Int, at now: Instant)
  /// Takes over what another of its kind has learnt, but not what is in flight.
  mutating func takeOver(_ other: any Strategy)
  /// An attempt below `child` has ended here.
  mutating func ended(_ child: Int, _ observation: AttemptObservation, at now: Instant)
  /// Another replica's attempts in flight below `child` have changed.
  mutating func remoteChanged(_ child: Int, by change: Int)
  /// A child comes back as if it were new: what was learnt of it is forgotten, but not what is in
  /// flight.
  mutating func reset(_ child: Int, at now: Instant)
}

extension Strategy {
  /// No score by default.
  public func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    nil
  }
  /// Plain numbers by default.
  public var scoreUnit: ScoreUnit { .things }
  /// Does not observe by default.
  public var observes: Bool { false }
  /// Ignored by default.
  public mutating func started(_ child: Int, for request: borrowing Request, at now: Instant) {}
  /// Learns from it, by default.
  @inline(__always)
  public mutating func ended(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    learn(child, observation, at: now)
  }
  /// Its own replica's by default.
  public var scope: StateScope { .local }
  /// Learns nothing by default.
  public mutating func learn(_ child: Int, _ observation: AttemptObservation, at now: Instant) {}
  /// Does not by default.
  public var learnsFromStarts: Bool { false }
  /// Learns nothing by default.
  public mutating func learnStart(_ child: Int, at now: Instant) {}
  /// Has nothing to take over by default.
  public mutating func takeOver(_ other: any Strategy) {}
  /// Ignored by default.
  public mutating func remoteChanged(_ child: Int, by change: Int) {}
  /// Nothing to forget by default.
  public mutating func reset(_ child: Int, at now: Instant) {}
}

/// What a strategy may know of a child before any request: from the file.
public struct RouteChild: Sendable {
  /// The child's name in notes and errors.
  public var name: String
  /// The weight; 1 if the file does not say.
  public var weight: Double
  /// The deployment, if the child is one.
  public var deployment: DeploymentID
  /// The gateway's copy of its prices; `nil` if the child is a subtree without a first leaf.
  public var sheet: PriceSheet?
  /// What bends them; `nil` if nothing does.
  public var curve: PriceCurve?

  /// Makes a child.
  public init(
    name: String, weight: Double, deployment: DeploymentID, sheet: PriceSheet?,
    curve: PriceCurve? = nil
  ) {
    self.curve = curve
    self.name = name
    self.weight = weight
    self.deployment = deployment
    self.sheet = sheet
  }
}

/// What an attempt below a child has shown.
public struct AttemptObservation: BitwiseCopyable, Sendable {
  /// How it ended.
  public var outcome: Outcome
  /// Nanoseconds from its start to its end.
  public var elapsed: Int64
  /// Nanoseconds from its start to the first token; those to the end if the answer is not streamed.
  public var untilFirstToken: Int64
  /// What it consumed.
  public var usage: Usage
  /// What it cost by the gateway's sheets.
  public var estimate: Money
  /// Tokens in the request's prompt, as they were when it started.
  public var inputTokens: UInt32
  /// The request's output cap, as it was when it started.
  public var outputCap: UInt32
  /// Whether the answer was streamed.
  public var streams: Bool
  /// What the provider asked to wait.
  public var retryAfter: RetryAfter

  /// Makes an observation.
  public init(
    outcome: Outcome, elapsed: Int64, untilFirstToken: Int64, usage: Usage = .none,
    estimate: Money = .zero, inputTokens: UInt32 = 0, outputCap: UInt32 = .max,
    streams: Bool = false, retryAfter: RetryAfter = .unsaid
  ) {
    self.outcome = outcome
    self.elapsed = elapsed
    self.untilFirstToken = untilFirstToken
    self.usage = usage
    self.estimate = estimate
    self.inputTokens = inputTokens
    self.outputCap = outputCap
    self.streams = streams
    self.retryAfter = retryAfter
  }
}

/// A set of children, one bit each.
public struct CandidateSet: BitwiseCopyable, Sendable, Equatable {
  /// One bit a child.
  public var bits: UInt64

  /// Makes a set of its bits.
  @inline(__always) public init(bits: UInt64) { self.bits = bits }
  /// The children from 0 to `count` − 1.
  public init(all count: Int) { bits = count >= 64 ? .max : (1 << UInt64(count)) &- 1 }

  /// Whether it is empty.
  @inline(__always) public var isEmpty: Bool { bits == 0 }
  /// How many children it has.
  @inline(__always) public var count: Int { bits.nonzeroBitCount }
  /// The first child; traps on an empty set.
  @inline(__always) public var first: Int {
    precondition(bits != 0, "no candidate")
    return bits.trailingZeroBitCount
  }
  /// Whether `child` is a member.
  @inline(__always) public func contains(_ child: Int) -> Bool { bits & (1 << UInt64(child)) != 0 }
  /// Removes `child`.
  @inline(__always) public mutating func remove(_ child: Int) { bits &= ~(1 << UInt64(child)) }
  /// Adds `child`.
  @inline(__always) public mutating func insert(_ child: Int) { bits |= 1 << UInt64(child) }
  /// The `n`-th member in order, from 0; traps if there are fewer.
  public func member(_ n: Int) -> Int {
    var rest = bits
    for _ in 0..<n { rest &= rest &- 1 }
    precondition(rest != 0, "too few candidates")
    return rest.trailingZeroBitCount
  }

  /// Calls `body` with each member in order.
  @inline(__always)
  public func forEach(_ body: (Int) -> Void) {
    var rest = bits
    while rest != 0 {
      body(rest.trailingZeroBitCount)
      rest &= rest &- 1
    }
  }
}

/// The uniforms that one routing decision may draw: keyed by the call, the attempt's number and
/// the level of the walk, so that the same decision of the same call draws the same numbers under
/// every policy.
public struct RoutingDraws: Sendable {
  private let key: ChanceKey
  private let script: Unmanaged<Script>?
  private let call: CallKey
  private let attempt: UInt32
  private let level: UInt32

  @inline(__always)
  init(key: ChanceKey, script: Script?, call: CallKey, attempt: UInt32, level: UInt32) {
    self.key = key
    self.script = script.map { Unmanaged.passUnretained($0) }
    self.call = call
    self.attempt = attempt
    self.level = level
  }

  /// The `counter`-th uniform in (0, 1) of this decision, at most 256 of them.
  @inline(__always)
  public func uniform(_ counter: UInt32 = 0) -> Double {
    if let script { return script._withUnsafeGuaranteedRef { $0.next(for: key) } }
    return key.uniform(call: call, ordinal: attempt, counter: level &<< 8 | counter)
  }

  /// The `counter`-th uniform of this decision that belongs to a child, by its name: an unused
  /// child beside it changes nothing.
  @inline(__always)
  public func uniform(_ counter: UInt32 = 0, of name: NameHash) -> Double {
    if script != nil { return uniform(counter) }
    return key.uniform(
      call: CallKey(bits: call.bits ^ name.bits), ordinal: attempt, counter: level &<< 8 | counter)
  }

  /// A uniform in (0, 1) that belongs to the hashed bits alone: the same for every call.
  ///
  /// It is no draw and takes nothing from a script.
  @inline(__always)
  public func hash(_ bits: UInt64) -> Double {
    key.uniform(call: CallKey(bits: bits), ordinal: .max, counter: .max)
  }
}
