import Chance
import Settings
import Vocabulary

@testable import GatewayCore

/// One strategy over children with the given weights, asked by a test.
struct Choosing {
  var strategy: any Strategy
  var request = Request(
    call: CallKey(bits: 1), inputTokens: 1_000, outputCap: 500, alias: AliasID(0))
  let count: Int
  private let key = Chance(seed: 1, replication: 0).key(.routing)
  private var calls: UInt64 = 0

  init(_ setting: Setting, weights: [Double], sheets: [PriceSheet?]? = nil) throws {
    strategy = try Strategies.registry.make(from: setting)
    count = weights.count
    strategy.prepare(
      for: weights.enumerated().map { place, weight in
        RouteChild(
          name: "child \(place)", weight: weight, deployment: DeploymentID(place),
          sheet: sheets.map { $0[place] } ?? .dollars(1 + place))
      })
  }

  /// The choice for the next call, or for a call of a test's own, among some children or all.
  mutating func choose(_ among: [Int]? = nil, at now: Instant = .start, call: UInt64? = nil) -> Int
  {
    calls += 1
    var set = CandidateSet(bits: 0)
    for child in among ?? Array(0..<count) { set.insert(child) }
    request.call = CallKey(source: NameHash("strategies"), number: call ?? calls)
    return strategy.choose(
      among: set, for: request, at: now,
      draws: RoutingDraws(key: key, script: nil, call: request.call, attempt: 0, level: 0))
  }

  mutating func started(_ child: Int, at now: Instant = .start) {
    strategy.started(child, for: request, at: now)
  }

  mutating func ended(
    _ child: Int, _ outcome: Outcome = .succeeded, took: Duration = .milliseconds(100),
    at now: Instant = .start
  ) {
    strategy.ended(
      child,
      AttemptObservation(
        outcome: outcome, elapsed: took.nanoseconds, untilFirstToken: took.nanoseconds), at: now)
  }

  func score(_ child: Int, at now: Instant = .start) -> Int64? {
    strategy.score(of: child, for: request, at: now)
  }
}

/// Pearson's statistic of counts against shares.
func chiSquare(_ counts: [Int], shares: [Double]) -> Double {
  let total = Double(counts.reduce(0, +))
  let sum = shares.reduce(0, +)
  var statistic = 0.0
  for (count, share) in zip(counts, shares) where share > 0 {
    let expected = total * share / sum
    statistic += (Double(count) - expected) * (Double(count) - expected) / expected
  }
  return statistic
}
