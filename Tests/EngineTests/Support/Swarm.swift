import Chance
import GatewayCore
import Providers
import Settings
import Vocabulary

extension World {
  /// A random small world: a random subset of mechanisms meets a random subset of faults.
  init(
    swarm seed: UInt64, requests: Int = 60, replicas: Bool = true, money: Bool = true,
    caches: Bool = false
  ) {
    var random = SplitMix64(seed: seed)
    func maybe(_ percent: Int = 50) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
    func one<Value>(_ values: [Value]) -> Value {
      values[Int.random(in: 0..<values.count, using: &random)]
    }
    func share(_ most: Double) -> Probability {
      Probability(clamping: Double.random(in: 0...most, using: &random))
    }

    let names = ["north/a", "north/b", "south/c", "south/d"]
    let totalDeadline = maybe(70)
    self.init(deployments: [], streams: [], policy: nil)
    self.seed = seed
    if maybe(30) {
      quotas = [
        QuotaPlan(
          name: "q",
          meters: [
            .init(.requests, rate: .perSecond(Int64.random(in: 2...20, using: &random)), burst: 5)
          ],
          window: maybe() ? .seconds(2) : nil, saysRetryAfter: maybe())
      ]
    }
    for (place, name) in names.enumerated() {
      var faults: [Fault] = []
      if maybe() {
        faults.append(Fault(.status(503), share: share(0.4), delay: .after(.milliseconds(50))))
      }
      if maybe(30) {
        faults.append(
          Fault(
            .status(429), share: share(0.2), delay: .fraction(0.2),
            retryAfter: maybe() ? RetryAfter(.milliseconds(300)) : .unsaid))
      }
      if maybe(30) { faults.append(Fault(.connection, share: share(0.1), delay: .after(.zero))) }
      if maybe(30) { faults.append(Fault(.broken, share: share(0.2), delay: .drawnFraction)) }
      if maybe(30) { faults.append(Fault(.hang, share: share(0.1), delay: .after(.zero))) }
      deployments.append(
        DeploymentPlan(
          name: name, model: "vendor/model", region: place < 2 ? "north" : "south",
          quota: quotas.isEmpty || maybe(60) ? nil : 0,
          price: PriceSheet(
            input: TokenPrice(femtodollars: Int64(1 + place) * 333_333_333),
            cachedInput: TokenPrice(femtodollars: 100_000_000),
            output: TokenPrice(femtodollars: Int64(4 - place) * 1_777_777_777)),
          latency: LatencyPlan(
            timeToFirstToken: .lognormal(mu: 19.3, sigma: 0.6),
            timePerOutputToken: .lognormal(mu: 16.1, sigma: 0.4)),
          faults: faults, cut: one([.consumed, .full, .nothing])))
    }
    if maybe(40) {
      incidents.append(
        IncidentPlan(
          name: "north down", on: IncidentSelector(region: "north"),
          from: Instant.start.advanced(by: .seconds(2)),
          until: Instant.start.advanced(by: .seconds(8)),
          failure: maybe(70) ? .init(.status(503), share: Polyline(0.9)) : nil,
          slow: maybe(30) ? Polyline(1.8) : nil, hang: maybe(20) ? Polyline(0.3) : nil,
          inFlight: one([.survive, .stall, .break]), bit: 0))
    }
    streams = [
      Stream(
        name: "one", count: requests / 2, streamed: one([0, 0.5, 1]), bodies: one([3, 1_000]),
        patience: maybe(40) ? .milliseconds(one([300, 2_000, 6_000])) : nil),
      Stream(name: "two", count: requests / 2, gap: .milliseconds(one([5, 300])), alias: 1),
    ]
    if replicas, maybe(30) {
      self.replicas = 3
      if maybe() { gossipLag = .milliseconds(one([0, 50])) }
    }

    // The policy.
    let strategy = Setting(.string(one(Strategies.registry.names)))
    let leaves = names.map { Setting(.string($0)) }
    func some(_ count: Int) -> Setting {
      Setting(.array(Array(leaves.shuffled(using: &random).prefix(count))))
    }
    func node(_ depth: Int) -> Setting {
      var members: [(String, Setting)]
      switch Int.random(in: 0..<(depth > 1 ? 1 : 8), using: &random) {
      case 0: members = [("deployment", one(leaves))]
      case 1:
        members = [
          ("balance", strategy),
          ("over", Setting(.array([node(depth + 1), one(leaves), one(leaves)]))),
        ]
      case 2: members = [("fallback", Setting(.array([node(depth + 1), one(leaves)])))]
      case 3:
        members = [("split", some(2)), ("by", Setting(.string(one(["call", "user", "team"]))))]
      case 4: members = [("sticky", "conversation"), ("over", some(3))]
      case 5:
        members = [
          ("sticky", Setting(.string(one(["user", "team"])))), ("idle", "2s"), ("over", some(3)),
          ("pin", Setting(.string(one(["success", "choice"])))),
          ("renew", Setting(.string(one(["success", "use", "never"])))), ("capacity", 3),
          ("choose", strategy),
        ]
      case 6:
        members = [
          ("tiers", Setting(.array([some(2), Setting(.array([node(depth + 1)]))]))),
          ("next", Setting(.string(one(["failure", "exhausted", "unfit"])))),
          ("within", strategy),
        ]
      default:
        members = [
          (
            "condition",
            [
              [
                "if": ["any": [["inputAbove": 1_500], ["not": ["streams": true]]]],
                "then": node(depth + 1),
              ]
            ]
          ),
          ("else", maybe(20) ? ["fail": 429] : node(depth + 1)),
        ]
      }
      if maybe(25) {
        members.append(
          (
            "retry",
            [
              "max": Setting(integerLiteral: Int.random(in: 0...2, using: &random)),
              "reselect": Setting(.bool(maybe())), "exclude": Setting(.bool(maybe())),
            ]
          ))
      }
      if maybe(20) { members.append(("timeouts", ["total": "2s"])) }
      if maybe(15) { members.append(("allDown", Setting(.string(one(["use", "fail"]))))) }
      if maybe(10) {
        members.append(
          (
            "filter",
            one([
              ["price": ["request": "$0.02"]], ["except": ["deployments": [one(leaves)]]],
              ["if": ["streams": true], "deployments": some(2), "soft": true],
            ])
          ))
      }
      return .members(members)
    }
    var policy: [(String, Setting)] = [
      ("routes", .members([("chat", node(0)), ("extract", maybe(20) ? "chat" : node(0))])),
      ("allDown", Setting(.string(one(["use", "fail"])))),
      ("order", Setting(.string(one(["admitFirst", "cacheFirst"])))),
    ]
    var attempts: [(String, Setting)] = [("error", Setting(.string(one(["last", "first"]))))]
    if totalDeadline { attempts.append(("total", Setting(.string(one(["900ms", "5s"]))))) }
    if maybe(30) { attempts.append(("firstToken", "400ms")) }
    if maybe(20) { attempts.append(("idle", "15ms")) }
    if maybe(30) { attempts.append(("request", Setting(.string(one(["700ms", "8s"]))))) }
    if maybe(40) { attempts.append(("max", Setting(integerLiteral: one([1, 2, 5])))) }
    if maybe(60) {
      let backoff: Setting = one([
        "none", ["constant": ["delay": "150ms"]],
        [
          "exponential": [
            "from": "100ms", "to": "1s",
            "jitter": Setting(.string(one(["none", "full", "equal"]))),
          ]
        ],
      ])
      let plain: Setting = ["max": Setting(integerLiteral: one([1, 3])), "backoff": backoff]
      let byClass: Setting = [
        [
          "max": 2, "on": ["429"], "retryAfter": "instead", "retryAfterBeyond": "cap",
          "retryAfterLimit": "200ms", "waitLimit": "1s",
          "count": Setting(.string(one(["each", "together", "first"]))),
        ],
        [
          "max": 2, "on": ["5xx", "connection"], "backoff": backoff, "waitAfterLast": true,
          "skip": Setting(.bool(maybe(30))),
          "budget": ["rule": ["tokenBucket": ["capacity": 20]]],
        ],
      ]
      attempts.append(("retry", maybe() ? plain : byClass))
    }
    if maybe(30) {
      attempts.append(
        (
          "budget",
          one([
            ["share": "20%", "floor": "1/s"], ["rule": "tokenBucket"],
            ["rule": ["throttle": ["maxTokens": 4]]],
          ])
        ))
    }
    if maybe(40) {
      attempts.append(
        (
          "hedge",
          one([
            ["after": "120ms"], ["after": "100ms", "max": 3, "nonFatal": ["5xx", "429"]],
            ["after": "0s", "max": 3, "exclude": false],
            [
              "after": "1s",
              "observed": ["quantile": "70%", "minimum": 3, "window": "5s"],
              "budget": ["share": "20%"],
            ],
          ])
        ))
    }
    if maybe(40) {
      attempts.append(
        ("onBrokenStream", one(["restart", ["restart": ["max": 3, "continue": true]]])))
    }
    if maybe(30) {
      attempts.append(("finish", ["atLeast": "150ms", "observed": ["minimum": 2]]))
    }
    policy.append(("attempts", .members(attempts)))
    if maybe() {
      let trip: Setting = one([
        ["consecutiveFailures": 2], ["failureRatio": ["share": "40%", "window": 5]],
      ])
      policy.append(
        (
          "breaker",
          [
            "trip": trip, "open": Setting(.string(one(["500ms", "4s"]))),
            "probes": Setting(integerLiteral: one([1, 2])),
          ]
        ))
    }
    World.addGuards(to: &policy, seed: seed)
    if maybe(60) {
      var limits: [Setting] = []
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let unit = one(
          ["requests", "inputTokens", "outputTokens", "totalTokens"] + (money ? ["money"] : []))
        // A cell of money would be shorter than a nanosecond.
        let by: Setting = one([
          "token-bucket", "integer-bucket", unit == "money" ? "fixed-window" : "gcra",
          "fixed-window", "sliding-window",
          ["fixed-window": ["align": "firstUse"]], ["sliding-log": ["entries": 8]],
        ])
        let each: Setting = one([
          "everyone", "team", "user", "alias", "key", "model", "deployment",
          ["team", "alias"], ["deployment", "key"],
        ])
        let rate = unit == "requests" ? "5/s" : unit == "money" ? "$0.01/s" : "6k/3s"
        var limit: [(String, Setting)] = [
          (unit, Setting(.string(rate))), ("each", each), ("by", by),
          ("charge", Setting(.string(one(["check", "after", "reserve", "checkThenCharge"])))),
          ("shadow", Setting(.bool(maybe(25)))), ("countHits", Setting(.bool(maybe()))),
          ("countRefused", Setting(.bool(maybe(20)))),
        ]
        if by.members == nil, case .string("token-bucket") = by.content, unit != "money" {
          limit.append(("burst", unit == "requests" ? 6 : 6_000))
        }
        if maybe(15) {
          limit = [("inFlight", Setting(integerLiteral: one([1, 3]))), ("each", each)]
        }
        limits.append(.members(limit))
      }
      policy.append(("limits", Setting(.array(limits))))
    }
    if maybe(30), money {
      policy.append(
        (
          "budgets",
          [
            [
              "each": Setting(.string(one(["team", "everyone"]))),
              "money": Setting(.string(one(["$0.02/2s", "$0.05/10s", "$1/day"]))),
              "charge": Setting(.string(one(["after", "reserve"]))),
              "at": ["50%": "warn", "80%": "reroute", "100%": "reject"],
            ]
          ]
        ))
    }
    if maybe() {
      policy.append(
        (
          "cache",
          [
            "exact": [
              "ttl": "3s", "capacity": Setting(integerLiteral: one([2, 100])),
              "latency": Setting(.string(one(["0s", "2ms"]))),
            ]
          ]
        ))
    }
    policy += waiting(&random)
    self.policy = .members(policy)
    if caches { addCaches(seed: seed) }
  }
}

extension Setting {
  /// An object of the given members.
  static func members(_ pairs: [(String, Setting)]) -> Setting {
    Setting(.object(pairs.map { Member(key: $0.0, keyPosition: .code, value: $0.1) })).moved(to: "")
  }
}
