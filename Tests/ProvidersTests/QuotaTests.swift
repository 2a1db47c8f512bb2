import Chance
import Testing
import Vocabulary

@testable import Providers

@Suite("A provider's quota")
struct QuotaTests {
  /// Requests of growing and shrinking intensity: instants in milliseconds, and tokens.
  func load(_ count: Int) -> [(at: Int64, tokens: UInt32)] {
    let key = Chance(seed: 7, replication: 0).key(.arrival)
    var clock: Int64 = 0
    return (0..<count).map { number in
      let call = CallKey(bits: UInt64(number))
      let gap = key.uniform(call: call) * (number / 300 % 2 == 0 ? 6 : 60)
      clock += Int64(gap)
      return (clock, 1 + UInt32(key.uniform(call: call, counter: 1) * 900))
    }
  }

  func state(
    _ meters: [QuotaPlan.Meter], window: Duration? = nil, charge: QuotaPlan.Charge = .reserve,
    incidents: [IncidentPlan] = []
  ) -> QuotaState {
    QuotaState(
      QuotaPlan(name: "q", meters: meters, charge: charge, window: window), incidents: incidents)
  }

  func quotaCut(_ from: Duration, _ until: Duration, _ factor: Polyline) -> IncidentPlan {
    IncidentPlan(
      name: "cut", on: IncidentSelector(deployment: "a"), from: at(from), until: at(until),
      quota: factor, bit: 0)
  }

  @Test(
    "with a bucket admits exactly what a bucket that is stepped millisecond by millisecond does")
  func bucketTwin() {
    // 300 tokens a millisecond at most; factor ½ between 2 s and 5 s.
    let incident = quotaCut(.seconds(2), .seconds(5), Polyline(0.5))
    var quota = state(
      [.init(.tokens, rate: .perSecond(40_000), burst: 3000)], incidents: [incident])
    var level: Int64 = 3000 * 2
    var clock: Int64 = 0
    var admitted = 0
    for (number, request) in load(2000).enumerated() {
      while clock < request.at {
        clock += 1
        let isCut = clock > 2000 && clock <= 5000
        level += isCut ? 40 : 80
        level = min(level, clock >= 2000 && clock < 5000 ? 3000 : 6000)
      }
      let now = Instant(nanoseconds: request.at * milli)
      let demand = QuotaDemand(inputTokens: request.tokens, outputTokens: 0)
      let fits = level >= Int64(request.tokens) * 2
      if fits { level -= Int64(request.tokens) * 2 }
      let verdict = quota.judge(demand, at: now)
      #expect((verdict == .admitted) == fits, "request \(number)")
      if fits { admitted += 1 }
    }
    #expect(admitted > 200 && admitted < 1900)
  }

  @Test("with a bucket never admits more than burst + rate × time in any stretch of time")
  func bucketEnvelope() {
    var quota = state([.init(.tokens, rate: Rate(count: 7, per: .microseconds(333)), burst: 2000)])
    var admitted: [(at: Int64, tokens: Int64)] = []
    for request in load(1500) {
      let now = Instant(nanoseconds: request.at * milli)
      let demand = QuotaDemand(inputTokens: request.tokens, outputTokens: 0)
      if quota.judge(demand, at: now) == .admitted {
        admitted.append((now.nanoseconds, Int64(request.tokens)))
      }
    }
    var worst: Int64 = .min
    for first in admitted.indices {
      var sum: Int64 = 0
      for last in admitted[first...] {
        sum += last.tokens
        let allowed = 2000 * 333_000 + 7 * (last.at - admitted[first].at)
        worst = max(worst, sum * 333_000 - allowed)
      }
    }
    #expect(worst <= 0)
    #expect(worst > -2000 * 333_000 / 4, "the load comes close to the limit")
  }

