import Vocabulary

// Measures that no table shows by itself: they are computed where an expectation asks for them.

extension MeasureCatalog {
  /// The measures that only expectations compute.
  public static let asked: [Measure] = money + rates

  /// All measures that have a name of their own: those of the tables, then those asked for.
  public static var named: [Measure] { all + asked }

  /// The latencies of which any quantile can be asked, from p0.1 to p99.99.
  public static let latencies: [(name: String, what: String)] = [
    ("timeToFirstToken", "arrival to first token, over successes"),
    ("endToEndLatency", "arrival to end, over successes"),
    ("servedLatency", "arrival to end, over successes that a provider served"),
    ("callLatency", "first try's arrival to end, over successes"),
    ("timePerOutputToken", "(end − first token) / (output tokens − 1), over streamed answers"),
  ]

  /// The quantile of a latency, such as 99.5 of `timeToFirstToken`; `nil` if there is none such.
  ///
  /// The quantiles of the tables are those of the tables, whatever way they are asked for.
  public static func quantile(_ percent: Double, of latency: String) -> Measure? {
    guard percent > 0, percent < 100 else { return nil }
    let name = "p\(digits(percent)).\(latency)"
    if let known = measure(name) { return known }
    guard let entry = latencies.first(where: { $0.name == latency }) else { return nil }
    return Measure(
      name, "\(latency) p\(digits(percent))", .seconds, .lower,
      formula: "p\(digits(percent)) of \(entry.what)", of: "successes", matters: .relative(0.05)
    ) { group in
      let histogram =
        switch latency {
        case "timeToFirstToken": group.firstToken
        case "servedLatency": group.servedEndToEnd
        case "timePerOutputToken": group.perOutputToken
        case "callLatency": group.callLatency
        default: group.endToEnd
        }
      return histogram.quantile(percent / 100).map { $0 / 1e9 }
    }
  }

  /// How fast the error budget of an objective is spent: 1 spends exactly the budget.
  ///
  /// - Source: B. Beyer and others, The Site Reliability Workbook (2018), chapter 5.
  public static func errorBudgetBurn(objective: Double) -> Measure {
    Measure(
      "errorBudgetBurn", "error budget burn", .ratio, .lower,
      formula: "(1 − availability) / (1 − objective)",
      of: "the error budget that the objective leaves", matters: .relative(0.05)
    ) { group in
      let judged = group.tally.arrived - group.tally.rejectedByOwnLimits
      guard judged > 0, objective < 1 else { return nil }
      return Double(judged - group.tally.succeeded) / Double(judged) / (1 - objective)
    }
  }

  /// The share of the attempts that were made for a reason.
  public static func share(ofReason reason: AttemptRecord.Reason) -> Measure {
    Measure(
      "share", "share of attempts", .share, .lower,
      formula: "attempts made for the reason / attempts", of: "attempts", matters: .absolute(0.005)
    ) { group in
      let tally = group.tally
      let part =
        switch reason {
        case .first: tally.attempts - tally.retries - tally.fallbacks - tally.hedges
        case .retry: tally.retries
        case .fallback: tally.fallbacks
        case .hedge: tally.hedges
        }
      return ratio(part, tally.attempts)
    }
  }

  /// A share of requests; its two groups are counted by whoever judges it.
  public static let share = Measure(
    "share", "share", .share, .lower,
    formula: "requests that meet all conditions / requests that meet those on who asked for what",
    of: "successes if it is about who served, else arrived requests", matters: .absolute(0.005)
  ) { Double($0.tally.arrived) }

  /// From the beginning of an incident until the gateway shows that it knows.
  public static let timeToDetect = Measure(
    "timeToDetect", "time to detect", .seconds, .lower,
    formula: "first breaker opened or ejection at a struck deployment − beginning of the incident; "
      + "by share: first 5 s in which their share of first attempts is below it",
    of: "one run; never, if it does not happen before the run's end", matters: .relative(0.05)
  ) { _ in nil }

  /// From the end of an incident until a measure is back.
  public static let timeToRecover = Measure(
    "timeToRecover", "time to recover", .seconds, .lower,
    formula: "first minute after the incident from which a measure stays within a tolerance of its "
      + "value before the incident for so many minutes − end of the incident",
    of: "one run; never, if it does not happen before the horizon", matters: .relative(0.05)
  ) { _ in nil }

  private static let money: [Measure] = [
    Measure(
      "costPerThousand", "cost per 1,000", .dollars, .lower,
      formula: "1,000 × (Σ bills + standing charges) / succeeded", of: "1,000 successes",
      matters: .relative(0.02)
    ) { group in mean(1000 * group.cost.dollars, group.tally.succeeded) },
    Measure(
      "totalCost", "total cost", .dollars, .lower, formula: "Σ bills + standing charges",
      of: "the measured interval of one run", matters: .relative(0.02)
    ) { $0.cost.dollars },
  ]

  private static let rates: [Measure] = [
    rate("requestRate", "request rate", "arrived", .higher) { $0.tally.arrived },
    rate("successRate", "success rate", "succeeded", .higher) { $0.tally.succeeded },
    rate("attemptRate", "attempt rate", "attempts", .lower) { $0.tally.attempts },
    rate("retryRate", "retry rate", "retries", .lower) { $0.tally.retries },
    rate("fallbackRate", "fallback rate", "fallbacks", .lower) { $0.tally.fallbacks },
    rate("hedgeRate", "hedge rate", "hedges", .lower) { $0.tally.hedges },
    rate("failureRate", "failure rate", "failed", .lower) { $0.tally.endings[.failed] },
    rate("rejectionRate", "rejection rate", "rejected", .lower) { $0.tally.rejected },
    rate("throttleRate", "429 rate", "attempts that a provider answered with 429", .lower) {
      $0.throttled
    },
  ]

  private static func rate(
    _ name: String, _ title: String, _ what: String, _ better: Measure.Better,
    _ count: @escaping @Sendable (Group) -> Int
  ) -> Measure {
    Measure(
      name, title, .perSecond, better, formula: "\(what) / seconds",
      of: "seconds of the interval asked for", matters: .relative(0.05)
    ) { group in
      group.measured > 0 ? Double(count(group)) / (Double(group.measured) / 1e9) : nil
    }
  }

  /// A percentage as it is written: 99, 99.5.
  private static func digits(_ percent: Double) -> String {
    let hundredths = Int(percent * 100 + 0.5)
    let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
    if rest == 0 { return "\(whole)" }
    return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }
}
