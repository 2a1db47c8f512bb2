import Laboratory
import Reports
import Scenarios
import Statistics

/// The answer in a sentence or two, made of the verdicts of one case.
///
/// The policy that it speaks of is, among those whose availability is within what matters of the
/// highest, the one with the lowest cost per success, and among those that cost the same, the
/// fastest; then those as good, the cheapest and the fastest are named, where they are others.
struct Answer {
  let result: CaseResult
  let baseline: PolicyResult
  /// The policy that the answer recommends; it may be the baseline.
  let pick: PolicyResult
  private let policies: [PolicyResult]
  /// Points of availability by which a policy may be worse and still be named.
  static let fewUnanswered = 0.005
  private let matters: Scenario.Matters

  init?(_ result: CaseResult, matters: Scenario.Matters) {
    let policies = result.policies.filter { $0.isPolicy && $0.mean("availability") != nil }
    guard let baseline = policies.first(where: \.isBaseline),
      let best = policies.compactMap({ $0.mean("availability") }).max()
    else { return nil }
    let good = policies.filter {
      ($0.mean("availability") ?? 0) >= best - matters.availability
    }
    var pick = good.contains { $0.isBaseline } ? baseline : good[0]
    for policy in good where Answer.beats(policy, pick, matters) { pick = policy }
    self.result = result
    self.baseline = baseline
    self.pick = pick
    self.policies = policies
    self.matters = matters
  }

  /// Whether a policy costs less by what matters, or costs the same and is faster by what matters.
  private static func beats(
    _ policy: PolicyResult, _ other: PolicyResult, _ matters: Scenario.Matters
  ) -> Bool {
    let (cost, known) = (
      policy.mean("costPerSuccess") ?? .infinity, other.mean("costPerSuccess") ?? .infinity
    )
    if cost < (1 - matters.cost) * known { return true }
    if cost > (1 + matters.cost) * known { return false }
    let time = policy.mean("p99.timeToFirstToken") ?? .infinity
    return time < (1 - matters.latency) * (other.mean("p99.timeToFirstToken") ?? .infinity)
  }

  /// Those that differ from the pick by nothing that matters.
  private var equals: [PolicyResult] {
    policies.filter { policy in
      policy.name != pick.name
        && abs((policy.mean("availability") ?? 0) - (pick.mean("availability") ?? 0))
          <= matters.availability
        && !Answer.beats(policy, pick, matters) && !Answer.beats(pick, policy, matters)
    }
  }

  /// The judgement that colours the answer: better if nothing is worse, worse if nothing is better.
  var mark: VerdictMark? {
    if pick.isBaseline { return nil }
    let marks = judged.map { VerdictMark($0.difference.verdict) }
    if marks.contains(.better), !marks.contains(.worse) { return .better }
    if marks.contains(.worse), !marks.contains(.better) { return .worse }
    return nil
  }

  /// The share of calls that the baseline answers.
  var baselineAvailability: Double { baseline.mean("availability") ?? 1 }

  /// The sentences.
  var text: RichText {
    var text: RichText
    if policies.count == 1 {
      text = alone
    } else if pick.isBaseline {
      text =
        "\(strong: baseline.name) stays the choice: no policy has a higher availability than its \(availability(baseline)), and none as high costs less."
    } else {
      text = "\(strong: pick.name) "
      for (index, clause) in judged.map(clause).enumerated() {
        text = text + (index == 0 ? "" : index == judged.count - 1 ? " and " : ", ") + clause
      }
      text = text + ", compared with \(baseline.name)."
    }
    return text + others
  }

  // MARK: The clauses

  private typealias Judged = (measure: MeasureResult, base: MeasureResult, difference: Difference)

  private var judged: [Judged] {
    [
      "availability", "p99.timeToFirstToken", "costPerSuccess",
    ].compactMap { name in
      guard let measure = pick.measure(name), measure.estimate != nil,
        let base = baseline.measure(name), base.estimate != nil,
        let difference = measure.difference
      else { return nil }
      return (measure, base, difference)
    }
  }

