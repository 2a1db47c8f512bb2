import Settings
import Vocabulary

/// Chooses the child whose price for this request is lowest, by the gateway's own sheets.
///
/// price(i) = input tokens × inputᵢ + expected output tokens × outputᵢ. The expected output is the
/// request's cap if it has one below `assumeOutput`, else `assumeOutput`. The first of equals wins;
/// a subtree is priced as its first deployment. Source: OpenRouter `sort: price`, LiteLLM
/// `cost-based-routing`.
/// - Complexity: O(candidates), exact integer arithmetic.
public struct Cheapest: Strategy {
  private let assumeOutput: Int
  private var sheets: [PriceSheet?] = []

  /// Reads the number of output tokens to expect.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    assumeOutput = try s.integer(
      "assumeOutput", default: 500, in: 0...1_000_000,
      "output tokens to expect of a request that sets no lower cap")
  }

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) { sheets = children.map(\.sheet) }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    var best = candidates.first
    var bestPrice = Int64.max
    var set = candidates.bits
    while set != 0 {
      let child = set.trailingZeroBitCount
      let price = score(of: child, for: request, at: now) ?? .max
      if price < bestPrice {
        bestPrice = price
        best = child
      }
      set &= set &- 1
    }
    return best
  }

  /// What the rule compares; lower is better.
  public func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    guard let sheet = sheets[child] else { return nil }
    let usage = Usage(
      inputTokens: request.inputTokens,
      outputTokens: min(request.outputCap, UInt32(assumeOutput)))
    return sheet.bill(for: usage).picodollars
  }
}
