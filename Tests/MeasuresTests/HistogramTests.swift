import Testing

@testable import Measures

@Suite("A histogram")
struct HistogramTests {
  /// A fixed sequence of long-tailed values, as latencies are.
  static func values(_ count: Int, seed: UInt64 = 1) -> [Int64] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int64(state >> (20 + state % 24))
    }
  }

  @Test("buckets tile the line, and none is wider than 1/256 of its lower bound")
  func bucketsTile() {
    for index in 0..<14_336 {
      let low = Histogram.lowerBound(of: index)
      let width = Histogram.width(of: index)
      #expect(Histogram.index(of: low) == index)
      #expect(Histogram.index(of: low + (width - 1)) == index)
      if index > 512 { #expect(width * 256 <= low) }
    }
    #expect(Histogram.index(of: .max) == 14_335)
  }

  @Test("quantiles are within 0.4 % of the sorted values'")
  func quantiles() throws {
    let values = Self.values(20_000)
    var histogram = Histogram()
    for value in values { histogram.record(value) }
    let sorted = values.sorted()
    for q in [0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999] {
      let rank = min(sorted.count - 1, Int(q * Double(sorted.count)))
      let near = (Double(sorted[max(0, rank - 1)]), Double(sorted[rank]))
      let found = try #require(histogram.quantile(q))
      #expect(found >= near.0 * 0.996 && found <= near.1 * 1.004)
    }
    #expect(histogram.quantile(0) == Double(sorted[0]))
    #expect(histogram.quantile(1) == Double(sorted[sorted.count - 1]))
  }

  @Test("inside a bucket a quantile is interpolated linearly")
  func interpolates() throws {
    var histogram = Histogram()
    let low = Histogram.lowerBound(of: 5_000)
    let width = Histogram.width(of: 5_000)
    for step in 0..<4 { histogram.record(low + width * Int64(step) / 4) }
    histogram.record(low * 2)
    #expect(histogram.quantile(0.4) == Double(low) + Double(width) / 2)
    let share = try #require(histogram.share(atMost: low + width / 2 - 1))
    #expect(abs(share - 0.4) < 1e-9)
  }

  @Test("one value is every quantile, and none has none")
  func extremes() {
    var histogram = Histogram()
    #expect(histogram.quantile(0.5) == nil)
    #expect(histogram.share(atMost: 5) == nil)
    histogram.record(123_456_789)
    for q in [0.0, 0.3, 1] { #expect(histogram.quantile(q) == 123_456_789) }
    histogram.record(-5)
    #expect(histogram.minimum == 0)
    histogram.record(.max)
    #expect(histogram.maximum == .max && histogram.count == 3)
  }

  @Test("merging is exact, in any order")
  func merges() {
    let parts = (1...4).map { seed in
      var part = Histogram()
      for value in Self.values(500, seed: UInt64(seed)) { part.record(value) }
      return part
    }
    var whole = Histogram()
    for seed in 1...4 { for value in Self.values(500, seed: UInt64(seed)) { whole.record(value) } }
    var forward = Histogram()
    for part in parts { forward.merge(part) }
    var backward = Histogram()
    for part in parts.reversed() { backward.merge(part) }
    #expect(forward == whole)
    #expect(backward.minimum == whole.minimum && backward.quantile(0.7) == whole.quantile(0.7))
    #expect(backward.count == 2000)
  }

  @Test("the hot form holds the same counts")
  func hotForm() {
    var cold = Histogram()
    var hot = HotHistogram()
    for value in Self.values(3000) {
      cold.record(value)
      hot.record(value)
    }
    #expect(hot.histogram == cold)
    hot.free()
  }
}
