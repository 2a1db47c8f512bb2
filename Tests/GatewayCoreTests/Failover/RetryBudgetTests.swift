import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A retry budget")
struct RetryBudgetTests {
  private func make(_ setting: Setting) throws -> ShareRetryBudget {
    var reader = try SettingsReader(setting)
    return try ShareRetryBudget(reading: &reader)
  }

  @Test("allows what a list of timestamps in ten steps allows")
  func twin() throws {
    try forEverySeed(0..<100) { seed, random in
      let share = Int.random(in: 0...100, using: &random)
      let floor = Int.random(in: 1...20, using: &random)
      let window = Int64.random(in: 1...20, using: &random) * 100
      var budget = try make([
        "share": "\(share)%", "floor": "\(floor)/s", "window": "\(window)ms",
      ])
      let step = window * 1_000_000 / 10
      var firsts: [Int64] = []
      var retries: [Int64] = []
      var now: Int64 = 0
      for _ in 0..<300 {
        now += Int64.random(in: 0...(step / 3), using: &random)
        // Now and then a pause of about a window.
        if Int.random(in: 0..<25, using: &random) == 0 {
          now += step * Int64.random(in: 7...12, using: &random)
        }
        let oldest = now / step - 9
        if Int.random(in: 0..<3, using: &random) == 0 {
          budget.firstAttempt(at: Instant(nanoseconds: now))
          firsts.append(now / step)
        } else {
          let recent = Double(firsts.filter { $0 >= oldest }.count)
          let used = Double(retries.filter { $0 >= oldest }.count)
          let most = Double(share) / 100 * recent + Double(floor) * Double(window) / 1_000
          let allowed = budget.takeRetry(after: .connection, at: Instant(nanoseconds: now)) != nil
          #expect(allowed == (used + 1 <= most), "seed \(seed) at \(now)")
          if allowed { retries.append(now / step) }
        }
      }
    }
  }

  @Test("of 20 % lets one request in five retry when all fails")
  func storm() throws {
    let bench = try Bench([
      "routes": ["chat": "a"],
      "attempts": ["retry": ["max": 5], "budget": ["share": "20%", "window": "1h"]],
    ])
    for _ in 0..<1_000 {
      bench.arrive()
      while !bench.live.isEmpty { bench.end(.status(503)) }
    }
    #expect(bench.attempts.count == 1_200)
  }

  @Test("without a floor and without traffic allows nothing")
  func nothing() throws {
    var budget = try make(["share": "20%"])
    let permit = budget.takeRetry(after: .connection, at: .start)
    #expect(permit == nil)
  }

