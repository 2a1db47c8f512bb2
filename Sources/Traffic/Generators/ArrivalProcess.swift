import Chance
import Vocabulary

/// Arrivals one after the other: a renewal process on a clock that follows the rate.
///
/// The gap before call n is the inverse transform of one uniform number keyed by call n, so a
/// stream's arrivals depend on its name and the seed only.
struct ArrivalProcess: Sendable {
  private let gaps: Sampler
  private let key: ChanceKey
  private let source: NameHash
  private let limit: UInt64
  private var warp: TimeWarp
  private var elapsed = 0.0
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
    let uniform = key.uniform(call: CallKey(source: source, number: number))
    elapsed += gaps.quantile(uniform)
    number &+= 1
    return warp.nanoseconds(after: elapsed)
  }
}
