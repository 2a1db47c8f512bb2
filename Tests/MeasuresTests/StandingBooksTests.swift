import Testing
import Vocabulary

@testable import Measures

@Suite("The books of standing charges")
struct StandingBooksTests {
  private let hour: Int64 = 3_600_000_000_000
  private let charge = StandingCharge(perUnitHour: Money(picodollars: 5_000_000_000_000), units: 3)

  private func breaches(
    isScaled: Bool = false, _ change: (inout DriverTally) -> Void = { _ in }
  ) -> Int {
    var plan = MeasuresPlan(
      from: Instant(nanoseconds: hour), to: Instant(nanoseconds: 3 * hour),
      end: Instant(nanoseconds: 4 * hour), aliases: 1, deployments: 2)
    plan.standing = [StandingPrice(charge, isScaled: isScaled), nil]
    var tally = DriverTally(deployments: 2)
    var one = StandingTally()
    one.unitNanoseconds = Int128(6 * hour)
    one.charge = MoneyTotal(picodollars: 30_000_000_000_000)
    one.estimate = one.charge
    tally.standing = [one, StandingTally()]
    tally.standingSideCalls = MoneyTotal(picodollars: 700)
    tally.standingCharges = MoneyTotal(picodollars: 30_000_000_000_700)
    change(&tally)
    var breaches = Breaches()
    StandingBooks(plan).close(tally, &breaches)
    return breaches.count(of: .booksBalance)
  }

  @Test("balance: price × ∫ units dt, and the side calls of no request")
  func balance() {
    #expect(breaches() == 0)
    #expect(breaches(isScaled: true) == 0)
  }

  @Test("do not balance with a charge, an hour, an estimate or a sum that is off")
  func off() {
    #expect(breaches { $0.standing[0].charge = .zero } > 0)
    #expect(breaches { $0.standing[0].estimate = .zero } == 1)
    #expect(breaches { $0.standing[0].unitNanoseconds += 1_000_000 } == 1)
    #expect(breaches { $0.standing[1].charge = MoneyTotal(picodollars: 1) } > 0)
    #expect(breaches { $0.standingCharges = .zero } == 1)
    #expect(breaches(isScaled: true) { $0.standing[0].unitNanoseconds += Int128(hour) } == 1)
  }
}