  @Test("that is spent lets the failure move on to the next child")
  func spent() throws {
    let attempts: Setting = ["retry": ["max": 3], "budget": ["share": "100%"]]
    #expect(
      try story(["fallback": ["a", "b"]], ["a": "555", "b": "5"], attempts: attempts)
        == "a5 a5 b5 503")
  }

  @Test("takes back the permit of a retry that found nothing fit, or whose client left")
  func givenBack() throws {
    var budget = try make(["share": "0%", "floor": "0.1/s", "window": "10s"])
    let taken = budget.takeRetry(after: .connection, at: .start)
    let first = try #require(taken)
    let second = budget.takeRetry(after: .connection, at: .start)
    #expect(second == nil)
    budget.giveBack(first, at: at(.seconds(3)))
    let third = budget.takeRetry(after: .connection, at: at(.seconds(3)))
    #expect(third != nil)

    // One permit. The first request's retry finds all tried, the second's client leaves.
    let bench = try Bench([
      "routes": [
        "chat": [
          "balance": "weighted-random", "over": ["a"], "retry": ["max": 1, "reselect": true],
        ],
        "extract": [
          "deployment": "b", "retry": ["max": 1, "backoff": ["constant": ["delay": "1s"]]],
        ],
      ],
      "attempts": ["budget": ["share": "0%", "floor": "1/h", "window": "1h"]],
    ])
    bench.arrive()
    bench.end(.status(503))
    #expect(bench.requests.count == 1 && bench.live.isEmpty)
    let id = bench.arrive { $0.alias = AliasID(1) }
    bench.end(.status(503))
    #expect(bench.timers.count == 1)
    bench.report(.abandoned(id))
    bench.arrive { $0.alias = AliasID(1) }
    bench.end(.status(503))
    #expect(bench.timers.count == 1)
    bench.fire()
    #expect(bench.live.count == 1)
    bench.end(.status(503))
    bench.arrive { $0.alias = AliasID(1) }
    bench.end(.status(503))
    #expect(bench.timers.isEmpty)
  }

  @Test("of a node bounds that node's retries only, by the attempts made there")
  func ofNode() throws {
    let route: Setting = [
      "fallback": [
        [
          "deployment": "a",
          "retry": ["max": 3, "budget": ["share": "50%", "window": "1h"]],
        ], ["deployment": "b", "retry": ["max": 1]],
      ]
    ]
    let scripts = ["a": "555555555", "b": "5555555"]
    #expect(
      try stories(route, scripts, requests: 4) == [
        "a5 b5 b5 503", "a5 a5 b5 b5 503", "a5 b5 b5 503", "a5 a5 b5 b. ok",
      ])
  }

  @Test("Finagle: 20 % of requests and 10 a second over 10 s may be retries", .tags(.fact))
  func finagle() throws {
    var budget = try make(["share": "20%", "floor": "10/s"])
    for _ in 0..<1_000 { budget.firstAttempt(at: .start) }
    var allowed = 0
    while budget.takeRetry(after: .connection, at: at(.seconds(1))) != nil { allowed += 1 }
    #expect(allowed == 300)
    // Ten seconds later the window is empty: the floor is left.
    while budget.takeRetry(after: .connection, at: at(.seconds(11))) != nil { allowed += 1 }
    #expect(allowed == 400)
  }

  @Test("that needs a share or a rule says so")
  func wrong() {
    #expect(throws: SettingError.self) { try make(["floor": "1/s"]) }
    #expect(throws: SettingError.self) {
      try GatewayPlan(["routes": ["chat": "a"], "attempts": ["budget": ["rule": "tokens"]]])
    }
    #expect(RetryBudgets.registry.audit().isEmpty)
  }
}

@Suite("A retry budget of permits")
struct TokenRetryBudgetTests {
  private func make(_ setting: Setting) throws -> TokenRetryBudget {
    var reader = try SettingsReader(setting)
    return try TokenRetryBudget(reading: &reader)
  }

  @Test(
    "AWS SDK: 500 permits, a retry costs 5, after a timeout 10, a success adds 1",
    .tags(.fact))
  func aws() throws {
    var budget = try make([:])
    var retries = 0
    while budget.takeRetry(after: .status(503), at: .start) != nil { retries += 1 }
    #expect(retries == 100)
    for _ in 0..<9 { budget.ended(.succeeded, permit: nil, at: .start) }
    let afterTimeout = budget.takeRetry(after: .totalTimeout, at: .start)
    #expect(afterTimeout == nil)
    budget.ended(.succeeded, permit: nil, at: .start)
    let paid = budget.takeRetry(after: .totalTimeout, at: .start)
    #expect(paid == 10 && budget.permits == 0)
    // A success after a retry gives back what the retry has cost; a failure nothing.
    budget.ended(.status(503), permit: 10, at: .start)
    #expect(budget.permits == 0)
    budget.ended(.succeeded, permit: 10, at: .start)
    #expect(budget.permits == 10)
  }

