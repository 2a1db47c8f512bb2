import Settings
import Vocabulary

// How a limit is read: `{ each, requests: "100/min", by: "gcra", burst, charge, shadow, when, of }`.

extension LimitRule {
  /// Reads one limit that does not name its tenants.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    self = try LimitRule.rules(reading: &s, names: nil)[0]
  }

  private static let rates = ["requests", "inputTokens", "outputTokens", "totalTokens", "money"]
  private static let words = [
    "requests", "input tokens", "output tokens", "input and output tokens", "estimated cost",
  ]

  /// Reads a limit; several rules, one for all tenants side by side that share an amount, if it says
  /// `of`.
  static func rules(
    reading s: inout SettingsReader, names: PolicyNames?
  ) throws(SettingError) -> [LimitRule] {
    let scope = try LimitScope(reading: &s)
    var chosen: (unit: Unit, amount: PeriodicAmount)?
    var count = 0
    for (index, name) in rates.enumerated() {
      let amount = try s.optionalAmount(
        name, isMoney: name == "money", "\(words[index]) per time")
      guard let amount, let unit = Unit(rawValue: UInt8(index)) else { continue }
      count += 1
      chosen = (unit, amount)
    }
    let inFlight = try s.optionalInteger(
      "inFlight", in: 1...1_000_000_000,
      "so many at a time, until they have settled; one more waits in the queue, or is refused")
    if inFlight != nil { count += 1 }
    let namedUnit = try s.optionalName(
      "unit", among: rates, kind: "unit", "what the values of \"of\" count, if nothing else says it"
    )
    let by = try s.choice(
      "by", from: Limiters.registry, default: "token-bucket", "the algorithm that judges")
    let burst = try s.optionalInteger(
      "burst", in: Int.min...Int.max,
      "permits of a full bucket; default one second's worth, for gcra and integer-bucket the count")
    let calendar = try LimitRule.calendar(reading: &s, names)
    var model = LimitRule(.requests, .concurrency(.one), charge: .check)
    model.scope = scope
    try model.readTreatment(&s, names)
    let charge = try s.optionalName(
      "charge", among: ["check", "after", "reserve", "checkThenCharge"], kind: "charge",
      "when permits are taken; default check for requests, reserve for the others")

    /// The rule of an amount for this limit.
    func rule(
      _ unit: Unit, _ amount: PeriodicAmount, at setting: Setting
    ) throws(SettingError) -> LimitRule {
      let allowance = Allowance(
        count: amount.count, period: amount.period, burst: burst.map { Int64($0) },
        calendar: calendar)
      var rule = model
      rule.unit = unit
      rule.charge =
        charge.flatMap { Charge(rawValue: UInt8($0)) } ?? (unit == .requests ? .check : .reserve)
      switch by(allowance) {
      case .rule(let limiter): rule.limiter = limiter
      case .impossible(let reason):
        throw SettingError(
          at: setting.position, path: setting.path, found: reason,
          expected: "a positive rate, and a burst of at least 1 and not absurdly large",
          next: "a bucket without permits can never admit a request; give it a burst")
      }
      return rule
    }

    let tenants = try readTenants(&s, scope, chosen?.unit ?? namedUnit.flatMap { Unit($0) }, names)
    if s.isDescribing { return [model] }
    guard count == 1 || (count == 0 && namedUnit != nil && !tenants.isEmpty) else {
      throw SettingError(
        at: s.setting.position, path: s.setting.path,
        found: count > 1 ? "several units" : "no unit",
        expected: "exactly one of " + rates.joined(separator: ", ")
          + " such as \"100/s\", or inFlight", next: "write one limit per unit")
    }
    if let inFlight {
      try s.require(
        !model.countsRefused, "countRefused",
        expected: "nothing beside inFlight: what is refused is not in flight and never gives back")
      model.unit = .inFlight
      model.charge = .reserve
      model.limiter = .concurrency(Concurrency.Rule(most: Int64(inFlight)) ?? .one)
      return [model]
    }
    let general = try chosen.map { unit, amount throws(SettingError) in
      try rule(unit, amount, at: s.setting)
    }
    guard !tenants.isEmpty else { return general.map { [$0] } ?? [] }
    let unit = chosen?.unit ?? namedUnit.flatMap { Unit($0) } ?? .requests
    // Too many: who reads them says so.
    guard let count = scope.population(names) else { return [model] }
    var rules: [LimitRule] = []
    for (ids, tenant) in Tenant.shares(of: tenants, among: count) {
      let own = try tenant.map { tenant throws(SettingError) in
        try rule(unit, tenant.amount, at: tenant.setting)
      }
      guard var one = own ?? general else { continue }
      one.only = Int32(ids.lowerBound)
      one.onlyCount = Int32(ids.count)
      rules.append(one)
    }
    return rules
  }

  /// Shadow, what is counted, the status, the filter.
  private mutating func readTreatment(
    _ s: inout SettingsReader, _ names: PolicyNames?
  ) throws(SettingError) {
    countsHits = try s.flag("countHits", default: true, "whether cache hits are charged")
    countsRefused = try s.flag(
      "countRefused", default: false,
      "whether a request that any limit refuses is charged all the same")
    isShadow = try s.flag("shadow", default: false, "only note what would be refused")
    assumeOutput = Int64(
      try s.integer(
        "assumeOutput", default: 500, in: 0...10_000_000,
        "output tokens to reserve for a request without a cap"))
    status = UInt16(
      try s.integer("status", default: 429, in: 400...599, "the HTTP status of a refusal"))
    filter =
      try s.object("when", "to which requests the limit applies; silence means all") {
        r throws(SettingError) -> LimitFilter in try LimitFilter(reading: &r, names: names)
      } ?? LimitFilter()
    state = try LimitState(reading: &s)
  }

  /// The calendar that windows are aligned to.
  static func calendar(
    reading s: inout SettingsReader, _ names: PolicyNames?
  ) throws(SettingError) -> Calendar {
    let offset = try s.optionalDuration(
      "utcOffset", in: .seconds(-50_400) ... .seconds(50_400),
      "the offset from UTC at which days begin; default that of the scenario's \"starts\"")
    let base = names?.calendar ?? Calendar(epochSecondsAtStart: 0, offsetSeconds: 0)
    guard let offset else { return base }
    return Calendar(
      epochSecondsAtStart: base.epochSecondsAtStart,
      offsetSeconds: offset.nanoseconds / 1_000_000_000)
  }
}

