import GatewayCore
import Settings

// The policies that turn each mechanism on: those of a registry by its list, the others by name.

extension CoreBench {
  /// Every mechanism that is measured, by family.
  static var subjects: [Subject] {
    let many = (0..<candidates).map { Setting(stringLiteral: "d\($0)") }
    let over = Setting(.array(many)).moved(to: "")
    var all = Strategies.registry.names.map { name in
      Subject(
        family: "strategy", mechanism: name,
        policy: ["routes": ["chat": ["balance": choice(name, strategies[name]), "over": over]]],
        isPerCandidate: true)
    }
    func add(_ family: String, _ name: String, _ addition: Setting) {
      var members = addition.members ?? []
      if !members.contains(where: { $0.key == "routes" }) {
        members += (["routes": ["chat": "d0"]] as Setting).members ?? []
      }
      all.append(
        Subject(family: family, mechanism: name, policy: Setting(.object(members)).moved(to: "")))
    }
    func each(_ family: String, _ names: [String], _ addition: (String) -> Setting) {
      for name in names { add(family, name, addition(name)) }
    }

    for (name, route) in nodes { add("route node", name, ["routes": ["chat": route]]) }
    each("limit", Limiters.registry.names) { name in
      ["limits": [["each": "team", "requests": "10M/10s", "by": choice(name, nil)]]]
    }
    add(
      "limit", "tokens, reserved",
      ["limits": [["each": "team", "totalTokens": "1G/s", "charge": "reserve"]]])
    add("limit", "budget", ["budgets": [["each": "team", "money": "$1M/month"]]])
    each("concurrency", ConcurrencyLimits.registry.names) { name in
      ["concurrency": [["each": "team", "by": choice(name, concurrency[name])]]]
    }
    add("queue", "bounded", ["queue": ["capacity": 1000], "concurrency": [["by": ["fixed": 500]]]])
    add("cache", "exact, time to live", ["cache": ["exact": ["ttl": "10m"]]])
    each("cache", Evictions.registry.names) { name in
      ["cache": ["exact": ["ttl": "10m", "capacity": 2000, "eviction": choice(name, nil)]]]
    }
    add("cache", "coalescing", ["coalesce": ["onLeaderFailure": "promote"]])
    each("breaker", Trips.registry.names) { name in
      ["breaker": ["trip": choice(name, trips[name]), "open": "1s"]]
    }
    each("recovery", Recoveries.registry.names) { name in
      [
        "breaker": [
          "trip": ["consecutiveFailures": 5], "open": "1s",
          "recovery": choice(name, recoveries[name]),
        ]
      ]
    }
    add("cooldown", "litellm", ["cooldown": "litellm"])
    each("ejection", Ejections.registry.names) { name in ["ejection": [choice(name, nil)]] }
    each("backoff", Backoff.registry.names) { name in
      ["attempts": ["retry": ["max": 2, "backoff": choice(name, backoffs[name])]]]
    }
    each("jitter", BackoffJitter.registry.names) { name in
      [
        "attempts": [
          "retry": [
            "max": 2,
            "backoff": ["exponential": ["from": "200ms", "to": "2s", "jitter": choice(name, nil)]],
          ]
        ]
      ]
    }
    each("retry budget", RetryBudgets.registry.names) { name in
      ["attempts": ["retry": ["max": 2], "budget": ["rule": choice(name, budgets[name])]]]
    }
    add("hedge", "after a delay", ["attempts": ["hedge": ["after": "10s"]]])
    add(
      "hedge", "after an observed quantile",
      ["attempts": ["hedge": ["after": "10s", "observed": ["quantile": "99%"]]]])
    return all
  }

  /// A choice: its name, or its name and what it needs.
  private static func choice(_ name: String, _ parameters: Setting?) -> Setting {
    guard let parameters else { return Setting(stringLiteral: name) }
    return Setting(.object([.init(key: name, keyPosition: .code, value: parameters)])).moved(to: "")
  }

  // What has parameters without a default.

  private static let strategies: [String: Setting] = [
    "epsilon-greedy": ["reward": "success"], "ucb1": ["reward": "success"],
    "thompson-sampling": ["reward": "success"], "cheapest-within": ["within": "2s"],
  ]
  private static let concurrency: [String: Setting] = [
    "fixed": 500, "aimd": ["initial": 500], "vegas": ["initial": 500],
    "gradient2": ["initial": 500],
  ]
  private static let trips: [String: Setting] = [
    "consecutiveFailures": 5, "failureRatio": ["share": "50%"],
    "failuresInTime": ["share": "50%", "window": "10s"],
    "totalFailures": ["count": 100, "forgetAfter": "10s"],
  ]
  private static let recoveries: [String: Setting] = [
    "probes": ["inFlight": 1], "trial": 10, "ramp": "2s",
  ]
  private static let budgets: [String: Setting] = ["share": ["share": "20%", "floor": "10/s"]]
  private static let backoffs: [String: Setting] = [
    "constant": ["delay": "200ms"], "linear": ["from": "200ms", "to": "2s"],
    "exponential": ["from": "200ms", "to": "2s"],
  ]

  /// The kinds of route nodes that choose without a strategy.
  private static let nodes: [(name: String, route: Setting)] = [
    ("fallback", ["fallback": ["d0", "d1"]]),
    ("condition", ["condition": [["if": ["inputAbove": 600], "then": "d1"]], "else": "d0"]),
    ("split", ["split": ["d0", "d1"], "by": "call"]),
    ("sticky, hashed", ["sticky": "conversation", "over": ["d0", "d1"]]),
    ("sticky, remembered", ["sticky": "conversation", "over": ["d0", "d1"], "idle": "1h"]),
    ("tiers", ["tiers": [["d0"], ["d1"]], "within": "weighted-random"]),
    ("filter", ["fallback": ["d0", "d1"], "filter": ["price": ["request": "$1"]]]),
  ]
}
