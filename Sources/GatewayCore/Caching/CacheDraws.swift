import Chance
import Vocabulary

/// What a cache leaves to chance: which requests are refreshed, which of several answers is given.
struct CacheDraws: Sendable {
  let chance: Chance
  let key: ChanceKey

  init(_ chance: Chance) {
    self.chance = chance
    key = chance.key(.cache)
  }

  @inline(never)
  func refresh(_ call: CallKey) -> Double { chance.uniform(key, call: call) }

  /// A place among `count` equal ones, for a look-up (0) or a store (1).
  func place(_ call: CallKey, below count: Int, step: UInt32) -> Int {
    chance.index(below: count, key, call: call, counter: 1 + step)
  }
}