/// What `of` says of a tenant, or of a group of them: each of its members has that amount.
private struct Tenant {
  var ids: Range<Int>
  var amount: PeriodicAmount
  var setting: Setting

  /// All ids, cut where another tenant's amount begins to hold; `nil` where nothing is said.
  ///
  /// Of two names for the same ids the narrower holds, then the later.
  static func shares(
    of tenants: [Tenant], among count: Int
  ) -> [(ids: Range<Int>, tenant: Tenant?)] {
    let cuts = tenants.flatMap { [$0.ids.lowerBound, $0.ids.upperBound] } + [0, count]
    var from = 0
    var shares: [(ids: Range<Int>, tenant: Tenant?)] = []
    for upTo in cuts.sorted() where upTo > from && upTo <= count {
      let narrowest = tenants.filter { $0.ids.contains(from) }.reduce(nil as Tenant?) {
        guard let other = $0, other.ids.count < $1.ids.count else { return $1 }
        return other
      }
      shares.append((from..<upTo, narrowest))
      from = upTo
    }
    return shares
  }
}

private func readTenants(
  _ s: inout SettingsReader, _ scope: LimitScope, _ unit: LimitRule.Unit?, _ names: PolicyNames?
) throws(SettingError) -> [Tenant] {
  let members = scope.tenants(names)
  let scopeText = scope.description
  let isSimple = scope.rawValue.nonzeroBitCount == 1
  return try s.entries(
    "of",
    "amounts for some by name, such as {\"azure/sweden\": \"6k/min\"}; of a group, for each member"
  ) {
    name, setting throws(SettingError) -> Tenant in
    let amount = try setting.amount(isMoney: unit == .money)
    if setting.isDescribing { return Tenant(ids: 0..<1, amount: amount, setting: setting) }
    guard isSimple, !members.isEmpty else {
      throw SettingError(
        at: setting,
        expected: "names of one kind that the file knows: each key, user, team, feature, alias, "
          + "model or deployment, not each \(scopeText)")
    }
    guard let group = members.find(name) else {
      throw SettingError(at: setting, unknown: scopeText, name: name, among: members.map(\.name))
    }
    return Tenant(
      ids: group.first..<(group.first + group.count), amount: amount, setting: setting)
  }.map(\.value)
}

extension LimitRule.Unit {
  fileprivate init?(_ name: Int) { self.init(rawValue: UInt8(name)) }
}

extension LimitScope {
  /// How many tenants a simple scope has; `nil` if absurdly many.
  fileprivate func population(_ names: PolicyNames?) -> Int? {
    guard let names else { return nil }
    return LimitDimensions(names.populations, models: names.modelOfDeployment).count(self)
  }
}

extension Concurrency.Rule {
  /// One at a time.
  fileprivate static var one: Concurrency.Rule { Concurrency.Rule(one: ()) }
  private init(one: Void) { self = Concurrency.Rule(most: 1).unsafelyUnwrapped }
}
