import Chance
import Testing
import Vocabulary

@Suite("A chance key")
struct ChanceKeyTests {
  @Test("gives the same number for the same key")
  func repeats() {
    let call = CallKey(source: NameHash("chat"), number: 7)
    let one = Chance(seed: 1, replication: 2).key(.fault, name: NameHash("azure/sweden"))
    let other = Chance(seed: 1, replication: 2).key(.fault, name: NameHash("azure/sweden"))
    #expect(one.uniform(call: call, ordinal: 3) == other.uniform(call: call, ordinal: 3))
  }
}
