import Testing
import Vocabulary

@testable import Engine

@Suite("An event queue")
struct EventQueueTests {
  @Test("gives out what a sorted array gives out, through pushes, pops and replacements")
  func twin() {
    for seed in UInt64(0)..<60 {
      var random = SplitMix64(seed: seed)
      var queue = EventQueue(capacity: 1)
      var twin: [UInt128] = []
      let growth = Int.random(in: 40...60, using: &random)
      for step in 0..<400 {
        let key = UInt128(UInt64.random(in: 0..<500, using: &random)) << 64 | UInt128(step)
        let action = Int.random(in: 0..<100, using: &random)
        if twin.isEmpty || action < growth {
          queue.push(key)
          twin.insert(key, at: twin.firstIndex { $0 > key } ?? twin.count)
        } else if action < 90 {
          let popped = queue.pop()
          if popped != twin.removeFirst() { Issue.record("seed \(seed), step \(step): wrong pop") }
        } else {
          queue.replaceFirst(with: key)
          twin.removeFirst()
          twin.insert(key, at: twin.firstIndex { $0 > key } ?? twin.count)
        }
        if queue.count != twin.count || (!twin.isEmpty && queue.first != twin[0]) {
          Issue.record("seed \(seed), step \(step): not the same queue")
        }
      }
      while !twin.isEmpty {
        let popped = queue.pop()
        if popped != twin.removeFirst() { Issue.record("seed \(seed): wrong order at the end") }
      }
      let isEmpty = queue.isEmpty
      #expect(isEmpty)
    }
  }
}

@Suite("An event's key")
struct EventKeyTests {
  private func key(
    _ kind: EventKey.Kind, _ nanoseconds: Int64, _ sequence: UInt64, slot: Int = 0
  ) -> UInt128 {
    EventKey(kind, at: Instant(nanoseconds: nanoseconds), sequence: sequence, slot: slot).bits
  }

  @Test("orders by instant, before and after the start, then rank, then sequence")
  func order() {
    #expect(key(.arrival, -1, 9) < key(.attemptEnd, 0, 0))
    #expect(key(.arrival, 0, 9) < key(.attemptEnd, 1, 0))
    let ranks: [EventKey.Kind] = [.attemptEnd, .deadline, .backoff, .arrival]
    for (earlier, later) in zip(ranks, ranks.dropFirst()) {
      #expect(key(earlier, 5, 9) < key(later, 5, 0))
    }
    #expect(key(.backoff, 5, 1, slot: 99) < key(.patience, 5, 2, slot: 0))
    #expect(key(.attemptEnd, .max, 0) > key(.arrival, .max - 1, 0))
  }

  @Test("gives back what it is made of")
  func roundTrip() {
    var random = SplitMix64(seed: 8)
    for _ in 0..<2_000 {
      let instant = Instant(nanoseconds: Int64.random(in: .min ... .max, using: &random))
      let sequence = UInt64.random(in: 0..<(1 << 35), using: &random)
      let slot = Int.random(in: 0..<EventKey.slots, using: &random)
      let key = EventKey(.patience, at: instant, sequence: sequence, slot: slot)
      #expect(key.instant == instant && key.sequence == sequence && key.slot == slot)
      #expect(key.kind == EventKey.Kind.patience.rawValue)
    }
  }
}

@Suite("A set of fingerprints")
struct FingerprintSetTests {
  @Test("knows what it has seen, by alias, and takes zero for no body")
  func seen() {
    var set = FingerprintSet()
    var twin = Set<String>()
    var random = SplitMix64(seed: 9)
    for _ in 0..<20_000 {
      let print = UInt128(UInt64.random(in: 0..<6_000, using: &random)) << 32
      let alias = Int.random(in: 0..<2, using: &random)
      let known = set.insert(print, AliasID(alias))
      let expected = print != 0 && !twin.insert("\(print) \(alias)").inserted
      if known != expected { Issue.record("\(print) \(alias)") }
    }
  }
}