  @Test("never holds more than its capacity, and agrees with a list of entries")
  func twin() throws {
    forEverySeed(0..<50) { seed, random in
      let capacity = Int.random(in: 1...60, using: &random)
      guard
        var budget = try? make([
          "capacity": Setting(integerLiteral: capacity), "cost": 5, "timeoutCost": 10, "refund": 2,
        ])
      else { return }
      var level = capacity
      var taken: [Int64] = []
      for _ in 0..<400 {
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
          let isTimeout = Bool.random(using: &random)
          let cost = isTimeout ? 10 : 5
          let permit = budget.takeRetry(
            after: isTimeout ? .idleTimeout : .connection, at: .start)
          #expect((permit != nil) == (level >= cost), "seed \(seed)")
          if let permit {
            level -= cost
            taken.append(permit)
          }
        case 1:
          if let permit = taken.popLast() {
            budget.giveBack(permit, at: .start)
            level = min(capacity, level + Int(permit))
          }
        case 2:
          let permit = taken.popLast()
          budget.ended(.succeeded, permit: permit, at: .start)
          level = min(capacity, level + Int(permit ?? 2))
        default:
          budget.ended(.status(500), permit: taken.last, at: .start)
        }
        #expect(budget.permits == Int64(level), "seed \(seed)")
      }
    }
  }

  @Test("gets back the cost of a retry that succeeds, through the gateway")
  func gateway() throws {
    let attempts: Setting = [
      "retry": ["max": 3], "budget": ["rule": ["tokenBucket": ["capacity": 5, "refund": 0]]],
    ]
    // The first retry succeeds and pays for the next request's; the one that fails does not.
    #expect(
      try stories("a", ["a": "5.5.55"], requests: 4, attempts: attempts)
        == ["a5 a. ok", "a5 a. ok", "a5 a5 503", "a. ok"])
    #expect(
      try stories("a", ["a": "555.5"], requests: 4, attempts: attempts)
        == ["a5 a5 503", "a5 503", "a. ok", "a5 503"])
  }
}

@Suite("A retry throttle")
struct ThrottleRetryBudgetTests {
  private func make(_ setting: Setting) throws -> ThrottleRetryBudget {
    var reader = try SettingsReader(setting)
    return try ThrottleRetryBudget(reading: &reader)
  }

  @Test("gRPC A6: retries only while the counter is above half of maxTokens", .tags(.fact))
  func grpc() throws {
    var throttle = try make(["maxTokens": 10, "tokenRatio": 0.1])
    for failures in 1...5 {
      throttle.ended(.status(503), permit: nil, at: .start)
      let permit = throttle.takeRetry(after: .status(503), at: .start)
      #expect((permit != nil) == (failures < 5))
    }
    throttle.ended(.succeeded, permit: nil, at: .start)
    let above = throttle.takeRetry(after: .status(503), at: .start)
    #expect(above != nil && throttle.tokens == 5_100)
  }

  @Test("stays between nothing and its fullest, and agrees with whole thousandths")
  func twin() throws {
    forEverySeed(0..<50) { seed, random in
      guard var throttle = try? make(["maxTokens": 4, "tokenRatio": 0.25]) else { return }
      var level = 4_000
      for _ in 0..<300 {
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
          throttle.ended(.succeeded, permit: nil, at: .start)
          level = min(4_000, level + 250)
        case 1:
          throttle.ended(.connection, permit: nil, at: .start)
          level = max(0, level - 1_000)
        default:
          throttle.ended(.status(400), permit: nil, at: .start)
        }
        #expect(throttle.tokens == Int64(level), "seed \(seed)")
        let permit = throttle.takeRetry(after: .connection, at: .start)
        #expect((permit != nil) == (level > 2_000))
      }
    }
  }

  @Test("stops the retries of a provider that fails, through the gateway")
  func gateway() throws {
    let attempts: Setting = [
      "retry": ["max": 9], "budget": ["rule": ["throttle": ["maxTokens": 6, "tokenRatio": 0.5]]],
    ]
    #expect(
      try stories("a", ["a": "5555"], requests: 3, attempts: attempts)
        == ["a5 a5 a5 503", "a5 503", "a. ok"])
  }
}
