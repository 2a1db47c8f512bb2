import Chance
import Testing
import Vocabulary

@testable import Providers

@Suite("Bursts of faults")
struct BurstTests {
  let plan = Bursts(every: .seconds(160), lasts: .seconds(40))

  func chain(_ name: String = "flaps") -> BurstChain {
    BurstChain(plan, name: NameHash(name), chance: Chance(seed: 1, replication: 0))
  }

  @Test("have the bad share, the mean stretch and the autocorrelation of Gilbert and Elliott")
  func closedForm() {
    let step = plan.step
    #expect(step == 2_500 * milli)
    let p = 1 - Elementary.exp(-2.5 / 160)
    let q = 1 - Elementary.exp(-2.5 / 40)
    var chain = chain()
    let count = 200_000
    let states = (0..<Int64(count)).map { chain.isBad(at: $0 * step) ? 1.0 : 0.0 }
    let bad = states.reduce(0, +)
    let share = p / (p + q)
    // The effective number of independent looks is n(p + q)/2.
    let effective = Double(count) * (p + q) / 2
    #expect(
      (bad / Double(count) - share).magnitude < 4 * (share * (1 - share) / effective).squareRoot())
    var bursts = 0.0
    for (before, after) in zip(states, states.dropFirst()) where before < after { bursts += 1 }
    #expect((bad / bursts * q - 1).magnitude < 4 / bursts.squareRoot())
    for lag in [1, 8, 24] {
      let rho = correlation(Array(states.dropLast(lag)), Array(states.dropFirst(lag)))
      let expected = Elementary.pow(1 - p - q, Double(lag))
      #expect((rho - expected).magnitude < 0.03, "lag \(lag)")
    }
  }

  @Test("are the same at all deployments that they strike, whoever asks and how often")
  func shared() {
    let flaps = FaultProcess(
      name: "flaps", on: IncidentSelector(provider: "vendor"), driver: .bursts(plan),
      faults: [Fault(.status(503), share: Probability(clamping: 0.5), delay: .after(.zero))])
    var fleet = fleet(
      FleetPlan(
        deployments: [lively("a"), lively("b"), lively("c", provider: "other")], faults: [flaps]))
    var states = chain()
    var (together, apart) = (0, 0)
    for number in 0..<4000 as Range<UInt64> {
      let now = at(.milliseconds(500 * Int64(number)))
      let a = fleet.promise(attempt(number, at: 0), at: now).outcome
      let b = fleet.promise(attempt(number, at: 1), at: now).outcome
      let c = fleet.promise(attempt(number, at: 2), at: now).outcome
      let isBad = states.isBad(at: now.nanoseconds)
      #expect(c.isSuccess)
      if isBad {
        if a == b { together += 1 } else { apart += 1 }
      } else {
        #expect(a.isSuccess && b.isSuccess)
      }
    }
    // In a burst each attempt has its own luck: they agree half of the time.
    let all = Double(together + apart)
    #expect(all > 100 && (Double(apart) / all - 0.5).magnitude < 4 * 0.5 / all.squareRoot())
  }
}

@Suite("A process of faults")
struct FaultProcessTests {
  @Test("by overload: its share follows the utilisation, and a higher one keeps its failures")
  func overload() throws {
    let line = try #require(
      Polyline(knots: [.init(offset: 500_000, value: 0), .init(offset: 1_000_000, value: 1)]))
    func failures(_ u: Double) -> [Bool] {
      var plan = deployment("a")
      plan.latency.load = LoadPlan(utilisation: Polyline(u))
      let process = FaultProcess(
        name: "busy", on: IncidentSelector(deployment: "a"), driver: .overload(line),
        faults: [Fault(.status(529), share: Probability(clamping: 0.8), delay: .after(.zero))])
      var fleet = fleet(FleetPlan(deployments: [plan], faults: [process]))
      return (0..<4000).map { !fleet.promise(attempt($0)).outcome.isSuccess }
    }
    let (calm, half, full) = (failures(0.5), failures(0.75), failures(0.9))
    #expect(!calm.contains(true))
    for (failed, share) in [(half, 0.4), (full, 0.64)] {
      let count = Double(failed.filter { $0 }.count)
      #expect((count / 4000 - share).magnitude < 4 * (share * (1 - share) / 4000).squareRoot())
    }
    for (less, more) in zip(half, full) where less { #expect(more) }
  }

  @Test("of a model strikes its deployments at all providers, and the earlier fault wins")
  func model() {
    let base = Fault(.status(500), share: .always, delay: .after(.milliseconds(90)))
    let sooner = FaultProcess(
      name: "model", on: IncidentSelector(model: "model"),
      faults: [
        Fault(
          .status(400), share: .always, delay: .after(.milliseconds(10)),
          retryAfter: RetryAfter(.seconds(2)))
      ])
    var other = deployment("b")
    other.model = "else"
    var fleet = fleet(
      FleetPlan(deployments: [deployment("a", faults: [base]), other], faults: [sooner]))
    let promise = fleet.promise(attempt(1))
    #expect(promise.outcome == .status(400) && promise.end == at(.milliseconds(10)))
    #expect(promise.retryAfter.nanoseconds == 2 * second)
    #expect(fleet.promise(attempt(1, at: 1)).outcome.isSuccess)
    let isWell = fleet.isWell(DeploymentID(0), CallKey(bits: 1), at: .start)
    #expect(!isWell)
  }
}

