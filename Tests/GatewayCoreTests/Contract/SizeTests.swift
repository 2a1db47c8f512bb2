import Testing
import Vocabulary

@testable import GatewayCore

@Suite("The contract between core and driver")
struct ContractSizeTests {
  private func isPlain<Value: BitwiseCopyable>(_: Value.Type) -> Bool { true }

  @Test("is spoken in plain values of at most 32 bytes")
  func sizes() {
    #expect(MemoryLayout<Event>.size <= 32)
    #expect(MemoryLayout<Command>.size <= 32)
    #expect(MemoryLayout<Event>.stride <= 32)
    #expect(MemoryLayout<Command>.stride <= 32)
    #expect(isPlain(Event.self) && isPlain(Command.self))
    #expect(isPlain(Gateway.Pending.self) && isPlain(Gateway.Flight.self))
  }

  @Test("gives deadlines as whole microseconds, rounded up")
  func microseconds() {
    #expect(Deadlines.microseconds(nil) == .max)
    #expect(Deadlines.microseconds(.nanoseconds(1)) == 1)
    #expect(Deadlines.microseconds(.milliseconds(5)) == 5_000)
    #expect(Deadlines.microseconds(.seconds(Int64.max / 2)) == UInt32.max - 1)
    let deadlines = Deadlines(firstTokenMicroseconds: 5, idleMicroseconds: 7)
    #expect(deadlines.firstToken(after: .start) == Instant(nanoseconds: 5_000))
    #expect(deadlines.idleNanoseconds == 7_000)
    #expect(Deadlines().firstToken(after: .start) == .distantFuture)
    #expect(Deadlines().idleNanoseconds == .max)
  }
}

@Suite("A slab")
struct SlabTests {
  @Test("gives each taken place once, and counts what is taken")
  func places() {
    var slab = Slab(blank: 0, capacity: 1)
    var taken: [UInt32: Int] = [:]
    forEverySeed(0..<1) { _, random in
      for round in 0..<10_000 {
        if taken.isEmpty || Int.random(in: 0..<5, using: &random) < 3 {
          let place = slab.take()
          #expect(taken[place] == nil)
          slab[place] = round
          taken[place] = round
        } else if let place = taken.keys.sorted().randomElement(using: &random) {
          let content = slab[place]
          #expect(content == taken[place])
          slab.give(place)
          taken[place] = nil
        }
        let held = slab.taken
        if held != taken.count { Issue.record("\(held) taken, not \(taken.count)") }
        if taken.count > 40, let place = taken.keys.min() {
          slab.give(place)
          taken[place] = nil
        }
      }
    }
  }
}
