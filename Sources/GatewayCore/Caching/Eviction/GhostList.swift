/// The keys that were sent away last: no answers, only the memory that they had been there.
///
/// It remembers the latest departures whose sizes add up to at most `limit`; one that returns is
/// struck out and keeps its place until it is old enough to fall off. Departures are numbered; a ring
/// holds the latest, and those whose keys hash alike form a chain from the newest to the oldest. So
/// whoever follows a chain stops at the first number that is too old, and falling off touches nothing.
/// (Numbers begin anew after 2³²; a chain that nobody has touched for so long may lead into another
/// one, where no key is found that is not there.)
/// - Complexity: O(1) expected; 24 to 48 bytes per ghost.
struct GhostList: Sendable {
  struct Ghost: BitwiseCopyable, Sendable {
    var key: UInt64 = 0
    var size: UInt32 = 0
    /// The next older one of its chain.
    var older: UInt32 = 0
  }

  private let limit: Int
  /// A power of two long; the ghost of number n stands at n modulo its length.
  private var ring: [Ghost] = []
  /// The newest of each chain; twice as many as the ring is long.
  private var newest: [UInt32] = []
  /// The number of the next departure.
  private var next: UInt32 = 1
  /// How many there are, also struck out.
  private var count: UInt32 = 0
  private var size = 0

  init(limit: Int) { self.limit = limit }

  /// Remembers a key that has just been sent away.
  mutating func remember(_ key: UInt64, size: Int) {
    guard size <= limit else { return }
    while self.size + size > limit {
      self.size -= Int(ring[place(next &- count)].size)
      count -= 1
    }
    if Int(count) == ring.count { grow() }
    link(Ghost(key: key, size: UInt32(size)), next)
    next &+= 1
    count += 1
    self.size += size
  }

  /// Strikes a key out; whether it was remembered.
  mutating func forget(_ key: UInt64) -> Bool {
    guard count > 0 else { return false }
    let chain = chain(of: key)
    var number = newest[chain]
    var before: UInt32?
    while isPresent(number) {
      let ghost = ring[place(number)]
      if ghost.key == key {
        if let before {
          ring[place(before)].older = ghost.older
        } else {
          newest[chain] = ghost.older
        }
        return true
      }
      before = number
      number = ghost.older
    }
    return false
  }

  /// Whether a number has been given and has not fallen off.
  @inline(__always)
  private func isPresent(_ number: UInt32) -> Bool { next &- number &- 1 < count }

  @inline(__always)
  private func place(_ number: UInt32) -> Int { Int(number) & (ring.count &- 1) }

  @inline(__always)
  private func chain(of key: UInt64) -> Int {
    let mixed = (key ^ (key >> 32)) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: mixed >> 32) & (newest.count &- 1)
  }

  @inline(__always)
  private mutating func link(_ ghost: Ghost, _ number: UInt32) {
    let chain = chain(of: ghost.key)
    ring[place(number)] = Ghost(key: ghost.key, size: ghost.size, older: newest[chain])
    newest[chain] = number
  }

  private mutating func grow() {
    // In their order; those that are struck out keep their places and belong to no chain.
    var linked = [Bool](repeating: false, count: ring.count)
    for var number in newest {
      while isPresent(number) {
        linked[place(number)] = true
        number = ring[place(number)].older
      }
    }
    let numbers = (0..<count).map { next &- count &+ $0 }
    let ghosts = numbers.map { (ghost: ring[place($0)], isLinked: linked[place($0)]) }
    let length = max(8, ring.count * 2)
    ring = Array(repeating: Ghost(), count: length)
    newest = Array(repeating: next &- count &- 1, count: length * 2)
    for (number, ghost) in zip(numbers, ghosts) {
      if ghost.isLinked { link(ghost.ghost, number) } else { ring[place(number)] = ghost.ghost }
    }
  }
}
