/// Counts of whole nanoseconds in log-linear buckets, exactly mergeable.
///
/// Idea (HDR histogram): the bucket of a value is its binary exponent and its 8 leading mantissa
/// bits. A bucket [b, b + w) has w ≤ b/256, so it is at most 0.39 % wide, and a quantile, found by
/// linear interpolation inside its bucket, is at most that far off. Counts are integers, so merging
/// is exact and does not depend on the order. The least and the greatest value are kept exactly
/// and bound the interpolation.
/// - Source: G. Tene, HdrHistogram; bucket rule as in DESIGN §7.
/// - Bounds: values below 0 count as 0; up to 2⁶³ − 1 ns.
/// - Complexity: `record` O(1), about 2 ns; `quantile` O(buckets); at most 112 KiB.
public struct Histogram: Sendable, Equatable {
  /// How many leading mantissa bits tell buckets apart.
  public static let mantissaBits = 8
  static let subdivisions = 1 << mantissaBits

  /// The least value recorded; `Int64.max` if none was.
  public private(set) var minimum: Int64
  /// The greatest value recorded; `Int64.min` if none was.
  public private(set) var maximum: Int64
  /// How many values each bucket holds; only as long as it had to grow.
  public private(set) var counts: [UInt64]

  /// Makes an empty histogram.
  public init() {
    minimum = .max
    maximum = .min
    counts = []
  }

  init(counts: [UInt64], minimum: Int64, maximum: Int64) {
    self.counts = counts
    self.minimum = minimum
    self.maximum = maximum
  }

  /// Counts one value.
  @inline(__always)
  public mutating func record(_ nanoseconds: Int64) {
    let value = max(0, nanoseconds)
    let index = Histogram.index(of: value)
    if index >= counts.count { grow(to: index) }
    counts[index] &+= 1
    minimum = min(minimum, value)
    maximum = max(maximum, value)
  }

  /// Counts one value several times.
  mutating func record(_ nanoseconds: Int64, times: UInt64) {
    guard times > 0 else { return }
    record(nanoseconds)
    counts[Histogram.index(of: max(0, nanoseconds))] &+= times - 1
  }

  /// Adds all values of another histogram, exactly.
  public mutating func merge(_ other: Histogram) {
    if other.counts.count > counts.count { grow(to: other.counts.count - 1) }
    for index in other.counts.indices { counts[index] &+= other.counts[index] }
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
  }

  /// Takes away values that were recorded; the least and the greatest remain as bounds.
  public mutating func remove(_ part: Histogram) {
    for index in part.counts.indices where index < counts.count {
      counts[index] &-= min(counts[index], part.counts[index])
    }
  }

  /// How many values were recorded.
  public var count: UInt64 { counts.reduce(0, &+) }

  /// The nanoseconds below which a share `q` of the values lies; `nil` if there are none.
  ///
  /// With n values, the bucket is the first whose cumulated count reaches q·n; inside it the mass
  /// is spread evenly: b + w (q·n − cumulated before) / count.
  public func quantile(_ q: Double) -> Double? {
    let total = count
    guard total > 0 else { return nil }
    let rank = min(max(q, 0), 1) * Double(total)
    var before: UInt64 = 0
    for (index, inside) in counts.enumerated() where inside > 0 {
      if Double(before + inside) >= rank {
        let share = (rank - Double(before)) / Double(inside)
        let value =
          Double(Histogram.lowerBound(of: index)) + Double(Histogram.width(of: index)) * share
        return min(max(value, Double(minimum)), Double(maximum))
      }
      before += inside
    }
    return Double(maximum)
  }

  /// The share of values at or below `nanoseconds`, interpolated; `nil` if there are none.
  public func share(atMost nanoseconds: Int64) -> Double? {
    let total = count
    guard total > 0 else { return nil }
    if nanoseconds < minimum { return 0 }
    if nanoseconds >= maximum { return 1 }
    let bucket = Histogram.index(of: nanoseconds)
    let below = counts.prefix(bucket).reduce(0, &+)
    let inside = bucket < counts.count ? counts[bucket] : 0
    let part =
      Double(nanoseconds - Histogram.lowerBound(of: bucket) + 1)
      / Double(Histogram.width(of: bucket))
    return (Double(below) + Double(inside) * part) / Double(total)
  }

  /// The bucket of a value that is not negative.
  @inline(__always)
  public static func index(of value: Int64) -> Int {
    let bits = UInt64(truncatingIfNeeded: value)
    let exponent = 63 &- (bits | UInt64(subdivisions)).leadingZeroBitCount
    let shift = exponent &- mantissaBits
    return (shift &<< mantissaBits) &+ Int(truncatingIfNeeded: bits &>> UInt64(shift))
  }

  /// The least value of the bucket at `index`.
  public static func lowerBound(of index: Int) -> Int64 {
    if index < 2 * subdivisions { return Int64(index) }
    let shift = index / subdivisions - 1
    return Int64(index - shift * subdivisions) << Int64(shift)
  }

  /// How many whole nanoseconds the bucket at `index` spans.
  public static func width(of index: Int) -> Int64 {
    index < 2 * subdivisions ? 1 : 1 << Int64(index / subdivisions - 1)
  }

  @inline(never)
  private mutating func grow(to index: Int) {
    let size = (index / Histogram.subdivisions + 1) * Histogram.subdivisions
    counts.append(contentsOf: repeatElement(0, count: size - counts.count))
  }
}
