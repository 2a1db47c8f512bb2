import Chance

/// A law of times whose common forms are two numbers: drawing from it copies no reference.
///
/// `Sampler` may hold a reference (its case `other`), so that passing one along costs more than a
/// draw; here the numbers lie beside it.
struct QuickLaw: Sendable {
  private enum Form: UInt8, Sendable {
    case constant, uniform, exponential, lognormal, other
  }

  private let form: Form
  private let a: Double
  private let b: Double
  private let law: Sampler

  init(_ law: Sampler) {
    self.law = law
    switch law {
    case .constant(let value): (form, a, b) = (.constant, value, 0)
    case .uniform(let low, let high): (form, a, b) = (.uniform, low, high)
    case .exponential(let mean): (form, a, b) = (.exponential, mean, 0)
    case .lognormal(let mu, let sigma): (form, a, b) = (.lognormal, mu, sigma)
    case .other: (form, a, b) = (.other, 0, 0)
    }
  }

  /// The value below which a share `u` of the values lies; the same as the sampler's.
  @inline(__always)
  func quantile(_ u: Double) -> Double {
    switch form {
    case .constant: a
    case .uniform: Sampler.uniform(low: a, high: b).quantile(u)
    case .exponential: Sampler.exponential(mean: a).quantile(u)
    case .lognormal: Sampler.lognormal(mu: a, sigma: b).quantile(u)
    case .other: law.quantile(u)
    }
  }
}
