import Measures
import Providers
import Settings
import Traffic
import Vocabulary

/// Reads one line with the names of a scenario.
struct LineReader {
  let scenario: Scenario

  init(_ scenario: Scenario) { self.scenario = scenario }

  static let operators: Set<String> = [">=", "<=", ">", "<"]

  // MARK: expect

  func expectation(_ line: Setting, policy: Int) throws(SettingError) -> Expectation {
    var words = try ExpectationWords(line)
    let subject = try subject(&words)
    var slice = Slice()
    var base: Slice?
    var measure = subject.measure
    if words.take("of") {
      let filter = try filter(&words, isShare: subject.isShare)
      slice = filter.slice
      if subject.isShare { (measure, base) = try share(filter, words) }
    } else if subject.isShare {
      throw words.error(
        expected: "of and what it is a share of, such as share of deployment "
          + (scenario.fleet.deployments.first?.name ?? "north"))
    }
    if subject.isAboutIncident, slice != Slice(), case .detection = subject.reading {
      throw words.error(at: 0, "an incident is detected for all requests at once")
    }
    slice.timesTokens = measure.name.hasSuffix(".timePerOutputToken")
    slice.countsThrottled = measure.name == "throttleRate"
    if slice.countsThrottled, slice.asksIdentity || !slice.endings.isEmpty || slice.status != nil {
      throw words.error(
        at: 0, "attempts do not tell who asked, nor how the request ended",
        next: "filter the 429 rate by alias, deployment, provider, region or model")
    }
    guard let word = words.next, LineReader.operators.contains(word.text) else {
      throw words.error(expected: "one of >=, <=, >, <")
    }
    _ = words.take()
    let bound = try bound(&words, measure)
    var tail = try tail(&words)
    var reading = subject.reading
    if let minutes = tail.windowMinutes {
      guard case .whole = reading else {
        throw words.error(at: 0, "\(measure.title) is not taken by the minute in this line")
      }
      reading = .windows(minutes: minutes)
    }
    if let incident = tail.incident ?? subject.incident {
      tail.cases = try tail.cases(with: incident, words, in: scenario)
    }
    if let incident = tail.incident {
      guard !subject.isAboutIncident else {
        throw words.error(
          at: incident.offset, "\(measure.title) has its incident already",
          next: "leave out during and after")
      }
      (slice.from, slice.to) = try tail.interval(of: incident, words, in: scenario)
      base?.from = slice.from
      base?.to = slice.to
    }
    switch reading {
    case .windows, .recovery:
      slice.keepsMinutes = true
      base?.keepsMinutes = true
    case .whole, .detection: break
    }
    return Expectation(
      text: try line.text(), position: line.position, policy: policy, measure: measure,
      slice: slice, base: base, isAtLeast: word.text.hasPrefix(">"), bound: bound,
      reading: reading, cases: tail.cases)
  }

  // MARK: sometimes

  func sighting(_ line: Setting) throws(SettingError) -> Sighting {
    var words = try ExpectationWords(line)
    let phrase = words.phrase(until: ["in", "under", "during", "after"])
    guard let first = phrase.first else { throw words.error(expected: "something that is seen") }
    let event = try event(phrase, first, words)
    let tail = try tail(&words)
    guard tail.incident == nil, tail.windowMinutes == nil else {
      throw words.error(
        at: 0, "what must be seen is looked for in whole cases", next: "say in case NAME")
    }
    return Sighting(
      text: try line.text(), position: line.position, event: event, policy: tail.policy,
      cases: tail.cases)
  }

  private func event(
    _ phrase: [ExpectationWords.Word], _ first: ExpectationWords.Word, _ words: ExpectationWords
  ) throws(SettingError) -> SightedEvent {
    let text = phrase.map(\.text).joined(separator: " ")
    if first.text == "incident", !first.isQuoted, phrase.count > 1 {
      let name = phrase[1]
      let plans = scenario.fleet.incidents
      guard phrase.count == 2, let plan = plans.first(where: { $0.name == name.text }) else {
        throw words.error(unknown: "incident", name, among: plans.map(\.name))
      }
      return .incident(plan.name, mask: plan.mask)
    }
    if first.text == "traffic", phrase.count > 1, phrase[1].text == "of" {
      guard phrase.count == 3, let alias = scenario.aliases.firstIndex(of: phrase[2].text) else {
        throw words.error(unknown: "alias", phrase.last ?? first, among: scenario.aliases)
      }
      return .traffic(scenario.aliases[alias], alias: alias)
    }
    guard let event = SightedEvent.all.first(where: { $0.name == text }) else {
      throw words.error(
        unknown: "event", ExpectationWords.Word(text: text, offset: first.offset),
        among: SightedEvent.all.map(\.name) + ["incident 'NAME'", "traffic of ALIAS"])
    }
    return event
  }
}
