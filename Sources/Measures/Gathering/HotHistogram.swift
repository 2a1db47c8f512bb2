/// A histogram while it is being filled: the same buckets as `Histogram`, in memory of its own.
///
/// A plain value inside a table; whoever owns the table frees it. One run's counts fit 32 bits,
/// which halves the cache that they take.
struct HotHistogram: BitwiseCopyable {
  private var counts: UnsafeMutablePointer<UInt32>?
  private var size = 0
  private var minimum = Int64.max
  private var maximum = Int64.min

  init() { counts = nil }

  /// A value and its bucket: the same in all histograms.
  struct Place {
    let value: Int64
    let index: Int

    @inline(__always)
    init(_ nanoseconds: Int64) {
      value = max(0, nanoseconds)
      index = Histogram.index(of: value)
    }
  }

  @inline(__always)
  mutating func record(_ nanoseconds: Int64) { record(Place(nanoseconds)) }

  @inline(__always)
  mutating func record(_ place: Place) {
    if place.index >= size { grow(to: place.index) }
    if let counts { counts[place.index] &+= 1 }
    minimum = min(minimum, place.value)
    maximum = max(maximum, place.value)
  }

  /// The same counts as an ordinary value.
  var histogram: Histogram {
    Histogram(
      counts: UnsafeBufferPointer(start: counts, count: size).map(UInt64.init), minimum: minimum,
      maximum: maximum)
  }

  func free() { counts?.deallocate() }

  @inline(never)
  private mutating func grow(to index: Int) {
    let larger = (index / Histogram.subdivisions + 1) * Histogram.subdivisions
    let moved = UnsafeMutablePointer<UInt32>.allocate(capacity: larger)
    moved.initialize(repeating: 0, count: larger)
    if let counts {
      moved.update(from: counts, count: size)
      counts.deallocate()
    }
    counts = moved
    size = larger
  }
}
