public import Settings
import Vocabulary

extension QuotaPlan {
  /// Reads a quota.
  public init(name: String, reading s: inout SettingsReader) throws(SettingError) {
    let window = try s.optionalDuration(
      "window", in: .milliseconds(1) ... .seconds(31_536_000),
      "counts start anew with every window of this length; silence means a continuous bucket")
    var meters: [Meter] = []
    for (unit, key, doc) in Self.keys {
      if let meter = try Meter(unit, key, of: &s, window: window, doc) { meters.append(meter) }
    }
    let charge = try s.name(
      "charge", default: "reserve", among: Self.charges, kind: "way to charge",
      "reserve: input and output cap at the start; reconcile: the same, and what was not used is "
        + "given back at the end; actual: what was used, at the end")
    let answers = try s.duration(
      "answers", default: Fault.usualDelay, in: .zero ... .seconds(3600),
      "how long a refusal takes")
    let says = try s.flag("retryAfter", default: true, "whether a refusal says when to come back")
    if meters.isEmpty && !s.isDescribing {
      throw SettingError(
        at: s.setting, "the quota limits nothing", allowed: Self.keys.map(\.key),
        next: "give it a rate, as in requests: \"6k/min\"")
    }
    self.init(
      name: name, meters: meters, charge: Charge.allCases[charge], window: window,
      answers: answers, saysRetryAfter: says)
  }

  static let charges = ["reserve", "reconcile", "actual"]

  static let keys: [(unit: Unit, key: String, doc: String)] = [
    (.requests, "requests", "attempts per time: a rate, or { rate, burst }"),
    (.tokens, "tokens", "input and output tokens per time: a rate, or { rate, burst }"),
    (.inputTokens, "inputTokens", "input tokens per time: a rate, or { rate, burst }"),
    (.outputTokens, "outputTokens", "output tokens per time: a rate, or { rate, burst }"),
  ]
}

extension QuotaPlan.Meter {
  /// Reads one count: a rate, or `{ rate, burst }`; nil when silent.
  fileprivate init?(
    _ unit: QuotaPlan.Unit, _ key: String, of s: inout SettingsReader, window: Duration?,
    _ doc: String
  ) throws(SettingError) {
    guard let setting = try s.raw(key, doc) else { return nil }
    if setting.isDescribing { _ = try setting.rate() }
    if !setting.isDescribing && setting.members == nil {
      self.init(unit, rate: try setting.rate(), burst: Self.stated(setting))
    } else {
      self = try setting.object { (s) throws(SettingError) -> QuotaPlan.Meter in
        let rate = try s.rate("rate", "the limit")
        let burst = try s.optionalInteger(
          "burst", in: 1...1_000_000_000_000,
          "the most that a continuous bucket holds; silence means one period of the rate")
        try s.require(
          burst == nil || window == nil, "burst", expected: "nothing: a fixed window has no burst")
        let stated = s.setting["rate"].flatMap(Self.stated)
        return QuotaPlan.Meter(unit, rate: rate, burst: burst.map(Int64.init) ?? stated)
      }
    }
    if setting.isDescribing { return }
    guard rate.count > 0 else {
      throw SettingError(at: setting, expected: "a rate above zero", next: Self.advice)
    }
    guard rate.count <= 1_000_000_000_000 else {
      throw SettingError(at: setting, expected: "a rate of at most 10¹² per period")
    }
    if let window, PermitWindow.limit(rate: rate, length: window.nanoseconds) < 1 {
      throw SettingError(
        at: setting, expected: "a rate that lets at least one permit through in each window",
        next: "lengthen the window or raise the rate")
    }
    if window != nil { burst = nil }
  }

  private static let advice =
    "leave the key out for no limit; to close a deployment, use an incident with error or hang"

  /// What a rate gives in the period it is written with: 6,000 for "6k/min".
  private static func stated(_ setting: Setting) -> Int64? {
    guard case .string(let text) = setting.content,
      let slash = text.firstIndex(of: "/"),
      let rate = try? Units.rate(text), let one = try? Units.rate("1" + text[slash...])
    else { return nil }
    return max(1, PermitWindow.limit(rate: rate, length: one.periodNanoseconds))
  }
}
