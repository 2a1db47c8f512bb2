import Vocabulary

/// ∫ units dt over the measured stretch of a run: exact, in unit-nanoseconds.
struct CapacityIntegral: Sendable {
  private let from: Int64
  private let to: Int64
  private var units: Int
  private var since: Int64 = 0
  private var sum: Int128 = 0

  /// So many units from the start of the run on.
  init(_ measured: Range<Instant>, units: Int) {
    from = measured.lowerBound.nanoseconds
    to = measured.upperBound.nanoseconds
    self.units = units
  }

  /// Some come or go.
  mutating func change(by difference: Int, at now: Int64) {
    advance(to: now)
    units += difference
  }

  /// The integral until `end` or the end of the measured stretch.
  mutating func total(until end: Int64) -> Int128 {
    advance(to: end)
    return sum
  }

  private mutating func advance(to now: Int64) {
    let length = min(now, to) - max(since, from)
    if length > 0 { sum += Int128(length) * Int128(units) }
    since = max(since, now)
  }
}