  @Test("with a fixed window admits exactly what a count per window does")
  func windowTwin() {
    var quota = state(
      [.init(.requests, rate: .perMinute(600)), .init(.tokens, rate: .perMinute(240_000))],
      window: .seconds(2))
    var counts: [Int64: (requests: Int, tokens: Int)] = [:]
    for request in load(2000) {
      let now = Instant(nanoseconds: request.at * milli)
      let window = request.at / 2000
      let (requests, tokens) = counts[window] ?? (0, 0)
      let fits = requests + 1 <= 20 && tokens + Int(request.tokens) <= 8000
      if fits { counts[window] = (requests + 1, tokens + Int(request.tokens)) }
      let demand = QuotaDemand(
        inputTokens: request.tokens / 2, outputTokens: request.tokens - request.tokens / 2)
      let verdict = quota.judge(demand, at: now)
      #expect((verdict == .admitted) == fits)
      if !fits {
        let wait = (window + 1) * 2000 - request.at
        #expect(verdict == .refused(RetryAfter(.milliseconds(wait))))
      }
    }
    #expect(counts.values.contains { $0.requests == 20 })
    #expect(counts.values.contains { $0.tokens > 7000 })
  }

  @Test("says when to come back, and keeps its word to the millisecond")
  func retryAfter() {
    for charge in [QuotaPlan.Charge.reserve, .reconcile] {
      let requests = load(300).map { request in
        (
          at: Instant(nanoseconds: request.at * milli * 20),
          demand: QuotaDemand(inputTokens: request.tokens, outputTokens: 0)
        )
      }
      /// The quota after the first requests.
      func quota(after count: Int) -> QuotaState {
        var quota = state(
          [
            .init(.requests, rate: .perSecond(3), burst: 2),
            .init(.tokens, rate: .perSecond(700), burst: 1000),
          ],
          charge: charge)
        for request in requests[..<count] { _ = quota.judge(request.demand, at: request.at) }
        return quota
      }
      var refused = 0
      for (number, request) in requests.enumerated() {
        var now = quota(after: number)
        guard case .refused(let retryAfter) = now.judge(request.demand, at: request.at),
          let wait = retryAfter.nanoseconds
        else { continue }
        refused += 1
        var then = quota(after: number)
        let inTime = request.at.advanced(byNanoseconds: wait)
        #expect(then.judge(request.demand, at: inTime) == .admitted)
        var early = quota(after: number)
        let tooEarly = request.at.advanced(byNanoseconds: wait - milli)
        #expect(early.judge(request.demand, at: tooEarly) != .admitted)
      }
      #expect(refused > 50)
    }
  }

  @Test("does not say when to come back if the request never fits, or if it never says")
  func unsaid() {
    var quota = state([.init(.tokens, rate: .perSecond(10), burst: 100)])
    let large = QuotaDemand(inputTokens: 101, outputTokens: 0)
    #expect(quota.judge(large, at: .start) == .refused(.unsaid))
    var silent = QuotaState(
      QuotaPlan(
        name: "q", meters: [.init(.requests, rate: .perSecond(1), burst: 1)], saysRetryAfter: false),
      incidents: [])
    let small = QuotaDemand(inputTokens: 1, outputTokens: 0)
    #expect(silent.judge(small, at: .start) == .admitted)
    #expect(silent.judge(small, at: .start) == .refused(.unsaid))
  }

  @Test("that refuses charges none of its meters")
  func wholeOrNothing() {
    var quota = state([
      .init(.requests, rate: .perSecond(1), burst: 2),
      .init(.tokens, rate: .perSecond(1), burst: 10),
    ])
    let large = QuotaDemand(inputTokens: 11, outputTokens: 0)
    let small = QuotaDemand(inputTokens: 1, outputTokens: 0)
    #expect(quota.judge(large, at: .start) != .admitted)
    #expect(quota.judge(small, at: .start) == .admitted)
    #expect(quota.judge(small, at: .start) == .admitted)
    #expect(quota.judge(small, at: .start) != .admitted)
  }

  @Test("reserves the output cap, and gives back what was not used where it reconciles")
  func reconcile() {
    for (charge, admitted) in [(QuotaPlan.Charge.reserve, false), (.reconcile, true)] {
      var quota = state([.init(.tokens, rate: .perSecond(1), burst: 1000)], charge: charge)
      let reserved = QuotaDemand(inputTokens: 100, outputTokens: 900)
      #expect(quota.judge(reserved, at: .start) == .admitted)
      quota.expect(
        QuotaDemand(inputTokens: 100, outputTokens: 50), reserved: reserved, from: .start,
        at: at(.seconds(2)))
      let next = QuotaDemand(inputTokens: 800, outputTokens: 0)
      #expect(quota.judge(next, at: at(.milliseconds(1999))) != .admitted)
      #expect((quota.judge(next, at: at(.seconds(2))) == .admitted) == admitted)
    }
  }

