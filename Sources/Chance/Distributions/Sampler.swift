/// A distribution in the form for hot loops: the common laws inline, the others behind one call.
///
/// A sampler of a time gives nanoseconds; a sampler of a number gives the number.
@frozen
public enum Sampler: Distribution, Hashable {
  /// Always the same value.
  case constant(Double)
  /// Evenly between two values.
  case uniform(low: Double, high: Double)
  /// Exponential with a mean.
  case exponential(mean: Double)
  /// Lognormal: e^(mu + sigma·Z).
  case lognormal(mu: Double, sigma: Double)
  /// Any other law, held by reference so that a sampler is three words and cheap to move.
  case boxed(Law)

  /// A sampler of any law.
  public static func other(_ law: any Distribution) -> Sampler {
    if let sampler = law as? Sampler { return sampler }
    return .boxed(Law(law))
  }

  /// The law itself: what is held by reference, or else this sampler.
  public var law: any Distribution {
    if case .boxed(let law) = self { law.base } else { self }
  }

  /// The value below which a share `u` of the values lies.
  @inlinable @inline(__always)
  public func quantile(_ u: Double) -> Double {
    switch self {
    case .constant(let value): value
    case .uniform(let low, let high): low + (high - low) * u
    case .exponential(let mean): -mean * Elementary.log(1 - u)
    case .lognormal(let mu, let sigma):
      Elementary.exp(mu + sigma * Elementary.normalQuantile(u))
    case .boxed(let law): law.quantile(u)
    }
  }

  /// The share of values that are at most `x`.
  public func cumulative(_ x: Double) -> Double {
    switch self {
    case .constant(let value): x >= value ? 1 : 0
    case .uniform(let low, let high):
      x >= high ? 1 : (x <= low ? 0 : (x - low) / (high - low))
    case .exponential(let mean):
      x <= 0 ? (mean == 0 && x == 0 ? 1 : 0) : -Elementary.expm1(-x / mean)
    case .lognormal(let mu, let sigma):
      if x <= 0 {
        0
      } else if sigma > 0 {
        Elementary.normalCumulative((Elementary.log(x) - mu) / sigma)
      } else {
        x >= Elementary.exp(mu) ? 1 : 0
      }
    case .boxed(let law): law.cumulative(x)
    }
  }

  /// The expected value; `nil` where it is not finite or not known.
  public var mean: Double? {
    switch self {
    case .constant(let value): value
    case .uniform(let low, let high): low + (high - low) / 2
    case .exponential(let mean): mean
    case .lognormal(let mu, let sigma): Elementary.exp(mu + sigma * sigma / 2)
    case .boxed(let law): law.mean
    }
  }
}

extension Sampler {
  /// Whether shares rise without jumps and corners in between, constants aside.
  var isSmooth: Bool {
    switch self {
    case .constant, .exponential: true
    case .lognormal(_, let sigma): sigma > 0
    case .uniform: false
    case .boxed(let law): law.base is Gamma || law.base is Weibull
    }
  }

  /// A law held by reference; two are equal if they are the same one.
  public final class Law: Distribution, Hashable {
    let base: any Distribution

    /// Holds a law.
    public init(_ base: any Distribution) { self.base = base }

    /// The value below which a share `u` of the values lies.
    @inline(never)
    public func quantile(_ u: Double) -> Double { base.quantile(u) }

    /// The share of values that are at most `x`.
    public func cumulative(_ x: Double) -> Double { base.cumulative(x) }

    /// The expected value; `nil` where it is not finite or not known.
    public var mean: Double? { base.mean }

    /// Whether both are the same one.
    public static func == (one: Law, other: Law) -> Bool { one === other }

    /// Feeds the identity into a hasher.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
  }
}
