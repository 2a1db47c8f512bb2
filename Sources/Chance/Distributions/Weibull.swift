/// The Weibull distribution: P(X > x) = e^(−(x/scale)^shape).
///
/// Shapes below 1 are bursty (many short gaps, few long ones); 1 is exponential.
public struct Weibull: Distribution {
  /// The shape.
  public let shape: Double
  /// The scale: the value that 63.2 % of the values lie below.
  public let scale: Double

  /// Makes a distribution of its shape and scale, both above zero.
  public init(shape: Double, scale: Double) {
    self.shape = shape
    self.scale = scale
  }

  /// Makes a distribution of its shape and mean: scale = mean/Γ(1 + 1/shape).
  public init(shape: Double, mean: Double) {
    self.init(shape: shape, scale: mean * Elementary.exp(-Elementary.lgamma(1 + 1 / shape)))
  }

  /// Makes a distribution of its mean and coefficient of variation, the deviation over the mean.
  ///
  /// The shape solves Γ(1 + 2/k)/Γ(1 + 1/k)² = 1 + cv², whose left side falls in k; by bisection.
  public init(mean: Double, variation: Double) {
    let target = Elementary.log1p(variation * variation)
    var low = -5.0
    var high = 7.0
    for _ in 0..<60 {
      let middle = 0.5 * (low + high)
      let inverse = Elementary.exp(-middle)
      let excess = Elementary.lgamma(1 + 2 * inverse) - 2 * Elementary.lgamma(1 + inverse)
      if excess > target { low = middle } else { high = middle }
    }
    self.init(shape: Elementary.exp(0.5 * (low + high)), mean: mean)
  }

  /// The value below which a share `u` of the values lies: scale·(−ln(1 − u))^(1/shape).
  public func quantile(_ u: Double) -> Double {
    scale * Elementary.pow(-Elementary.log1p(-u), 1 / shape)
  }

  /// The share of values that are at most `x`.
  public func cumulative(_ x: Double) -> Double {
    x <= 0 ? 0 : -Elementary.expm1(-Elementary.pow(x / scale, shape))
  }

  /// The expected value.
  public var mean: Double? { scale * Elementary.exp(Elementary.lgamma(1 + 1 / shape)) }
}
