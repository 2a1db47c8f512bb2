import Chance
import Settings
import Vocabulary

/// Draws two different candidates and takes the one with fewer attempts in flight.
///
/// Two samples cut the expected maximum load from Θ(log n / log log n) to Θ(log log n)
/// (M. Mitzenmacher, "The power of two choices in randomized load balancing", IEEE TPDS 12(10),
/// 2001). On a tie the first drawn wins.
/// - Complexity: O(1), two draws.
public struct PowerOfTwo: Strategy {
  private var inFlight: [Int] = []

  /// Reads no parameters.
  public init(reading s: inout SettingsReader) throws(SettingError) {}

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) { inFlight = children.map { _ in 0 } }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    let (one, other) = CandidatePair.draw(from: candidates, draws)
    return inFlight[other] < inFlight[one] ? other : one
  }

  /// What the rule compares; lower is better.
  public func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    Int64(inFlight[child])
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

/// Two different candidates, uniformly drawn; the same one twice if there is no other.
enum CandidatePair {
  static func draw(from candidates: CandidateSet, _ draws: RoutingDraws) -> (Int, Int) {
    let count = candidates.count
    guard count > 1 else { return (candidates.first, candidates.first) }
    let first = min(count - 1, Int(draws.uniform(0) * Double(count)))
    var second = min(count - 2, Int(draws.uniform(1) * Double(count - 1)))
    if second >= first { second += 1 }
    return (candidates.member(first), candidates.member(second))
  }
}
