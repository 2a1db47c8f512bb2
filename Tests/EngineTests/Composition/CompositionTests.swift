import Chance
import Measures
import Providers
import Settings
import Testing
import Vocabulary

@testable import Engine

/// Two mechanisms at a time, in a world in which both have something to do; all laws hold.
@Suite("Mechanisms together")
struct CompositionTests {
  /// Two deployments of which the first fails and breaks often; 400 calls, a quarter of them alike.
  private func run(
    _ policy: Setting, streamed: Double = 0.5, bodies: Int = 200, gap: Duration = .milliseconds(60),
    fails: Double = 0.3, breaks: Double = 0
  ) throws -> RunResult {
    func deployment(_ name: String, _ price: Int64, _ faults: [Fault]) -> DeploymentPlan {
      DeploymentPlan(
        name: name, model: "vendor/model", region: "north", quota: nil,
        price: PriceSheet(
          input: TokenPrice(femtodollars: price * 1_000_000_000),
          cachedInput: TokenPrice(femtodollars: price * 500_000_000),
          output: TokenPrice(femtodollars: price * 3_000_000_000)),
        latency: LatencyPlan(
          timeToFirstToken: .lognormal(mu: 18.6, sigma: 0.8),
          timePerOutputToken: .constant(4_000_000)), faults: faults, cut: .consumed)
    }
    var faults = [
      Fault(
        .status(503), share: Probability(clamping: fails), delay: .after(.milliseconds(40)))
    ]
    if breaks > 0 {
      faults.append(Fault(.broken, share: Probability(clamping: breaks), delay: .drawnFraction))
    }
    let world = World(
      deployments: [deployment("one", 1, faults), deployment("two", 2, [])],
      streams: [Stream(name: "s", count: 400, gap: gap, streamed: streamed, bodies: bodies)],
      policy: policy)
    let result = try world.run()
    #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(3))")
    #expect(result.requests.count == 400)
    return result
  }

  private func succeeded(_ result: RunResult) -> Int {
    result.requests.filter { $0.end == .succeeded }.count
  }

  @Test(
    "hedges × limits: a hedge takes its permit like any attempt, and goes without if there is none")
  func hedgesAndLimits() throws {
    func policy(_ rate: Setting?) -> Setting {
      var policy: [(String, Setting)] = [
        ("routes", ["chat": ["balance": "least-in-flight", "over": ["one", "two"]]]),
        ("attempts", ["hedge": ["after": "150ms"]]),
      ]
      if let rate {
        policy.append(
          (
            "limits",
            [
              ["each": "deployment", "requests": rate, "burst": 4],
              ["each": "deployment", "inFlight": 5],
            ]
          ))
      }
      return .members(policy)
    }
    let (free, bounded) = (try run(policy(nil)), try run(policy("10/s")))
    func hedges(_ result: RunResult) -> Int { result.requests.reduce(0) { $0 + Int($1.hedges) } }
    #expect(hedges(free) > 50)
    #expect(hedges(bounded) > 0 && hedges(bounded) < hedges(free))
    // Never more than the rate allows, hedges included: 10 a second and four more.
    for deployment in 0..<2 {
      let starts = bounded.attempts.filter { $0.deployment.index == deployment }
        .map(\.started.nanoseconds).sorted()
      for place in starts.indices.dropFirst(24)
      where starts[place] - starts[place - 24] < 1_900_000_000 {
        Issue.record("25 attempts in \(starts[place] - starts[place - 24]) ns")
        break
      }
    }
  }

  @Test("retries × breakers: a retry counts for the breaker, and none passes while it is open")
  func retriesAndBreakers() throws {
    let result = try run(
      [
        "routes": ["chat": ["fallback": ["one", "two"]]],
        "attempts": ["retry": ["max": 3, "backoff": ["constant": ["delay": "10ms"]]]],
        "breaker": ["trip": ["consecutiveFailures": 2], "open": "1s"],
      ], fails: 0.6)
    #expect(succeeded(result) == 400)
    let opened = result.notes.filter { $0.kind == .breakerChanged && $0.value == 1 }
    #expect(opened.count > 5)
    for note in opened {
      let end = note.other
      let through = result.attempts.contains {
        $0.deployment.index == 0 && $0.started > note.at && $0.started.nanoseconds < end
      }
      if through { Issue.record("an attempt while the breaker is open") }
    }
    let first = result.attempts.filter { $0.deployment.index == 0 && $0.outcome.isSuccess }
    #expect(first.count > 10, "it closes again")
  }

