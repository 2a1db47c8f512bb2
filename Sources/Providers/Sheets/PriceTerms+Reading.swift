import Settings
import Vocabulary

extension PriceTerms {
  /// Reads the `price` of a deployment.
  ///
  /// - Parameter book: What the price book says of the model; it stands in for rates if the file
  ///   gives neither `input` nor `output`.
  init(reading s: inout SettingsReader, book: RateCard?) throws(SettingError) {
    let base = s.has("input") || s.has("output") ? nil : book
    self.init(try RateCard(reading: &s, base: base))
    isMarginal =
      try s.name(
        "repricing", default: "whole", among: ["whole", "marginal"], kind: "repricing",
        "whether `above` reprices the whole request or only the tokens beyond the threshold") == 1
    lifetime =
      CacheLifetime.allCases[
        try s.name(
          "cacheLifetime", default: CacheLifetime.minutes.rawValue,
          among: CacheLifetime.allCases.map(\.rawValue), kind: "lifetime",
          "how long the prompt cache keeps, which decides the price of a write")]
    try s.require(
      lifetime == .minutes || card.writeForAnHour != nil, "cacheLifetime",
      expected: "5m, unless `cacheWriteHour` says what a write for an hour costs")
    let hours = try s.list(
      "offPeak", "hours of the day with a discount: { from: \"16:30\", until: \"00:30\", discount }"
    ) { (setting) throws(SettingError) -> PriceCurve.Hours in
      try setting.object { (s) throws(SettingError) in try PriceCurve.Hours(reading: &s) }
    }
    if !s.isDescribing { self.hours = hours }
    if let text = try s.optionalText(
      "utcOffset",
      "the provider's clock, for `offPeak` and the month: \"+08:00\"; silence means "
        + "the scenario's")
    {
      guard let seconds = ClockText.offset(text) else {
        throw s.error("utcOffset", expected: "an offset such as \"+08:00\"")
      }
      offsetSeconds = seconds
    }
    (volume, commitment) = try Self.readDiscounts(&s)
    perHour = try s.money("perHour", default: .zero, "what is paid for each hour, used or not")
    try s.require(perHour >= .zero, "perHour", expected: "$0 or more")
    let changes = try s.list(
      "changes", "the rates from some time on, in order: { from: \"4h\", input: … }"
    ) { (setting) throws(SettingError) -> Setting in
      if setting.isDescribing { _ = try Change(setting, after: card) }
      return setting
    }
    if s.isDescribing { return }
    for setting in changes {
      let change = try Change(setting, after: self.changes.last?.card ?? card)
      if let last = self.changes.last, change.from <= last.from {
        throw SettingError(at: setting, expected: "a change later than the one before it")
      }
      self.changes.append(change)
    }
  }

  /// Reads `volume` and `committed`, of a price or of an account.
  static func readDiscounts(
    _ s: inout SettingsReader
  ) throws(SettingError) -> (VolumeDiscount?, Commitment?) {
    let volume = try s.object(
      "volume", "discounts that grow with what was bought since the month began",
      VolumeDiscount.init(reading:))
    let commitment = try s.object(
      "committed",
      "what is paid for each month, used or not, for a discount on what it covers; both evenly over"
        + " the month",
      Commitment.init(reading:))
    try s.require(
      commitment == nil || volume?.steps.isEmpty ?? true, "committed",
      expected: "nothing beside the steps of `volume`")
    return (volume, commitment)
  }

  /// Takes a service tier; fails if the list does not know it.
  mutating func serve(_ tier: ServiceTier) -> Bool {
    service = tier
    return ([card] + changes.map(\.card)).allSatisfy { $0.stretch(tier, lifetime) != nil }
  }
}

extension PriceTerms.Change {
  fileprivate init(_ setting: Setting, after card: RateCard) throws(SettingError) {
    (from, self.card) = try setting.object { (s) throws(SettingError) -> (Duration, RateCard) in
      let from = try s.duration("from", "when the rates change, after the scenario's zero")
      return (from, try RateCard(reading: &s, base: card))
    }
  }
}

