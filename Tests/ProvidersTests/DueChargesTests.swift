import Chance
import Testing
import Vocabulary

@testable import Providers

@Suite("The charges to come")
struct DueChargesTests {
  private let nothing = QuotaDemand(inputTokens: 0, outputTokens: 0)

  private func charge(_ flight: UInt32, at instant: Int64) -> DueCharge {
    DueCharge(
      at: instant, reservedAt: 0, used: nothing, reserved: nothing, bill: Int64(flight),
      flight: flight)
  }

  @Test("come out as a list that is searched from end to end gives them", arguments: 0..<12)
  func twin(seed: UInt64) {
    var charges = DueCharges()
    var twin: [(at: Int64, flight: UInt32)] = []
    var draw = Chance(seed: seed, replication: 0).key(.arrival).draws(call: CallKey(bits: 1))
    // From some nanoseconds apart to years apart.
    let reach = Int64(1) << Int64(4 + seed * 4)
    var now: Int64 = seed % 2 == 0 ? 0 : -1000
    var taken = 0
    for flight in UInt32(0)..<500 {
      now += 1 + Int64(draw.uniform() * Double(reach) / 20)
      let chance = draw.uniform()
      if chance < 0.2, let victim = twin.indices.element(at: draw.uniform()) {
        let removed = charges.remove(flight: twin[victim].flight)
        #expect(removed?.at == twin[victim].at && removed?.flight == twin[victim].flight)
        twin.remove(at: victim)
      }
      if chance < 0.9 {
        let isOpen = draw.uniform() < 0.05
        let at = isOpen ? Int64.max : now + Int64(draw.uniform() * Double(reach))
        charges.add(charge(flight, at: at))
        twin.append((at, flight))
      }
      guard chance > 0.3 else { continue }
      while let one = charges.removeFirst(until: now) {
        taken += 1
        let earliest = twin.map(\.at).min()
        #expect(one.at == earliest && one.at <= now && one.bill == Int64(one.flight))
        twin.removeAll { $0.flight == one.flight }
      }
      #expect(!twin.contains { $0.at <= now } && charges.count == twin.count)
    }
    #expect(taken > 200)
  }

  @Test("of a flight that has none, or has one no more, is none")
  func unknown() {
    var charges = DueCharges()
    #expect(charges.remove(flight: 7) == nil)
    charges.add(charge(7, at: 5))
    #expect(charges.removeFirst(until: 5)?.flight == 7)
    charges.add(charge(8, at: 9))
    #expect(charges.remove(flight: 7) == nil, "its place is another's")
    #expect(charges.count == 1)
  }
}

extension Range<Int> {
  /// The element at a share of the way.
  fileprivate func element(at share: Double) -> Int? {
    isEmpty ? nil : lowerBound + Int(share * Double(count))
  }
}
