import Vocabulary

/// All measures, by name: the columns of `compare` in their order, then the others.
public enum MeasureCatalog {
  /// The columns of `compare`, in order.
  public static let columns: [Measure] =
    outcomes
    + quantiles("timeToFirstToken", "TTFT", "arrival to first token") { $0.firstToken }
    + quantiles("endToEndLatency", "end to end", "arrival to end") { $0.endToEnd }
    + economy

  /// The measures that are not columns.
  public static let others: [Measure] =
    servedOnly + meansAndShares + books + [quality] + perCall + meaning

  /// All measures: the columns first.
  public static let all: [Measure] = columns + others

  /// The names of all measures, in order.
  public static var names: [String] { all.map(\.name) }

  /// The measure of that name.
  public static func measure(_ name: String) -> Measure? { all.first { $0.name == name } }

  private static let outcomes: [Measure] = [
    Measure(
      "successPerCall", "success per call", .share, .higher, formula: "succeeded / calls",
      of: "calls: first tries that arrived", matters: .absolute(0.0005)
    ) { ratio($0.tally.answeredCalls, $0.tally.calls) },
    Measure(
      "availability", "availability", .share, .higher,
      formula: "succeeded / (arrived − rejected by the tenant's own limits)",
      of: "requests that no limit or budget of their tenant refused", matters: .absolute(0.0005)
    ) { ratio($0.tally.succeeded, $0.tally.arrived - $0.tally.rejectedByOwnLimits) },
    Measure(
      "rejectedByOwnLimits", "rejected by own limits", .share, .lower,
      formula: "(rejected by limit + rejected by budget) / arrived", of: "arrived requests",
      matters: .absolute(0.0005)
    ) { ratio($0.tally.rejectedByOwnLimits, $0.tally.arrived) },
  ]

  private static let economy: [Measure] = [
    Measure(
      "goodput", "goodput", .share, .higher, formula: "successes within the objective / arrived",
      of: "arrived requests", matters: .absolute(0.0005)
    ) { ratio($0.tally.good, $0.tally.arrived) },
    cost("costPerSuccess", "cost per success", by: "succeeded", of: "successes") { $0.succeeded },
    Measure(
      "amplification", "amplification", .ratio, .lower, formula: "attempts / arrived",
      of: "arrived requests", matters: .relative(0.02)
    ) { ratio($0.tally.attempts, $0.tally.arrived) },
  ]

  private static let servedOnly =
    quantiles(
      "servedLatency", "served by a provider", "arrival to end, provider successes"
    ) { $0.servedEndToEnd }

  private static let meansAndShares: [Measure] = [
    Measure(
      "meanEndToEndLatency", "mean end to end", .seconds, .lower,
      formula: "Σ (ended − arrived) / succeeded", of: "successes", matters: .relative(0.05)
    ) { mean(Double($0.tally.endToEnd) / 1e9, $0.tally.succeeded) },
    Measure(
      "meanServedLatency", "mean served by a provider", .seconds, .lower,
      formula: "Σ (ended − arrived) / served", of: "successes that a provider served",
      matters: .relative(0.05)
    ) { mean(Double($0.tally.servedEndToEnd) / 1e9, $0.tally.endings[.served]) },
    Measure(
      "meanTimeToFirstToken", "mean TTFT", .seconds, .lower,
      formula: "Σ (began − arrived) / succeeded", of: "successes", matters: .relative(0.05)
    ) { mean(Double($0.tally.firstToken) / 1e9, $0.tally.succeeded) },
    Measure(
      "hitRate", "hit rate", .share, .higher, formula: "hits / admitted", of: "admitted requests",
      matters: .absolute(0.005)
    ) { ratio($0.tally.endings[.hit], $0.tally.admitted) },
    Measure(
      "followRate", "follow rate", .share, .higher, formula: "followers / admitted",
      of: "admitted requests", matters: .absolute(0.005)
    ) { ratio($0.tally.endings[.followed], $0.tally.admitted) },
    ending("rejected") { $0.rejected },
    ending("shed") { $0.endings[.shed] },
    ending("failed") { $0.endings[.failed] },
    ending("abandoned") { $0.endings[.abandoned] },
    Measure(
      "missAvailability", "availability of misses", .share, .higher,
      formula: "served / misses", of: "admitted requests that no stored or shared answer served",
      matters: .absolute(0.0005)
    ) { ratio($0.tally.endings[.served], $0.tally.misses) },
    Measure(
      "attemptsPerMiss", "attempts per miss", .ratio, .lower, formula: "attempts / misses",
      of: "admitted requests that no stored or shared answer served", matters: .relative(0.02)
    ) { ratio($0.tally.attempts, $0.tally.misses) },
    perRequest("retries") { $0.retries },
    perRequest("fallbacks") { $0.fallbacks },
    perRequest("hedges") { $0.hedges },
  ]

