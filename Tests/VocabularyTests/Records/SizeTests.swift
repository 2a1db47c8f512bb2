import Testing
import Vocabulary

@Suite("What crosses rooms")
struct SizeTests {
  private func isPlain<Value: BitwiseCopyable>(_: Value.Type) -> Bool { true }

  @Test("fits its budget of bytes")
  func sizes() {
    #expect(MemoryLayout<Note>.stride <= 48)
    #expect(MemoryLayout<AttemptRecord>.stride <= 96)
    #expect(MemoryLayout<RequestRecord>.stride <= 192)
    #expect(MemoryLayout<SideCallRecord>.stride <= 48)
    #expect(MemoryLayout<Truth>.stride <= 16)
    #expect(MemoryLayout<Usage>.stride == 16)
    #expect(MemoryLayout<Outcome>.stride <= 4)
    #expect(MemoryLayout<RetryAfter>.stride == 4)
  }

  @Test("is copied bit by bit")
  func plain() {
    #expect(isPlain(Note.self) && isPlain(AttemptRecord.self) && isPlain(RequestRecord.self))
    #expect(isPlain(AttemptTruth.self) && isPlain(RequestTruth.self) && isPlain(Request.self))
    #expect(isPlain(Instant.self) && isPlain(Money.self) && isPlain(MoneyTotal.self))
    #expect(isPlain(Rate.self) && isPlain(Probability.self) && isPlain(PriceSheet.self))
    #expect(isPlain(Truth.self) && isPlain(SideCallRecord.self) && isPlain(StationTally.self))
  }
}

@Suite("A buffer")
struct BufferTests {
  @Test("holds what was appended, in order, and shrinks from its end")
  func holds() {
    var buffer = Buffer<Int>(capacity: 1)
    for number in 0..<1_000 { buffer.append(number) }
    let held = buffer.withSpan { span in span.indices.map { span[$0] } }
    #expect(held == Array(0..<1_000))
    let last = buffer.removeLast()
    #expect(last == 999)
    buffer[3] = 7
    let (count, changed) = (buffer.count, buffer[3])
    #expect(count == 999)
    #expect(changed == 7)
    buffer.removeAll()
    let isEmpty = buffer.isEmpty
    #expect(isEmpty)
    buffer.fill(upTo: 5, with: 2)
    let filled = buffer.withSpan { span in span.indices.map { span[$0] } }
    #expect(filled == [2, 2, 2, 2, 2])
  }
}

@Suite("A station's tally")
struct StationTallyTests {
  @Test("has the integral of what is inside equal to the sum of the times inside")
  func little() {
    var random = SplitMix64(seed: 4)
    for _ in 0..<200 {
      var tally = StationTally()
      var inside: [Int64] = []
      var sojourns: Int128 = 0
      var now: Int64 = 0
      for _ in 0..<100 {
        now += Int64.random(in: 0...1_000_000, using: &random)
        if inside.isEmpty || Bool.random(using: &random) {
          tally.enter(at: Instant(nanoseconds: now))
          inside.append(now)
        } else {
          tally.leave(at: Instant(nanoseconds: now))
          sojourns += Int128(
            now - inside.remove(at: Int.random(in: 0..<inside.count, using: &random)))
        }
      }
      let end = Instant(nanoseconds: now + 500)
      let ages = inside.reduce(Int128(0)) { $0 + Int128(end.nanoseconds - $1) }
      tally.close(at: end, open: inside.count, ages: ages)
      #expect(tally.integral == sojourns + ages)
      #expect(tally.entered == tally.left + tally.open)
    }
  }
}
