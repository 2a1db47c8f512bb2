import GatewayCore
import Settings

extension World {
  /// Gives sticky tables, retry budgets and strategies that learn scopes, by a generator of its own.
  static func addMemoryStates(to members: inout [Setting.Member], seed: UInt64) {
    var random = SplitMix64(seed: seed ^ 0x3E30_21E5)
    func scope() -> Setting {
      let scopes: [Setting] = ["local", "gossiped", "gossiped", "central"]
      return scopes[Int.random(in: 0..<4, using: &random)]
    }
    func member(_ key: String, _ value: Setting) -> Setting.Member {
      .init(key: key, keyPosition: .code, value: value)
    }
    /// Names of strategies that learn, as they stand.
    let learners: Set = [
      "peak-ewma", "ewma", "lowest-latency", "prequal", "price-weighted", "lowest-usage",
      "cheapest-within", "adaptive-weights", "epsilon-greedy", "ucb1", "thompson-sampling",
    ]
    func shared(_ setting: Setting) -> Setting {
      switch setting.content {
      case .array(let elements): return Setting(.array(elements.map(shared)))
      case .object(var parts):
        for place in parts.indices {
          let value = parts[place].value
          if ["balance", "choose", "within"].contains(parts[place].key),
            case .string(let name) = value.content
          {
            if learners.contains(name) {
              let stated = Setting.members([("state", scope())])
              parts[place].value = Setting.members([(name, stated)])
            }
          } else if parts[place].key == "budget", case .object(var budget) = value.content {
            budget.append(member("state", scope()))
            parts[place].value = Setting(.object(budget))
          } else {
            parts[place].value = shared(value)
          }
        }
        let keys = Set(parts.map(\.key))
        if keys.contains("sticky"), keys.contains("idle") { parts.append(member("state", scope())) }
        return Setting(.object(parts))
      default: return setting
      }
    }
    for place in members.indices where ["routes", "attempts"].contains(members[place].key) {
      members[place].value = shared(members[place].value)
    }
  }
}
