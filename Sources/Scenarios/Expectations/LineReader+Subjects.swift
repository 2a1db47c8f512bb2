import Measures
import Providers
import Settings
import Vocabulary

// What a line measures: a measure of the catalogue, a quantile, a burn, a share, a time.

extension LineReader {
  /// What a line begins with.
  struct Subject {
    var measure: Measure
    var reading = Expectation.Reading.whole
    var isShare = false
    var incident: NamedIncident?

    /// Whether it is about an incident that it names itself.
    var isAboutIncident: Bool { incident != nil }
  }

  func subject(_ words: inout ExpectationWords) throws(SettingError) -> Subject {
    if words.take("time", "to", "detect") { return try detection(&words) }
    if words.take("time", "to", "recover") { return try recovery(&words) }
    if words.take("worst", "minute") {
      _ = words.take("of")
      var subject = try named(&words)
      guard case .whole = subject.reading, !subject.isShare else {
        throw words.error(at: 0, "the worst minute is that of a measure of the catalogue")
      }
      subject.reading = .windows(minutes: 1)
      return subject
    }
    if words.take("share") {
      return Subject(measure: MeasureCatalog.share, isShare: true)
    }
    return try named(&words)
  }

  /// A measure of the catalogue, `error budget burn against 99.9% [over 1h]`, or a quantile.
  private func named(_ words: inout ExpectationWords) throws(SettingError) -> Subject {
    if words.take("error", "budget", "burn") || words.take("errorBudgetBurn") {
      guard words.take("against") else {
        throw words.error(expected: "against and the objective, such as against 99.9%")
      }
      guard let word = words.next, let share = try? Units.share(word.text).value, share < 1 else {
        throw words.error(expected: "an objective below 100 %, such as 99.9%")
      }
      _ = words.take()
      var subject = Subject(measure: MeasureCatalog.errorBudgetBurn(objective: share))
      if words.take("over") { subject.reading = .windows(minutes: try minutes(&words)) }
      return subject
    }
    return Subject(measure: try measure(&words, until: []))
  }

  /// A measure by its name, by the heading of its column, or as `p95 timeToFirstToken`.
  private func measure(
    _ words: inout ExpectationWords, until ends: Set<String>
  ) throws(SettingError) -> Measure {
    let stops = LineReader.operators.union(["of", "=", "!="]).union(ends)
    let phrase = words.phrase(until: stops)
    guard let first = phrase.first else { throw words.error(expected: "a measure") }
    let text = phrase.map(\.text).joined(separator: " ")
    let plain = LineReader.plain(text)
    let turned = phrase.count > 1 ? LineReader.plain(phrase.dropFirst().map(\.text).joined()) : ""
    for measure in MeasureCatalog.named {
      let name = LineReader.plain(measure.name)
      let title = LineReader.plain(measure.title)
      if name == plain || title == plain { return measure }
      // "p95 TTFT" for the column "TTFT p95".
      if title == turned + LineReader.plain(first.text) { return measure }
    }
    if let name = LineReader.otherWords[plain], let measure = MeasureCatalog.measure(name) {
      return measure
    }
    if let quantile = quantile(phrase) { return quantile }
    throw words.error(
      unknown: "measure", ExpectationWords.Word(text: text, offset: first.offset),
      among: MeasureCatalog.named.map(\.name) + LineReader.phrases)
  }

  /// Words for a measure that are neither its name nor its heading.
  private static let otherWords = [
    "cachehitshare": "hitRate", "cachehitrate": "hitRate", "costper1000requests": "costPerRequest",
    "attemptspercall": "amplification",
  ]

  /// What is no measure of the catalogue but may begin a line.
  static let phrases = [
    "p99.9 timeToFirstToken", "p95 timePerOutputToken", "error budget burn against SHARE",
    "share of WHAT", "time to detect 'INCIDENT'", "time to recover from 'INCIDENT'",
    "worst minute MEASURE",
  ]

  /// `p97 timeToFirstToken`, `TTFT p97`, `p99.9 end to end`, `p50.timePerOutputToken`.
  private func quantile(_ phrase: [ExpectationWords.Word]) -> Measure? {
    var words = phrase.map(\.text)
    if words.count == 1, let dot = words[0].lastIndex(of: ".") {
      words = [String(words[0][..<dot]), String(words[0][words[0].index(after: dot)...])]
    }
    guard
      let place = words.firstIndex(where: { word in
        word.hasPrefix("p") && Double(word.dropFirst()) != nil
      }), let percent = Double(words[place].dropFirst())
    else { return nil }
    words.remove(at: place)
    let latency = LineReader.plain(words.joined())
    let others = [
      "ttft": "timeToFirstToken", "endtoend": "endToEndLatency",
      "servedbyaprovider": "servedLatency", "tpot": "timePerOutputToken",
    ]
    let known = MeasureCatalog.latencies.first { LineReader.plain($0.name) == latency }?.name
    return (known ?? others[latency]).flatMap { MeasureCatalog.quantile(percent, of: $0) }
  }

  static func plain(_ text: String) -> String {
    String(text.lowercased().unicodeScalars.filter { !" .-_,".unicodeScalars.contains($0) })
  }

  // MARK: Times

  /// `time to detect 'sweden down' [by share below 5%]`.
  private func detection(_ words: inout ExpectationWords) throws(SettingError) -> Subject {
    let incident = try incident(&words)
    guard incident.index < scenario.fleet.incidents.count else {
      throw words.error(at: incident.offset, "an incident of the gateway is not detected by it")
    }
    let plan = scenario.fleet.incidents[incident.index]
    var detection = Detection(
      from: plan.from, struck: scenario.fleet.deployments.map { plan.on.matches($0) })
    if words.take("by") {
      guard words.take("share", "below"), let word = words.next,
        let share = try? Units.share(word.text).value
      else { throw words.error(expected: "by share below and a share such as 5%") }
      _ = words.take()
      detection.shareBelow = share
    }
    return Subject(
      measure: MeasureCatalog.timeToDetect, reading: .detection(detection), incident: incident)
  }

  /// `time to recover [MEASURE] from 'sweden down' [within 0.5%] [for 3m]`.
  private func recovery(_ words: inout ExpectationWords) throws(SettingError) -> Subject {
    var measure = MeasureCatalog.measure("availability") ?? MeasureCatalog.all[0]
    if words.next?.text != "from" { measure = try self.measure(&words, until: ["from"]) }
    guard words.take("from") else { throw words.error(expected: "from and an incident") }
    let incident = try incident(&words)
    let times = scenario.times(ofIncident: incident.index)
    var recovery = Recovery(
      measure: measure, from: times.from, until: times.until,
      tolerance: measure.unit == .share ? 0.005 : 0.1,
      isRelative: measure.unit != .share, minutes: 3)
    if words.take("within") {
      guard let word = words.next, let share = try? Units.share(word.text).value else {
        throw words.error(
          expected: "a tolerance: points of a share such as 0.5%, or a share of the value as 10%")
      }
      _ = words.take()
      recovery.tolerance = share
    }
    if words.take("for") { recovery.minutes = try minutes(&words) }
    var subject = Subject(measure: MeasureCatalog.timeToRecover, incident: incident)
    subject.reading = .recovery(recovery)
    return subject
  }
}
