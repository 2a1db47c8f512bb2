/// Zipf's law on 1…count: rank k has a share proportional to k^−exponent.
///
/// Exact inversion of the summed shares with a guide table (H.-C. Chen and Y. Asau, 1974): the
/// guide says where in the table to begin; with four cells a rank, as up to 65,536 ranks have, it
/// is nearly always the place itself.
/// - Complexity: O(1) expected per draw; O(count) memory and preparation.
public struct Zipf: Distribution {
  /// The exponent; 0 makes all ranks equal.
  public let exponent: Double
  private let sums: [Double]
  private let guide: [Int32]
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
    let cells = count <= 65_536 ? count * 4 : count
    var guide: [Int32] = []
    guide.reserveCapacity(cells)
    var index = 0
    for cell in 0..<cells {
      let start = total * (Double(cell) / Double(cells))
      while index < count - 1 && sums[index] <= start { index += 1 }
      guide.append(Int32(truncatingIfNeeded: index))
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
  public func rank(_ u: Double) -> Int {
    let count = sums.count
    let cell = min(max(Int(u * Double(guide.count)), 0), guide.count - 1)
    let target = u * sums[count - 1]
    var index = Int(guide[cell])
    // One cell back at the most, where u·cells was rounded up to the next cell.
    while index > 0 && sums[index - 1] >= target { index -= 1 }
    while index < count - 1 && sums[index] < target { index += 1 }
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
