import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("Tiers")
struct TiersTests {
  private let breaker: Setting = ["trip": ["consecutiveFailures": 1], "open": "1h"]

  @Test("use the highest tier that has a fit member, and move on after a failure")
  func order() throws {
    let route: Setting = ["tiers": [["a"], ["b", "c"], "d"]]
    #expect(try story(route) == "a. ok")
    let lines = try stories(route, ["a": "5"], requests: 1, breaker: breaker)
    #expect(lines == ["a5 b. ok"] || lines == ["a5 c. ok"])
    let line = try story(route, ["a": "5", "b": "5", "c": "5"])
    #expect(line == "a5 b5 d. ok" || line == "a5 c5 d. ok")
  }

  @Test(
    "LiteLLM: of the healthy deployments only those of the smallest order are kept", .tags(.fact))
  func litellmOrder() throws {
    let route: Setting = [
      "tiers": [
        ["deployment": "c", "order": 2], ["deployment": "a", "order": 1],
        ["deployment": "b", "order": 1], "d",
      ], "by": "order", "next": "unfit",
    ]
    // A node without an order is of order 0, the first.
    #expect(Set(try stories(route, requests: 20)) == ["d. ok"])
    let both: Setting = [
      "tiers": [
        ["deployment": "c", "order": 2], ["deployment": "a", "order": 1],
        ["deployment": "b", "order": 1],
      ], "by": "order", "next": "unfit",
    ]
    #expect(Set(try stories(both, requests: 40)) == ["a. ok", "b. ok"])
    let after = try stories(
      both, ["a": "5", "b": "5"], requests: 6, breaker: breaker, allDown: "fail")
    #expect(Set(after.prefix(2)) == ["a5 503", "b5 503"])
    #expect(Set(after.dropFirst(2)) == ["c. ok"])
  }

  @Test(
    "LiteLLM: after a failure the next order is tried as a fallback", .tags(.fact))
  func litellmOrderFallback() throws {
    let route: Setting = [
      "tiers": [["deployment": "a", "order": 1], ["deployment": "b", "order": 2]], "by": "order",
    ]
    #expect(try story(route, ["a": "5"]) == "a5 b. ok")
  }

  @Test(
    "Kong: equal weights form a group, heaviest first; the next when the whole group has failed",
    .tags(.fact))
  func kongPriority() throws {
    let route: Setting = [
      "tiers": [
        ["deployment": "d", "weight": 50], ["deployment": "a", "weight": 100],
        ["deployment": "b", "weight": 100],
      ], "by": "weight", "next": "exhausted",
    ]
    #expect(Set(try stories(route, requests: 40)) == ["a. ok", "b. ok"])
    let one = try story(route, ["a": "5", "b": "5"])
    #expect(one == "a5 b5 d. ok" || one == "b5 a5 d. ok")
    let other = try story(route, ["a": "5"])
    #expect(other == "a5 b. ok" || other == "b. ok")
  }

  @Test("Kong: what is not in the failover criteria does not fail over", .tags(.fact))
  func criteria() throws {
    let route: Setting = [
      "tiers": [["deployment": "a", "weight": 2], ["deployment": "b", "weight": 1]],
      "by": "weight", "next": "exhausted", "on": ["connection", "timeout"],
    ]
    #expect(try story(route, ["a": "4"]) == "a4 429")
    #expect(try story(route, ["a": "c"]) == "ac b. ok")
  }

  @Test(
    "Azure API Management: a lower priority is used only while no higher one is available",
    .tags(.fact))
  func azure() throws {
    let route: Setting = ["tiers": [["a"], ["b"]], "next": "unfit"]
    #expect(
      try stories(route, ["a": "5"], requests: 2, breaker: breaker) == ["a5 503", "b. ok"])
  }

  @Test("choose inside a tier by any strategy")
  func within() throws {
    let route: Setting = ["tiers": [["c", "b"], ["a"]], "within": "cheapest"]
    #expect(Set(try stories(route, requests: 10)) == ["b. ok"])
  }

  @Test("are refused when they are empty, or lists are to be grouped")
  func errors() {
    for wrong: Setting in [
      ["tiers": []], ["tiers": [[]]], ["tiers": [["a"]], "by": "weight"],
      ["tiers": ["a"], "next": "never"],
    ] {
      #expect(throws: SettingError.self) { try GatewayPlan(["routes": ["chat": wrong]]) }
    }
  }
}

@Suite("When all are down")
struct AllDownTests {
  private let breaker: Setting = ["trip": ["consecutiveFailures": 1], "open": "1h"]

  /// Fails a and b once, then tells what the next request does.
  private func next(_ route: Setting, _ allDown: Setting, fails: [String] = ["a", "b"]) throws
    -> String
  {
    let bench = try Bench(
      ["routes": ["chat": route], "breaker": breaker, "allDown": allDown])
    for _ in fails {
      bench.arrive()
      while !bench.live.isEmpty { bench.end(.status(500)) }
    }
    bench.arrive()
    return bench.live.first?.deployment ?? "\(bench.requests.last?.outcome.status ?? 0)"
  }

  @Test("Portkey: the breaker is passed by and the deployments are used anyway", .tags(.fact))
  func use() throws { #expect(try next(["fallback": ["a", "b"]], "use") == "a") }

  @Test("Kong: all targets unhealthy is a 500", .tags(.fact))
  func kong() throws {
    #expect(try next(["fallback": ["a", "b"]], ["fail": ["status": 500]]) == "500")
  }

  @Test("Helicone: no service left is a 503", .tags(.fact))
  func helicone() throws { #expect(try next(["fallback": ["a", "b"]], "fail") == "503") }

  @Test("a node may say otherwise than the policy, in either direction")
  func perNode() throws {
    let uses: Setting = ["fallback": ["a", "b"], "allDown": "use"]
    #expect(try next(uses, "fail") == "a")
    let fails: Setting = ["balance": "cheapest", "over": ["a", "b"], "allDown": "fail"]
    #expect(try next(fails, "use") == "503")
    let balance: Setting = ["balance": "cheapest", "over": ["a", "b"], "allDown": "use"]
    #expect(try next(["fallback": [balance, "c"], "on": ["429"]], "fail") == "a")
  }

  @Test("what a node has used though it was down is over when the walk leaves it")
  func endsWithTheNode() throws {
    let inner: Setting = ["fallback": ["a", "b"], "allDown": "use"]
    let bench = try Bench(
      [
        "routes": ["chat": ["fallback": [inner, ["balance": "cheapest", "over": ["a", "c"]]]]],
        "breaker": breaker, "allDown": "fail",
      ])
    var order = ""
    for _ in 0..<2 {
      bench.arrive()
      while let attempt = bench.live.first {
        order += attempt.deployment
        bench.end(.status(500))
      }
      order += " "
    }
    // The second request: the inner node uses what is down, the balance after it does not.
    #expect(order == "abc ab ")
  }
}
