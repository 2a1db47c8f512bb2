public import Vocabulary

/// All that decides a deployment's bills: the price list, the service tier, and what bends both over
/// hours, months and dates.
public struct PriceTerms: Sendable, Hashable {
  /// The list from some time after the scenario's zero on.
  public struct Change: Sendable, Hashable {
    /// When it comes into force.
    public var from: Duration
    /// The list.
    public var card: RateCard
  }

  /// A commitment: so much a month, whatever is used, for a discount on what it covers.
  ///
  /// It is paid and covers evenly over the month (`VolumeDiscount`).
  public struct Commitment: Sendable, Hashable {
    /// Picodollars a month.
    public var money: Int64
    /// The discount, in millionths of the list price.
    public var discount: Int64

    /// What a month's commitment buys, in picodollars at list price.
    public var covered: Int128 { Int128(money) * 1_000_000 / Int128(max(1, 1_000_000 - discount)) }
    /// What it costs for each hour: a year has 8,760.
    public var perHour: Money {
      Money(roundingHalfEven: Int128(money) * 12, over: 8_760)
    }
  }

  /// The list at the beginning.
  public var card: RateCard
  /// What it changes to, in order.
  public var changes: [Change] = []
  /// Whether the rates of longer prompts price only what lies beyond their thresholds.
  public var isMarginal = false
  /// The service tier.
  public var service = ServiceTier.standard
  /// How long the prompt cache keeps.
  public var lifetime = CacheLifetime.minutes
  /// Hours of the day with a factor of their own.
  public var hours: [PriceCurve.Hours] = []
  /// Seconds east of Greenwich of the provider's clock; `nil`: the scenario's.
  public var offsetSeconds: Int64?
  /// The discounts of the month's volume.
  public var volume: VolumeDiscount?
  /// What is paid for ahead.
  public var commitment: Commitment?
  /// Whether the commitment is paid elsewhere: with another deployment of the account.
  public var isCommittedElsewhere = false
  /// What is paid for each hour, used or not.
  public var perHour = Money.zero

  /// What is paid for each hour in all; `nil` if nothing is.
  public var standing: StandingCharge? {
    let committed = isCommittedElsewhere ? nil : commitment?.perHour
    let hourly = perHour + (committed ?? .zero)
    return hourly == .zero ? nil : StandingCharge(perUnitHour: hourly, units: 1)
  }

  /// Makes terms of a list alone.
  public init(_ card: RateCard) { self.card = card }

  /// The sheet of the beginning and what bends it; the curve is `nil` if a plain sheet says all.
  ///
  /// - Parameters:
  ///   - zero: The instant from which the scenario's times count.
  ///   - calendar: The scenario's.
  public func compiled(zero: Instant, _ calendar: Calendar) -> (sheet: PriceSheet, PriceCurve?) {
    var stretches = [card.stretch(service, lifetime)].compactMap { $0 }
    for change in changes {
      if let next = change.card.stretch(from: zero.advanced(by: change.from), service, lifetime) {
        stretches.append(next)
      }
    }
    let own = Calendar(
      epochSecondsAtStart: calendar.epochSecondsAtStart,
      offsetSeconds: offsetSeconds ?? calendar.offsetSeconds)
    var discount = volume?.steps.isEmpty ?? true ? nil : volume
    if let commitment {
      discount = VolumeDiscount(cover: commitment.covered, opening: volume?.opening ?? 0)
    }
    let sheet = stretches.first?.sheet ?? card.sheet
    let curve = PriceCurve(
      stretches: stretches, isMarginal: isMarginal, hours: hours, calendar: own, volume: discount)
    return (sheet, curve.isPlain || stretches.isEmpty ? nil : curve)
  }
}
