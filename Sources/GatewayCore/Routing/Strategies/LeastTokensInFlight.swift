import Settings
import Vocabulary

/// Chooses the child with the fewest tokens in flight per weight.
///
/// score(i) = Σ over attempts in flight of (input + min(output cap, `assumeOutput`)) / wᵢ. A long
/// prompt or a long answer occupies a provider longer than a short one, which a count of attempts
/// does not see. What other replicas publish is counted in attempts of this replica's mean size.
/// Source: the queue length in work, not in customers, of join-the-least-workload (M. Harchol-Balter,
/// "Performance Modeling and Design of Computer Systems", 2013, ch. 24); vLLM router.
/// - Complexity: O(candidates).
public struct LeastTokensInFlight: Strategy {
  private let assumeOutput: UInt32
  private let ties: TieRule
  private var load = TokenLoad(assumeOutput: 0)
  private var weights: [Double] = []

  /// Reads the number of output tokens to expect, and the tie rule.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    assumeOutput = try TokenLoad.assumedOutput(reading: &s)
    ties = try TieRule(reading: &s)
  }

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) {
    load = TokenLoad(assumeOutput: assumeOutput)
    load.prepare(children.count)
    weights = children.map(\.weight)
  }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    candidates.lowest(ties, draws) { perWeight($0) }
  }

  /// What is in flight, by weight.
  public var scoreUnit: ScoreUnit { .thousandthsPerWeight }
  /// Tokens in flight per weight, in thousandths.
  public func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    wholeScore(perWeight(child) * 1000)
  }

  @inline(__always)
  private func perWeight(_ child: Int) -> Double {
    weights[child] > 0 ? load[child] / weights[child] : .infinity
  }

  /// Wants to be told of attempts.
  public var observes: Bool { true }
  /// Counts the tokens of an attempt that has started below a child.
  public mutating func started(_ child: Int, for request: borrowing Request, at now: Instant) {
    load.started(child, inputTokens: request.inputTokens, outputCap: request.outputCap)
  }
  /// Takes the tokens of an attempt that has ended off again.
  public mutating func ended(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    load.ended(child, observation)
  }
  /// Takes in what another replica has published.
  public mutating func remoteChanged(_ child: Int, by change: Int) {
    load.remoteChanged(child, by: change)
  }
}

/// The tokens of the attempts in flight at each child.
///
/// What an attempt adds when it starts is a function of its request alone, so the same is taken off
/// when it ends, and the count cannot drift.
struct TokenLoad: Sendable {
  private let assumeOutput: UInt32
  private var tokens: [Int] = []
  private var remote: [Int] = []
  private var total = 0
  private var attempts = 0
  private var meanSize = 1_000.0

  init(assumeOutput: UInt32) { self.assumeOutput = assumeOutput }

  static func assumedOutput(reading s: inout SettingsReader) throws(SettingError) -> UInt32 {
    UInt32(
      try s.integer(
        "assumeOutput", default: 500, in: 0...1_000_000,
        "output tokens to expect of a request that sets no lower cap"))
  }

  mutating func prepare(_ count: Int) {
    tokens = Array(repeating: 0, count: count)
    remote = tokens
  }

  /// Tokens in flight at a child: its own, and the others' attempts at the mean size of its own.
  @inline(__always)
  subscript(child: Int) -> Double {
    max(0, Double(tokens[child]) + Double(remote[child]) * meanSize)
  }

  @inline(__always)
  mutating func started(_ child: Int, inputTokens: UInt32, outputCap: UInt32) {
    let size = Int(inputTokens) + Int(min(outputCap, assumeOutput))
    tokens[child] += size
    total += size
    attempts += 1
    meanSize = Double(total) / Double(attempts)
  }

  @inline(__always)
  mutating func ended(_ child: Int, _ observation: AttemptObservation) {
    tokens[child] -= Int(observation.inputTokens) + Int(min(observation.outputCap, assumeOutput))
  }

  mutating func remoteChanged(_ child: Int, by change: Int) { remote[child] += change }
}
