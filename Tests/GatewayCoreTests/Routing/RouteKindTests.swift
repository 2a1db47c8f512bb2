import Settings
import Testing
import Vocabulary

@testable import GatewayCore

/// What every kind of route node keeps.
@Suite("Every kind of route node")
struct RouteKindTests {
  /// One node of each kind that goes to a.
  static let examples: [(String, Setting)] = [
    ("deployment", ["deployment": "a"]), ("alias", ["alias": "extract"]),
    ("balance", ["balance": "cheapest", "over": ["a"]]), ("fallback", ["fallback": ["a"]]),
    ("condition", ["condition": [["if": [:], "then": "a"]], "else": "b"]),
    ("split", ["split": ["a"]]), ("sticky", ["sticky": "user", "over": ["a"]]),
    ("tiers", ["tiers": [["a"], ["b"]]]),
    ("threshold", ["threshold": ["at": 0.5], "strong": "a", "weak": "b"]), ("fail", ["fail": 503]),
  ]

  @Test("has an example here, and no two have one name")
  func complete() {
    #expect(RouteKindTests.examples.map(\.0) == RouteKinds.registry.names)
  }

  @Test("describes its parameters without a file")
  func described() {
    #expect(RouteKinds.registry.audit().isEmpty)
    for entry in RouteKinds.registry.entries {
      let keys = RouteKinds.registry.describe(entry.name).map(\.key)
      #expect(keys.contains(entry.name), "\(entry.name): \(keys)")
      #expect(!entry.summary.isEmpty)
    }
  }

  @Test("compiles, alone and below others", arguments: examples.map(\.0))
  func compiles(kind: String) throws {
    let node = RouteKindTests.examples.first { $0.0 == kind }?.1 ?? "a"
    let others: [(String, Setting)] = [("extract", "a")]
    for route: Setting in [
      node, ["fallback": ["b", node]], ["balance": "cheapest", "over": [node, "c"]],
    ] {
      _ = try GatewayPlan(.members([("routes", .members([("chat", route)] + others))]))
    }
    if kind != "fail", kind != "threshold" {
      #expect(try story(node, others: others) == "a. ok")
    }
  }

  @Test("lets nothing through that a filter above it removes", arguments: examples.map(\.0))
  func filtered(kind: String) throws {
    guard kind != "fail", kind != "threshold" else { return }
    let node = RouteKindTests.examples.first { $0.0 == kind }?.1 ?? "a"
    let bench = try Bench(
      .members([
        ("filter", ["except": ["deployments": ["a", "b"]]]),
        ("routes", .members([("chat", node), ("extract", "a")])),
      ]))
    bench.arrive()
    #expect(bench.live.isEmpty && bench.requests.map(\.outcome.status) == [503])
  }
}

@Suite("A balance by weight")
struct LoadBalanceFacts {
  @Test(
    "Portkey: r = U · Σw walks the targets in order and takes the first with r < w", .tags(.fact))
  func walk() throws {
    let route: Setting = [
      "balance": "weighted-random",
      "over": [
        ["deployment": "a", "weight": 0.7], ["deployment": "b", "weight": 0],
        ["deployment": "c", "weight": 0.3],
      ],
    ]
    let draws = [0.0001, 0.6999, 0.7001, 0.9999]
    #expect(
      try stories(route, requests: 4, script: draws) == ["a. ok", "a. ok", "c. ok", "c. ok"])
  }

  @Test("Portkey: no failover between weighted siblings unless a fallback wraps them", .tags(.fact))
  func noFailover() throws {
    let balance: Setting = [
      "balance": "weighted-random",
      "over": [["deployment": "a", "weight": 1], ["deployment": "b", "weight": 0]],
    ]
    #expect(try story(balance, ["a": "5"]) == "a5 503")
    #expect(try story(["fallback": [balance, "c"]], ["a": "5"]) == "a5 c. ok")
  }

  @Test(
    "Portkey: with a list of statuses only these move on", .tags(.fact))
  func onStatusCodes() throws {
    let route: Setting = ["fallback": ["a", "b"], "on": ["429", "503"]]
    #expect(try story(route, ["a": "4"]) == "a4 b. ok")
    #expect(try story(route, ["a": "3"]) == "a3 400")
    #expect(try story(route, ["a": "t"]) == "at 504")
  }
}
