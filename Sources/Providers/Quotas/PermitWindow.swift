import Vocabulary

/// A count that starts anew with every window of the run's clock.
///
/// Windows are [k·length, (k+1)·length); each lets ⌊rate × length × factor⌋ permits through, with
/// the factor at the moment of judgement.
/// - Complexity: O(1) per judgement.
struct PermitWindow: RefusalCounting {
  private let length: Int64
  private let limit: Int64
  private var index: Int64 = .min
  private var used: Int64 = 0

  /// An unused window.
  init(rate: Rate, length: Int64) {
    self.length = length
    limit = Self.limit(rate: rate, length: length)
  }

  /// What a rate gives in one window, rounded down.
  static func limit(rate: Rate, length: Int64) -> Int64 {
    Int64(clamping: Int128(rate.count) * Int128(length) / Int128(rate.periodNanoseconds))
  }

  /// Opens the window that holds `now`, if it is another one.
  mutating func advance(to now: Int64, steps: CapacitySteps) {
    let current = window(of: now)
    guard current > index else { return }
    index = current
    used = 0
  }

  /// Whether an instant lies in the window that is counted now.
  func counts(_ instant: Int64) -> Bool { window(of: instant) == index }

  private func window(of instant: Int64) -> Int64 {
    let (quotient, remainder) = instant.quotientAndRemainder(dividingBy: length)
    return remainder < 0 ? quotient - 1 : quotient
  }

  private func allowed(factor: Int64) -> Int64 {
    factor == CapacitySteps.one
      ? limit : Int64(clamping: Int128(limit) * Int128(factor) / 1_000_000)
  }

  /// Whether `permits` more fit; the window must have been advanced.
  func holds(_ permits: Int64, factor: Int64) -> Bool { used + permits <= allowed(factor: factor) }

  mutating func waste(_ permits: Int64) { used += max(0, min(permits, limit - used)) }

  /// Counts permits, or gives them back if the number is negative.
  mutating func take(_ permits: Int64) { used += permits }

  /// Nanoseconds until the next window; `nil` if `permits` never fit in one at the present factor.
  func wait(for permits: Int64, factor: Int64, at now: Int64) -> Int64? {
    guard permits <= allowed(factor: factor) else { return nil }
    return (index + 1) * length - now
  }
}