  private func clause(_ one: Judged) -> RichText {
    let mean = one.measure.estimate?.mean ?? 0
    let before = one.base.estimate?.mean ?? 0
    let style = one.measure.style(for: [mean, before])
    let (from, to) = (style.text(before), style.text(mean))
    let mark = VerdictMark(one.difference.verdict)
    switch one.measure.name {
    case "availability":
      switch mark {
      case .equivalent: return "keeps availability at \(to)"
      case .undecided: return "has availability \(to), \(undecided(one)) from \(from)"
      default:
        return
          "\(mean > before ? "raises" : "lowers") availability from \(from) to \(strong: to)"
      }
    case "costPerSuccess":
      if mark == .equivalent { return "costs the same per success" }
      if mark == .undecided { return "costs \(share(mean, before)) per success (undecided)" }
      return
        "costs \(strong: share(mean, before)) per success (\(from) → \(to) per 1,000)"
    default:
      let words = "p99 time to first token"
      switch mark {
      case .equivalent: return "keeps the \(words) at \(to)"
      case .undecided: return "has a \(words) of \(to), \(undecided(one)) from \(from)"
      default:
        return "\(mean < before ? "cuts" : "lengthens") the \(words) from \(from) to \(strong: to)"
      }
    }
  }

  private func undecided(_ one: Judged) -> String { "not decidedly different" }

  private func share(_ value: Double, _ base: Double) -> String {
    guard base > 0 else { return "more" }
    let ratio = value / base - 1
    let digits = abs(ratio) < 0.1 ? 1 : 0
    return Format.percent(abs(ratio), digits: digits) + (ratio < 0 ? " less" : " more")
  }

  private func availability(_ policy: PolicyResult) -> String {
    Format.percent(policy.mean("availability") ?? 0, digits: 2)
  }

  /// The answer for a scenario with one policy.
  private var alone: RichText {
    var parts: [RichText] = ["has an availability of \(availability(pick))"]
    for name in ["p99.timeToFirstToken", "costPerSuccess"] {
      guard let measure = pick.measure(name), let mean = measure.estimate?.mean else { continue }
      let style = measure.style(for: [mean])
      parts.append(
        name == "costPerSuccess"
          ? "costs \(style.text(mean)) per 1,000 successes"
          : "a p99 time to first token of \(style.text(mean))")
    }
    var text: RichText = "\(strong: pick.name) "
    for (index, part) in parts.enumerated() {
      text = text + (index == 0 ? "" : index == parts.count - 1 ? " and " : ", ") + part
    }
    return text + "."
  }

  /// The cheapest and the fastest, where they are others than the pick.
  private var others: RichText {
    var text: RichText = ""
    if !equals.isEmpty {
      text = text + " As good: "
      for (index, policy) in equals.enumerated() {
        text =
          text + (index == 0 ? "" : index == equals.count - 1 ? " and " : ", ")
          + "\(strong: policy.name)"
      }
      text = text + "."
    }
    if let cheapest = lowest("costPerSuccess"), cheapest.name != pick.name,
      let cost = cheapest.mean("costPerSuccess"), let own = pick.mean("costPerSuccess"),
      cost < own * (1 - matters.cost)
    {
      text =
        text
        + " Cheapest is \(strong: cheapest.name), \(share(cost, own)) than \(pick.name), at an availability of \(availability(cheapest))."
    }
    if let fastest = lowest("p99.timeToFirstToken"), fastest.name != pick.name,
      let time = fastest.mean("p99.timeToFirstToken"),
      let own = pick.mean("p99.timeToFirstToken"), time < own * (1 - matters.latency),
      let measure = fastest.measure("p99.timeToFirstToken")
    {
      text =
        text
        + " Fastest is \(strong: fastest.name): p99 time to first token \(measure.style(for: [time]).text(time)), availability \(availability(fastest))."
    }
    return text
  }

  /// The lowest among the policies that leave few calls unanswered: who drops the hard calls is
  /// cheap and fast for no merit.
  private func lowest(_ name: String) -> PolicyResult? {
    var best: PolicyResult?
    let least = (pick.mean("availability") ?? 0) - Answer.fewUnanswered
    for policy in policies where (policy.mean("availability") ?? 0) >= least {
      guard let value = policy.mean(name) else { continue }
      if let best, let lowest = best.mean(name), lowest <= value { continue }
      best = policy
    }
    return best
  }
}
