import Chance

/// A law of numbers in the form for the arrivals' hot path: plain values, nothing to copy.
///
/// A `Sampler` may hold any distribution, so each use of a stored one copies its payload with care.
/// Here the common laws are two numbers; any other law stands behind one reference.
struct QuickLaw: Sendable {
  private enum Kind: UInt8 {
    case constant, uniform, exponential, lognormal, other
  }

  /// Holds a law where it can be called in place.
  private final class Shelf: Sendable {
    let law: any Distribution
    init(_ law: any Distribution) { self.law = law }
  }

  private let kind: Kind
  private let first: Double
  private let second: Double
  private let shelf: Shelf?

  init(_ sampler: Sampler) {
    var law: any Distribution = sampler
    switch sampler {
    case .constant(let value): (kind, first, second) = (.constant, value, 0)
    case .uniform(let low, let high): (kind, first, second) = (.uniform, low, high - low)
    case .exponential(let mean): (kind, first, second) = (.exponential, -mean, 0)
    case .lognormal(let mu, let sigma): (kind, first, second) = (.lognormal, mu, sigma)
    case .other(let other):
      law = other
      (kind, first, second) = (.other, 0, 0)
    }
    shelf = kind == .other ? Shelf(law) : nil
  }

  /// The value below which a share `u` of the values lies; the same as the sampler's.
  @inline(__always)
  func quantile(_ u: Double) -> Double {
    switch kind {
    case .constant: first
    case .uniform: first + second * u
    case .exponential: first * Elementary.log(1 - u)
    case .lognormal: Elementary.exp(first + second * Elementary.normalQuantile(u))
    case .other: shelved(u)
    }
  }

  @inline(never)
  private func shelved(_ u: Double) -> Double { shelf?.law.quantile(u) ?? 0 }
}