  @Test("that charges what was used overshoots by at most what is in flight, then waits")
  func actual() {
    var quota = state([.init(.tokens, rate: .perSecond(100), burst: 1000)], charge: .actual)
    let demand = QuotaDemand(inputTokens: 600, outputTokens: 0)
    for _ in 0..<3 {
      #expect(quota.judge(demand, at: .start) == .admitted)
      quota.expect(demand, reserved: demand, from: .start, at: at(.seconds(1)))
    }
    #expect(quota.pending == 3)
    // 1000 − 1800 (full at the start, no refill above the burst) = −800: 8.01 s until one permit.
    #expect(quota.judge(demand, at: at(.seconds(1))) == .refused(RetryAfter(.milliseconds(8010))))
    #expect(quota.pending == 0)
    #expect(quota.judge(demand, at: at(.milliseconds(9010))) == .admitted)
  }

  @Test("that counts output as it is made asks nothing for the output cap")
  func produced() {
    var quota = QuotaPlan(
      name: "q",
      meters: [
        .init(.inputTokens, rate: .perMinute(60_000), burst: 2000),
        .init(.outputTokens, rate: .perMinute(600), burst: 150),
      ], charge: .produced)
    func passed(_ quota: QuotaPlan) -> [Bool] {
      var fleet = fleet(FleetPlan(deployments: [deployment("a", quota: 0)], quotas: [quota]))
      // 1,000 tokens of input and 101 of output, a cap of 4,000; an answer is there after 1.1 s.
      return [0, 100, 200, 3000, 7000].enumerated().map { number, milliseconds in
        fleet.promise(
          attempt(UInt64(number), cap: 4000), at: at(.milliseconds(milliseconds))
        ).outcome.isSuccess
      }
    }
    // Two fit the bucket of input, the third does not; at 3 s 202 of 150 tokens of output had been
    // made and 28 had come back: it waits; at 7 s some are left.
    #expect(passed(quota) == [true, true, false, false, true])
    quota.charge = .reconcile
    #expect(passed(quota) == [false, false, false, false, false], "the cap never fits")
  }

  @Test("is shared by the deployments that name it, and refuses with 429 after its own delay")
  func shared() {
    let quota = QuotaPlan(
      name: "q", meters: [.init(.requests, rate: .perMinute(6))], window: .seconds(10),
      answers: .milliseconds(20))
    var fleet = fleet(
      FleetPlan(
        deployments: [deployment("a", quota: 0), deployment("b", quota: 0), deployment("c")],
        quotas: [quota]))
    #expect(fleet.promise(attempt(1, at: 0), at: at(.seconds(3))).outcome.isSuccess)
    let refused = fleet.promise(attempt(2, at: 1), at: at(.seconds(4)))
    #expect(refused.outcome == .status(429))
    #expect(refused.end == at(.milliseconds(4020)))
    #expect(refused.retryAfter == RetryAfter(.seconds(6)))
    #expect(refused.usage == .none && refused.bill == .zero)
    #expect(fleet.promise(attempt(3, at: 2), at: at(.seconds(4))).outcome.isSuccess)
    #expect(fleet.promise(attempt(4, at: 1), at: at(.seconds(10))).outcome.isSuccess)
  }

  @Test("that an incident cuts refuses more, and the refusal names the incident")
  func cut() {
    let quota = QuotaPlan(name: "q", meters: [.init(.requests, rate: .perSecond(10), burst: 10)])
    let cut = quotaCut(.seconds(1), .seconds(2), Polyline(0))
    var fleet = fleet(
      FleetPlan(deployments: [deployment("a", quota: 0)], quotas: [quota], incidents: [cut]))
    #expect(fleet.promise(attempt(1)).outcome.isSuccess)
    let refused = fleet.promise(attempt(2), at: at(.seconds(1)))
    #expect(refused.outcome == .status(429) && refused.retryAfter == .unsaid)
    #expect(refused.incidents == 1)
    #expect(fleet.promise(attempt(3), at: at(.milliseconds(2050))).outcome == .status(429))
    #expect(fleet.promise(attempt(4), at: at(.milliseconds(2100))).outcome.isSuccess)
  }

