import Testing

@testable import GatewayCore

@Suite("A list of ghosts")
struct GhostListTests {
  /// The slow obvious one: departures in order.
  private struct Twin {
    let limit: Int
    var ghosts: [(key: UInt64, size: Int, isStruck: Bool)] = []

    mutating func remember(_ key: UInt64, _ size: Int) {
      guard size <= limit else { return }
      while ghosts.reduce(size, { $0 + $1.size }) > limit { ghosts.removeFirst() }
      ghosts.append((key, size, false))
    }

    mutating func forget(_ key: UInt64) -> Bool {
      guard let place = ghosts.firstIndex(where: { $0.key == key && !$0.isStruck }) else {
        return false
      }
      ghosts[place].isStruck = true
      return true
    }
  }

  @Test("remembers what a plain list of the latest departures remembers")
  func twin() {
    forEverySeed(0..<60) { seed, random in
      let limit = [0, 1, 7, 40, 300][Int(seed % 5)]
      let kinds = UInt64([20, 200, 5_000][Int(seed % 3)])
      var list = GhostList(limit: limit)
      var twin = Twin(limit: limit)
      for step in 0..<1_500 {
        // Keys that differ in their low bits, their high bits, or both.
        let key = (random.next() % kinds) << (seed % 2 == 0 ? 0 : 40)
        let returns = twin.forget(key)
        #expect(list.forget(key) == returns, "seed \(seed), step \(step)")
        // As a cache does: what is remembered is not, until it has been stored and sent away.
        if random.next() % 3 > 0 {
          let size = seed % 4 == 0 ? Int(random.next() % 12) : 1
          list.remember(key, size: size)
          twin.remember(key, size)
        }
      }
      for key in 0..<kinds {
        let key = key << (seed % 2 == 0 ? 0 : 40)
        #expect(list.forget(key) == twin.forget(key), "seed \(seed)")
      }
    }
  }
}
