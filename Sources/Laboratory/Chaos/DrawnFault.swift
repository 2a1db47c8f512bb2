import Scenarios
import Vocabulary

/// One incident of a drawn fault plan: whole numbers only, so that it can be written as it is,
/// and made smaller step by step.
public struct DrawnFault: Sendable, Hashable {
  /// Whom it strikes.
  public enum Target: Sendable, Hashable {
    /// One deployment.
    case deployment(String)
    /// All of a region.
    case region(String)
    /// All of a provider.
    case provider(String)
    /// The gateway's own replicas.
    case gateway
  }

  /// What it does; shares are in percent.
  public enum Effect: Sendable, Hashable {
    /// Errors with that status, or `connection`.
    case error(status: String, share: Int)
    /// All times are so many tenths as long.
    case slow(tenths: Int)
    /// Attempts that are never answered.
    case hang(share: Int)
    /// Quotas are cut to that share.
    case quota(share: Int)
    /// What is in flight when it begins breaks.
    case cut(share: Int)
    /// What is in flight when it begins stands still until it is over.
    case stall(share: Int)
    /// Replicas start anew, one after the other over its length.
    case restart(crash: Bool)
  }

  /// Its name in the plan.
  public var name: String
  /// Whom it strikes.
  public var target: Target
  /// What it does.
  public var effect: Effect
  /// Seconds from the file's zero to its begin.
  public var from: Int
  /// Seconds that it lasts.
  public var length: Int

  /// Seconds from the file's zero to its end.
  public var end: Int { from + length }

  /// The incident as a scenario file says it.
  public var json5: String {
    var parts = ["on: \(on)", "from: \"\(from)s\""]
    switch effect {
    case .restart(let crash):
      let kind = crash ? "crash" : "drain"
      parts.append("restart: { kind: \"\(kind)\", rolling: \"\(length)s\" }")
    default: parts.append("for: \"\(length)s\"")
    }
    switch effect {
    case .error(let status, let share):
      let word = Int(status) == nil ? "\"\(status)\"" : status
      parts.append("error: { status: \(word), share: \"\(share)%\" }")
    case .slow(let tenths): parts.append("slow: \(tenths / 10).\(tenths % 10)")
    case .hang(let share): parts.append("hang: \"\(share)%\"")
    case .quota(let share): parts.append("quota: \(share / 100).\(share % 100 / 10)\(share % 10)")
    case .cut(let share): parts.append("inFlight: { break: \"\(share)%\" }")
    case .stall(let share): parts.append("inFlight: { stall: \"\(share)%\" }")
    case .restart: break
    }
    return "\(Reproduction.json(name)): { \(parts.joined(separator: ", ")) }"
  }

  private var on: String {
    switch target {
    case .deployment(let name): "{ deployment: \(Reproduction.json(name)) }"
    case .region(let name): "{ region: \(Reproduction.json(name)) }"
    case .provider(let name): "{ provider: \(Reproduction.json(name)) }"
    case .gateway: "\"gateway\""
    }
  }

  /// Smaller incidents to try in its place, the smallest first.
  var smaller: [DrawnFault] {
    var forms: [DrawnFault] = []
    for divisor in [4, 2] where length >= 2 * divisor {
      var shorter = self
      shorter.length = length / divisor
      forms.append(shorter)
    }
    if let weaker {
      var form = self
      form.effect = weaker
      forms.append(form)
    }
    return forms
  }

  /// Half as strong; `nil` if that would be next to nothing.
  private var weaker: Effect? {
    switch effect {
    case .error(let status, let share) where share >= 10: .error(status: status, share: share / 2)
    case .slow(let tenths) where tenths >= 20: .slow(tenths: 10 + (tenths - 10) / 2)
    case .hang(let share) where share >= 4: .hang(share: share / 2)
    case .quota(let share) where share < 80: .quota(share: (share + 100) / 2)
    case .cut(let share) where share >= 20: .cut(share: share / 2)
    case .stall(let share) where share >= 20: .stall(share: share / 2)
    case .restart(crash: true): .restart(crash: false)
    default: nil
    }
  }
}

/// A whole fault plan: what befalls fleet and gateway in one run.
public struct FaultPlan: Sendable, Hashable {
  /// The incidents, in the order in which they were drawn.
  public var faults: [DrawnFault]

  /// The plan as a fragment that a scenario can `use`, or that can be pasted into one.
  public var json5: String {
    if faults.isEmpty { return "{ incidents: {} }\n" }
    return "{\n  incidents: {\n"
      + faults.map { "    \($0.json5),\n" }.joined() + "  },\n}\n"
  }

  /// Seconds from the file's zero until all of it is over.
  public var end: Int { faults.map(\.end).max() ?? 0 }
}

extension Reproduction {
  /// A text as JSON5 quotes it.
  static func json(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\" + String(scalar)
      case _ where scalar.value < 0x20: quoted += " "
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
