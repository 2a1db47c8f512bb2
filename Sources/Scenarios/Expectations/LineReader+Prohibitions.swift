import Providers
import Settings
import Traffic
import Vocabulary

// Lines of `never`.

extension LineReader {
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
    guard tail.incident == nil, tail.windowMinutes == nil else {
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

  func tag(
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
