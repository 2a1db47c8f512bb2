import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("The state of retry budgets")
struct SharedBudgetsTests {
  private static let rules: [Setting] = [
    ["share": "30%", "floor": "1/s", "window": "2s"],
    ["rule": ["tokenBucket": ["capacity": 40]]],
    ["rule": ["throttle": ["maxTokens": 8, "tokenRatio": 0.3]]],
  ]

  private func budget(_ rule: Setting) throws -> any RetryBudget {
    var reader = try SettingsReader(["budget": rule])
    return try #require(try RetryBudgets.read(&reader, "budget", ""))
  }

  @Test(
    "is one replica's with all the traffic where three tell each other at once",
    arguments: 0..<3)
  func asOne(place: Int) throws {
    try forEverySeed(0..<40) { seed, random in
      var one = try budget(SharedBudgetsTests.rules[place])
      var three = try (0..<3).map { _ in try budget(SharedBudgetsTests.rules[place]) }
      var (held, refused): ([(Int, Int64)], Int) = ([], 0)
      var now = Instant.start
      for _ in 0..<400 {
        now = now.advanced(by: .milliseconds(Int.random(in: 0...40, using: &random)))
        let replica = Int.random(in: 0..<3, using: &random)
        let outcome: Outcome =
          Int.random(in: 0..<3, using: &random) > 0 ? .status(503) : .succeeded
        let event: Delta.BudgetEvent
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
          one.firstAttempt(at: now)
          three[replica].firstAttempt(at: now)
          event = .firstAttempt
        case 1, 2:
          let expected = one.takeRetry(after: .connection, at: now)
          #expect(three[replica].takeRetry(after: .connection, at: now) == expected, "seed \(seed)")
          guard let expected else {
            refused += 1
            continue
          }
          held.append((replica, expected))
          event = .taken(expected)
        case 3 where !held.isEmpty:
          let (owner, permit) = held.removeLast()
          one.giveBack(permit, at: now)
          three[owner].giveBack(permit, at: now)
          for other in 0..<3 where other != owner {
            three[other].hear(.givenBack(permit), at: now)
          }
          continue
        default:
          one.ended(outcome, permit: held.last?.1, at: now)
          three[replica].ended(outcome, permit: held.last?.1, at: now)
          event = .ended(outcome, permit: held.last?.1)
        }
        let delta = Delta(event, of: 0, at: now, policy: 0, way: .gossip)
        #expect(delta.budgetEvent == event)
        for other in 0..<3 where other != replica { three[other].hear(event, at: now) }
      }
      #expect(refused > 0, "seed \(seed)")
    }
  }

  private func retrying(_ state: Setting) -> Setting {
    [
      "routes": ["chat": ["fallback": ["a", "b"]]],
      "attempts": [
        "retry": ["max": 3],
        "budget": ["share": "0%", "floor": "2/s", "window": "1s", "state": state],
      ],
    ]
  }

  private func fleet(_ policy: Setting, explaining: UInt64? = nil) throws -> [Bench] {
    try (0..<3).map {
      try Bench(policy, replica: $0, gossips: true, hasPeers: true, explaining: explaining)
    }
  }

  private func exchange(_ fleet: [Bench]) -> Int {
    var carried = 0
    for sender in fleet {
      let told = sender.published.filter { $0.counter == .budget }
      sender.published = []
      for delta in told {
        carried += 1
        for other in fleet where other !== sender {
          other.report(.received(delta, from: sender.gateway.replica))
        }
      }
    }
    return carried
  }

  /// How many retries a request makes that fails everywhere.
  private func retries(_ bench: Bench) -> Int {
    bench.arrive()
    while !bench.live.isEmpty { bench.end(.status(503)) }
    return bench.requests.last.map { Int($0.retries) } ?? -1
  }

  @Test("counts what other replicas retry if it is gossiped, and nothing of it if it is local")
  func counted() throws {
    let told = try fleet(retrying("gossiped"))
    #expect(retries(told[0]) == 2)
    #expect(exchange(told) > 0)
    #expect(told.map { retries($0) } == [0, 0, 0])
    let alone = try fleet(retrying("local"))
    #expect(alone.map { retries($0) } == [2, 2, 2])
    #expect(exchange(alone) == 0)
  }

  @Test(
    "gRPC, Finagle, AWS SDK: a budget is of one process, so three processes have three",
    .tags(.fact))
  func products() throws {
    for rule in SharedBudgetsTests.rules { #expect(try budget(rule).scope == .local) }
    let alone = try fleet([
      "routes": ["chat": ["fallback": ["a", "b"]]],
      "attempts": ["retry": ["max": 3], "budget": ["rule": ["tokenBucket": ["capacity": 10]]]],
    ])
    #expect(alone.map { retries($0) } == [2, 2, 2])
    #expect(alone.allSatisfy { $0.published.allSatisfy { $0.counter == .inFlight } })
  }

  @Test("may be overdrawn together within the lag, and pays that back together")
  func overdrawn() throws {
    var two = try (0..<2).map { _ in
      try budget(["rule": ["tokenBucket": ["capacity": 10, "cost": 5, "refund": 5]]])
    }
    for place in 0..<2 {
      for _ in 0..<2 { #expect(two[place].takeRetry(after: .connection, at: .start) == 5) }
    }
    for place in 0..<2 { for _ in 0..<2 { two[place].heardRetry(5, at: .start) } }
    // Twice the bucket is gone: it takes two successes to have nothing again, and one more to retry.
    for permitted in [false, false, true] {
      for place in 0..<2 { two[place].ended(.succeeded, permit: nil, at: .start) }
      let permit = two[0].takeRetry(after: .connection, at: .start)
      #expect((permit != nil) == permitted)
    }
  }

  @Test("is never below nothing, whatever is lost, repeated or out of order", arguments: 0..<3)
  func disorder(place: Int) throws {
    try forEverySeed(0..<40) { seed, random in
      var budget = try budget(SharedBudgetsTests.rules[place])
      var now = Instant.start
      for _ in 0..<300 {
        now = now.advanced(by: .milliseconds(Int.random(in: 0...60, using: &random)))
        let permit =
          [
            0, 5, 10, -3, .max, .min, now.nanoseconds / 200_000_000,
            now.nanoseconds / 200_000_000 - 4,
          ].randomElement(using: &random) ?? 0
        let event: Delta.BudgetEvent =
          switch Int.random(in: 0..<4, using: &random) {
          case 0: .firstAttempt
          case 1: .taken(permit)
          case 2: .givenBack(permit)
          default: .ended(.status(503), permit: permit)
          }
        budget.hear(event, at: now)
      }
      // Whatever it has heard, a share is back at its floor after a window.
      now = now.advanced(by: .seconds(60))
      var taken = 0
      while taken < 100, budget.takeRetry(after: .connection, at: now) != nil { taken += 1 }
      if place == 0 { #expect(taken == 2, "seed \(seed)") }
    }
  }

  @Test("is read beside the rule, with errors that say what is wrong")
  func reading() throws {
    #expect(try budget(["share": "10%", "state": "central"]).scope == .central)
    #expect(try budget(["rule": "throttle", "state": "gossiped"]).scope == .gossiped)
    #expect(throws: SettingError.self) { try budget(["share": "10%", "state": "all"]) }
    #expect(try GatewayPlan(retrying("central")).services.contains(.store))
    #expect(try GatewayPlan(retrying("gossiped")).tellsMemories)
    #expect(try !GatewayPlan(retrying("local")).tellsMemories)
  }

  @Test("says in the life of a request that it has counted what others have told")
  func explained() throws {
    let fleet = try fleet(retrying("gossiped"), explaining: 0)
    _ = retries(fleet[0])
    #expect(fleet[0].notes(.toldByOthers).isEmpty)
    _ = exchange(fleet)
    _ = retries(fleet[1])
    #expect(fleet[1].notes(.toldByOthers).first?.value == Note.Told.budget.rawValue)
  }
}
