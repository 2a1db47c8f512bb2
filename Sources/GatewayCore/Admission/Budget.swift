import Settings
import Vocabulary

/// A mark of a budget: what is spent when it is passed.
struct BudgetMark: BitwiseCopyable, Sendable, Hashable {
  /// Picodollars.
  var amount: Int64
  /// The whole budget in picodollars.
  var whole: Int64
  /// Whether passing it raises the flag that a condition node can ask for.
  var reroutes: Bool

  /// The share of the budget that `spent` is, in millionths.
  func millionths(of spent: Int64) -> Int64 {
    Int64(clamping: Int128(spent) * 1_000_000 / Int128(max(1, whole)))
  }
}

/// A budget: money for a period of the calendar, with marks on the way.
///
/// It is a fixed window over the gateway's estimate of cost. `at` says what happens at which share:
/// `warn` notes `budgetPassed`; `reroute` notes it and raises a flag that a condition node can ask
/// for (`if: { rerouted: true }`, `if: { remainingBelow: "10%" }`); `reject` refuses with 402 (or
/// another status) until the period ends. Without a mark that rejects the budget is soft. By default
/// it is charged at the end (requests in flight complete, as at OpenRouter and in LiteLLM): it
/// is exceeded by at most what was in flight when it was spent.
/// - Source: Portkey budgets (weekly from Sunday, monthly, custom), OpenRouter (402, in flight
///   completes), LiteLLM router budgets (window from the first spend, checked before the call).
/// - Complexity: O(1), + O(marks) at a charge.
struct Budget {
  var rule: LimitRule
  var marks: [BudgetMark] = []

  /// Reads one budget.
  init(reading s: inout SettingsReader, names: PolicyNames?) throws(SettingError) {
    let scope = try LimitScope(reading: &s)
    let amount = try s.optionalAmount(
      "money", isMoney: true, "the budget and its period: \"$40k/month\", \"$100/30d\"")
    let align = try s.name(
      "align", default: "calendar", among: ["calendar", "firstUse"], kind: "alignment",
      "periods begin with the calendar, or with the first charge after the last one")
    let weekday = try s.name(
      "weekStarts", default: "sunday",
      among: ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"],
      kind: "weekday", "the day on which a week begins")
    let calendar = try LimitRule.calendar(reading: &s, names)
    let charge = try s.name(
      "charge", default: "after", among: ["after", "reserve"], kind: "charge",
      "at the end what was spent, or at admission the most it may cost, reconciled at the end")
    let isShadow = try s.flag("shadow", default: false, "only note what would be refused")
    let status = try s.integer(
      "status", default: 402, in: 400...599, "the HTTP status of a refusal")
    let assumeOutput = try s.integer(
      "assumeOutput", default: 500, in: 0...10_000_000,
      "output tokens to reserve for a request without a cap")
    let state = try LimitState(reading: &s)
    let filter =
      try s.object("when", "to which requests the budget applies; silence means all") {
        r throws(SettingError) -> LimitFilter in try LimitFilter(reading: &r, names: names)
      } ?? LimitFilter()
    let actions = try s.entries("at", "what happens at which share: {\"80%\": \"warn\"}") {
      key, setting throws(SettingError) -> (share: Int128, action: Int, setting: Setting) in
      let action = try setting.name(among: ["warn", "reroute", "reject"], kind: "action")
      if setting.isDescribing { return (1_000_000, action, setting) }
      return (try Budget.millionths(key, setting), action, setting)
    }.map(\.value)
    if s.isDescribing {
      rule = LimitRule(.money, .concurrency(Concurrency.Rule(most: 1).unsafelyUnwrapped))
      return
    }
    guard let amount, amount.count > 0 else {
      throw SettingError(
        at: s.setting.position, path: s.setting.path, found: "no money",
        expected: "\"money\": an amount per time such as \"$40k/month\", above zero")
    }
    let whole = amount.count
    // What is less than a picodollar is passed by the first one.
    func share(_ millionths: Int128) -> Int64 {
      max(1, Int64(clamping: Int128(whole) * millionths / 1_000_000))
    }
    for mark in actions {
      marks.append(
        BudgetMark(amount: share(mark.share), whole: whole, reroutes: mark.action == 1))
    }
    marks.sort { ($0.amount, $0.reroutes ? 1 : 0) < ($1.amount, $1.reroutes ? 1 : 0) }
    // A budget without marks still tells what is left of it.
    if marks.isEmpty { marks = [BudgetMark(amount: whole, whole: whole, reroutes: false)] }
    let hard = actions.filter { $0.action == 2 }.map { share($0.share) }.min()
    let isWeek = amount.period.kind == .week
    guard
      let window = FixedWindow.Rule(
        most: hard ?? .max, period: isWeek && align == 0 ? .week(from: weekday) : amount.period,
        fromFirstUse: align == 1, calendar: calendar)
    else {
      throw SettingError(
        at: s.setting.position, path: s.setting.path,
        found: "a week, month or year from first use",
        expected: "a period of a fixed length, such as \"$100/30d\"")
    }
    rule = LimitRule(.money, .fixedWindow(window), charge: charge == 1 ? .reserve : .after)
    rule.scope = scope
    rule.isBudget = true
    rule.isShadow = isShadow
    rule.status = UInt16(status)
    rule.assumeOutput = Int64(assumeOutput)
    rule.filter = filter
    rule.state = state
  }

  /// A share of a budget in millionths; it may be above 100 %.
  private static func millionths(
    _ key: String, _ setting: Setting
  ) throws(SettingError) -> Int128 {
    var text = Substring(key)
    let isPercent = text.hasSuffix("%")
    if isPercent { text.removeLast() }
    guard let number = try? Units.number(String(text)), number > 0, number <= 1_000 else {
      throw SettingError(
        at: setting.position, path: setting.path, found: "\"\(key)\"",
        expected: "a share of the budget such as \"80%\"")
    }
    return Int128((number * (isPercent ? 10_000 : 1_000_000)).rounded())
  }
}

extension LimitRule {
  /// Asks for a budget's parameters, so that they are described.
  public static func describeBudget(_ s: inout SettingsReader) throws(SettingError) {
    _ = try Budget(reading: &s, names: nil)
  }
}
