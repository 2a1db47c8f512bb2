import Measures
import Providers
import Settings
import Traffic
import Vocabulary

extension Expectations {
  /// Reads `expect`, `never` and `sometimes`.
  static func read(
    _ s: inout SettingsReader, of scenario: Scenario
  ) throws(SettingError) -> Expectations {
    var found = Expectations()
    let reader = LineReader(scenario)
    let names = scenario.policies.map(\.name)
    let expect = try s.entries(
      "expect",
      "what each policy must hold, by policy: lines such as \"availability of chat >= 99.5%\""
    ) { (name, setting) throws(SettingError) -> [Expectation] in
      if setting.isDescribing {
        _ = try setting.text()
        return []
      }
      guard let policy = names.firstIndex(of: name) else {
        throw SettingError(at: setting, unknown: "policy", name: name, among: names)
      }
      var all: [Expectation] = []
      for line in setting.elements ?? [setting] {
        all.append(try reader.expectation(line, policy: policy))
      }
      return all
    }
    found.expect = expect.flatMap(\.value)
    found.never = try s.list(
      "never", "what must never be seen; one counter-example fails the run"
    ) { (line) throws(SettingError) -> Prohibition? in
      if line.isDescribing {
        _ = try line.text()
        return nil
      }
      return try reader.prohibition(line)
    }.compactMap { $0 }
    found.sometimes = try s.list(
      "sometimes", "what must be seen at least once, lest a case be vacuous"
    ) { (line) throws(SettingError) -> Sighting? in
      if line.isDescribing {
        _ = try line.text()
        return nil
      }
      return try reader.sighting(line)
    }.compactMap { $0 }
    return found
  }
}

/// Reads one line with the names of a scenario.
struct LineReader {
  let scenario: Scenario

  init(_ scenario: Scenario) { self.scenario = scenario }

  private static let operators: Set<String> = [">=", "<=", ">", "<"]

  // MARK: expect

  func expectation(_ line: Setting, policy: Int) throws(SettingError) -> Expectation {
    var words = try ExpectationWords(line)
    let measure = try measure(&words)
    var slice = Slice()
    if words.take("of") { try filter(&words, &slice) }
    guard let word = words.next, LineReader.operators.contains(word.text) else {
      throw words.error(expected: "one of >=, <=, >, <")
    }
    _ = words.take()
    let isAtLeast = word.text.hasPrefix(">")
    let bound = try bound(&words, measure)
    var tail = try tail(&words)
    if let (incident, isAfter) = tail.incident {
      let plan = scenario.incidentSpan(incident)
      slice.from = isAfter ? plan.until : plan.from
      slice.to = isAfter ? scenario.horizon : plan.until
      let active = tail.cases.filter { scenario.cases[$0].has(incident: incident, of: scenario) }
      guard !active.isEmpty else {
        throw words.error(
          at: tail.incidentOffset,
          "the incident \(Setting.quoted(plan.name)) belongs to none of these cases",
          next: "name a case that has it, or add it to one")
      }
      tail.cases = active
    }
    if tail.inEveryMinute, !MinuteMeasure.isKnown(measure.name) {
      throw words.error(
        at: 0, "\(measure.name) is not kept minute by minute",
        next: "minutes are kept for " + MinuteMeasure.names.joined(separator: ", "))
    }
    slice.keepsSeries = tail.inEveryMinute
    return Expectation(
      text: try line.text(), position: line.position, policy: policy, measure: measure,
      slice: slice, isAtLeast: isAtLeast, bound: bound, inEveryMinute: tail.inEveryMinute,
      cases: tail.cases)
  }

  /// A measure by its name, by the heading of its column, or as `p95 timeToFirstToken`.
  private func measure(_ words: inout ExpectationWords) throws(SettingError) -> Measure {
    let phrase = words.phrase(until: LineReader.operators.union(["of", "=", "!="]))
    guard let first = phrase.first else { throw words.error(expected: "a measure") }
    let text = phrase.map(\.text).joined(separator: " ")
    let plain = LineReader.plain(text)
    let turned = phrase.count > 1 ? LineReader.plain(phrase.dropFirst().map(\.text).joined()) : ""
    for measure in MeasureCatalog.all {
      let name = LineReader.plain(measure.name)
      let title = LineReader.plain(measure.title)
      if name == plain || title == plain { return measure }
      // "p95 TTFT" for the column "TTFT p95".
      if title == turned + LineReader.plain(first.text) { return measure }
    }
    throw words.error(
      unknown: "measure", ExpectationWords.Word(text: text, offset: first.offset),
      among: MeasureCatalog.names)
  }

  private static func plain(_ text: String) -> String {
    String(text.lowercased().unicodeScalars.filter { !" .-_".unicodeScalars.contains($0) })
  }