  @Test("that is cut lets less through in proportion, and is not shut because its burst was small")
  func cutInProportion() {
    // Two a second and a burst of two: a quarter is one every two seconds.
    let quota = QuotaPlan(name: "q", meters: [.init(.requests, rate: .perSecond(2), burst: 2)])
    var fleet = fleet(
      FleetPlan(
        deployments: [deployment("a", quota: 0)], quotas: [quota],
        incidents: [quotaCut(.seconds(10), .seconds(110), Polyline(0.25))]))
    var passed = 0
    for half in 0..<240 {
      let now = at(.milliseconds(500 * half))
      let promise = fleet.promise(attempt(UInt64(half)), at: now)
      if now >= at(.seconds(10)), now < at(.seconds(110)) {
        if promise.outcome.isSuccess { passed += 1 }
        if case .some(let wait) = promise.retryAfter.nanoseconds { #expect(wait <= 2 * second) }
      } else {
        #expect(promise.outcome.isSuccess)
      }
    }
    #expect((50...51).contains(passed), "100 s at half a request a second: \(passed)")
  }

  @Test("follows a sloping factor in steps of a second")
  func steps() throws {
    let ramp = try #require(
      Polyline(knots: [
        .init(offset: 0, value: 1), .init(offset: 60 * second, value: 0.1),
        .init(offset: 90 * second, value: 0.1), .init(offset: 100 * second, value: 1),
      ]))
    let steps = CapacitySteps([
      quotaCut(.seconds(10), .seconds(100), ramp),
      quotaCut(.seconds(50), .seconds(80), Polyline(0.5)),
    ])
    for tenth in 0..<1200 {
      let now = Int64(tenth) * second / 10 + 1
      var exact = 1.0
      if now >= 10 * second && now < 100 * second { exact = ramp.value(at: now - 10 * second) }
      if now >= 50 * second && now < 80 * second { exact *= 0.5 }
      #expect((Double(steps.factor(at: now)) / 1e6 - exact).magnitude < 0.05)
    }
    #expect(steps.factor(at: 100 * second) == 1_000_000)
    #expect(CapacitySteps([]).isEmpty)
  }

  @Test("that counts what it refuses lets nobody through who does not wait, and then at once")
  func countsRefused() {
    for window in [nil, Duration.seconds(10)] {
      var plan = QuotaPlan(
        name: "q", meters: [.init(.requests, rate: .perMinute(240), burst: 40)], window: window)
      func admitted(_ counts: Bool, every gap: Int64, for seconds: Int64) -> [Int64] {
        plan.countsRefused = counts
        var state = QuotaState(plan, incidents: [])
        let one = QuotaDemand(inputTokens: 1, outputTokens: 1)
        var times: [Int64] = []
        for at in stride(from: Int64(0), to: seconds * 1000, by: Int64.Stride(gap)) {
          let now = Instant.start.advanced(by: .milliseconds(at))
          switch state.judge(one, at: now) {
          case .admitted: times.append(at)
          case .refused(let hint):
            // Who waits for as long as it says gets through, if nobody else comes.
            guard at + gap >= seconds * 1000, let wait = hint.nanoseconds else { continue }
            let then = now.advanced(byNanoseconds: wait)
            #expect(state.judge(one, at: then) == .admitted)
          case .spent: Issue.record("nothing is spent")
          }
        }
        return times
      }
      // Six a second at four: two thirds get through, or, once the burst is gone, nobody.
      let (kind, strict) = (
        admitted(false, every: 166, for: 60), admitted(true, every: 166, for: 60)
      )
      #expect((240...282).contains(kind.count))
      if window == nil {
        #expect((114...120).contains(strict.count) && strict.allSatisfy { $0 <= 20_500 })
      } else {
        // A window is used up either way: what is refused belongs to one that is full.
        #expect(strict == kind)
      }
      // Three a second at four: all get through.
      #expect(admitted(true, every: 333, for: 60).count == 181)
    }
  }

  @Test("keeps only the charges of what is in flight")
  func memory() {
    var quota = state(
      [.init(.tokens, rate: .perSecond(1_000_000), burst: 1_000_000)], charge: .actual)
    let demand = QuotaDemand(inputTokens: 10, outputTokens: 10)
    for number in 0..<20_000 {
      let now = Instant(nanoseconds: Int64(number) * milli)
      #expect(quota.judge(demand, at: now) == .admitted)
      let length = Int64(1 + number * 7919 % 100) * milli
      quota.expect(demand, reserved: demand, from: now, at: now.advanced(byNanoseconds: length))
      #expect(quota.pending <= 101)
    }
  }
}
