import Measures
import Providers
import Settings
import Traffic
import Vocabulary

// Of which requests a line speaks: `of chat`, `of team kyc and tag.data = confidential`.

extension LineReader {
  /// The conditions of a line, as one slice and what of it says who served or how it ended.
  struct Filter {
    /// All conditions.
    var slice = Slice()
    /// The conditions on who asked for what.
    var asked = Slice()
    /// Whether a condition says who served.
    var isAboutServing = false
    /// Whether a condition says how it ended.
    var isAboutEnding = false
    /// Why attempts were made; only of a share.
    var reason: AttemptRecord.Reason?
  }

  private static let kinds = [
    "alias", "team", "user", "feature", "deployment", "provider", "region", "model", "outcome",
    "status",
  ]

  func filter(
    _ words: inout ExpectationWords, isShare: Bool
  ) throws(SettingError) -> Filter {
    var filter = Filter()
    repeat {
      guard let word = words.take() else {
        throw words.error(expected: "an alias, team, feature, deployment or tag")
      }
      if word.text.hasPrefix("tag."), !word.isQuoted {
        let isEqual = words.take("=")
        guard isEqual || words.take("!=") else {
          throw words.error(expected: "= and the tag's value")
        }
        let tag = try tag(word, &words)
        if isEqual { filter.asked.tags.insert(tag) } else { filter.asked.withoutTags.insert(tag) }
        continue
      }
      let kinds = LineReader.kinds + (isShare ? ["reason"] : [])
      guard kinds.contains(word.text), !word.isQuoted, let following = words.next,
        !LineReader.operators.contains(following.text)
      else {
        try select(word, nil, &filter, words)
        continue
      }
      _ = words.take("=")
      guard let named = words.take() else { throw words.error(expected: "its name") }
      try select(named, word.text, &filter, words)
    } while words.take("and")
    var slice = filter.asked
    slice.deployment = filter.slice.deployment
    slice.deployments = filter.slice.deployments
    slice.endings = filter.slice.endings
    slice.status = filter.slice.status
    filter.slice = slice
    return filter
  }

  private func select(
    _ name: ExpectationWords.Word, _ kind: String?, _ filter: inout Filter,
    _ words: ExpectationWords
  ) throws(SettingError) {
    switch kind {
    case "user":
      filter.asked.users = try range(name, "user", scenario.names.users, words)
    case "provider": try serving(name, "provider", &filter, words) { $0.provider }
    case "region": try serving(name, "region", &filter, words) { $0.region }
    case "model": try serving(name, "model", &filter, words) { $0.model }
    case "outcome": try ending(name, &filter, words)
    case "status":
      guard let status = UInt16(name.text), (100...599).contains(status) else {
        throw words.error(at: name.offset, "a status is a number from 100 to 599")
      }
      filter.slice.status = status
      filter.isAboutEnding = true
    case "reason":
      let all = AttemptRecord.Reason.allCases
      guard let reason = all.first(where: { "\($0)" == name.text }) else {
        throw words.error(unknown: "reason", name, among: all.map { "\($0)" })
      }
      filter.reason = reason
    default: try choose(name, kind, &filter, words)
    }
  }

  /// One of the kinds whose names may stand alone.
  private func choose(
    _ name: ExpectationWords.Word, _ kind: String?, _ filter: inout Filter,
    _ words: ExpectationWords
  ) throws(SettingError) {
    let tables: [(kind: String, names: [String])] = [
      ("alias", scenario.aliases), ("team", scenario.names.teams.reachable),
      ("feature", scenario.names.features.members),
      ("deployment", scenario.fleet.deployments.map(\.name)),
    ]
    let asked = tables.filter { kind == nil || $0.kind == kind }
    let found = asked.filter { $0.names.contains(name.text) }
    guard let one = found.first, let index = one.names.firstIndex(of: name.text) else {
      throw words.error(
        unknown: kind ?? "alias, team, feature or deployment", name,
        among: asked.flatMap(\.names).filter { $0 != "none" })
    }
    guard found.count == 1 else {
      throw words.error(
        at: name.offset,
        "\(Setting.quoted(name.text)) is \(found.map(\.kind).joined(separator: " and "))",
        next: "say which: of \(one.kind) \(name.text)")
    }
    switch one.kind {
    case "alias": filter.asked.alias = AliasID(index)
    case "team":
      let range = try range(name, "team", scenario.names.teams, words)
      if range.count == 1 {
        filter.asked.team = TeamID(range.lowerBound)
      } else {
        filter.asked.teams = range
      }
    case "feature": filter.asked.feature = FeatureID(index)
    default:
      filter.slice.deployment = DeploymentID(index)
      filter.isAboutServing = true
    }
  }