extension PriceTerms.Commitment {
  /// Reads `committed`.
  fileprivate init(reading s: inout SettingsReader) throws(SettingError) {
    let money = try s.money("perMonth", "what is paid each month, used or not")
    try s.require(money > .zero, "perMonth", expected: "more than $0")
    let discount = try s.share("discount", default: .never, "what it takes off the list price")
    try s.require(discount.value < 1, "discount", expected: "less than 100%")
    self.init(money: money.picodollars, discount: discount.millionths)
  }
}

extension VolumeDiscount {
  /// Reads `volume`.
  fileprivate init(reading s: inout SettingsReader) throws(SettingError) {
    let index = try s.name(
      "by", default: "spend", among: Measure.allCases.map { "\($0)" }, kind: "measure",
      "what is added up in a month: dollars at list price, or tokens")
    let measure = Measure.allCases[index]
    let opening = try s.raw("opening", "what had been bought in the month when the run starts")
    if opening?.isDescribing == true { _ = try opening?.money() }
    let steps = try s.entries(
      "steps", "the discount after so much: { \"$10k\": \"5%\", \"$50k\": \"10%\" }"
    ) { (name, setting) throws(SettingError) -> Step in
      let from = Setting(.string(name), at: setting.position, path: setting.path)
      let discount = try setting.share()
      return Step(
        from: setting.isDescribing ? 0 : try Self.amount(from, measure),
        millionths: 1_000_000 - discount.millionths)
    }.map(\.value)
    for (earlier, later) in zip(steps, steps.dropFirst()) where earlier.from >= later.from {
      throw s.error("steps", expected: "amounts that rise")
    }
    self.init(measure: measure, steps: steps)
    if let opening, !opening.isDescribing { self.opening = try Self.amount(opening, measure) }
  }

  private static func amount(
    _ setting: Setting, _ measure: Measure
  ) throws(SettingError) -> Int128 {
    switch measure {
    case .spend: Int128(try setting.money().picodollars)
    case .tokens: Int128(try setting.integer(in: 0 ... .max))
    }
  }
}

extension PriceCurve.Hours {
  /// Reads an element of `offPeak`.
  fileprivate init(reading s: inout SettingsReader) throws(SettingError) {
    func clock(_ key: String, _ doc: String) throws(SettingError) -> Int {
      let text = try s.text(key, doc)
      if s.isDescribing { return 0 }
      guard let seconds = ClockText.time(text) else {
        throw s.error(key, expected: "a time of day such as \"16:30\"")
      }
      return seconds
    }
    let from = try clock("from", "when the hours begin: \"16:30\"")
    let until = try clock("until", "when they end; before `from` if they go over midnight")
    let discount = try s.share("discount", "what they take off the rates")
    self.init(from: from, until: until, millionths: 1_000_000 - discount.millionths)
  }
}

extension Probability {
  /// The share in millionths, to the nearest.
  fileprivate var millionths: Int64 { Int64(value * 1_000_000 + 0.5) }
}

/// Times of day and offsets, as texts.
enum ClockText {
  /// Seconds after midnight of "16:30".
  static func time(_ text: String) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.count == 2 }), let hour = Int(parts[0]),
      let minute = Int(parts[1]), (0...24).contains(hour), (0..<60).contains(minute),
      hour * 60 + minute <= 1440
    else { return nil }
    return hour * 3600 + minute * 60
  }

  /// Seconds east of Greenwich of "+08:00", "-05:00" or "Z".
  static func offset(_ text: String) -> Int64? {
    if text == "Z" { return 0 }
    guard let sign = text.first, sign == "+" || sign == "-",
      let seconds = time(String(text.dropFirst()))
    else { return nil }
    return sign == "+" ? Int64(seconds) : -Int64(seconds)
  }
}
