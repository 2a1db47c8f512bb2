import GatewayCore
import Providers
import Settings
import Traffic
import Vocabulary

// What the file says beside what the rooms read: `deployments.X.estimate` and `.tags`, the
// `recordedOn` of streams, and the `source` of quotas and incidents.

extension Scenario {
  /// The keys that are read here and not by the rooms, by section.
  static let extras: [(section: String, keys: [String])] = [
    ("traffic", ["recordedOn"]), ("deployments", ["estimate", "tags"]), ("quotas", ["source"]),
    ("incidents", ["source"]),
  ]

  /// The tree as the rooms read it.
  static func withoutExtras(_ whole: Setting) -> Setting {
    let tree = withoutGatewayIncidents(whole)
    guard case .object(var members) = tree.content else { return tree }
    for (section, keys) in extras {
      guard let place = members.firstIndex(where: { $0.key == section }),
        case .object(var entries) = members[place].value.content
      else { continue }
      for index in entries.indices {
        for key in keys { entries[index].value = entries[index].value.removing(key) }
      }
      members[place].value.content = .object(entries)
    }
    var copy = tree
    copy.content = .object(members)
    return copy
  }

  /// What the gateway knows of each deployment: its own copy of the price sheet, equal to the
  /// provider's unless `estimate` says otherwise.
  static func facts(
    _ fleet: FleetPlan, _ tree: Setting, _ names: inout TrafficNames,
    knowing general: SheetKnowledge = .billed
  ) throws(SettingError) -> [DeploymentFacts] {
    var facts: [DeploymentFacts] = []
    for plan in fleet.deployments {
      var (sheet, knowledge) = (plan.price, general)
      if let estimate = tree["deployments"]?[plan.name]?["estimate"], !estimate.isNull {
        (sheet, knowledge) = try estimate.object { (s) throws(SettingError) in
          try Estimate.read(&s, plan.price, general)
        }
      }
      var capabilities = TagSet(rawValue: .max)
      if !plan.capabilities.isEmpty {
        capabilities = TagSet()
        for (bit, name) in names.capabilities.names.enumerated()
        where plan.capabilities.contains(name) {
          capabilities.insert(TagSet(rawValue: 1 << UInt64(bit)))
        }
      }
      var known = DeploymentFacts(
        name: plan.name, sheet: sheet, capabilities: capabilities,
        contextWindow: plan.contextWindow.map { UInt32(clamping: $0) } ?? .max)
      known.curve = knowledge.copy(of: plan.curve)
      known.account = plan.account ?? ""
      (known.provider, known.model) = (plan.provider, plan.model)
      (known.region, known.residency) = (plan.region, plan.residency)
      if let tags = tree["deployments"]?[plan.name]?["tags"], !tags.isNull {
        (known.tags, known.isDefault) = try DeploymentTags.read(tags, &names.tags)
      }
      facts.append(known)
    }
    return facts
  }
}

/// What a deployment is marked with: tags as requests carry them, and the word `default`.
enum DeploymentTags {
  /// Reads `tags`: "default", { tier: "paid" }, { tier: ["paid", "free"] }, or a list of such.
  static func read(
    _ setting: Setting, _ table: inout NameTable
  ) throws(SettingError) -> (TagSet, isDefault: Bool) {
    var tags = TagSet()
    var isDefault = false
    for part in setting.elements ?? [setting] {
      guard let members = part.members else {
        guard try part.text() == "default" else {
          throw SettingError(at: part, expected: "\"default\" or tags { key: value }")
        }
        isDefault = true
        continue
      }
      for member in members {
        for value in member.value.elements ?? [member.value] {
          let name = TrafficNames.tag(member.key, try value.text())
          do {
            tags.insert(TagSet(rawValue: 1 << UInt64(try table.intern(name).first)))
          } catch {
            throw SettingError(at: value, expected: "fewer tags: \(error)")
          }
        }
      }
    }
    return (tags, isDefault)
  }
}

