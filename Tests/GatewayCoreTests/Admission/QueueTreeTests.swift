import Testing

@testable import GatewayCore

@Suite("An ordered set of places")
struct QueueTreeTests {
  @Test("finds what a sorted list finds, over random insertions and removals")
  func twin() {
    forEverySeed(0..<30) { seed, random in
      var tree = QueueTree()
      var list: [(key: UInt128, place: UInt32)] = []
      var free = (0..<200).map { UInt32($0) }
      for step in 0..<1_500 {
        if !free.isEmpty, Int.random(in: 0..<5, using: &random) < 3 || list.isEmpty {
          let place = free.remove(at: Int.random(in: 0..<free.count, using: &random))
          let key =
            UInt128(UInt64.random(in: 0...3, using: &random)) << 96
            | UInt128(UInt64.random(in: 0...60, using: &random)) << 48 | UInt128(step)
          tree.insert(place, key)
          list.append((key, place))
          list.sort { $0.key < $1.key }
        } else {
          let entry = list.remove(at: Int.random(in: 0..<list.count, using: &random))
          tree.remove(entry.place)
          free.append(entry.place)
        }
        let bound =
          UInt128(UInt64.random(in: 0...4, using: &random)) << 96
          | UInt128(UInt64.random(in: 0...60, using: &random)) << 48
        #expect(
          tree.first(from: bound) == list.first { $0.key >= bound }?.place, "seed \(seed) \(step)")
        #expect(
          tree.last(upTo: bound) == list.last { $0.key <= bound }?.place, "seed \(seed) \(step)")
        #expect(tree.count == list.count)
      }
    }
  }
}
