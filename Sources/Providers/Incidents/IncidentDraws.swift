public import Chance
public import Vocabulary

/// Incidents that are drawn: how long from one beginning to the next, how long each, how bad.
///
/// The n-th incident begins Σ gaps after a beginning long before the run, lasts its duration and
/// fails its level's share of attempts. All is drawn under (seed, replication, name, n): a property
/// of time and deployment, whatever the policy does. Heavy-tailed gaps make incidents come in
/// clusters, which a Poisson process would not. With weights, gaps are counted in a clock that runs
/// faster when more incidents begin: mean 1 over a week.
/// - Complexity: O(incidents) at the start of a run.
public struct IncidentDraws: Sendable {
  /// What has a sequence of its own.
  public enum Element: String, Sendable, Hashable, CaseIterable {
    /// Each deployment.
    case deployment
    /// Each region.
    case region
    /// Each provider.
    case provider
    /// Each model.
    case model

    func value(of plan: DeploymentPlan) -> String {
      switch self {
      case .deployment: plan.name
      case .region: plan.region
      case .provider: plan.provider
      case .model: plan.model
      }
    }
  }

  /// One of the levels: what share of attempts fails, and how often it is met.
  public struct Level: Sendable, Hashable {
    /// The share of attempts.
    public var share: Double
    /// How often, relative to the others.
    public var weight: Double

    /// Makes a level.
    public init(share: Double, weight: Double) {
      self.share = share
      self.weight = weight
    }
  }

  /// The law of nanoseconds from one beginning to the next.
  public var gaps: Sampler
  /// The law of nanoseconds that one lasts.
  public var durations: Sampler
  /// The levels; empty: all are as the incident says.
  public var levels: [Level]
  /// What has a sequence of its own; `nil`: all that is struck falls together.
  public var each: Element?
  /// How often incidents begin in each of 24, 4 or any number of equal parts of the day.
  public var hours: [Double] = []
  /// How often they begin from Sunday to Saturday.
  public var weekdays: [Double] = []
  /// Where days begin.
  public var calendar = Calendar(epochSecondsAtStart: 0, offsetSeconds: 0)
  /// The name under which they are drawn; empty: the incident's.
  ///
  /// Incidents that share it fall together: one cause.
  public var cause = ""

  /// Makes draws.
  public init(gaps: Sampler, durations: Sampler, levels: [Level] = [], each: Element? = nil) {
    self.gaps = gaps
    self.durations = durations
    self.levels = levels
    self.each = each
  }

  /// One drawn incident, in nanoseconds of the run.
  struct Occurrence: Sendable, Hashable {
    var from: Int64
    var until: Int64
    /// The share of its level; `nil` without levels.
    var share: Double?
  }

  /// The incidents that are going on at some time in [0, `end`), in order of their beginning.
  func occurrences(_ chance: Chance, name: String, until end: Int64) -> [Occurrence] {
    let key = chance.key(.incident, name: NameHash("draws of " + (cause.isEmpty ? name : cause)))
    let pace = WeeklyPace(hours: hours, weekdays: weekdays, calendar)
    // Twenty mean gaps before the run the process has forgotten how it began.
    let usual = gaps.mean ?? gaps.quantile(0.5)
    var clock = -20 * usual
    var found: [Occurrence] = []
    var number: Int64 = 0
    while found.count < 100_000 {
      clock = pace.advance(clock, by: max(1, gaps.quantile(key.uniform(step: number, counter: 0))))
      guard clock < Double(end) else { break }
      let from = Int64(clock)
      let length = Progress.nanoseconds(
        max(1, durations.quantile(key.uniform(step: number, counter: 1))))
      if from + length > 0 {
        found.append(
          Occurrence(
            from: from, until: from + length,
            share: level(key.uniform(step: number, counter: 2))))
      }
      number += 1
    }
    return found
  }

