/// A distribution in the form for hot loops: the common laws inline, the others behind one call.
///
/// A sampler of a time gives nanoseconds; a sampler of a number gives the number.
@frozen
public enum Sampler: Distribution {
  /// Always the same value.
  case constant(Double)
  /// Evenly between two values.
  case uniform(low: Double, high: Double)
  /// Exponential with a mean.
  case exponential(mean: Double)
  /// Lognormal: e^(mu + sigma·Z).
  case lognormal(mu: Double, sigma: Double)
  /// Any other law.
  case other(any Distribution)

  /// The value below which a share `u` of the values lies.
  @inlinable @inline(__always)
  public func quantile(_ u: Double) -> Double {
    switch self {
    case .constant(let value): value
    case .uniform(let low, let high): low + (high - low) * u
    case .exponential(let mean): -mean * Elementary.log(1 - u)
    case .lognormal(let mu, let sigma):
      Elementary.exp(mu + sigma * Elementary.normalQuantile(u))
    case .other(let law): law.quantile(u)
    }
  }

  /// The expected value; `nil` where it is not finite or not known.
  public var mean: Double? {
    switch self {
    case .constant(let value): value
    case .uniform(let low, let high): low + (high - low) / 2
    case .exponential(let mean): mean
    case .lognormal(let mu, let sigma): Elementary.exp(mu + sigma * sigma / 2)
    case .other(let law): law.mean
    }
  }
}
