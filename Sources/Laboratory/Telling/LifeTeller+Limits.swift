import GatewayCore
import Vocabulary

// What limits say, in the units of the file.

extension LifeTeller {
  func limitStory(_ note: Note) -> (String, [String?])? {
    let name = limit(note.subject)
    switch note.kind {
    case .limiterJudged:
      if note.value == 1 {
        // A budget without a mark that refuses counts up to the largest number.
        let left =
          note.other > .max / 2 ? "it never refuses" : "\(amount(note.other, note.subject)) left"
        return ("limit", [name, "admits", left])
      }
      let retry = note.other == .max ? "never" : instant(note.other)
      let verb = isShadow(note.subject) ? "would refuse (shadow)" : "refuses"
      return ("limit", [name, verb, "would pass at \(retry)"])
    case .limiterCharged:
      if note.value == 0 { return ("limit", [name, "is charged at the end"]) }
      let verb = note.value < 0 ? "gives back" : "takes"
      return (
        "limit", [name, "\(verb) \(amount(Int64(clamping: note.value.magnitude), note.subject))"]
      )
    case .limiterCounted:
      let sum = amount(Int64(clamping: note.value.magnitude), note.subject)
      let verb = note.value < 0 ? "counts back \(sum)" : "counts \(sum)"
      return ("limit", [name, verb + " that it did not admit"])
    case .reconciled:
      return (
        "limit",
        [
          name, "had reserved \(amount(note.value, note.subject))",
          "\(amount(note.other, note.subject)) were used",
        ]
      )
    case .storeFailed:
      let means = ["it is admitted", "it is refused", "the replica judges alone"]
      return (
        "limit", [name, "no verdict from the store", means[Int(min(2, max(0, note.value)))]]
      )
    case .limitAdapted: return ("limit", [name, "now \(LifeTeller.grouped(note.value))"])
    default: return nil
    }
  }

  func limit(_ subject: UInt16) -> String {
    let name = plan?.limitName(subject) ?? "limits[\(subject)]"
    guard let rule = rule(subject) else { return name }
    return "\(name) (\(rule.unit) each \(rule.scope))"
  }

  private func isShadow(_ subject: UInt16) -> Bool { rule(subject)?.isShadow ?? false }

  private func rule(_ subject: UInt16) -> LimitRule? {
    guard let plan, plan.limits.indices.contains(Int(subject)) else { return nil }
    return plan.limits[Int(subject)]
  }

  /// So many of what a limit counts: "1 request", "720 tokens", "$0.001069".
  private func amount(_ value: Int64, _ subject: UInt16) -> String {
    let count = LifeTeller.grouped(value)
    let plural = value == 1 ? "" : "s"
    switch rule(subject)?.unit {
    case .requests: return "\(count) request\(plural)"
    case .inputTokens: return "\(count) input token\(plural)"
    case .outputTokens: return "\(count) output token\(plural)"
    case .totalTokens: return "\(count) token\(plural)"
    case .money: return LifeTeller.dollars(Money(picodollars: value))
    case .inFlight, nil: return "\(count) in flight"
    }
  }

  /// Digits in groups of three: 60,000.
  static func grouped(_ value: Int64) -> String {
    var digits = Substring(String(value.magnitude))
    var groups: [Substring] = []
    while digits.count > 3 {
      groups.insert(digits.suffix(3), at: 0)
      digits = digits.dropLast(3)
    }
    groups.insert(digits, at: 0)
    return (value < 0 ? "-" : "") + groups.joined(separator: ",")
  }
}

extension GatewayPlan {
  /// Where the limit of a note or a record stands in the policy: `limits[0]`, `concurrency[1]`.
  func limitName(_ subject: UInt16) -> String {
    if subject >= ConcurrencyRule.subject {
      return "concurrency[\(subject - ConcurrencyRule.subject)]"
    }
    let index = Int(subject)
    return limitNames.indices.contains(index) ? limitNames[index] : "limits[\(index)]"
  }
}
