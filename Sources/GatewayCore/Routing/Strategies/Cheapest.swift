import Settings
import Vocabulary

/// Chooses the child whose price for this request is lowest, by the gateway's own sheets.
///
/// price(i) = fresh input tokens × inputᵢ + cached × cachedInputᵢ + expected output × outputᵢ; what
/// is expected, see `ExpectedPrice`. A subtree is priced as its first deployment; what has no price
/// comes last. Source: OpenRouter `sort: price`; LiteLLM `cost-based-routing` is
/// `{price: "unit", zeroIsUnknown: true}`.
/// - Complexity: O(candidates), exact integer arithmetic.
public struct Cheapest: Strategy {
  /// Whose answers it learns from.
  public let scope: StateScope
  private var expected: ExpectedPrice
  private let ties: TieRule

  /// Reads what to expect of a request, and the tie rule.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    expected = try ExpectedPrice(reading: &s)
    ties = try TieRule(reading: &s)
    scope = try StateScope(learntBy: &s)
    try s.require(
      scope == .local || expected.learns, "state",
      expected: "\"local\": with expect: \"assumed\" it learns nothing",
      next: "leave \"state\" out, or say expect: \"observed\"")
  }

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) { expected.prepare(for: children) }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    var equals = CandidateSet(bits: 0)
    var bestPrice = Int64.max
    var rest = candidates.bits
    while rest != 0 {
      let child = rest.trailingZeroBitCount
      let price = expected.price(of: child, for: request, at: now) ?? .max
      if price < bestPrice {
        bestPrice = price
        equals = CandidateSet(bits: 0)
      }
      if price == bestPrice { equals.insert(child) }
      rest &= rest &- 1
    }
    return ties == .first ? equals.first : equals.drawn(draws.uniform())
  }

  /// A price.
  public var scoreUnit: ScoreUnit { .picodollars }
  /// What the rule compares; lower is better.
  public func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    expected.price(of: child, for: request, at: now)
  }

  /// Wants to be told of attempts only if it learns from them.
  public var observes: Bool { expected.learns }
  /// Learns what an answer consumed.
  public mutating func learn(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    expected.learn(child, observation)
  }
  /// Takes over what another has learnt.
  public mutating func takeOver(_ other: any Strategy) {
    if let other = other as? Self { expected.takeOver(other.expected) }
  }
}