  @Test("coalescing × fallback: followers share what the fallback brings, whose cost they save")
  func coalescingAndFallback() throws {
    let result = try run(
      [
        "routes": ["chat": ["fallback": ["one", "two"]]],
        "coalesce": ["onLeaderFailure": "promote"],
      ], streamed: 0, bodies: 4)
    #expect(succeeded(result) == 400)
    let followers = result.requests.filter { $0.source == .follow }
    #expect(followers.count > 50)
    let late = followers.filter { $0.deployment.index == 1 }
    #expect(!late.isEmpty && late.count < followers.count)
    #expect(followers.allSatisfy { $0.attempts == 0 && $0.estimate == .zero && $0.saved > .zero })
  }

  @Test("broken streams × accounts: what was delivered before the break is billed, once")
  func breaksAndAccounts() throws {
    for (how, least) in [("fail", 0), ("restart", 390)] as [(String, Int)] {
      let result = try run(
        [
          "routes": ["chat": ["fallback": ["one", "two"]]],
          "attempts": ["onBrokenStream": Setting(.string(how))],
        ], streamed: 1, fails: 0, breaks: 0.4)
      let broken = result.attempts.indices.filter {
        result.attempts[$0].outcome == .brokenStream
      }
      #expect(broken.count > 50)
      #expect(broken.contains { result.attemptTruths[$0].bill > .zero })
      #expect(succeeded(result) >= least)
      if how == "fail" { #expect(succeeded(result) <= 400 - broken.count) }
      // Each request's estimate is the sum over its attempts.
      var sums: [UInt64: Money] = [:]
      for attempt in result.attempts { sums[attempt.request, default: .zero] += attempt.estimate }
      for request in result.requests where sums[request.number] ?? .zero != request.estimate {
        Issue.record("request \(request.number) is not the sum of its attempts")
        break
      }
    }
  }

  @Test("caches × fallback: an answer is kept as the one of the deployment that gave it")
  func cachesAndFallback() throws {
    let result = try run(
      [
        "routes": ["chat": ["fallback": ["one", "two"]]],
        "cache": ["exact": ["ttl": "2s", "staleOnError": "1h"]],
      ], streamed: 0, bodies: 10)
    let hits = result.requests.filter { $0.source == .cache }
    #expect(succeeded(result) == 400 && hits.count > 100)
    #expect(Set(hits.map(\.deployment.index)) == [0, 1])
    #expect(hits.allSatisfy { $0.saved > .zero && $0.attempts == 0 })
  }

  @Test("a stale answer × fallback: only after the whole route has failed")
  func staleAndFallback() throws {
    let result = try run(
      [
        "routes": ["chat": "one"], "cache": ["exact": ["ttl": "500ms", "staleOnError": "1h"]],
      ], streamed: 0, bodies: 5, fails: 0.5)
    let stale = result.requests.filter { $0.source == .cache && $0.attempts > 0 }
    #expect(stale.count > 20)
    #expect(stale.allSatisfy { $0.end == .succeeded && $0.saved > .zero })
    #expect(succeeded(result) > 380)
  }

  @Test("budgets × reservations: no more is reserved and spent than the budget has")
  func budgetsAndReservations() throws {
    let result = try run(
      [
        "routes": ["chat": ["fallback": ["one", "two"]]],
        "budgets": [
          ["each": "everyone", "money": "$0.5/day", "charge": "reserve", "at": ["100%": "reject"]]
        ],
      ], gap: .milliseconds(5))
    let spent = result.attemptTruths.reduce(Money.zero) { $0 + $1.bill }
    let refused = result.requests.filter { $0.end == .rejected }
    #expect(!refused.isEmpty && succeeded(result) > 20)
    #expect(spent.picodollars <= 500_000_000_000)
  }
}
