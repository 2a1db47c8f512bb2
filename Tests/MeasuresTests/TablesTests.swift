import Testing
import Vocabulary

@testable import Measures

@Suite("What the laws remember")
struct TablesTests {
  @Test("a table of what is in flight agrees with a dictionary, whatever comes and goes")
  func openTable() {
    var table = OpenTable(blank: UInt64(0), capacity: 8)
    var model: [UInt64: UInt64] = [:]
    var state: UInt64 = 42
    for step in 0..<20_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let key = (state >> 33) % 300
      if state >> 63 == 0 {
        if let slot = table.slot(of: key) { table[slot] &+= UInt64(step) }
        model[key, default: 0] &+= UInt64(step)
      } else if let slot = table.find(key) {
        #expect(model.removeValue(forKey: key) == table[slot])
        table.remove(at: slot)
      } else {
        #expect(model[key] == nil)
      }
    }
    #expect(table.count == model.count)
    #expect(table.sorted.map(\.key) == model.keys.sorted())
    #expect(table.slot(of: .max) == nil && table.find(.max) == nil)
  }

  @Test("ended numbers are remembered exactly, in any order")
  func endedNumbers() {
    var numbers = EndedNumbers()
    var order = Array(UInt64(0)..<20_000)
    var state: UInt64 = 7
    for index in order.indices.dropLast() where index != 3 {
      state = state &* 6_364_136_223_846_793_005 &+ 1
      let other = min(order.count - 1, index + Int(state >> 40) % 6000)
      if other != 3 { order.swapAt(index, other) }
    }
    order.removeAll { $0 == 3 || $0 == 12_345 }
    for number in order { #expect(numbers.insert(number) == .new) }
    for number in [order[0], order[500], 19_999] { #expect(numbers.insert(number) == .twice) }
    #expect(numbers.missing(below: 20_000, most: 5) == [3, 12_345])
    #expect(numbers.insert(3) == .new)
    #expect(numbers.contains(3) && !numbers.contains(12_345) && !numbers.contains(20_000))
    #expect(numbers.insert(.max) == .beyond)
  }

  @Test("a station's integral is exact")
  func station() {
    var station = StationTally()
    station.enter(at: Instant(nanoseconds: 5))
    station.enter(at: Instant(nanoseconds: 7))
    station.leave(at: Instant(nanoseconds: 10))
    station.close(at: Instant(nanoseconds: 20), open: 1, ages: 13)
    #expect(station.integral == 2 + 2 * 3 + 10)
    #expect(station.entered == 2 && station.left == 1 && station.openAges == 13)
  }
}
