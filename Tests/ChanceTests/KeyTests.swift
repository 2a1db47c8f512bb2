import Chance
import Testing
import Vocabulary

@Suite("A chance key")
struct ChanceKeyTests {
  let chance = Chance(seed: 1, replication: 2)
  let call = CallKey(source: NameHash("chat"), number: 7)

  @Test("gives the same number for the same key")
  func repeats() {
    let one = chance.key(.fault, name: NameHash("azure/sweden"))
    let other = Chance(seed: 1, replication: 2).key(.fault, name: NameHash("azure/sweden"))
    #expect(one.uniform(call: call, ordinal: 3) == other.uniform(call: call, ordinal: 3))
  }

  @Test("gives the numbers that every commit gave")
  func golden() {
    let key = chance.key(.fault, name: NameHash("azure/sweden"))
    #expect(key.bits(call: call) == expected[0])
    #expect(key.bits(call: call, ordinal: 1) == expected[1])
    #expect(key.bits(call: call, counter: 1) == expected[2])
    #expect(key.bits(step: -3, counter: 2) == expected[3])
    #expect(Chance(seed: 0, replication: 0).key(.arrival).bits(call: call) == expected[4])
  }
  private let expected: [UInt64] = [
    0x7198_6C94_195D_9BB3, 0xC465_12BA_F662_D19A, 0x2717_20CE_58A4_9B90,
    0x646D_336B_37B3_034E, 0x3C04_F2AB_9A74_5C4A,
  ]

  @Test("differs in every part of the key")
  func parts() {
    let name = NameHash("a")
    let base = chance.key(.fault, name: name)
    let other = CallKey(source: NameHash("chat"), number: 8)
    let again = CallKey(source: NameHash("chat"), number: 7, try: 1)
    let words: [UInt64] = [
      base.bits(call: call), base.bits(call: other), base.bits(call: again),
      base.bits(call: call, ordinal: 1), base.bits(call: call, counter: 1),
      chance.key(.faultDetail, name: name).bits(call: call),
      chance.key(.fault, name: NameHash("b")).bits(call: call),
      Chance(seed: 2, replication: 2).key(.fault, name: name).bits(call: call),
      Chance(seed: 1, replication: 1).key(.fault, name: name).bits(call: call),
      Chance(seed: 2, replication: 1).key(.fault, name: name).bits(call: call),
    ]
    #expect(Set(words).count == words.count)
  }

  @Test("has purposes with numbers that never change and never repeat")
  func purposes() {
    #expect(Set(Purpose.allCases.map(\.rawValue)).count == Purpose.allCases.count)
    #expect(Purpose.arrival.rawValue == 1)
    #expect(Purpose.fault.rawValue == 9)
    #expect(Purpose.split.rawValue == 16)
    #expect(Purpose.exploration.rawValue == 36)
  }

  @Test("never gives 0 or 1")
  func open() {
    #expect(ChanceKey.uniform(0) == 0x1p-53)
    #expect(ChanceKey.uniform(.max) == 1 - 0x1p-53)
    #expect(ChanceKey.uniform(1 << 63) + ChanceKey.uniform(~(1 << 63)) == 1)
  }

  @Test("counts its draws inside one key")
  func draws() {
    let key = chance.key(.identity)
    var draws = key.draws(call: call, ordinal: 2)
    #expect(draws.uniform() == key.uniform(call: call, ordinal: 2))
    #expect(draws.bits() == key.bits(call: call, ordinal: 2, counter: 1))
    #expect(draws.counter == 2)
    #expect(draws.index(below: 0) == 0)
    for _ in 0..<100 { #expect((0..<7).contains(draws.index(below: 7))) }
  }
}

@Suite("A scripted chance")
struct ScriptedChanceTests {
  let call = CallKey(bits: 5)

  @Test("hands out its numbers in order to whichever key asks")
  func order() {
    let chance = Chance.scripted([0.25, 0, 0.75])
    let key = chance.key(.routing)
    #expect(chance.uniform(.jitter, call: call) == 0.25)
    #expect(chance.uniform(key, call: call, ordinal: 9) == 0)
    #expect(chance.index(below: 4, key, call: call) == 3)
    #expect(chance.script?.drawn == 3)
    #expect(chance.script?.shortfall == 0)
  }

  @Test("counts what it could not give")
  func shortfall() {
    let chance = Chance.scripted([])
    #expect(chance.uniform(.jitter, call: call) == 0.5)
    #expect(chance.script?.shortfall == 1)
  }

  @Test("is not what a keyed chance is")
  func keyed() {
    let chance = Chance(seed: 1, replication: 0)
    let key = chance.key(.routing)
    #expect(chance.script == nil)
    #expect(chance.uniform(.routing, call: call) == key.uniform(call: call))
    #expect(chance.index(below: 1000, key, call: call) == Int(key.uniform(call: call) * 1000))
  }
}
