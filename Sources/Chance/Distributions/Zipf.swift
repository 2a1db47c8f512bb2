/// Zipf's law on 1…count: rank k has a share proportional to k^−exponent.
///
/// Exact inversion of the summed shares with a guide table (H.-C. Chen and Y. Asau, 1974): the
/// guide says where in the table to begin. With four cells a rank, as up to 65,536 ranks have, four
/// draws in five fall into a cell that belongs to one rank alone, and the table of sums, which is
/// far from the processor, is not read at all. Draws made by the batch read the guide for all of
/// them first (`guess`), because these reads can overlap, and what is left then.
/// - Complexity: O(1) expected per draw; O(count) memory and preparation.
public struct Zipf: Distribution {
  /// The exponent; 0 makes all ranks equal.
  public let exponent: Double
  private let sums: [Double]
  /// For each cell the first place that it may mean, and in the lowest bit whether it can mean
  /// others; in 16 bits if the places fit, which halves the memory.
  @usableFromInline let narrow: [UInt16]
  @usableFromInline let wide: [UInt32]
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
    let fits = count <= 1 << 15
    narrow = fits ? guide.map { UInt16(truncatingIfNeeded: $0) } : []
    wide = fits ? [] : guide
    expectation = weighted / total
  }

  /// The number of ranks.
  public var count: Int { sums.count }

  /// The rank below or at which a share `u` of the draws lies.
  public func quantile(_ u: Double) -> Double { Double(rank(u)) }

  /// The rank for a uniform number, from 1.
  @inlinable
  public func rank(_ u: Double) -> Int { rank(guess(u)) }

  /// A uniform number and what the guide says of it.
  @frozen
  public struct Guess: BitwiseCopyable, Sendable {
    @usableFromInline let uniform: Double
    @usableFromInline let found: UInt32

    @inlinable @inline(__always)
    init(uniform: Double, found: UInt32) {
      self.uniform = uniform
      self.found = found
    }

    /// A guess to be overwritten.
    @inlinable public static var blank: Guess { Guess(uniform: 0, found: 0) }
  }

  /// Looks a uniform number up in the guide.
  @inlinable @inline(__always)
  public func guess(_ u: Double) -> Guess {
    let cells = wide.isEmpty ? narrow.count : wide.count
    let cell = min(max(Int(u * Double(cells)), 0), cells &- 1)
    return Guess(uniform: u, found: wide.isEmpty ? UInt32(narrow[cell]) : wide[cell])
  }

  /// The rank that a guess leads to, from 1.
  @inlinable @inline(__always)
  public func rank(_ guess: Guess) -> Int {
    let first = Int(guess.found >> 1)
    return guess.found & 1 == 0 ? first &+ 1 : rank(guess.uniform, from: first)
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
