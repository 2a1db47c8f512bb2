import GatewayCore
import Providers
import Settings
import Traffic
import Vocabulary

extension Scenario {
  /// Compiles a whole tree: `use`, `extends` and `from` must have been resolved.
  /// - Parameter data: Where the traces are whose difficulties thresholds are calibrated to.
  init(tree: Setting, data: DataFolders = DataFolders(beside: "")) throws(SettingError) {
    let plain = Scenario.withoutExtras(tree)
    var reader = try SettingsReader(plain)
    try self.init(reading: &reader, tree: tree, data: data)
    try reader.finish()
  }

  /// Reads all sections of a file; in describe mode, tells what they are.
  /// - Parameter tree: The file with what `withoutExtras` takes out.
  init(
    reading s: inout SettingsReader, tree: Setting, data: DataFolders = DataFolders(beside: "")
  ) throws(SettingError) {
    _ = try s.integer("lab", default: Fragments.version, in: 1...1, "the version of the language")
    let question = try s.text("question", default: "", "the question that the scenario answers")
    _ = try s.texts("use", "fragments: files whose sections are merged below this file's")
    let clock = try ScenarioClock(reading: &s)
    let seed = try s.integer("seed", default: 1, in: 0 ... .max, "the seed of all randomness")
    let replications = try Replications(reading: &s)
    let gateway = try GatewaySection(reading: &s)

    var names = TrafficNames()
    names.aliases.isOpen = true
    let keys = try Identities.read(&s, into: &names, zero: clock.warmUp)
    let streams = try Scenario.streams(&s, &names)
    var fleet = try FleetPlan(reading: &s, zero: clock.warmUp, calendar: clock.calendar)
    try fleet.countTokens(of: tree)
    try fleet.estimateStanding(of: tree)
    let services = try ServicesPlan(reading: &s)

    let asked = names.aliases.names
    let aliases = Scenario.aliases(asked, in: tree)
    for alias in aliases.dropFirst(asked.count) {
      do { try names.aliases.declare(alias) } catch {
        throw SettingError(at: tree, "the alias \"\(alias)\": \(error)")
      }
    }
    let facts = try Scenario.facts(fleet, tree, &names, knowing: gateway.sheets)
    var policyNames = PolicyNames(
      deployments: facts, aliases: aliases,
      teams: names.teams.members, tags: names.tags.names, capabilities: names.capabilities.names,
      populations: Populations(
        keys: names.keys.count, users: names.users.count, teams: names.teams.count,
        features: names.features.count, aliases: max(1, aliases.count)),
      keys: keys)
    policyNames.calendar = clock.calendar
    policyNames.groups.keys = names.keys.identities
    policyNames.groups.users = names.users.identities
    policyNames.groups.teams = names.teams.identities
    policyNames.groups.features = names.features.identities
    policyNames.servicePrices = services.prices
    policyNames.scores = try Difficulties.scores(
      of: streams, names, tree, clock, data)
    policyNames.openings = try Identities.openings(tree, names.teams)
    let policies = try Scenario.policies(
      &s, policyNames, gossips: gateway.gossipLag != nil && gateway.replicas > 1,
      hasPeers: gateway.replicas > 1)
    let baseline = try s.name(
      "baseline", default: policies.first?.name, among: policies.map(\.name), kind: "policy",
      "the policy that the others are compared with; silence means the first")

    self.init(
      horizon: clock.horizon, end: clock.end, streams: streams, fleet: fleet, cases: [],
      policies: policies, aliases: aliases, names: names, populations: policyNames.populations,
      resolved: tree)
    self.data = data
    self.question = question
    self.seed = UInt64(seed)
    self.replications = replications
    self.baseline = baseline
    calendar = clock.calendar
    warmUp = clock.warmUp
    replicas = gateway.replicas
    gossipLag = gateway.gossipLag
    gatewayIncidents = try Scenario.gatewayIncidents(
      tree, zero: clock.warmUp, policies: policies.map(\.name))
    cases = try readCases(&s)
    objectives = try Objective.read(&s, aliases: aliases)
    if let matters = try s.object(
      "matters", "how large a difference must be to matter", Matters.init)
    {
      self.matters = matters
    }
    expectations = try Expectations.read(&s, of: self)
    self.services = services
    if s.isDescribing { return }
    try requireServices()
    try requireRoutes(asked)
    provenance = Provenance.list(tree, fleet)
  }

  private static func streams(
    _ s: inout SettingsReader, _ names: inout TrafficNames
  ) throws(SettingError) -> [StreamPlan] {
    try s.require(
      !(s.setting["traffic"]?.members ?? []).isEmpty, "traffic",
      expected: "at least one stream { name: { arrivals: …, tokens: …, alias: … } }",
      next: "say what the clients ask for")
    var known = names
    let streams = try s.entries("traffic", "the streams of calls, by name; merged by time") {
      (name, setting) throws(SettingError) -> StreamPlan in
      try setting.object { (s) throws(SettingError) -> StreamPlan in
        try StreamPlan(name: name, reading: &s, names: &known)
      }
    }
    names = known
    return streams.map(\.value)
  }

  private static func policies(
    _ s: inout SettingsReader, _ names: PolicyNames, gossips: Bool, hasPeers: Bool
  ) throws(SettingError) -> [Policy] {
    try s.require(
      !(s.setting["policies"]?.members ?? []).isEmpty, "policies",
      expected: "at least one policy { name: { routes: { … } } }",
      next: "say where each alias goes: policies: { today: { routes: { chat: \"deployment\" } } }")
    return try s.entries("policies", "what the gateway does, by name: what is compared") {
      (name, setting) throws(SettingError) -> Policy in
      let plan = try setting.object { (s) throws(SettingError) -> GatewayPlan in
        try GatewayPlan(reading: &s, names: names, gossips: gossips, hasPeers: hasPeers)
      }
      return Policy(name: name, plan: plan, setting: setting)
    }.map(\.value)
  }

  /// The aliases that streams ask for, then those that only policies route.
  private static func aliases(_ asked: [String], in tree: Setting) -> [String] {
    var aliases = asked
    var seen = Set(asked)
    for policy in tree["policies"]?.members ?? [] {
      for route in policy.value["routes"]?.members ?? [] where seen.insert(route.key).inserted {
        aliases.append(route.key)
      }
    }
    return aliases
  }

  /// Every alias with traffic needs a route in every policy.
  private func requireRoutes(_ asked: [String]) throws(SettingError) {
    for policy in policies {
      for alias in asked.indices
      where policy.plan.tree.deployments(reachableFrom: alias).isEmpty {
        let routes = policy.setting["routes"]
        let routed = routes?.members?.map(\.key) ?? []
        let stream = streams.first { Int($0.alias.index) == alias }?.name ?? ""
        throw SettingError(
          at: routes ?? policy.setting,
          "alias without route: the stream \(Setting.quoted(stream)) asks for"
            + " \(Setting.quoted(asked[alias])), and the policy \(Setting.quoted(policy.name))"
            + " routes it nowhere",
          suggestion: Nearest.spelling(of: asked[alias], among: routed), allowed: routed,
          next: "add \(Setting.quoted(asked[alias])) to \(policy.setting.path).routes,"
            + " or correct the stream's alias")
      }
    }
  }
}

extension NameTable {
  /// The name of each id, in order.
  var members: [String] { (0..<count).map { name(of: $0) ?? "" } }

  /// The names as the gateway's policies speak of them.
  var identities: [IdentityNames.Group] {
    groups.map { IdentityNames.Group(name: $0.name, first: $0.first, count: $0.count) }
  }
}