  private static let books: [Measure] = [
    cost("costPerRequest", "cost per request", by: "arrived", of: "arrived requests") {
      $0.arrived
    },
    cost("costPerAdmitted", "cost per admitted", by: "admitted", of: "admitted requests") {
      $0.admitted
    },
    Measure(
      "wastedShare", "wasted", .share, .lower, formula: "Σ wasted / Σ estimates",
      of: "the gateway's own estimate of the cost", matters: .absolute(0.005)
    ) { share($0.tally.wasted, of: $0.tally.estimate) },
    Measure(
      "savedPerRequest", "saved by the cache", .dollars, .higher,
      formula: "Σ saved / arrived", of: "arrived requests", matters: .relative(0.05)
    ) { mean($0.tally.saved.dollars, $0.tally.arrived) },
    Measure(
      "estimateError", "estimate over bill", .ratio, .lower,
      formula: "(Σ estimates − Σ bills) / Σ bills", of: "the providers' bills",
      matters: .absolute(0.005)
    ) { share($0.tally.estimate - $0.tally.bill, of: $0.tally.bill) },
    Measure(
      "costFloor", "floor of the cost", .dollars, .lower,
      formula: "Σ floor bills / bounded successes", of: "successes whose bounds are known",
      matters: .relative(0.02)
    ) { mean($0.tally.floorBill.dollars, $0.tally.bounded) },
    Measure(
      "costRegret", "regret of the cost", .dollars, .lower,
      formula: "Σ (bill − floor bill) / bounded successes", of: "successes whose bounds are known",
      matters: .relative(0.05)
    ) { mean(($0.tally.boundedBill - $0.tally.floorBill).dollars, $0.tally.bounded) },
    Measure(
      "latencyFloor", "floor of the latency", .seconds, .lower,
      formula: "Σ floor latencies / bounded successes", of: "successes whose bounds are known",
      matters: .relative(0.05)
    ) { mean(Double($0.tally.floorEndToEnd) / 1e9, $0.tally.bounded) },
    Measure(
      "latencyRegret", "regret of the latency", .seconds, .lower,
      formula: "Σ (latency − floor latency) / bounded successes",
      of: "successes whose bounds are known", matters: .relative(0.05)
    ) {
      mean(Double($0.tally.boundedEndToEnd - $0.tally.floorEndToEnd) / 1e9, $0.tally.bounded)
    },
  ]

  /// The measure that only a world has in which answers may be wrong.
  public static let quality = Measure(
    "quality", "quality", .share, .higher,
    formula: "(succeeded − answers that were wrong, spoilt or to another question) / succeeded",
    of: "successes", matters: .absolute(0.0005)
  ) { ratio($0.tally.succeeded - $0.tally.degraded - $0.tally.wrong, $0.tally.succeeded) }

