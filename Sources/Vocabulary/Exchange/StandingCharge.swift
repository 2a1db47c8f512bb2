/// What a deployment costs for being there: so much for each hour of each unit, used or not.
///
/// A unit is a replica of a self-hosted model or a unit of provisioned throughput.
///
///     charge = price of a unit-hour × ∫ units dt        rounded once, half to even
public struct StandingCharge: BitwiseCopyable, Sendable, Hashable {
  /// The price of one unit for one hour.
  public var perUnitHour: Money
  /// How many units there are when nothing scales them.
  public var units: Int

  /// Makes a charge.
  public init(perUnitHour: Money, units: Int) {
    self.perUnitHour = perUnitHour
    self.units = units
  }

  /// The charge for ∫ units dt in unit-nanoseconds.
  public func charge(for unitNanoseconds: Int128) -> MoneyTotal {
    let hour: Int128 = 3_600_000_000_000
    let product = Int128(perUnitHour.picodollars) * unitNanoseconds
    var (quotient, rest) = product.quotientAndRemainder(dividingBy: hour)
    if rest * 2 > hour || (rest * 2 == hour && quotient & 1 == 1) { quotient += 1 }
    return MoneyTotal(picodollars: quotient)
  }
}

/// What a deployment costs for being there, on both ledgers.
public struct StandingPrice: BitwiseCopyable, Sendable, Hashable {
  /// What the provider charges.
  public var truth: StandingCharge
  /// What the gateway takes it for.
  public var estimate: StandingCharge
  /// Whether the number of units follows the load.
  public var isScaled: Bool

  /// Makes a price; the gateway knows it unless said otherwise.
  public init(_ truth: StandingCharge, estimate: StandingCharge? = nil, isScaled: Bool = false) {
    self.truth = truth
    self.estimate = estimate ?? truth
    self.isScaled = isScaled
  }
}
