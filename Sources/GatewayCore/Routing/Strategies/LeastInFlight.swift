import Settings
import Vocabulary

/// Chooses the child with the fewest attempts in flight per weight; the first of equals.
///
/// score(i) = inFlightᵢ / wᵢ, own attempts plus what other replicas have published. Source: Kong
/// `least-connections`, LiteLLM `least-busy`.
/// - Complexity: O(candidates).
public struct LeastInFlight: Strategy {
  private let ties: TieRule
  private var inFlight: [Int] = []
  private var weights: [Double] = []

  /// Reads the tie rule; the weights stand at the children.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    ties = try TieRule(reading: &s)
  }

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) {
    inFlight = children.map { _ in 0 }
    weights = children.map(\.weight)
  }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    candidates.lowest(ties, draws) { load(of: $0) }
  }

  /// What is in flight, by weight.
  public var scoreUnit: ScoreUnit { .thousandthsPerWeight }
  /// Attempts in flight per weight, in thousandths.
  public func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    wholeScore(load(of: child) * 1000)
  }

  @inline(__always)
  private func load(of child: Int) -> Double {
    weights[child] > 0 ? Double(inFlight[child]) / weights[child] : .infinity
  }

  /// Wants to be told of attempts.
  public var observes: Bool { true }
  /// Counts an attempt that has started below a child.
  public mutating func started(_ child: Int, for request: borrowing Request, at now: Instant) {
    inFlight[child] += 1
  }
  /// Learns from an attempt that has ended below a child.
  public mutating func ended(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    inFlight[child] -= 1
  }
  /// Takes in what another replica has published.
  public mutating func remoteChanged(_ child: Int, by change: Int) { inFlight[child] += change }
}
