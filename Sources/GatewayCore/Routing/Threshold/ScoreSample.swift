/// The threshold that a share of the latest scores reaches: the quantile at 1 − share of a sliding
/// sample.
///
/// Scores in [0, 1] fall into 4,096 equal bins; the sample holds the last `size`. The threshold is
/// the lower edge of the highest bin from which on at least ⌈share · n⌉ of the n scores lie, so
/// the share at or above it is never below what was asked, by more than the scores of one bin.
/// - Complexity: O(1) amortised per score (the edge moves as the counts do), 4,096 counters.
struct ScoreSample: Sendable {
  static let bins = 4_096

  private let share: Double
  private var ring: [UInt16]
  private var next = 0
  private(set) var count = 0
  private var counts = [UInt32](repeating: 0, count: ScoreSample.bins)
  private var edge: Int
  /// How many scores of the sample lie in the bin of the edge or above.
  private var above = 0

  init(share: Double, size: Int) {
    self.share = share
    ring = [UInt16](repeating: 0, count: max(1, size))
    edge = min(ScoreSample.bins - 1, Int((1 - share) * Double(ScoreSample.bins)))
  }

  /// The threshold now; before the first score the one of evenly spread scores, 1 − share.
  ///
  /// Of a share of nothing it is 2, which no score is.
  var threshold: Double { share > 0 ? Double(edge) / Double(ScoreSample.bins) : 2 }

  /// Adds a score; the oldest goes when the sample is full.
  mutating func add(_ score: Double) {
    let bin = min(ScoreSample.bins - 1, max(0, Int(score * Double(ScoreSample.bins))))
    if count == ring.count {
      let old = Int(ring[next])
      counts[old] -= 1
      if old >= edge { above -= 1 }
    } else {
      count += 1
    }
    ring[next] = UInt16(bin)
    next = next + 1 == ring.count ? 0 : next + 1
    counts[bin] += 1
    if bin >= edge { above += 1 }
    let exact = share * Double(count)
    var wanted = Int(exact)
    if Double(wanted) < exact { wanted += 1 }
    while above < wanted, edge > 0 {
      edge -= 1
      above += Int(counts[edge])
    }
    while edge < ScoreSample.bins - 1, above - Int(counts[edge]) >= wanted {
      above -= Int(counts[edge])
      edge += 1
    }
  }
}
