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
    Measure(
      "costPerSuccess", "cost per success", .dollars, .lower,
      formula: "(Σ bills + standing charges) / succeeded", of: "successes", matters: .relative(0.02)
    ) { group in
      var cost = group.tally.bill
      cost += group.standingCharges
      return mean(cost.dollars, group.tally.succeeded)
    },
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
    Measure(
      "rejected", "rejected", .share, .lower, formula: "rejected / arrived",
      of: "arrived requests", matters: .absolute(0.0005)
    ) { ratio($0.tally.rejected, $0.tally.arrived) },
    Measure(
      "shed", "shed", .share, .lower, formula: "shed / arrived", of: "arrived requests",
      matters: .absolute(0.0005)
    ) { ratio($0.tally.endings[.shed], $0.tally.arrived) },
    Measure(
      "failed", "failed", .share, .lower, formula: "failed / arrived", of: "arrived requests",
      matters: .absolute(0.0005)
    ) { ratio($0.tally.endings[.failed], $0.tally.arrived) },
    Measure(
      "abandoned", "abandoned", .share, .lower, formula: "abandoned / arrived",
      of: "arrived requests", matters: .absolute(0.0005)
    ) { ratio($0.tally.endings[.abandoned], $0.tally.arrived) },
    Measure(
      "missAvailability", "availability of misses", .share, .higher,
      formula: "served / misses", of: "admitted requests that no stored or shared answer served",
      matters: .absolute(0.0005)
    ) { ratio($0.tally.endings[.served], $0.tally.misses) },
    Measure(
      "attemptsPerMiss", "attempts per miss", .ratio, .lower, formula: "attempts / misses",
      of: "admitted requests that no stored or shared answer served", matters: .relative(0.02)
    ) { ratio($0.tally.attempts, $0.tally.misses) },
    Measure(
      "retriesPerRequest", "retries", .ratio, .lower, formula: "retries / arrived",
      of: "arrived requests", matters: .relative(0.05)
    ) { ratio($0.tally.retries, $0.tally.arrived) },
    Measure(
      "fallbacksPerRequest", "fallbacks", .ratio, .lower, formula: "fallbacks / arrived",
      of: "arrived requests", matters: .relative(0.05)
    ) { ratio($0.tally.fallbacks, $0.tally.arrived) },
    Measure(
      "hedgesPerRequest", "hedges", .ratio, .lower, formula: "hedges / arrived",
      of: "arrived requests", matters: .relative(0.05)
    ) { ratio($0.tally.hedges, $0.tally.arrived) },
  ]

  private static let books: [Measure] = [
    Measure(
      "costPerRequest", "cost per request", .dollars, .lower,
      formula: "(Σ bills + standing charges) / arrived", of: "arrived requests",
      matters: .relative(0.02)
    ) { group in
      var cost = group.tally.bill
      cost += group.standingCharges
      return mean(cost.dollars, group.tally.arrived)
    },
    Measure(
      "costPerAdmitted", "cost per admitted", .dollars, .lower,
      formula: "(Σ bills + standing charges) / admitted", of: "admitted requests",
      matters: .relative(0.02)
    ) { group in
      var cost = group.tally.bill
      cost += group.standingCharges
      return mean(cost.dollars, group.tally.admitted)
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

  /// The measure that only an incident which spoils answers has.
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
