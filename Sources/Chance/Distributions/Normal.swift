/// The normal distribution, optionally cut off below: lower values count as the floor.
public struct Normal: Distribution {
  /// The mean before the floor.
  public let center: Double
  /// The standard deviation before the floor.
  public let deviation: Double
  /// The lowest value; −∞ if there is none.
  public let floor: Double

  /// Makes a normal distribution; a deviation of zero is a constant.
  public init(mean: Double, deviation: Double, floor: Double = -.infinity) {
    center = mean
    self.deviation = deviation
    self.floor = floor
  }

  /// The value below which a share `u` of the values lies.
  public func quantile(_ u: Double) -> Double {
    max(floor, center + deviation * Elementary.normalQuantile(u))
  }

  /// The share of values that are at most `x`.
  public func cumulative(_ x: Double) -> Double {
    if x < floor { return 0 }
    if deviation == 0 { return x >= center ? 1 : 0 }
    return Elementary.normalCumulative((x - center) / deviation)
  }

  /// The expected value, the floor taken into account.
  public var mean: Double? {
    guard floor > -.infinity, deviation > 0 else { return max(floor, center) }
    let z = (center - floor) / deviation
    let density = Elementary.exp(-0.5 * z * z) / 0x1.921fb54442d18p+2.squareRoot()
    return floor + (center - floor) * Elementary.normalCumulative(z) + deviation * density
  }
}
