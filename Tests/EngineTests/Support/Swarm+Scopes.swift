import Chance
import GatewayCore
import Providers
import Settings
import Vocabulary

@testable import Engine

extension World {
  /// The same world where limits, guards and memories have scopes: replicas tell each other, or ask a store that may be
  /// slow or down, and start anew.
  ///
  /// Drawn by a generator of its own, so that the world of a seed without scopes stays what it is.
  mutating func addScopes(seed: UInt64) throws {
    var random = SplitMix64(seed: seed ^ 0x5C0F_E5A7)
    func maybe(_ percent: Int = 50) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
    func one<Value>(_ values: [Value]) -> Value {
      values[Int.random(in: 0..<values.count, using: &random)]
    }
    func state() -> Setting {
      switch Int.random(in: 0..<3, using: &random) {
      case 0: return "local"
      case 1: return "gossiped"
      default:
        let failure = one(["open", "closed", "local"])
        return [
          "central": [
            "deadline": Setting(.string(one(["5ms", "60ms"]))),
            "onFailure": Setting(.string(failure)),
            "status": Setting(integerLiteral: one([429, 503])),
          ]
        ]
      }
    }
    guard case .object(var members) = policy.content else { return }
    if !members.contains(where: { $0.key == "limits" }) {
      let plain: Setting = [["requests": "5/s", "each": "team"]]
      members.append(.init(key: "limits", keyPosition: .code, value: plain))
    }
    for place in members.indices where ["limits", "budgets"].contains(members[place].key) {
      let limits = members[place].value.elements ?? []
      members[place].value = Setting(
        .array(
          limits.map { limit in
            guard case .object(var parts) = limit.content else { return limit }
            let state = state()
            parts.append(.init(key: "state", keyPosition: .code, value: state))
            // No condition can ask a store whether a budget wants to reroute.
            if state["central"] != nil, let marks = parts.firstIndex(where: { $0.key == "at" }) {
              parts[marks].value = ["50%": "warn", "100%": "reject"]
            }
            return Setting(.object(parts))
          }))
    }
    World.addGuardStates(to: &members, seed: seed)
    World.addMemoryStates(to: &members, seed: seed)
    policy = Setting(.object(members)).moved(to: "")
    replicas = one([1, 2, 3])
    gossipLag = .milliseconds(one([0, 20, 400]))
    services[.store] = ServicePlan(
      latency: .constant(one([0, 2e6, 30e6])),
      fails: Probability(clamping: one([0, 0.1])))
    if maybe() {
      let from = Instant.start.advanced(by: .milliseconds(one([500, 2_000])))
      let effect = one([
        ServiceIncident.Effect.down(after: nil), .down(after: .milliseconds(1)), .slow(20),
      ])
      services.incidents.append(
        ServiceIncident(.store, from: from, until: from.advanced(by: .seconds(2)), effect))
    }
    if maybe(40) {
      for step in 1...3 {
        gatewayFaults.append(
          GatewayFault(
            maybe() ? .restart : .crash,
            at: Instant.start.advanced(by: .milliseconds(step * one([600, 1_100]))),
            replica: maybe() ? nil : 0))
      }
    }
    if maybe(20) {
      // Another seed's policy in the middle, and this one again.
      let here = try plan()
      var other = World(swarm: seed &+ 1_000_000)
      (other.deployments, other.gossipLag, other.replicas) = (deployments, gossipLag, replicas)
      let there = try other.plan()
      for (plan, milliseconds) in [(there, 1_500), (here, 3_500)] {
        gatewayFaults.append(
          GatewayFault(.reload(plan), at: Instant.start.advanced(by: .milliseconds(milliseconds))))
      }
      gatewayFaults.sort { $0.at < $1.at }
    }
  }
}
