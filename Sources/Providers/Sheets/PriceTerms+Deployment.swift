import Settings
public import Vocabulary

/// What prices count their dates from: the scenario's zero, and where days and months begin.
public struct PriceDates: Sendable {
  /// The instant from which the times in a file count.
  public var zero: Instant
  /// The scenario's calendar.
  public var calendar: Calendar

  /// Makes dates; silence means the start of the run and a month that begins there.
  public init(
    zero: Instant = .start,
    calendar: Calendar = Calendar(epochSecondsAtStart: 0, offsetSeconds: 0)
  ) {
    self.zero = zero
    self.calendar = calendar
  }
}

extension PriceTerms {
  /// Reads the `price` of a deployment.
  ///
  /// What they do not say is the model's row of the price book. What is rented by the hour (`serving`,
  /// `provisioned`) costs nothing by the token
  /// unless it says so.
  static func read(
    _ s: inout SettingsReader, model: String, _ row: ModelRow?, isRented: Bool = false
  ) throws(SettingError) -> (terms: PriceTerms, isFromBook: Bool) {
    var isFromBook = row != nil && !isRented
    let said = try s.object(
      "price",
      "what the provider bills, beside `serving` or `provisioned` on top of the hours; silence "
        + "means the model's row in the price book, beside those two nothing"
    ) { (s) throws(SettingError) -> PriceTerms in
      if s.has("input") || s.has("output") || s.isDescribing { isFromBook = false }
      return try PriceTerms(reading: &s, book: row?.card)
    }
    guard s.isDescribing || said != nil || row != nil || isRented else {
      let names = PriceBook.rows.map(\.name)
      throw SettingError(
        at: s.setting,
        "missing \"price\": expected prices such as { input: \"$2/M\", cachedInput: \"$0.5/M\", "
          + "output: \"$8/M\" }",
        suggestion: Nearest.spelling(of: model, among: names),
        next:
          "say what the deployment bills, or name a model of the price book (gateway-lab models);"
          + " silence about a price is not zero")
    }
    let silence = isRented ? RateCard(sheet: .free) : row?.card ?? RateCard(sheet: .free)
    let terms = said ?? PriceTerms(silence)
    try s.require(
      !isRented || terms.standing == nil, "price",
      expected: "nothing by the hour or month: `serving` or `provisioned` says it")
    return (terms, isFromBook)
  }

  /// Reads `serviceTier`: at which of the rates it is served, and what that does to its times.
  static func readTier(
    _ s: inout SettingsReader, into terms: inout PriceTerms, isServed: Bool
  ) throws(SettingError) -> Double {
    let use = try s.choice(
      "serviceTier", from: ServiceTiers.registry, default: ServiceTier.standard.rawValue,
      "at which of the provider's rates it is served, and how much slower")
    let isKnown = terms.serve(use.tier)
    try s.require(
      isKnown, "serviceTier", expected: "a tier that the prices know",
      next: "add its rates to `price`, such as flex: { input: \"$1/M\", output: \"$4/M\" }")
    try s.require(
      !isServed || use.slow == 1, "serviceTier",
      expected: "no factor on the times of a self-hosted deployment",
      next: "its times emerge from the load; `priority` of the traffic says who is served first")
    return use.slow
  }
}
