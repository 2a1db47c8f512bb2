import Vocabulary

/// A bucket of permits that refills continuously up to its burst.
///
/// Exact: the level is counted in permits × period × 10⁶, so that one nanosecond at factor
/// f (parts per million) adds count × f. A factor scales the refill and what the bucket holds, which
/// is one permit at least unless the factor is zero: a quota of 2 requests a second that is cut to a
/// quarter lets one through every two seconds, and is not shut. The level may fall below zero where
/// tokens are charged after the answer.
/// - Complexity: O(1) per judgement, plus the capacity steps that passed since the last.
struct PermitBucket: RefusalCounting {
  private let count: Int128
  private let period: Int128
  private let unit: Int128
  private let burst: Int128
  /// What a nanosecond adds, and what it holds, at factor 1.
  private let gain: Int128
  private let most: Int128
  private var level: Int128
  private var touched: Int64 = 0

  /// A full bucket.
  init(rate: Rate, burst: Int64) {
    count = Int128(rate.count)
    period = Int128(rate.periodNanoseconds)
    unit = period * Int128(CapacitySteps.one)
    self.burst = Int128(burst)
    most = Int128(burst) * unit
    gain = count * Int128(CapacitySteps.one)
    level = most
  }

  /// Refills up to `now`, step by step.
  @inline(__always)
  mutating func advance(to now: Int64, steps: CapacitySteps) {
    guard now > touched else { return }
    let from = touched
    touched = now
    guard steps.isEmpty else { return refill(from: from, to: now, steps) }
    if level != most { level = min(level + gain * Int128(now - from), most) }
  }

  @inline(never)
  private mutating func refill(from: Int64, to now: Int64, _ steps: CapacitySteps) {
    var from = from
    var place = steps.place(at: from)
    while true {
      let end = steps.end(of: place)
      let to = min(now, end)
      refill(for: to - from, factor: steps.factor(in: place))
      guard to == end else { return }
      from = to
      place += 1
    }
  }

  private mutating func refill(for nanoseconds: Int64, factor: Int64) {
    level = min(level + count * Int128(nanoseconds) * Int128(factor), capacity(factor) * period)
  }

  /// Millionths of permits that it holds at a factor.
  private func capacity(_ factor: Int64) -> Int128 {
    factor == 0 ? 0 : max(burst * Int128(factor), Int128(CapacitySteps.one))
  }

  /// Whether `permits` are there; the bucket must have been advanced.
  func holds(_ permits: Int64, factor: Int64) -> Bool { level >= Int128(permits) * unit }

  /// Takes permits, or gives them back if the number is negative.
  mutating func take(_ permits: Int64) {
    level = min(level - Int128(permits) * unit, most)
  }

  mutating func waste(_ permits: Int64) {
    level -= min(max(0, level), Int128(permits) * unit)
  }

  /// Nanoseconds until `permits` are there at the present factor; `nil` if that never happens.
  func wait(for permits: Int64, factor: Int64, at now: Int64) -> Int64? {
    let missing = Int128(permits) * unit - level
    if missing <= 0 { return 0 }
    let gain = count * Int128(factor)
    guard gain > 0, Int128(permits) * Int128(CapacitySteps.one) <= capacity(factor) else {
      return nil
    }
    return Int64(clamping: (missing + gain - 1) / gain)
  }

  /// A bucket forgets when it was charged.
  func counts(_ instant: Int64) -> Bool { true }
}