@Suite("A fault's bill")
struct FaultBillTests {
  func ends(
    _ kind: Fault.Kind, _ billing: FaultBilling, cut: CutBilling = .consumed,
    delay: Fault.Delay = .fraction(0.5), at elapsed: Duration? = nil
  ) -> (promise: Promise, usage: Usage, bill: Money) {
    let fault = Fault(kind, share: .always, delay: delay, billing: billing)
    var fleet = fleet(FleetPlan(deployments: [deployment("a", faults: [fault], cut: cut)]))
    let promise = fleet.promise(attempt(1))
    guard let elapsed else { return (promise, promise.usage, promise.bill) }
    let end = fleet.cut(promise, of: DeploymentID(0), started: .start, at: at(elapsed))
    return (promise, end.usage, end.bill)
  }

  let input = prices.bill(for: Usage(inputTokens: 1000))
  let whole = prices.bill(for: Usage(inputTokens: 1000, outputTokens: 101))

  @Test("of an unreadable answer is that of a whole one, unless it says otherwise")
  func malformed() {
    let usual = ends(.malformed, .usual)
    #expect(usual.promise.outcome == .malformed && usual.promise.end == at(.milliseconds(1100)))
    #expect(usual.promise.firstToken == at(.milliseconds(100)))
    #expect(usual.usage.outputTokens == 101 && usual.bill == whole)
    #expect(ends(.malformed, .nothing).bill == .zero)
    #expect(ends(.malformed, .input).bill == input)
    // Cut before anybody could see that it is unreadable, it is a cut answer.
    let early = ends(.malformed, .usual, at: .milliseconds(600))
    #expect(early.usage.outputTokens == 51 && early.bill == prices.bill(for: early.usage))
    #expect(ends(.malformed, .usual, cut: .nothing, at: .milliseconds(600)).bill == .zero)
    #expect(ends(.malformed, .usual, cut: .full, at: .milliseconds(600)).bill == whole)
  }

  @Test("of a hang is nothing, or what the provider says it has worked", arguments: [0.3, 30])
  func hang(seconds: Double) {
    let cut = Duration.milliseconds(Int64(seconds * 1000))
    #expect(ends(.hang, .usual, at: cut).bill == .zero)
    #expect(ends(.hang, .input, at: cut).bill == input)
    #expect(ends(.hang, .full, at: cut).bill == whole)
    #expect(ends(.hang, .full, at: cut).promise.hangs)
  }

  @Test("of a refusal may be its prompt; of a broken stream anything")
  func others() {
    #expect(ends(.contentPolicy, .usual).bill == .zero)
    #expect(ends(.contentPolicy, .input).bill == input)
    #expect(
      ends(.broken, .usual).bill == prices.bill(for: Usage(inputTokens: 1000, outputTokens: 51)))
    #expect(
      ends(.broken, .nothing).bill == .zero && ends(.broken, .nothing).usage.outputTokens == 51)
    #expect(ends(.broken, .full).bill == whole)
    #expect(ends(.broken, .input).bill == input)
    #expect(ends(.broken, .consumed, cut: .nothing).bill > .zero)
    #expect(ends(.broken, .nothing, at: .milliseconds(300)).bill == .zero)
  }

  @Test("a stream that breaks after so many tokens has made exactly these")
  func tokens() {
    for count in [1, 2, 37, 100] {
      let broken = ends(.broken, .usual, delay: .tokens(.constant(Double(count))))
      #expect(broken.promise.outcome == .brokenStream)
      #expect(Int(broken.usage.outputTokens) == count)
      #expect(broken.promise.end == at(.milliseconds(100 + 10 * Int64(count - 1))))
    }
    #expect(ends(.broken, .usual, delay: .tokens(.constant(101))).promise.outcome.isSuccess)
    var counts: [Double] = []
    let fault = Fault(.broken, share: .always, delay: .tokens(.uniform(low: 20, high: 60)))
    var fleet = fleet(FleetPlan(deployments: [deployment("a", faults: [fault])]))
    for number in 0..<2000 as Range<UInt64> {
      counts.append(Double(fleet.promise(attempt(number)).usage.outputTokens))
    }
    #expect((counts.min() ?? 0) == 20 && (counts.max() ?? 0) == 59)
    #expect((moments(counts).mean - 39.5).magnitude < 4 * 11.5 / 44.7)
  }

  @Test("the instant of a token is the first by which it is made, whatever the rounding")
  func instants() {
    for tokens in [2, 3, 7, 101, 4096] as [UInt32] {
      let end = 1_000 + Int64(tokens) * 1_234_577 / 3
      for count in stride(from: 2, through: tokens, by: Int(tokens) / 7 + 1) {
        let instant = Progress.instant(ofToken: count, firstToken: 1_000, end: end, of: tokens)
        #expect(Progress.tokens(at: instant, firstToken: 1_000, end: end, of: tokens) == count)
        #expect(
          Progress.tokens(at: instant - 1, firstToken: 1_000, end: end, of: tokens) == count - 1)
      }
    }
  }
}
