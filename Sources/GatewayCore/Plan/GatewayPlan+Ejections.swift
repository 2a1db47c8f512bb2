import Settings
import Vocabulary

// How a policy's cooldown and ejections are read, and what they may know of the routes.

extension GatewayPlan {
  /// Parts of a policy as its file has them.
  struct Wording: Sendable {
    var limits = ""
    var cache = ""
    var ejections = ""

    init() {}

    init(_ policy: Setting) {
      limits = (policy["limits"]?.json() ?? "") + (policy["budgets"]?.json() ?? "")
      cache = policy["cache"]?.json() ?? ""
      ejections = (policy["cooldown"]?.json() ?? "") + (policy["ejection"]?.json() ?? "")
    }
  }

  /// What the file says of limits and budgets: stores that it names are the same if it is.
  public var limitsWording: String { wording.limits }

  /// What the file says of caches: caches that replicas share are the same if it is.
  public var cacheWording: String { wording.cache }

  /// Reads `cooldown` and `ejection`.
  mutating func readEjections(_ s: inout SettingsReader) throws(SettingError) {
    if !s.isDescribing { wording = Wording(s.setting) }
    if let cooldown = try s.optionalChoice(
      "cooldown", from: Cooldowns.registry,
      "leaves a deployment out for a time after failures, as LiteLLM does")
    {
      ejections.append(cooldown)
      if let litellm = cooldown as? LiteLLMCooldown, !s.isDescribing {
        for own in litellm.overrides where !deployments.contains(where: { $0.name == own.name }) {
          throw SettingError(
            at: own.at, unknown: "deployment", name: own.name, among: deployments.map(\.name))
        }
      }
    }
    ejections += try s.list("ejection", "what else takes deployments out of rotation, or one") {
      setting throws(SettingError) -> any Ejection in
      try Ejections.registry.make(from: setting)
    }
    guard ejections.count <= 16 else {
      throw s.error("ejection", expected: "at most 16 cooldowns and ejections")
    }
    guard !ejections.isEmpty else { return }
    for number in tree.nodes.indices { tree.nodes[number].alwaysFit = false }
  }

  /// What an ejection may know of each deployment.
  var ejectionTargets: [EjectionTarget] {
    var targets = deployments.map {
      EjectionTarget(name: $0.name, isRouted: false, isSingle: true)
    }
    for node in tree.nodes where node.kind == .deployment {
      targets[Int(node.target)].isRouted = true
      guard node.parent != .max else { continue }
      let parent = tree.nodes[Int(node.parent)]
      switch parent.kind {
      case .balance, .sticky, .split:
        if parent.childCount > 1 { targets[Int(node.target)].isSingle = false }
      default: break
      }
    }
    return targets
  }
}
