import GatewayCore
import Settings

extension World {
  /// Random breakers, cooldowns and ejections, by a generator of their own.
  static func addGuards(to policy: inout [(String, Setting)], seed: UInt64) {
    var random = SplitMix64(seed: seed ^ 0xB4EA_4E45)
    func maybe(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
    func one(_ values: [Setting]) -> Setting {
      values[Int.random(in: 0..<values.count, using: &random)]
    }
    func breaker() -> Setting {
      [
        "trip": one([
          ["consecutiveFailures": 1], ["totalFailures": ["count": 3, "forgetAfter": "2s"]],
          ["failureRatio": ["share": "30%", "window": 100, "minimum": 4]],
          ["failuresInTime": ["count": 3, "share": "50%", "window": "3s"]],
          ["failuresInTime": ["share": "40%", "window": "2s", "kind": "tumbling"]],
          ["failuresInTime": ["count": 2, "window": "2s", "kind": "fromFirstFailure"]],
        ]),
        "open": one([
          "700ms", ["for": "400ms", "growth": "linear", "max": "3s"],
          ["for": "2s", "clock": "firstFailure"], ["for": "1s", "clock": "lastFailure"],
        ]),
        "recovery": one([
          "none", "everyRequest", ["probes": ["inFlight": 2, "successes": 3]], ["trial": 3],
          ["ramp": "2s"],
        ]),
        "retryAfter": one(["ignore", "whenOpening", "atOnce"]),
        "per": one(["deployment", "leaf"]),
      ]
    }
    if maybe(40) {
      policy.removeAll { $0.0 == "breaker" }
      policy.append(("breaker", breaker()))
    }
    if maybe(40), let place = policy.firstIndex(where: { $0.0 == "routes" }),
      case .object(var routes) = policy[place].1.content
    {
      // A breaker that guards a part of the routes.
      for route in routes.indices {
        guard case .object(var members) = routes[route].value.content, maybe(60) else { continue }
        members.append(.init(key: "breaker", keyPosition: .code, value: breaker()))
        routes[route].value = Setting(.object(members)).moved(to: "")
      }
      policy[place].1 = Setting(.object(routes)).moved(to: "")
    }
    if maybe(30) {
      policy.append(
        (
          "cooldown",
          [
            "litellm": one([
              ["time": "1s"], ["time": "500ms", "allowedFails": 1],
              ["time": "2s", "policy": ["internalServer": 0, "rateLimit": 2]],
            ])
          ]
        ))
    }
    if maybe(40) {
      var ejections: [Setting] = []
      if maybe(40) {
        ejections.append(["throttled": ["standard": "1s", "margin": "500ms", "every": "300ms"]])
      }
      if maybe(40) {
        ejections.append(
          [
            "errorRatio": [
              "minimum": 3, "window": "4s", "every": "400ms",
              "kind": one(["resetting", "sliding"]),
            ]
          ])
      }
      if maybe(40) {
        ejections.append([
          "outliers": [
            "consecutiveFailures": 2, "interval": "500ms", "baseTime": "1s", "maximumTime": "3s",
            "maximumShare": one(["10%", "60%"]), "minimumHosts": 2, "volume": 2,
            "enforceConsecutive": one(["100%", "50%"]), "enforceFailureShare": "70%",
            "failureHosts": 2, "failureVolume": 2, "failureShare": "50%",
          ]
        ])
      }
      if maybe(40) {
        ejections.append(["recentOutage": ["failures": one([1, 2]), "memory": "2s"]])
      }
      if !ejections.isEmpty { policy.append(("ejection", Setting(.array(ejections)))) }
    }
  }

  /// Gives breakers, cooldowns and ejections scopes, by a generator of its own.
  static func addGuardStates(to members: inout [Setting.Member], seed: UInt64) {
    var random = SplitMix64(seed: seed ^ 0x6A4D_57A7)
    func one(_ values: [Setting]) -> Setting {
      values[Int.random(in: 0..<values.count, using: &random)]
    }
    func stated(_ guarding: Setting, endsKnown: Bool) -> Setting {
      guard case .object(var parts) = guarding.content else { return guarding }
      let telling: [Setting] =
        endsKnown ? [["gossiped": "verdicts"], ["central": "verdicts"]] : []
      parts.append(
        .init(
          key: "state", keyPosition: .code, value: one(["local", "gossiped", "central"] + telling)))
      return Setting(.object(parts))
    }
    func choice(_ choice: Setting) -> Setting {
      guard case .object(var members) = choice.content else { return choice }
      for place in members.indices {
        let endsKnown = ["litellm", "recentOutage"].contains(members[place].key)
        members[place].value = stated(members[place].value, endsKnown: endsKnown)
      }
      return Setting(.object(members))
    }
    for place in members.indices {
      switch members[place].key {
      case "breaker": members[place].value = stated(members[place].value, endsKnown: true)
      case "cooldown": members[place].value = choice(members[place].value)
      case "ejection":
        members[place].value = Setting(.array((members[place].value.elements ?? []).map(choice)))
      case "routes":
        guard case .object(var routes) = members[place].value.content else { continue }
        for route in routes.indices {
          guard case .object(var node) = routes[route].value.content else { continue }
          for part in node.indices where node[part].key == "breaker" {
            node[part].value = stated(node[part].value, endsKnown: true)
          }
          routes[route].value = Setting(.object(node))
        }
        members[place].value = Setting(.object(routes))
      default: break
      }
    }
  }
}
