public import Settings
import Vocabulary

extension QuotaPlan {
  /// Reads a quota: a known tier, changed by what stands beside it, or one of its own.
  public init(name: String, reading s: inout SettingsReader) throws(SettingError) {
    let tier = try s.optionalChoice(
      "tier", from: QuotaTiers.registry,
      "a provider's known tier; what stands beside it replaces what it says")
    let window = try s.optionalDuration(
      "window", in: .milliseconds(1) ... .seconds(31_536_000),
      "counts start anew with every window of this length; silence means a continuous bucket")
    var meters: [Meter] = []
    for (unit, key, doc) in Self.keys {
      if let meter = try Meter(unit, key, of: &s, window: window, doc) { meters.append(meter) }
    }
    let stated = meters
    for meter in tier?.meters ?? [] where !stated.contains(where: { $0.unit == meter.unit }) {
      meters.append(meter)
    }
    let daily = try s.object("daily", "what may be used in a day of the calendar") {
      (s) throws(SettingError) in try Daily(reading: &s)
    }
    if let daily {
      meters.removeAll(where: \.isDaily)
      meters += daily.meters
    }
    if try s.flag(
      "perSecond", default: false,
      "whether requests are counted by the second: 60 a minute let one through in each")
    {
      for index in meters.indices where meters[index].unit == .requests && !meters[index].isDaily {
        meters[index].burst = max(
          1, PermitWindow.limit(rate: meters[index].rate, length: 1_000_000_000))
      }
    }
    let counts = try s.flag(
      "countsCached", default: tier?.weights.countsCached ?? true,
      "whether input that is read from the prompt cache counts")
    var spend = tier?.spend
    if let setting = try s.raw(
      "spend", "the most that is spent in a period, as in \"$500/month\"; then 429 without an end")
    {
      let amount = try setting.amount(isMoney: true)
      spend = setting.isDescribing ? nil : amount
    }
    let acceleration = try s.object(
      "acceleration", "a limit on how fast the tokens may grow from window to window"
    ) { (s) throws(SettingError) -> Acceleration in
      Acceleration(
        factor: try s.number(
          "factor", in: 1...1000, "the most for each token of the window before"),
        from: Int64(
          try s.integer(
            "from", in: 1...1_000_000_000_000, unit: "tokens", "what is always allowed")),
        window: try s.duration(
          "window", default: .seconds(60), in: .seconds(1) ... .seconds(86_400), "the window"))
    }
    let charge = try s.name(
      "charge", default: Self.charges[Int((tier?.charge ?? .reserve).rawValue)],
      among: Self.charges, kind: "way to charge",
      "reserve: input and output cap at the start; reconcile: the same, and what was not used is "
        + "given back at the end; actual: what was used, at the end; estimate: as reconcile, but let in "
        + "while one permit is left; produced: input at the start, output as made, at the end")
    let countsRefused = try s.flag(
      "countsRefused", default: tier?.countsRefused ?? false,
      "whether requests that are refused use up what is there as well")
    let answers = try s.duration(
      "answers", default: tier?.answers ?? Fault.usualDelay, in: .zero ... .seconds(3600),
      "how long a refusal takes")
    let says = try s.flag(
      "retryAfter", default: tier?.saysRetryAfter ?? true,
      "whether a refusal says when to come back")
    if meters.isEmpty && spend == nil && !s.isDescribing {
      throw SettingError(
        at: s.setting, "the quota limits nothing", allowed: Self.keys.map(\.key),
        next: "give it a rate, as in requests: \"6k/min\"")
    }
    self.init(
      name: name, meters: meters, charge: Charge.allCases[charge], window: window ?? tier?.window,
      answers: answers, saysRetryAfter: says,
      weights: Weights(countsCached: counts))
    self.countsRefused = countsRefused
    self.spend = spend
    self.acceleration = acceleration ?? tier?.acceleration
    if let offset = daily?.offsetSeconds ?? tier?.calendar.offsetSeconds {
      calendar = Calendar(epochSecondsAtStart: 0, offsetSeconds: offset)
    }
  }

  /// Reads a quota: the name of a tier, `{ tier: parameters }` or an object of its own.
  static func read(_ name: String, _ setting: Setting) throws(SettingError) -> QuotaPlan {
    if !setting.isDescribing, setting.members == nil {
      var plan = try QuotaTiers.registry.make(from: setting)
      plan.name = name
      return plan
    }
    return try setting.object { (s) throws(SettingError) -> QuotaPlan in
      try QuotaPlan(name: name, reading: &s)
    }
  }

  /// What may be used in a day.
  private struct Daily {
    var meters: [Meter] = []
    var offsetSeconds: Int64

    init(reading s: inout SettingsReader) throws(SettingError) {
      for (unit, key) in [(Unit.requests, "requests"), (.tokens, "tokens")] {
        guard
          let count = try s.optionalInteger(
            key, in: 1...1_000_000_000_000, "the most \(key) in a day")
        else { continue }
        var meter = Meter(unit, rate: Rate(count: Int64(count), per: .seconds(86_400)))
        meter.isDaily = true
        meters.append(meter)
      }
      offsetSeconds = Int64(
        try s.integer(
          "resetsAtOffset", default: 0, in: -14...14, unit: "hours",
          "the offset from UTC, in hours, of the midnight at which it starts anew"
        ) * 3600)
    }
  }

  static let charges = ["reserve", "reconcile", "actual", "estimate", "produced"]

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
