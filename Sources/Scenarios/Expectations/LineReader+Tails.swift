import Providers
import Settings
import Vocabulary

// The end of a line: in which cases, when, in every minute, under which policy.

extension LineReader {
  /// An incident as a line names it.
  struct NamedIncident {
    /// Its index among the fleet's incidents; those of the gateway follow.
    var index: Int
    /// Whether the time after it is meant; else the time while it lasts.
    var isAfter = false
    /// The first so many of that time are left out.
    var skips = Duration.zero
    /// No more than so much of that time counts.
    var within: Duration?
    /// Where its name stands in the line.
    var offset: Int
  }

  /// What the end of a line says.
  struct Tail {
    var cases: [Int]
    var policy: Int?
    var incident: NamedIncident?
    var windowMinutes: Int?
  }

  /// The incident that comes next.
  func incident(_ words: inout ExpectationWords) throws(SettingError) -> NamedIncident {
    guard let name = words.take() else { throw words.error(expected: "an incident") }
    let names = scenario.fleet.incidents.map(\.name) + scenario.gatewayIncidents.map(\.name)
    guard let index = names.firstIndex(of: name.text) else {
      throw words.error(unknown: "incident", name, among: names)
    }
    return NamedIncident(index: index, offset: name.offset)
  }

  /// A length of time that comes next.
  func duration(_ words: inout ExpectationWords) throws(SettingError) -> Duration {
    guard let word = words.next else { throw words.error(expected: "a time such as 5m") }
    do {
      let length = try Units.duration(word.text)
      _ = words.take()
      return length
    } catch { throw words.error(expected: error.expected) }
  }

  /// A number of whole minutes that comes next: `minute`, `5m`, `1h`.
  func minutes(_ words: inout ExpectationWords) throws(SettingError) -> Int {
    if words.take("minute") { return 1 }
    let offset = words.next?.offset ?? 0
    let length = try duration(&words)
    let minute: Int64 = 60_000_000_000
    guard length.nanoseconds >= minute, length.nanoseconds % minute == 0 else {
      throw words.error(at: offset, "measures are kept by the minute", next: "say 1m, 5m or 1h")
    }
    return Int(length.nanoseconds / minute)
  }

  func tail(_ words: inout ExpectationWords) throws(SettingError) -> Tail {
    var tail = Tail(cases: Array(scenario.cases.indices))
    while !words.isAtEnd {
      if words.take("in", "case") {
        guard let word = words.take() else { throw words.error(expected: "a case") }
        let names = scenario.cases.map(\.name)
        tail.cases = names.indices.filter {
          names[$0] == word.text || names[$0].hasPrefix(word.text + ": ")
        }
        if tail.cases.isEmpty { throw words.error(unknown: "case", word, among: names) }
      } else if words.take("in", "every") {
        tail.windowMinutes = try minutes(&words)
      } else if words.take("under") {
        guard let word = words.take() else { throw words.error(expected: "a policy") }
        let names = scenario.policies.map(\.name)
        guard let policy = names.firstIndex(of: word.text) else {
          throw words.error(unknown: "policy", word, among: names)
        }
        tail.policy = policy
      } else if let word = words.next, ["during", "after"].contains(word.text) {
        _ = words.take()
        var named = try incident(&words)
        named.isAfter = word.text == "after"
        if words.take("from") { named.skips = try duration(&words) }
        if words.take("within") { named.within = try duration(&words) }
        tail.incident = named
      } else {
        throw words.error(
          expected: "the end of the line, or one of: in case NAME, during 'incident',"
            + " after 'incident', in every minute, under POLICY")
      }
    }
    return tail
  }
}

extension LineReader.Tail {
  /// Those of its cases in which an incident happens.
  func cases(
    with incident: LineReader.NamedIncident, _ words: ExpectationWords, in scenario: Scenario
  ) throws(SettingError) -> [Int] {
    let own = scenario.fleet.incidents.count
    let active = cases.filter {
      incident.index < own
        ? scenario.cases[$0].incidents.contains(incident.index)
        : scenario.cases[$0].gateway.contains(incident.index - own)
    }
    guard !active.isEmpty else {
      let name =
        incident.index < own
        ? scenario.fleet.incidents[incident.index].name
        : scenario.gatewayIncidents[incident.index - own].name
      throw words.error(
        at: incident.offset,
        "the incident \(Setting.quoted(name)) belongs to none of these cases",
        next: "name a case that has it, or add it to one")
    }
    return active
  }

  /// The interval of arrivals that `during` or `after` means.
  func interval(
    of incident: LineReader.NamedIncident, _ words: ExpectationWords, in scenario: Scenario
  ) throws(SettingError) -> (from: Instant, to: Instant) {
    let (begin, end) = scenario.times(ofIncident: incident.index)
    var from = incident.isAfter ? end : begin
    var to = incident.isAfter ? scenario.horizon : end
    from = from.advanced(by: incident.skips)
    if let within = incident.within { to = min(to, from.advanced(by: within)) }
    to = min(to, scenario.horizon)
    guard from < to else {
      throw words.error(
        at: incident.offset, "no time is left of it within the horizon",
        next: incident.isAfter
          ? "end the incident earlier, or lengthen the horizon" : "say after, or a shorter from")
    }
    return (from, to)
  }
}

extension Scenario {
  /// When an incident begins and ends; those of the gateway follow those of the fleet.
  func times(ofIncident index: Int) -> (from: Instant, until: Instant) {
    if index < fleet.incidents.count {
      return (fleet.incidents[index].from, fleet.incidents[index].until)
    }
    let incident = gatewayIncidents[index - fleet.incidents.count]
    if case .service = incident.effect { return (incident.from, incident.until) }
    return (incident.from, incident.instants(replicas: replicas).last ?? incident.from)
  }
}
