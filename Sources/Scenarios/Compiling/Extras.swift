import GatewayCore
import Providers
import Settings
import Traffic
import Vocabulary

// What the file says beside what the rooms read: `deployments.X.estimate` and `.tags`, and the
// `source` of quotas and incidents.

extension Scenario {
  /// The keys that are read here and not by the rooms, by section.
  static let extras: [(section: String, keys: [String])] = [
    ("deployments", ["estimate", "tags"]), ("quotas", ["source"]), ("incidents", ["source"]),
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
    _ fleet: FleetPlan, _ tree: Setting, _ names: inout TrafficNames
  ) throws(SettingError) -> [DeploymentFacts] {
    var facts: [DeploymentFacts] = []
    for plan in fleet.deployments {
      var sheet = plan.price
      if let estimate = tree["deployments"]?[plan.name]?["estimate"], !estimate.isNull {
        sheet = try estimate.object { (s) throws(SettingError) in try Estimate.read(&s, plan.price)
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

/// The gateway's own copy of a deployment's prices.
enum Estimate {
  /// Reads `estimate`: what it does not say is the provider's.
  static func read(
    _ s: inout SettingsReader, _ truth: PriceSheet
  ) throws(SettingError) -> PriceSheet {
    let sheet = try s.object("price", "what the gateway takes the prices for") {
      (s) throws(SettingError) -> PriceSheet in
      let input = try s.optionalTokenPrice("input", "the price of an input token")
      let cached = try s.optionalTokenPrice("cachedInput", "the price of a cached input token")
      let output = try s.optionalTokenPrice("output", "the price of an output token")
      return PriceSheet(
        input: input ?? truth.input, cachedInput: cached ?? input ?? truth.cachedInput,
        output: output ?? truth.output)
    }
    return sheet ?? truth
  }
}

extension Scenario.Provenance {
  /// Where the numbers of streams, quotas, deployments, faults and incidents come from, in this order.
  static func list(_ tree: Setting) -> [Scenario.Provenance] {
    var list: [Scenario.Provenance] = []
    for section in ["traffic", "quotas", "deployments", "faults", "incidents"] {
      for entry in tree[section]?.members ?? [] {
        var source: String?
        if case .string(let text)? = entry.value["source"]?.content, !text.isEmpty { source = text }
        list.append(Scenario.Provenance(path: entry.value.path, source: source))
      }
    }
    return list
  }
}
