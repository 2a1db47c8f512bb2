public import Vocabulary

/// How urgently a provider serves, and at what rates.
public enum ServiceTier: String, Sendable, Hashable, CaseIterable {
  /// The ordinary rates.
  case standard
  /// Answers within a day, at about half the rates.
  case batch
  /// Answers when there is room, at about half the rates.
  case flex
  /// Answers ahead of others, at about twice the rates.
  case priority
}

/// How long a provider keeps what was written to its prompt cache.
public enum CacheLifetime: String, Sendable, Hashable, CaseIterable {
  /// Five minutes.
  case minutes = "5m"
  /// One hour, for a dearer write.
  case hour = "1h"
}

/// What a price list says of one model: rates by kind of token, by length of the prompt, and by
/// service tier.
///
/// A list gives input and output of a service tier; the rates of cached and written tokens, and
/// those of long prompts, are in the same proportion there as in the standard tier.
public struct RateCard: Sendable, Hashable {
  /// Input and output of one service tier.
  public struct Service: Sendable, Hashable {
    /// The tier.
    public var tier: ServiceTier
    /// The price of an input token.
    public var input: TokenPrice
    /// The price of an output token.
    public var output: TokenPrice

    /// Makes a service.
    public init(tier: ServiceTier, input: TokenPrice, output: TokenPrice) {
      self.tier = tier
      self.input = input
      self.output = output
    }
  }

  /// The standard rates; writes for five minutes.
  public var sheet: PriceSheet
  /// The price of a token written to the cache for an hour; `nil` if that is not offered.
  public var writeForAnHour: TokenPrice?
  /// The rates of longer prompts, by rising threshold.
  public var tiers: [PriceCurve.Tier]
  /// The service tiers beside the standard one.
  public var services: [Service]

  /// Makes a card.
  public init(
    sheet: PriceSheet, writeForAnHour: TokenPrice? = nil, tiers: [PriceCurve.Tier] = [],
    services: [Service] = []
  ) {
    self.sheet = sheet
    self.writeForAnHour = writeForAnHour
    self.tiers = tiers
    self.services = services
  }

  /// The rates from `instant` on for a service tier and a lifetime of the cache; `nil` if the card
  /// does not know the tier.
  public func stretch(
    from instant: Instant = .distantPast, _ service: ServiceTier, _ lifetime: CacheLifetime
  ) -> PriceCurve.Stretch? {
    var base = sheet
    var longer = tiers
    if lifetime == .hour, let write = writeForAnHour {
      for place in longer.indices {
        longer[place].sheet.cacheWrite =
          longer[place].sheet.cacheWrite.scaled(from: base.cacheWrite, to: write)
      }
      base.cacheWrite = write
    }
    guard service != .standard else { return .init(from: instant, sheet: base, tiers: longer) }
    guard let rates = services.first(where: { $0.tier == service }) else { return nil }
    func scaled(_ sheet: PriceSheet) -> PriceSheet {
      PriceSheet(
        input: sheet.input.scaled(from: self.sheet.input, to: rates.input),
        cachedInput: sheet.cachedInput.scaled(from: self.sheet.input, to: rates.input),
        cacheWrite: sheet.cacheWrite.scaled(from: self.sheet.input, to: rates.input),
        output: sheet.output.scaled(from: self.sheet.output, to: rates.output))
    }
    return .init(
      from: instant, sheet: scaled(base),
      tiers: longer.map { .init(above: $0.above, sheet: scaled($0.sheet)) })
  }
}

extension TokenPrice {
  /// The price in the proportion of `to` to `from`, in whole femtodollars; of a free one, itself.
  func scaled(from: TokenPrice, to: TokenPrice) -> TokenPrice {
    guard from.femtodollars != 0 else { return self }
    let product = Int128(femtodollars) * Int128(to.femtodollars)
    return TokenPrice(
      femtodollars: Money(roundingHalfEven: product, over: Int128(from.femtodollars)).picodollars)
  }
}