  /// The ids that a name stands for: a group's, or those of one of its members (`others/3`).
  private func range(
    _ name: ExpectationWords.Word, _ kind: String, _ table: NameTable, _ words: ExpectationWords
  ) throws(SettingError) -> Range<Int> {
    if let group = table.group(named: name.text) {
      return group.first..<(group.first + group.count)
    }
    let parts = name.text.split(separator: "/")
    if parts.count > 1, let number = Int(parts[parts.count - 1]),
      let group = table.group(named: parts.dropLast().joined(separator: "/")),
      (1...group.count).contains(number), group.count > 1
    {
      return (group.first + number - 1)..<(group.first + number)
    }
    throw words.error(unknown: kind, name, among: table.names.filter { $0 != "none" })
  }

  private func serving(
    _ name: ExpectationWords.Word, _ kind: String, _ filter: inout Filter,
    _ words: ExpectationWords, _ property: (DeploymentPlan) -> String
  ) throws(SettingError) {
    let all = scenario.fleet.deployments.map(property)
    guard all.contains(name.text) else {
      throw words.error(unknown: kind, name, among: all.filter { !$0.isEmpty }.distinct)
    }
    let before = filter.slice.deployments
    filter.slice.deployments = all.indices.map {
      all[$0] == name.text && (before.isEmpty || before[$0])
    }
    filter.isAboutServing = true
  }

  private func ending(
    _ name: ExpectationWords.Word, _ filter: inout Filter, _ words: ExpectationWords
  ) throws(SettingError) {
    let all = Ending.allCases
    let groups: [(name: String, isIn: (Ending) -> Bool)] = [
      ("succeeded", { $0.isSuccess }),
      (
        "rejected",
        { [.rejectedByIdentity, .rejectedByLimit, .rejectedByBudget, .shed].contains($0) }
      ),
    ]
    if let group = groups.first(where: { $0.name == name.text }) {
      filter.slice.endings = all.map(group.isIn)
    } else if all.contains(where: { "\($0)" == name.text }) {
      filter.slice.endings = all.map { "\($0)" == name.text }
    } else {
      throw words.error(
        unknown: "outcome", name, among: groups.map(\.name) + all.map { "\($0)" })
    }
    filter.isAboutEnding = true
  }

  /// What a share is, and of which requests.
  func share(
    _ filter: Filter, _ words: ExpectationWords
  ) throws(SettingError) -> (Measure, Slice?) {
    if let reason = filter.reason {
      guard !filter.isAboutEnding, !filter.isAboutServing else {
        throw words.error(
          at: 0, "a share of attempts is that of all attempts of some requests",
          next: "filter it by alias, team, user, feature or tag")
      }
      return (MeasureCatalog.share(ofReason: reason), nil)
    }
    guard filter.isAboutServing || filter.isAboutEnding else {
      return (MeasureCatalog.share, Slice())
    }
    var base = filter.asked
    if filter.isAboutServing, !filter.isAboutEnding {
      base.endings = Ending.allCases.map(\.isSuccess)
    }
    return (MeasureCatalog.share, base)
  }
}

extension NameTable {
  /// The names of groups and of all their members.
  fileprivate var reachable: [String] {
    members + groups.filter { $0.count > 1 }.map(\.name)
  }
}

extension [String] {
  /// Each element once, in the order of its first occurrence.
  fileprivate var distinct: [String] {
    reduce(into: []) { list, name in if !list.contains(name) { list.append(name) } }
  }
}
