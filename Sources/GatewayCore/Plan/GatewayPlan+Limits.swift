import Settings
import Vocabulary

// How limits and budgets are read, and what a plan knows for their sake.

extension GatewayPlan {
  /// Reads `limits` and `budgets`.
  mutating func readLimits(
    _ s: inout SettingsReader, names: PolicyNames
  ) throws(SettingError) {
    let read = try s.list("limits", "limits, judged as a whole and charged as a whole") {
      setting throws(SettingError) -> [LimitRule] in
      let rules = try setting.object { r throws(SettingError) -> [LimitRule] in
        try LimitRule.rules(reading: &r, names: names)
      }
      try GatewayPlan.checkSize(rules, names, at: setting)
      return rules
    }
    let budgets = try s.list("budgets", "money for a period of the calendar, with marks") {
      setting throws(SettingError) -> Budget in
      let budget = try setting.object { r throws(SettingError) -> Budget in
        try Budget(reading: &r, names: names)
      }
      try GatewayPlan.checkSize([budget.rule], names, at: setting)
      try GatewayPlan.checkMarks(budget, at: setting)
      return budget
    }
    if s.isDescribing { return }
    limits = []
    limitNames = []
    for (place, group) in read.enumerated() {
      for var rule in group {
        rule.group = Int16(truncatingIfNeeded: place)
        limits.append(rule)
        limitNames.append("limits[\(place)]")
      }
    }
    for (place, budget) in budgets.enumerated() {
      var rule = budget.rule
      rule.firstMark = UInt16(truncatingIfNeeded: budgetMarks.count)
      rule.markCount = UInt16(truncatingIfNeeded: budget.marks.count)
      rule.group = Int16(truncatingIfNeeded: read.count + place)
      limits.append(rule)
      limitNames.append("budgets[\(place)]")
      budgetMarks += budget.marks
    }
    for place in limits.indices {
      guard let standIn = limits[place].standIn else { continue }
      limits.append(standIn)
      limitNames.append("\(limitNames[place]) (stand-in)")
    }
    if limits.contains(where: { $0.state.scope == .central }) { services.formUnion(.store) }
    guard limits.count < 1 << 15 else {
      throw SettingError(at: s.setting, "more than 32,767 limits")
    }
    openings = names.openings
    prepareLimits()
  }

  private static func checkSize(
    _ rules: [LimitRule], _ names: PolicyNames, at setting: Setting
  ) throws(SettingError) {
    if setting.isDescribing { return }
    let dimensions = LimitDimensions(names.populations, models: names.modelOfDeployment)
    for rule in rules where dimensions.count(rule.scope) == nil {
      throw SettingError(
        at: setting, "a bucket for each \(rule.scope) would make more than 16,777,216 of them",
        next: "name fewer kinds under \"each\"")
    }
  }

  /// A budget of a model or a deployment is known only when a route has been chosen.
  private static func checkMarks(_ budget: Budget, at setting: Setting) throws(SettingError) {
    if setting.isDescribing { return }
    guard budget.marks.contains(where: \.reroutes) else { return }
    if budget.rule.state.scope == .central {
      throw SettingError(
        at: setting["at"] ?? setting,
        "a central budget is kept by the store, and no condition of a replica can ask whether it wants "
          + "to reroute", next: "use state: \"gossiped\", or leave \"reroute\" out")
    }
    guard budget.rule.isPerAttempt else { return }
    throw SettingError(
      at: setting["at"] ?? setting,
      "a budget of a model or a deployment is judged at each attempt, when no condition is asked any "
        + "more", next: "leave \"reroute\" out: what is spent is routed around anyway")
  }

  /// Whether replicas have to tell each other of their charges.
  public var tellsLimits: Bool { limits.contains { $0.state.scope == .gossiped } }

  /// Nanoseconds until a central store must have answered: the most patient of its limits counts.
  var storeDeadline: Int64 {
    limits.reduce(0) { $1.state.scope == .central ? max($0, $1.state.deadline) : $0 }
  }

  /// Works out what the limits ask of the deployments and the routes.
  mutating func prepareLimits() {
    modelOfDeployment = deployments.modelNumbers.numbers
    dearestSheets = tree.roots.indices.map { alias in
      tree.deployments(reachableFrom: alias).reduce(PriceSheet.free) { sheet, deployment in
        let facts = deployments[Int(deployment.index)]
        return sheet.dearer(facts.curve?.dearest ?? facts.sheet)
      }
    }
    if limits.contains(where: \.isPerAttempt) {
      for number in tree.nodes.indices { tree.nodes[number].alwaysFit = false }
    }
  }

  /// What each limit and budget promises, in the order of the notes' `subject`, where so many
  /// replicas tell each other of their charges after `lag`.
  public func limitEnvelopes(replicas: Int = 1, lag: Duration = .zero) -> [LimitEnvelope] {
    limits.map { $0.envelope(replicas: replicas, lag: lag, isAlone: !asksStore) }
  }

  /// Whether a central store judges any limit at admission.
  var asksStore: Bool { limits.contains { $0.state.scope == .central && !$0.isPerAttempt } }
}

extension PolicyNames {
  /// The models behind the deployments, each once, in order.
  public var models: [String] { deployments.modelNumbers.names }

  /// The model of each deployment.
  var modelOfDeployment: [Int] { deployments.modelNumbers.numbers }
}

extension [DeploymentFacts] {
  /// The models, and which one each deployment has; one without a model is its own.
  fileprivate var modelNumbers: (names: [String], numbers: [Int]) {
    var names: [String] = []
    var numbers: [Int] = []
    for facts in self {
      let name = facts.model.isEmpty ? facts.name : facts.model
      if let known = names.firstIndex(of: name) {
        numbers.append(known)
      } else {
        numbers.append(names.count)
        names.append(name)
      }
    }
    return (names, numbers)
  }
}

extension PriceSheet {
  /// Nothing costs anything.
  static var free: PriceSheet { PriceSheet(input: .zero, cachedInput: .zero, output: .zero) }

  /// The higher price of each kind.
  fileprivate func dearer(_ other: PriceSheet) -> PriceSheet {
    PriceSheet(
      input: max(input, other.input), cachedInput: max(cachedInput, other.cachedInput),
      cacheWrite: max(cacheWrite, other.cacheWrite), output: max(output, other.output))
  }
}
