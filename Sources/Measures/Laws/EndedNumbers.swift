/// Which arrival numbers have ended: one bit each, in a ring that follows the oldest open one.
///
/// All numbers below `base` have ended; of the others a bit tells. Memory follows the spread
/// between the oldest and the newest open request, one bit each, not the trace.
/// - Complexity: O(1) amortised an insertion.
struct EndedNumbers: ~Copyable {
  /// What came of an insertion.
  enum Answer { case new, twice, beyond }

  private var words = Rows(repeating: UInt64(0), count: 64)
  private var mask = 63
  private var baseWord: UInt64 = 0
  private var top: UInt64 = 0
  private(set) var count = 0
  /// A number that far beyond the oldest open one is no arrival's number.
  static let farthest: UInt64 = 1 << 28

  func contains(_ number: UInt64) -> Bool {
    let word = number >> 6
    if word < baseWord { return true }
    if word &- baseWord > UInt64(mask) { return false }
    return words[Int(truncatingIfNeeded: word) & mask] >> (number & 63) & 1 == 1
  }

  @inline(__always)
  mutating func insert(_ number: UInt64) -> Answer {
    let word = number >> 6
    if word < baseWord { return .twice }
    if word &- baseWord > UInt64(mask) {
      if number &- baseWord << 6 > EndedNumbers.farthest { return .beyond }
      grow(toHold: word)
    }
    let place = Int(truncatingIfNeeded: word) & mask
    let bit: UInt64 = 1 << (number & 63)
    let before = words[proven: place]
    if before & bit != 0 { return .twice }
    words[proven: place] = before | bit
    count &+= 1
    if word > top { top = word }
    if before | bit == .max, word == baseWord { advance() }
    return .new
  }

  /// The first numbers below `limit` that have not ended, at most `most` of them.
  func missing(below limit: UInt64, most: Int) -> [UInt64] {
    var found: [UInt64] = []
    var number = baseWord << 6
    while number < limit, found.count < most {
      if !contains(number) { found.append(number) }
      number += 1
    }
    return found
  }

  private mutating func advance() {
    while words[Int(truncatingIfNeeded: baseWord) & mask] == .max {
      words[Int(truncatingIfNeeded: baseWord) & mask] = 0
      baseWord &+= 1
    }
  }

  @inline(never)
  private mutating func grow(toHold word: UInt64) {
    var size = words.count
    while UInt64(size) <= word &- baseWord { size *= 2 }
    var larger = Rows(repeating: UInt64(0), count: size)
    for old in baseWord...max(top, baseWord) where old &- baseWord <= UInt64(mask) {
      larger[Int(truncatingIfNeeded: old) & (size - 1)] = words[Int(truncatingIfNeeded: old) & mask]
    }
    words = larger
    mask = size - 1
  }
}