extension FleetPlan {
  /// Tells deployments what the gateway takes their standing charges for.
  mutating func estimateStanding(of tree: Setting) throws(SettingError) {
    for place in deployments.indices {
      guard let setting = tree["deployments"]?[deployments[place].name]?["estimate"],
        let said = setting[Estimate.hourKey], !said.isNull
      else { continue }
      guard deployments[place].standing != nil else {
        throw SettingError(
          at: said, expected: "nothing: the deployment costs nothing by the hour",
          next: "it is for `serving`, `provisioned` and prices with `perHour` or `committed`")
      }
      deployments[place].standingEstimate = try said.money()
    }
  }
}

/// What the gateway's copies of the price sheets know.
enum SheetKnowledge: String, CaseIterable {
  /// All that is billed.
  case billed
  /// What was in force at the start of the run: nothing of later changes.
  case start
  /// One rate for each kind of token: no tiers, hours, volumes or changes.
  case flat

  func copy(of curve: PriceCurve?) -> PriceCurve? {
    guard var copy = curve else { return nil }
    switch self {
    case .billed: return copy
    case .flat: return nil
    case .start:
      copy.stretches = Array(copy.stretches.prefix(1))
      return copy.isPlain ? nil : copy
    }
  }
}

/// The gateway's own copy of a deployment's prices.
enum Estimate {
  /// The key of a unit's hour.
  static let hourKey = "perUnitHour"

  /// Reads `estimate`: what it does not say is the provider's; rates of its own are flat ones.
  static func read(
    _ s: inout SettingsReader, _ truth: PriceSheet, _ general: SheetKnowledge = .billed
  ) throws(SettingError) -> (PriceSheet, SheetKnowledge) {
    let known = try s.name(
      "knows", default: general.rawValue, among: SheetKnowledge.allCases.map(\.rawValue),
      kind: "knowledge",
      "what the copy knows: all that is billed, nothing of later changes (`start`), or one rate a "
        + "kind of token (`flat`)")
    let hour = try s.optionalMoney(
      hourKey,
      "what the gateway takes an hour of a replica, a unit or the whole deployment for; silence: "
        + "what it costs")
    try s.require(hour ?? .zero >= .zero, hourKey, expected: "$0 or more")
    let sheet = try s.object("price", "what the gateway takes the prices for") {
      (s) throws(SettingError) -> PriceSheet in
      let input = try s.optionalTokenPrice("input", "the price of an input token")
      let cached = try s.optionalTokenPrice("cachedInput", "the price of a cached input token")
      let write = try s.optionalTokenPrice("cacheWrite", "the price of a written input token")
      let output = try s.optionalTokenPrice("output", "the price of an output token")
      return PriceSheet(
        input: input ?? truth.input, cachedInput: cached ?? input ?? truth.cachedInput,
        cacheWrite: write ?? input ?? truth.cacheWrite, output: output ?? truth.output)
    }
    return (sheet ?? truth, sheet == nil ? SheetKnowledge.allCases[known] : .flat)
  }
}

extension Scenario.Provenance {
  /// Where the numbers of streams, quotas, deployments, faults and incidents come from, in this order.
  ///
  /// A deployment that takes its numbers from the price book has that for a source; its token factor
  /// is assumed. So is that all count alike, where no stream says on which model it was recorded and
  /// the deployments' models count differently.
  static func list(_ tree: Setting, _ fleet: FleetPlan) -> [Scenario.Provenance] {
    var list: [Scenario.Provenance] = []
    let isRecorded = (tree["traffic"]?.members ?? []).contains {
      $0.value["recordedOn"].map { !$0.isNull } ?? false
    }
    let factors = Set(fleet.deployments.compactMap { PriceBook.row($0.model)?.tokenFactor })
    let areTakenAsAlike = !isRecorded && factors.count > 1
    for section in ["traffic", "quotas", "deployments", "faults", "incidents"] {
      for entry in tree[section]?.members ?? [] {
        var source: String?
        if case .string(let text)? = entry.value["source"]?.content, !text.isEmpty { source = text }
        let plan = section == "deployments" ? fleet.deployments.first { $0.name == entry.key } : nil
        if source == nil, let text = plan?.source, !text.isEmpty { source = text }
        list.append(Scenario.Provenance(path: entry.value.path, source: source))
        if let plan, !plan.saysFactors,
          plan.inputFactor != 1 || areTakenAsAlike && PriceBook.row(plan.model) != nil
        {
          list.append(Scenario.Provenance(path: entry.value.path + ".tokens", source: nil))
        }
      }
    }
    return list
  }
}
