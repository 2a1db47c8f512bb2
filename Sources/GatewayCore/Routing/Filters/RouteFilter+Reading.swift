import Settings
import Vocabulary

extension RouteBuilder {
  /// Reads `filter`, one or several, and adds them to those that hold already.
  mutating func filters(
    _ s: inout SettingsReader, _ inherited: inout Inherited
  ) throws(SettingError) {
    let read = try s.list(
      "filter", "leaves out deployments before any strategy sees them; filters add up downwards"
    ) { setting throws(SettingError) -> RouteFilter in
      try setting.object { r throws(SettingError) -> RouteFilter in
        try self.filter(reading: &r)
      }
    }
    for filter in read {
      if let window = filter.window { inherited.window = window }
      if let counts = filter.countsCapabilities { inherited.countsCapabilities = counts }
      if let match = filter.match {
        tree.matches.append(match)
        inherited.match = Int16(tree.matches.count - 1)
      }
    }
    inherited.filters += read
  }

  private mutating func filter(
    reading s: inout SettingsReader
  ) throws(SettingError) -> RouteFilter {
    var filter = RouteFilter()
    filter.place = UInt16(clamping: tree.filterNames.count)
    tree.filterNames.append(s.setting.path)
    if let condition = try s.object(
      "if", "the requests that it concerns; without it all",
      {
        p throws(SettingError) -> RouteCondition in
        try RouteCondition(reading: &p, names: self.names)
      })
    {
      filter.condition = tree.compile(condition)
    }
    filter.only = try traits(&s, "only ")
    if let except = try s.object(
      "except", "what is left out",
      {
        e throws(SettingError) -> [RouteFilter.Trait: [String]] in
        try self.traits(&e, "")
      })
    {
      filter.except = except
    }
    filter.tags = try s.entries("tags", "tags that a deployment must carry") {
      key, value throws(SettingError) -> UInt64 in
      var bits: UInt64 = 0
      for word in value.elements ?? [value] { bits |= try self.names.tagBit(key, word) }
      return bits
    }.map(\.value)
    try s.object("price", "the most that may be paid: a hard limit") {
      p throws(SettingError) in
      filter.input = try p.optionalTokenPrice("input", "for an input token")
      filter.output = try p.optionalTokenPrice("output", "for an output token")
      filter.bill = try p.optionalMoney(
        "request", "for the request: its input tokens and its output cap, uncached"
      )?.picodollars
      filter.assumedOutput = UInt32(
        try p.integer(
          "assumeOutput", default: 500, in: 0...10_000_000,
          "output tokens of a request without a cap"))
    }
    filter.window = try s.optionalName(
      "contextWindow", among: ["input", "total", "ignore"], kind: "comparison",
      "what must fit into the context window: the prompt (default), prompt and output cap, nothing"
    ).flatMap { RouteFilter.Window(rawValue: $0) }
    filter.countsCapabilities = try s.optionalFlag(
      "capabilities", "whether a deployment must have what the request needs; default true")
    filter.match = try s.object("matchTags", "the request's tags choose among the children") {
      m throws(SettingError) -> TagMatch in try TagMatch(reading: &m, names: self.names)
    }
    filter.isSoft = try s.flag(
      "soft", default: false, "dropped for a request of whose whole route it would leave nothing")
    return filter
  }

  private func traits(
    _ s: inout SettingsReader, _ doc: String
  ) throws(SettingError) -> [RouteFilter.Trait: [String]] {
    var lists: [RouteFilter.Trait: [String]] = [:]
    for trait in RouteFilter.Trait.allCases {
      let (key, kind) = trait.words
      var known: [String] = []
      for facts in names.deployments {
        let value = trait.value(of: facts)
        if !value.isEmpty, !known.contains(value) { known.append(value) }
      }
      let what = trait == .deployments ? "these deployments" : "deployments of these \(key)"
      let list = try s.list(key, doc + what) {
        value throws(SettingError) -> String in
        let index = try value.name(among: known, kind: kind)
        return known.indices.contains(index) ? known[index] : ""
      }
      if s.has(key) { lists[trait] = list }
    }
    return lists
  }

  /// What of the filters in force can ever remove a leaf.
  mutating func guardLeaf(_ number: UInt16, _ index: Int, _ inherited: Inherited) {
    let facts = names.deployments[index]
    var checks = RouteNode.Checks()
    if inherited.countsCapabilities, facts.capabilities.rawValue != .max {
      checks.insert(.capabilities)
    }
    if facts.contextWindow != .max {
      switch inherited.window {
      case .input: checks.insert(.input)
      case .total: checks.insert(.total)
      case .ignore: break
      }
    }
    if inherited.neverBypasses { checks.insert(.neverBypasses) }
    tree.nodes[Int(number)].checks = checks
    tree.nodes[Int(number)].firstGuard = UInt16(clamping: tree.guards.count)
    for filter in inherited.filters where filter.condition != RouteTest.fails {
      if let why = filter.removal(of: facts) {
        tree.guards.append(
          RouteGuard(
            condition: filter.condition, removal: why, isSoft: filter.isSoft, filter: filter.place))
      } else if let bill = filter.bill {
        tree.guards.append(
          RouteGuard(
            condition: filter.condition, removal: .price, isSoft: filter.isSoft,
            filter: filter.place, assumedOutput: filter.assumedOutput, bill: bill))
      }
      tree.hasSoftGuards = tree.hasSoftGuards || filter.isSoft
    }
    tree.nodes[Int(number)].guardCount = UInt8(
      clamping: tree.guards.count - Int(tree.nodes[Int(number)].firstGuard))
  }
}