  /// The measures that only a world has in which clients come back.
  public static let perCall: [Measure] =
    [
      Measure(
        "requestsPerCall", "requests per call", .ratio, .lower, formula: "arrived / calls",
        of: "calls: first tries that arrived", matters: .relative(0.02)
      ) { ratio($0.tally.arrived, $0.tally.calls) },
      Measure(
        "attemptsPerCall", "attempts per call", .ratio, .lower, formula: "attempts / calls",
        of: "calls: first tries that arrived", matters: .relative(0.02)
      ) { ratio($0.tally.attempts, $0.tally.calls) },
      Measure(
        "goodputPerCall", "goodput per call", .share, .higher,
        formula: "successes within the objective / calls", of: "calls: first tries that arrived",
        matters: .absolute(0.0005)
      ) { ratio($0.tally.good, $0.tally.calls) },
      Measure(
        "meanCallLatency", "mean call latency", .seconds, .lower,
        formula: "Σ (ended − first try's arrival) / succeeded", of: "successes",
        matters: .relative(0.05)
      ) { mean(Double($0.tally.endToEnd + $0.tally.callAge) / 1e9, $0.tally.succeeded) },
    ] + quantiles("callLatency", "call latency", "first try's arrival to end") { $0.callLatency }

  /// The measures that only a policy with a semantic cache has: the last ones of `all`.
  public static let meaning: [Measure] = [
    Measure(
      "semanticHitRate", "hits by meaning", .share, .higher,
      formula: "semantic hits / admitted", of: "admitted requests", matters: .absolute(0.005)
    ) { ratio($0.tally.semanticHits, $0.tally.admitted) },
    Measure(
      "wrongAnswers", "wrong answers (semantic)", .share, .lower,
      formula: "semantic hits on another question / succeeded", of: "successes",
      matters: .absolute(0.0005)
    ) { ratio($0.tally.wrong, $0.tally.succeeded) },
  ]

  /// What all of a group cost, by one of its counts.
  private static func cost(
    _ name: String, _ title: String, by count: String, of whom: String,
    _ counted: @escaping @Sendable (Tally) -> Int
  ) -> Measure {
    Measure(
      name, title, .dollars, .lower, formula: "(Σ bills + standing charges) / \(count)", of: whom,
      matters: .relative(0.02)
    ) { mean($0.cost.dollars, counted($0.tally)) }
  }

  /// The share of the requests that ended in a way that nobody wants.
  private static func ending(
    _ name: String, _ counted: @escaping @Sendable (Tally) -> Int
  ) -> Measure {
    Measure(
      name, name, .share, .lower, formula: "\(name) / arrived", of: "arrived requests",
      matters: .absolute(0.0005)
    ) { ratio(counted($0.tally), $0.tally.arrived) }
  }

  /// Further attempts of one kind by request.
  private static func perRequest(
    _ kind: String, _ counted: @escaping @Sendable (Tally) -> Int
  ) -> Measure {
    Measure(
      kind + "PerRequest", kind, .ratio, .lower, formula: "\(kind) / arrived",
      of: "arrived requests", matters: .relative(0.05)
    ) { ratio(counted($0.tally), $0.tally.arrived) }
  }

  private static func quantiles(
    _ name: String, _ title: String, _ what: String,
    _ histogram: @escaping @Sendable (Group) -> Histogram
  ) -> [Measure] {
    [50, 95, 99].map { percent in
      Measure(
        "p\(percent).\(name)", "\(title) p\(percent)", .seconds, .lower,
        formula: "p\(percent) of \(what), interpolated in buckets of at most 0.4 %",
        of: "successes", matters: .relative(0.05)
      ) { histogram($0).quantile(Double(percent) / 100).map { $0 / 1e9 } }
    }
  }

  static func ratio(_ part: Int, _ whole: Int) -> Double? {
    whole > 0 ? Double(part) / Double(whole) : nil
  }

  static func mean(_ sum: Double, _ count: Int) -> Double? {
    count > 0 ? sum / Double(count) : nil
  }

  private static func share(_ part: MoneyTotal, of whole: MoneyTotal) -> Double? {
    whole > .zero ? Double(part.picodollars) / Double(whole.picodollars) : nil
  }
}