  private func level(_ u: Double) -> Double? {
    guard let last = levels.last else { return nil }
    var rest = u * levels.reduce(0) { $0 + $1.weight }
    for level in levels {
      rest -= level.weight
      if rest < 0 { return level.share }
    }
    return last.share
  }
}

/// A clock that runs at the pace at which incidents begin: weights by hour of the day and weekday.
struct WeeklyPace: Sendable {
  private let weights: [Double]
  private let calendar: Calendar
  private static let hour = 3_600_000_000_000.0

  init(hours: [Double], weekdays: [Double], _ calendar: Calendar) {
    self.calendar = calendar
    guard !hours.isEmpty || !weekdays.isEmpty else {
      weights = []
      return
    }
    var weights: [Double] = []
    for day in 0..<7 {
      for hour in 0..<24 {
        let part = hours.isEmpty ? 1 : hours[hour * hours.count / 24]
        weights.append(part * (weekdays.isEmpty ? 1 : weekdays[day]))
      }
    }
    let mean = weights.reduce(0, +) / 168
    self.weights = weights.map { $0 / mean }
  }

  /// The instant at which `span` of the paced clock has passed since `start`, in nanoseconds.
  func advance(_ start: Double, by span: Double) -> Double {
    if weights.isEmpty { return start + span }
    var now = start
    var rest = span
    while true {
      let date = calendar.date(at: Instant(nanoseconds: Int64(now)))
      let weight = weights[date.weekday * 24 + date.hour]
      let passed = Double(date.minute * 60 + date.second) * 1e9
      let left = max(1e9, Self.hour - passed)
      if weight * left >= rest { return now + rest / weight }
      rest -= weight * left
      now += left
    }
  }
}

extension FleetPlan {
  /// The fleet with the incidents that are drawn for one replication, as far as `end`.
  func drawn(_ chance: Chance, until end: Instant) -> FleetPlan {
    guard incidents.contains(where: { $0.draws != nil }) else { return self }
    var plan = self
    plan.incidents = incidents.flatMap { incident -> [IncidentPlan] in
      guard let draws = incident.draws else { return [incident] }
      return elements(of: incident, draws.each).flatMap { name, selector in
        draws.occurrences(chance, name: name, until: end.nanoseconds).enumerated().map {
          incident.occurring($1, number: $0, name: name, on: selector)
        }
      }
    }
    return plan
  }

  private func elements(
    of incident: IncidentPlan, _ each: IncidentDraws.Element?
  ) -> [(name: String, on: IncidentSelector)] {
    guard let each else { return [(incident.name, incident.on)] }
    var seen: [String] = []
    for plan in deployments where incident.on.matches(plan) {
      let value = each.value(of: plan)
      if !value.isEmpty, !seen.contains(value) { seen.append(value) }
    }
    return seen.map { value in
      var on = incident.on
      on.narrow(each, to: value)
      for place in on.others.indices { on.others[place].narrow(each, to: value) }
      return ("\(incident.name) of \(value)", on)
    }
  }
}

extension IncidentSelector {
  fileprivate mutating func narrow(_ element: IncidentDraws.Element, to value: String) {
    switch element {
    case .deployment: deployment = value
    case .region: region = value
    case .provider: provider = value
    case .model: model = value
    }
  }
}

extension IncidentPlan {
  /// One drawn occurrence of the incident; it keeps the bit.
  fileprivate func occurring(
    _ occurrence: IncidentDraws.Occurrence, number: Int, name: String, on: IncidentSelector
  ) -> IncidentPlan {
    var plan = self
    plan.draws = nil
    plan.name = "\(name) #\(number)"
    plan.on = on
    plan.from = Instant(nanoseconds: occurrence.from)
    plan.until = Instant(nanoseconds: occurrence.until)
    if let share = occurrence.share, plan.failure != nil { plan.failure?.share = Polyline(share) }
    return plan.shaped(length: occurrence.until - occurrence.from)
  }
}
