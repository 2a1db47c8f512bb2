import Chance
import Settings
import Vocabulary

/// Draws d different candidates and takes the one with the least load.
///
/// Two samples cut the expected maximum load from Θ(log n / log log n) to Θ(log log n), more only
/// divide it by log d (M. Mitzenmacher, "The power of two choices in randomized load balancing",
/// IEEE TPDS 12(10), 2001). The load is the number of attempts in flight or of their tokens, not
/// weighted. On a tie the first drawn wins. With fewer candidates than d all are looked at.
/// `power-of-two` is the same with d = 2 and attempts.
/// - Complexity: O(d), d draws.
public struct PowerOfD: Strategy {
  private let d: Int
  private let byTokens: Bool
  private let assumeOutput: UInt32
  private var inFlight: [Int] = []
  private var tokens = TokenLoad(assumeOutput: 0)

  /// Reads d and what is counted.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    d = try s.integer("d", default: 2, in: 2...8, "how many candidates are drawn")
    byTokens =
      try s.name(
        "by", default: "attempts", among: ["attempts", "tokens"], kind: "load",
        "what in flight is compared") == 1
    assumeOutput = try TokenLoad.assumedOutput(reading: &s)
  }

  /// Two samples by attempts in flight.
  init() {
    d = 2
    byTokens = false
    assumeOutput = 0
  }

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) {
    inFlight = children.map { _ in 0 }
    tokens = TokenLoad(assumeOutput: assumeOutput)
    tokens.prepare(children.count)
  }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    var sample = CandidateSample(candidates)
    var best = sample.next(draws.uniform(0))
    var bestLoad = load(of: best)
    for number in 1..<d where !sample.isEmpty {
      let other = sample.next(draws.uniform(UInt32(number)))
      let load = load(of: other)
      if load < bestLoad {
        bestLoad = load
        best = other
      }
    }
    return best
  }

  /// What the rule compares; lower is better.
  public func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    wholeScore(load(of: child))
  }

  @inline(__always)
  private func load(of child: Int) -> Double {
    byTokens ? tokens[child] : Double(inFlight[child])
  }

  /// Wants to be told of attempts.
  public var observes: Bool { true }
  /// Counts an attempt that has started below a child.
  public mutating func started(_ child: Int, for request: borrowing Request, at now: Instant) {
    inFlight[child] += 1
    if byTokens {
      tokens.started(child, inputTokens: request.inputTokens, outputCap: request.outputCap)
    }
  }
  /// Learns from an attempt that has ended below a child.
  public mutating func ended(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    inFlight[child] -= 1
    if byTokens { tokens.ended(child, observation) }
  }
  /// Takes in what another replica has published.
  public mutating func remoteChanged(_ child: Int, by change: Int) {
    inFlight[child] += change
    if byTokens { tokens.remoteChanged(child, by: change) }
  }
}

/// Different candidates, drawn one after the other, each uniformly among those that are left.
struct CandidateSample {
  private var left: CandidateSet

  @inline(__always) init(_ candidates: CandidateSet) { left = candidates }

  /// Whether none is left.
  @inline(__always) var isEmpty: Bool { left.isEmpty }

  /// The candidate that a uniform number picks among those that are left; there must be one.
  @inline(__always)
  mutating func next(_ uniform: Double) -> Int {
    let child = left.drawn(uniform)
    left.remove(child)
    return child
  }
}
