import Chance
import Vocabulary

/// Arrivals one after the other: a renewal process on a clock that follows the rate.
///
/// The gap before call n is the inverse transform of one uniform number keyed by call n, so a
/// stream's arrivals depend on its name and the seed only. Gaps are made 32 at a time: a logarithm
/// is a long chain of dependent operations, and in a loop of its own several overlap.
/// - Complexity: O(1) per arrival; memory is allocated once.
struct ArrivalProcess: Sendable {
  private static let batch = 32

  private let gaps: Sampler
  private let key: ChanceKey
  private let source: NameHash
  private let limit: UInt64
  private var warp: TimeWarp
  private var elapsed = 0.0
  /// The gaps before calls `number` rounded down to a multiple of the batch, and after.
  private var ahead = [Double](repeating: 0, count: ArrivalProcess.batch)
  /// The number of the next call.
  private(set) var number: UInt64 = 0

  /// - Parameters:
  ///   - gaps: gaps of mean 1.
  ///   - limit: how many arrivals there are at most.
  init(gaps: Sampler, warp: TimeWarp, limit: UInt64, source: NameHash, chance: Chance) {
    self.gaps = gaps
    self.warp = warp
    self.limit = limit
    self.source = source
    key = chance.key(.arrival, name: source)
  }

  /// Nanoseconds from the stream's start to the next arrival; `nil` after the last.
  @inline(__always)
  mutating func next() -> Int64? {
    guard number < limit else { return nil }
    let place = Int(truncatingIfNeeded: number % UInt64(ArrivalProcess.batch))
    if place == 0 { lookAhead() }
    elapsed += ahead[place]
    number &+= 1
    return warp.nanoseconds(after: elapsed)
  }

  /// The next arrivals, as by `next`: at most `most` of them, and none beyond a batch.
  /// - Returns: How many.
  mutating func next(_ most: Int, into times: inout [Int64]) -> Int {
    let place = Int(truncatingIfNeeded: number % UInt64(ArrivalProcess.batch))
    if place == 0, number < limit { lookAhead() }
    let left = min(limit &- min(number, limit), UInt64(ArrivalProcess.batch &- place))
    let count = min(most, Int(truncatingIfNeeded: left))
    return times.withUnsafeMutableBufferPointer { times in
      for step in 0..<count {
        elapsed += ahead[place &+ step]
        number &+= 1
        guard let time = warp.nanoseconds(after: elapsed) else { return step }
        times[step] = time
      }
      return count
    }
  }

  @inline(never)
  private mutating func lookAhead() {
    let (gaps, key, source, number) = (gaps, key, source, number)
    ahead.withUnsafeMutableBufferPointer { ahead in
      for place in ahead.indices {
        let call = CallKey(source: source, number: number &+ UInt64(place))
        ahead[place] = gaps.quantile(key.uniform(call: call))
      }
    }
  }
}
