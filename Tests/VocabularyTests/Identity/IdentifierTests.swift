import Testing
import Vocabulary

@Suite("A name's hash")
struct NameHashTests {
  @Test("is the same for ever")
  func pinned() {
    #expect(NameHash("").bits == 0xF52A_15E9_A9B5_E89B)
    #expect(NameHash("azure/sweden").bits == 0xFEDA_99E9_063D_E0EF)
    #expect(NameHash("openai").bits == 0x639D_EA47_5EAF_E93A)
    #expect(NameHash("Größe").bits == 0x32BC_BA83_A28C_2069)
  }

  @Test("differs between names that differ in one letter")
  func spreads() {
    var seen = Set<UInt64>()
    for number in 0..<10_000 { seen.insert(NameHash("deployment-\(number)").bits) }
    #expect(seen.count == 10_000)
  }
}

@Suite("A call's key")
struct CallKeyTests {
  @Test("is the same for ever")
  func pinned() {
    let source = NameHash(bits: 0x0123_4567_89AB_CDEF)
    #expect(CallKey(source: source, number: 0).bits == 0x0123_4567_89AB_CDEF)
    #expect(
      CallKey(source: source, number: 2).bits == 0x0123_4567_89AB_CDEF &+ 2 &* 0x9E37_79B9_7F4A_7C15
    )
    #expect(
      CallKey(source: source, number: 0, try: 1).bits == 0x0123_4567_89AB_CDEF ^ (1 << 56))
  }

  @Test("differs between the tries of a call and between calls")
  func differs() {
    let source = NameHash("stream")
    var seen = Set<UInt64>()
    for number in UInt64(0)..<2_000 {
      for attempt in UInt8(0)..<4 {
        seen.insert(CallKey(source: source, number: number, try: attempt).bits)
      }
    }
    #expect(seen.count == 8_000)
  }
}

@Suite("A dense id")
struct DenseIDTests {
  @Test("is ordered by its index, and none is the last")
  func order() {
    #expect(DeploymentID(1) < DeploymentID(2))
    #expect(DeploymentID(65_534) < .none)
    #expect(RequestID.none != RequestID(slot: 0, generation: 0))
  }
}