  private func filter(
    _ words: inout ExpectationWords, _ slice: inout Slice
  ) throws(SettingError) {
    repeat {
      guard let word = words.take() else {
        throw words.error(expected: "an alias, team, feature, deployment or tag")
      }
      if word.text.hasPrefix("tag."), !word.isQuoted {
        guard words.take("=") else { throw words.error(expected: "= and the tag's value") }
        slice.tags.insert(try tag(word, &words))
        continue
      }
      let kinds = ["alias", "team", "feature", "deployment"]
      var kind: String?
      var name = word
      if kinds.contains(word.text), !word.isQuoted, let following = words.next,
        !LineReader.operators.contains(following.text)
      {
        _ = words.take("=")
        guard let named = words.take() else { throw words.error(expected: "its name") }
        kind = word.text
        name = named
      }
      try select(name, kind, &slice, words)
    } while words.take("and")
  }

  private func select(
    _ name: ExpectationWords.Word, _ kind: String?, _ slice: inout Slice,
    _ words: ExpectationWords
  ) throws(SettingError) {
    let tables: [(kind: String, names: [String])] = [
      ("alias", scenario.aliases), ("team", scenario.names.teams.members),
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
    case "alias": slice.alias = AliasID(index)
    case "team": slice.team = TeamID(index)
    case "feature": slice.feature = FeatureID(index)
    default: slice.deployment = DeploymentID(index)
    }
  }

  /// A value with the measure's unit, another policy, or a multiple of one.
  private func bound(
    _ words: inout ExpectationWords, _ measure: Measure
  ) throws(SettingError) -> Expectation.Bound {
    let names = scenario.policies.map(\.name)
    guard let word = words.next else { throw words.error(expected: "a value") }
    if let policy = names.firstIndex(of: word.text) {
      _ = words.take()
      return .policy(policy, factor: 1)
    }
    let value = try value(words, word, measure)
    _ = words.take()
    guard words.take("x") || words.take("×") else { return .value(value) }
    guard let factor = Double(word.text) else {
      throw words.error(at: word.offset, "a factor has no unit")
    }
    guard let name = words.take(), let policy = names.firstIndex(of: name.text) else {
      throw words.error(
        unknown: "policy", words.words.last ?? word, among: names)
    }
    return .policy(policy, factor: factor)
  }

  private func value(
    _ words: ExpectationWords, _ word: ExpectationWords.Word, _ measure: Measure
  ) throws(SettingError) -> Double {
    if let plain = Double(word.text), measure.unit == .ratio || measure.unit == .share {
      return plain
    }
    if let following = words.words.first(where: { $0.offset > word.offset }),
      ["x", "×"].contains(following.text), let factor = Double(word.text)
    {
      return factor
    }
    do {
      switch measure.unit {
      case .share: return try Units.share(word.text).value
      case .seconds: return try Units.duration(word.text).inSeconds
      case .dollars: return try Units.money(word.text).dollars
      case .ratio: return try Units.number(word.text)
      }
    } catch {
      throw words.error(
        expected: "\(error.expected), or a policy, or a multiple such as 1.3 x "
          + (scenario.policies.first?.name ?? "today"))
    }
  }

  // MARK: The end of a line

  private struct Tail {
    var cases: [Int]
    var policy: Int?
    var incident: (index: Int, isAfter: Bool)?
    var incidentOffset = 0
    var inEveryMinute = false
  }

  private func tail(_ words: inout ExpectationWords) throws(SettingError) -> Tail {
    var tail = Tail(cases: Array(scenario.cases.indices))
    while !words.isAtEnd {
      if words.take("in", "case") {
        guard let word = words.take() else { throw words.error(expected: "a case") }
        let names = scenario.cases.map(\.name)
        tail.cases = names.indices.filter {
          names[$0] == word.text || names[$0].hasPrefix(word.text + ": ")
        }
        if tail.cases.isEmpty { throw words.error(unknown: "case", word, among: names) }
      } else if words.take("in", "every", "minute") {
        tail.inEveryMinute = true
      } else if words.take("under") {
        guard let word = words.take() else { throw words.error(expected: "a policy") }
        let names = scenario.policies.map(\.name)
        guard let policy = names.firstIndex(of: word.text) else {
          throw words.error(unknown: "policy", word, among: names)
        }
        tail.policy = policy
      } else if let word = words.next, ["during", "after"].contains(word.text) {
        _ = words.take()
        guard let name = words.take() else { throw words.error(expected: "an incident") }
        let names = scenario.fleet.incidents.map(\.name) + scenario.gatewayIncidents.map(\.name)
        guard let incident = names.firstIndex(of: name.text) else {
          throw words.error(unknown: "incident", name, among: names)
        }
        tail.incident = (incident, word.text == "after")
        tail.incidentOffset = name.offset
      } else {
        throw words.error(
          expected: "the end of the line, or one of: in case NAME, during 'incident',"
            + " after 'incident', in every minute, under POLICY")
      }
    }
    return tail
  }

