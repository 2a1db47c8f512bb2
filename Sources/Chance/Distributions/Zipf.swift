/// Zipf's law on 1…count: rank k has a share proportional to k^−exponent.
///
/// Exact inversion of the summed shares with a guide table (H.-C. Chen and Y. Asau, 1974): the
/// guide says where in the table to begin. With two cells a rank, as up to 65,536 ranks have, three
/// draws in four fall into a cell that belongs to one rank alone, and the table of sums, which is
/// far from the processor, is not read at all.
/// - Complexity: O(1) expected per draw; O(count) memory and preparation.
public struct Zipf: Distribution {
  /// The exponent; 0 makes all ranks equal.
  public let exponent: Double
  private let sums: [Double]
  /// The first place that a cell may mean, and in the lowest bit whether it can mean others.
  @usableFromInline let guide: [UInt32]
  private let expectation: Double

  /// Makes a law of `count` ranks, at least one.
  public init(count: Int, exponent: Double) {
    let count = max(1, count)
    self.exponent = exponent
    var sums: [Double] = []
    sums.reserveCapacity(count)
    var total = 0.0
    var weighted = 0.0
    for rank in 1...count {
      let weight = Elementary.pow(Double(rank), -exponent)
      total += weight
      weighted += weight * Double(rank)
      sums.append(total)
    }
    let cells = count <= 65_536 ? count * 2 : count
    var guide: [UInt32] = []
    guide.reserveCapacity(cells)
    var index = 0
    for cell in 0..<cells {
      // A little wider than the cell, for what u·cells and u·total are rounded by.
      let start = total * (Double(cell) / Double(cells)) * (1 - 0x1p-40)
      let end = total * (Double(cell + 1) / Double(cells)) * (1 + 0x1p-40)
      while index < count - 1 && sums[index] < start { index += 1 }
      let isShared = index < count - 1 && sums[index] < end
      guide.append(UInt32(truncatingIfNeeded: index) << 1 | (isShared ? 1 : 0))
    }
    self.sums = sums
    self.guide = guide
    expectation = weighted / total
  }

  /// The number of ranks.
  public var count: Int { sums.count }

  /// The rank below or at which a share `u` of the draws lies.
  public func quantile(_ u: Double) -> Double { Double(rank(u)) }

  /// The rank for a uniform number, from 1.
  @inlinable
  public func rank(_ u: Double) -> Int {
    let cell = min(max(Int(u * Double(guide.count)), 0), guide.count &- 1)
    let found = guide[cell]
    let first = Int(found >> 1)
    return found & 1 == 0 ? first &+ 1 : rank(u, from: first)
  }

  /// The rank among those from place `first` on.
  @usableFromInline
  func rank(_ u: Double, from first: Int) -> Int {
    let last = sums.count - 1
    let target = u * sums[last]
    var index = first
    while index < last && sums[index] < target { index += 1 }
    return index + 1
  }

  /// The share of ranks that are at most `x`.
  public func cumulative(_ x: Double) -> Double {
    guard x >= 1 else { return 0 }
    let index = min(Int(min(x, 1e15)), sums.count) - 1
    return sums[index] / sums[sums.count - 1]
  }

  /// The mean rank.
  public var mean: Double? { expectation }
}
