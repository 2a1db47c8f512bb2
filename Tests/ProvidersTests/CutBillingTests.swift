import Chance
import Providers
import Testing
import Vocabulary

@Suite("An attempt that is cut off")
struct CutBillingTests {
  func cut(
    _ billing: CutBilling, faults: [Fault] = [], after elapsed: Duration
  ) -> (promise: Promise, usage: Usage, bill: Money) {
    var fleet = fleet(
      FleetPlan(deployments: [deployment("a", faults: faults, cut: billing)]))
    let promise = fleet.promise(attempt(1), at: at(.seconds(1)))
    let (usage, bill) = fleet.cut(
      promise, of: DeploymentID(0), started: at(.seconds(1)),
      at: at(.seconds(1)).advanced(by: elapsed))
    return (promise, usage, bill)
  }

  @Test("costs the input before the first token, then the tokens made until then")
  func consumed() {
    let early = cut(.consumed, after: .milliseconds(99))
    #expect(early.usage == Usage(inputTokens: 1000))
    #expect(early.bill == Money(picodollars: 1_000_000_000))
    #expect(cut(.consumed, after: .milliseconds(100)).usage.outputTokens == 1)
    #expect(cut(.consumed, after: .milliseconds(109)).usage.outputTokens == 1)
    let later = cut(.consumed, after: .milliseconds(600))
    #expect(later.usage.outputTokens == 51)
    #expect(later.bill == prices.bill(for: later.usage))
    #expect(cut(.consumed, after: .seconds(9)).usage.outputTokens == 101)
  }

  @Test("costs the whole answer where the provider goes on to its end")
  func full() {
    let early = cut(.full, after: .milliseconds(1))
    #expect(early.usage == early.promise.usage && early.bill == early.promise.bill)
    #expect(early.bill > .zero)
  }

  @Test("costs nothing where the provider is generous, though tokens were made")
  func nothing() {
    let later = cut(.nothing, after: .milliseconds(600))
    #expect(later.usage.outputTokens == 51 && later.bill == .zero)
  }

  @Test("costs nothing if it would have ended in an error or never", arguments: CutBilling.allCases)
  func failures(billing: CutBilling) {
    for kind in [Fault.Kind.status(500), .connection, .hang] {
      let fault = Fault(kind, share: .always, delay: .fraction(0.9))
      let cut = cut(billing, faults: [fault], after: .milliseconds(300))
      #expect(!cut.promise.outcome.isSuccess)
      #expect(cut.usage == .none && cut.bill == .zero)
    }
  }

  @Test("costs, as a broken stream, the tokens made until it broke or was cut")
  func broken() {
    let fault = Fault(.broken, share: .always, delay: .fraction(0.5))
    let whole = cut(.consumed, faults: [fault], after: .seconds(9))
    #expect(whole.promise.outcome == .brokenStream)
    #expect(whole.promise.end == at(.milliseconds(1600)))
    #expect(whole.usage.outputTokens == 51)
    #expect(whole.bill == whole.promise.bill)
    let half = cut(.full, faults: [fault], after: .milliseconds(350))
    #expect(half.usage.outputTokens == 26)
    #expect(half.bill == prices.bill(for: half.usage))
    #expect(cut(.nothing, faults: [fault], after: .seconds(9)).bill == .zero)
  }

  @Test("never costs more later in time than its whole answer, and never less than before")
  func monotone() {
    var last = Money.zero
    for milliseconds in stride(from: 0, through: 1200, by: 7) {
      let now = cut(.consumed, after: .milliseconds(milliseconds))
      #expect(now.bill >= last && now.bill <= now.promise.bill)
      last = now.bill
    }
  }
}

@Suite("The floor")
struct FloorTests {
  @Test("is at most the bill and the time of every success, whatever is in the way")
  func bound() {
    let faults = [Fault(.status(500), share: Probability(clamping: 0.2), delay: .fraction(0.3))]
    let ramp = Polyline(knots: [.init(offset: 0, value: 1), .init(offset: 5 * second, value: 3.7)])
    let slow = IncidentPlan(
      name: "slow", on: IncidentSelector(deployment: "a"), from: at(.seconds(1)),
      until: at(.seconds(6)), slow: ramp, bit: 0)
    let pause = IncidentPlan(
      name: "pause", on: IncidentSelector(deployment: "a"), from: at(.seconds(3)),
      until: at(.seconds(4)), inFlight: .stall, bit: 1)
    let quota = QuotaPlan(name: "q", meters: [.init(.requests, rate: .perSecond(500), burst: 10)])
    var plan = deployment("a", quota: 0, faults: faults, noise: 0.8)
    plan.latency.perInputToken = 12_345.6
    var fleet = fleet(
      FleetPlan(deployments: [plan], quotas: [quota], incidents: [slow, pause]))
    var successes = 0
    for number in 0..<10_000 as Range<UInt64> {
      let now = at(.microseconds(Int64(number) * 800))
      let start = attempt(number, cached: UInt32(number % 900), output: UInt32(number % 700))
      let floor = fleet.floor(start)
      let promise = fleet.promise(start, at: now)
      guard promise.outcome.isSuccess else { continue }
      successes += 1
      #expect(floor.bill <= promise.bill)
      #expect(floor.nanoseconds <= now.nanoseconds(to: promise.end))
      if promise.incidents == 0 {
        #expect(floor.nanoseconds == now.nanoseconds(to: promise.end))
        #expect(floor.bill == promise.bill)
      }
    }
    #expect(successes > 2000)
  }
}