  // MARK: sometimes

  func sighting(_ line: Setting) throws(SettingError) -> Sighting {
    var words = try ExpectationWords(line)
    let phrase = words.phrase(until: ["in", "under", "during", "after"])
    let text = phrase.map(\.text).joined(separator: " ")
    guard let first = phrase.first else { throw words.error(expected: "something that is seen") }
    guard let event = SightedEvent.all.first(where: { $0.name == text }) else {
      throw words.error(
        unknown: "event", ExpectationWords.Word(text: text, offset: first.offset),
        among: SightedEvent.all.map(\.name))
    }
    let tail = try tail(&words)
    guard tail.incident == nil, !tail.inEveryMinute else {
      throw words.error(at: 0, "an event is looked for in whole cases", next: "say in case NAME")
    }
    return Sighting(
      text: try line.text(), position: line.position, event: event, policy: tail.policy,
      cases: tail.cases)
  }

  // MARK: never

  func prohibition(_ line: Setting) throws(SettingError) -> Prohibition {
    var words = try ExpectationWords(line)
    let isAttempt = words.take("attempt")
    guard isAttempt || words.take("request") else {
      throw words.error(expected: "attempt or request", next: "attempt where field = value and …")
    }
    let fleet = scenario.fleet.deployments
    var found = Prohibition(
      text: try line.text(), position: line.position, isAboutAttempts: isAttempt,
      deployments: fleet.map { _ in true }, mayBeUnserved: !isAttempt, tags: [], withoutTags: [],
      aliases: scenario.aliases.map { _ in true }, teams: [], ends: [], policy: nil, cases: [])
    guard words.take("where") else { throw words.error(expected: "where") }
    repeat { try condition(&words, &found) } while words.take("and")
    let tail = try tail(&words)
    guard tail.incident == nil, !tail.inEveryMinute else {
      throw words.error(at: 0, "what must never be seen is looked for in whole cases")
    }
    found.policy = tail.policy
    found.cases = tail.cases
    return found
  }

  private func condition(
    _ words: inout ExpectationWords, _ found: inout Prohibition
  ) throws(SettingError) {
    let fields = [
      "alias", "team", "deployment", "provider", "region", "residency", "model", "end", "tag.KEY",
    ]
    guard let field = words.take() else { throw words.error(expected: "a field") }
    let isEqual = words.take("=")
    guard isEqual || words.take("!=") else { throw words.error(expected: "= or !=") }
    if field.text.hasPrefix("tag.") {
      let tag = try tag(field, &words)
      if isEqual { found.tags.insert(tag) } else { found.withoutTags.insert(tag) }
      return
    }
    guard let value = words.take() else { throw words.error(expected: "a value") }
    func known(_ kind: String, _ names: [String]) throws(SettingError) {
      if !names.contains(value.text) {
        throw words.error(unknown: kind, value, among: names.filter { !$0.isEmpty })
      }
    }
    let plans = scenario.fleet.deployments
    let property: (DeploymentPlan) -> String
    switch field.text {
    case "alias":
      try known("alias", scenario.aliases)
      for index in found.aliases.indices
      where (scenario.aliases[index] == value.text) != isEqual { found.aliases[index] = false }
      return
    case "team":
      let teams = scenario.names.teams.members
      try known("team", teams)
      if found.teams.isEmpty { found.teams = teams.map { _ in true } }
      for index in teams.indices where (teams[index] == value.text) != isEqual {
        found.teams[index] = false
      }
      return
    case "end":
      let ends = RequestRecord.End.allCases.map { "\($0)" }
      try known("end", ends)
      found.ends = Set(RequestRecord.End.allCases.filter { ("\($0)" == value.text) == isEqual })
      return
    case "deployment": property = { $0.name }
    case "provider": property = { $0.provider }
    case "region": property = { $0.region }
    case "residency": property = { $0.residency }
    case "model": property = { $0.model }
    default: throw words.error(unknown: "field", field, among: fields)
    }
    let all = plans.map(property)
    if isEqual { try known(field.text, all) }
    for index in plans.indices where (all[index] == value.text) != isEqual {
      found.deployments[index] = false
    }
    found.mayBeUnserved = false
  }

  private func tag(
    _ field: ExpectationWords.Word, _ words: inout ExpectationWords
  ) throws(SettingError) -> TagSet {
    guard let value = words.take() else { throw words.error(expected: "the tag's value") }
    let name = "\(field.text.dropFirst(4))=\(value.text)"
    let names = scenario.names.tags.names
    guard let bit = names.firstIndex(of: name) else {
      throw words.error(
        unknown: "tag", ExpectationWords.Word(text: name, offset: field.offset), among: names)
    }
    return TagSet(rawValue: 1 << UInt64(bit))
  }
}
