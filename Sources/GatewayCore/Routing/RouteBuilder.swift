import Settings
import Vocabulary

/// Reads route trees and compiles them.
///
/// A node is the name of a deployment or of an alias, or an object with the key of exactly one kind
/// (`RouteKinds`), and beside it what every node may carry: `weight`, `order`, `filter`,
/// `allDown`, `timeouts`, `breaker`, `retry`. The nearest level of timeouts and breaker wins;
/// filters add up.
struct RouteBuilder {
  let names: PolicyNames
  var tree = RouteTree()
  let deploymentNames: [String]
  /// The node of each threshold, for messages.
  var thresholdPlaces: [Setting] = []
  /// Whether a node has been described: those below it are described by it.
  private var isDescribed = false

  init(names: PolicyNames, attempts: AttemptRules, breaker: BreakerRule?) {
    self.names = names
    deploymentNames = names.deployments.map(\.name)
    tree.roots = names.aliases.map { _ in .max }
    if let calendar = names.calendar {
      tree.localSecondsAtStart = calendar.epochSecondsAtStart + calendar.offsetSeconds
    }
  }

  /// Reads one node and all below it; returns its number.
  mutating func node(
    _ setting: Setting, _ inherited: Inherited
  ) throws(SettingError) -> UInt16 {
    if case .string(let name) = setting.content {
      let number = try add(setting)
      try setLeaf(number, named: name, setting, inherited)
      return number
    }
    if setting.isDescribing, isDescribed {
      var form = ParameterDescription(key: "", kind: .object, doc: "a route node")
      form.isRecursive = true
      setting.allow(form)
      return 0
    }
    isDescribed = setting.isDescribing
    return try setting.object { s throws(SettingError) -> UInt16 in
      let number = try self.add(setting)
      let kinds = try self.kinds(of: s, setting)
      let own = try self.common(&s, number, kinds, inherited)
      let place = RouteKind.Place(number: number, setting: setting, inherited: own)
      for kind in kinds { try kind.read(&self, &s, place) }
      return number
    }
  }

  /// The nodes below a key, each read with what their parent says.
  mutating func nodes(
    _ key: String, _ s: inout SettingsReader, _ inherited: Inherited, _ doc: String
  ) throws(SettingError) -> [UInt16] {
    try s.list(key, doc) { child throws(SettingError) -> UInt16 in
      try self.node(child, inherited)
    }
  }

  /// The kind of a node, by the key that it has; all of them while they are described.
  private func kinds(
    of s: SettingsReader, _ setting: Setting
  ) throws(SettingError) -> [RouteKind] {
    if s.isDescribing { return RouteKinds.all }
    let stated = RouteKinds.all.filter { s.has($0.name) }
    guard stated.count == 1 else {
      throw SettingError(
        at: setting.position, path: setting.path,
        found: stated.isEmpty
          ? "no kind of node" : stated.map(\.name).joined(separator: " and "),
        expected: "a name, or an object with exactly one of "
          + RouteKinds.all.map(\.name).joined(separator: ", "))
    }
    return stated
  }

  /// Reads what every node may carry, and returns what its children inherit.
  mutating func common(
    _ s: inout SettingsReader, _ number: UInt16, _ kinds: [RouteKind], _ outer: Inherited
  ) throws(SettingError) -> Inherited {
    var inherited = outer
    tree.weights[Int(number)] = try s.number(
      "weight", default: 1, in: 0...1_000_000, "the weight among its siblings")
    tree.orders[Int(number)] = Double(
      try s.integer(
        "order", default: 0, in: -1_000_000...1_000_000, "with tiers by order: the smallest first"))
    try filters(&s, &inherited)
    tree.nodes[Int(number)].match = inherited.match
    if let down = try s.optionalName(
      "allDown", among: ["use", "fail", "last"], kind: "treatment",
      "when all below are down: use one anyway, never one that is down, or use it after the others")
    {
      tree.nodes[Int(number)].usesDown = down != 1
      inherited.neverBypasses = down == 1
      inherited.triesDownLast = down == 2
    }
    tree.nodes[Int(number)].triesDownLast = inherited.triesDownLast
    if let own = try s.object(
      "timeouts", "deadlines of the attempts below",
      {
        r throws(SettingError) -> DeadlineRule in
        try DeadlineRule(reading: &r, over: outer.deadlines)
      })
    {
      inherited.deadlines = own
    }
    if let own = try s.object(
      "breaker", "the breaker of the deployments below",
      {
        r throws(SettingError) -> BreakerRule in try BreakerRule(reading: &r)
      })
    {
      inherited.breaker = own
    }
    if let retry = try StatedRetries.read(
      &s, "retry", "when this node is tried again: one rule, or several for different outcomes")
    {
      let span = tree.add(retry)
      tree.nodes[Int(number)].retry = span.first
      tree.nodes[Int(number)].retryCount = span.count
      if kinds.count == 1, kinds[0].name == "deployment" { inherited.retry = nil }
    }
    if let hedge = try s.object(
      "hedge", "a second attempt below this node before the first has ended",
      { r throws(SettingError) -> StatedHedge in try StatedHedge(reading: &r) })
    {
      tree.nodes[Int(number)].hedge = tree.add(hedge)
    }
    return inherited
  }

  private mutating func setLeaf(
    _ number: UInt16, named name: String, _ setting: Setting, _ inherited: Inherited
  ) throws(SettingError) {
    if let index = deploymentNames.firstIndex(of: name) {
      setDeployment(number, index, inherited)
    } else if let index = names.aliases.firstIndex(of: name) {
      tree.nodes[Int(number)].kind = .alias
      tree.nodes[Int(number)].target = UInt16(index)
    } else {
      throw SettingError(
        at: setting, unknown: "deployment or alias", name: name,
        among: deploymentNames + names.aliases)
    }
  }
}
