import Settings
import Vocabulary

extension RateCard {
  /// Reads rates; what is not said is `base`'s.
  ///
  /// Without a base, input and output are required, and silence about the cache means the input
  /// price.
  init(reading s: inout SettingsReader, base: RateCard?) throws(SettingError) {
    var card = base
    let input = try Self.rate("input", &s, base?.sheet.input, "the price of an input token")
    let cached = try s.optionalTokenPrice(
      "cachedInput",
      "the price of an input token read from the provider's prompt cache; silence means `input`")
    let write = try s.optionalTokenPrice(
      "cacheWrite",
      "the price of an input token written to the provider's prompt cache; silence means `input`")
    let hour = try s.optionalTokenPrice(
      "cacheWriteHour", "the same, kept for an hour; see `cacheLifetime`")
    let output = try Self.rate("output", &s, base?.sheet.output, "the price of an output token")
    let sheet = PriceSheet(
      input: input, cachedInput: cached ?? base?.sheet.cachedInput ?? input,
      cacheWrite: write ?? base?.sheet.cacheWrite ?? input, output: output)
    let tiers = try s.entries(
      "above", "the rates of prompts longer than so many tokens: { \"200k\": { input, output } }"
    ) { (name, setting) throws(SettingError) -> PriceCurve.Tier in
      try Self.tier(name, setting, sheet)
    }.map(\.value)
    for (earlier, later) in zip(tiers, tiers.dropFirst()) where earlier.above >= later.above {
      throw s.error("above", expected: "thresholds that rise")
    }
    var services: [Service] = []
    for tier in ServiceTier.allCases where tier != .standard {
      let rates = try s.object(
        tier.rawValue, "the rates of the service tier \(tier.rawValue)"
      ) { (s) throws(SettingError) -> Service in
        Service(
          tier: tier, input: try s.tokenPrice("input", "the price of an input token"),
          output: try s.tokenPrice("output", "the price of an output token"))
      }
      if let rates { services.append(rates) }
    }
    if card == nil { card = RateCard(sheet: sheet) }
    self = card ?? RateCard(sheet: sheet)
    self.sheet = sheet
    if let hour { writeForAnHour = hour }
    if !tiers.isEmpty { self.tiers = tiers }
    for rates in services {
      self.services.removeAll { $0.tier == rates.tier }
      self.services.append(rates)
    }
  }

  private static func rate(
    _ key: String, _ s: inout SettingsReader, _ base: TokenPrice?, _ doc: String
  ) throws(SettingError) -> TokenPrice {
    guard let base else { return try s.tokenPrice(key, doc) }
    return try s.optionalTokenPrice(key, doc) ?? base
  }

  private static func tier(
    _ name: String, _ setting: Setting, _ base: PriceSheet
  ) throws(SettingError) -> PriceCurve.Tier {
    let key = Setting(.string(name), at: setting.position, path: setting.path)
    let above = setting.isDescribing ? 1 : try key.integer(in: 1...1_000_000_000)
    return try setting.object { (s) throws(SettingError) -> PriceCurve.Tier in
      let input = try s.tokenPrice("input", "the price of an input token of such a prompt")
      let cached = try s.optionalTokenPrice(
        "cachedInput", "of a cached one; silence means in proportion to `input`")
      let write = try s.optionalTokenPrice(
        "cacheWrite", "of a written one; silence means in proportion to `input`")
      let output = try s.tokenPrice("output", "the price of an output token after such a prompt")
      return PriceCurve.Tier(
        above: UInt32(above),
        sheet: PriceSheet(
          input: input,
          cachedInput: cached ?? base.cachedInput.scaled(from: base.input, to: input),
          cacheWrite: write ?? base.cacheWrite.scaled(from: base.input, to: input),
          output: output))
    }
  }
}
