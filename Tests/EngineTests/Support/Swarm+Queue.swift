import GatewayCore
import Settings

extension World {
  /// A random subset of queue, limits on what is in flight, and coalescing.
  func waiting(_ random: inout SplitMix64) -> [(String, Setting)] {
    func maybe(_ percent: Int = 50) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
    func one<Value>(_ values: [Value]) -> Value {
      values[Int.random(in: 0..<values.count, using: &random)]
    }
    var policy: [(String, Setting)] = []
    if maybe() {
      var limits: [Setting] = []
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let by: Setting = one([
          ["fixed": 3], ["fixed": 12], ["aimd": ["initial": 4, "timeout": "600ms"]],
          ["vegas": ["initial": 3]], ["gradient2": ["initial": 6, "least": 2]],
        ])
        let each = one(["everyone", "team", "user", "alias", "key", "deployment"])
        limits.append([
          "each": Setting(.string(each)), "by": by, "shadow": Setting(.bool(maybe(20))),
        ])
      }
      policy.append(("concurrency", Setting(.array(limits))))
    }
    if maybe() {
      var queue: [(String, Setting)] = [
        ("capacity", Setting(integerLiteral: one([1, 5, 1_000]))),
        ("longest", Setting(.string(one(["200ms", "3s"])))),
        ("byPriority", Setting(.bool(maybe()))), ("overtake", Setting(.bool(maybe(70)))),
        ("deadlineAware", Setting(.bool(maybe()))),
        ("status", Setting(integerLiteral: one([429, 503]))),
      ]
      switch Int.random(in: 0..<4, using: &random) {
      case 0: queue.append(("order", "lifo"))
      case 1: queue += [("order", "adaptive"), ("lifoAbove", 2)]
      case 2: queue.append(("fair", Setting(.string(one(["team", "user", "key"])))))
      default: break
      }
      if maybe(40) { queue.append(("codel", ["target": "20ms", "interval": "200ms"])) }
      policy.append(("queue", .members(queue)))
    }
    if maybe() {
      policy.append(
        (
          "coalesce",
          [
            "onLeaderFailure": Setting(.string(one(["fail", "promote"]))),
            "scope": Setting(.string(one(["everyone", "team", "user"]))),
          ]
        ))
    }
    return policy
  }
}
