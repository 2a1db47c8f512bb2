import Vocabulary

/// The working state of a run's measures: what is being counted, and what the laws must remember.
struct Gathering: ~Copyable {
  private let plan: MeasuresPlan
  private let from: Instant
  private let to: Instant
  private let checksLaws: Bool
  private let goals: [(firstToken: Int64, endToEnd: Int64)]
  private var aliases: HotGroups
  private var deployments: HotGroups
  private var teams: HotGroups
  private var features: HotGroups
  private var keys: HotGroups
  private var slices: HotGroups
  private var series: HotSeries
  private var sliceSeries: [SliceSeries]
  private var attempts: HotAttempts
  private var statuses = Rows(repeating: 0, count: 1024)
  private var notes = Rows(repeating: 0, count: Note.Kind.allCases.count)
  private var breakerOpenings: Rows<Int>
  private var standingCharges = MoneyTotal.zero
  private var open = 0
  private var laws: LawBook
  private(set) var breaches = Breaches()

  init(_ plan: MeasuresPlan) {
    self.plan = plan
    from = plan.from
    to = plan.to
    checksLaws = plan.checksLaws
    goals = (0..<max(1, plan.aliases)).map { alias in
      let objective = plan.objectives.indices.contains(alias) ? plan.objectives[alias] : nil
      return (
        objective?.firstToken?.nanoseconds ?? .max, objective?.endToEnd?.nanoseconds ?? .max
      )
    }
    func groups(_ by: Grouping, _ count: Int) -> HotGroups {
      HotGroups(
        count: plan.tallied.contains(by) && count > 1 ? count : 0, timed: plan.timed.contains(by))
    }
    aliases = HotGroups(count: max(1, plan.aliases), timed: plan.timed.contains(.alias))
    deployments = groups(.deployment, plan.deployments + 1)
    teams = groups(.team, plan.teams)
    features = groups(.feature, plan.features)
    keys = groups(.key, plan.keys)
    slices = HotGroups(count: plan.slices.count, timed: true)
    series = HotSeries(bucket: plan.seriesBucket, deployments: plan.deployments)
    sliceSeries = plan.slices.map { SliceSeries($0, plan) }
    attempts = HotAttempts(deployments: plan.deployments)
    breakerOpenings = Rows(repeating: 0, count: plan.breakers.count)
    laws = LawBook(plan)
  }

  mutating func consume(attempts records: Span<AttemptRecord>, truths: Span<AttemptTruth>) {
    if checksLaws { laws.newFlush(&breaches) }
    for index in records.indices {
      let truth = index < truths.count ? truths[index] : AttemptTruth(bill: .zero)
      if checksLaws { laws.settled(records[index], truth, &breaches) }
      if records[index].arrived >= from, records[index].arrived < to {
        attempts.add(records[index], truth)
      }
    }
  }

  mutating func consume(requests: Span<RequestRecord>, truths: Span<RequestTruth>) {
    for index in requests.indices {
      let truth = index < truths.count ? truths[index] : RequestTruth()
      if checksLaws { laws.ended(requests[index], truth, &breaches) }
      let seen = Seen(requests[index])
      series.add(requests[index], truth, seen)
      if requests[index].arrived >= from, requests[index].arrived < to {
        add(requests[index], truth, seen)
      }
    }
  }

  mutating func consume(notes batch: Span<Note>) {
    for index in batch.indices {
      let note = batch[index]
      notes[Int(note.kind.rawValue)] &+= 1
      if note.kind == .breakerChanged, note.value == 1, Int(note.subject) < breakerOpenings.count {
        breakerOpenings[Int(note.subject)] &+= 1
      }
      if checksLaws { laws.noted(note, &breaches) }
    }
  }

  mutating func close(_ tally: DriverTally) {
    standingCharges += tally.standingCharges
    open += tally.requests.open
    if checksLaws { laws.close(tally, &breaches) }
  }

  /// All that was counted, as plain values.
  var totals: RunTotals {
    RunTotals(
      measured: from.nanoseconds(to: to), aliases: aliases.groups, deployments: deployments.groups,
      teams: teams.groups, features: features.groups, keys: keys.groups, slices: slices.groups,
      attempts: attempts.tallies, statuses: statuses.array(), series: series.series,
      sliceSeries: sliceSeries.map(\.series), notes: notes.array(),
      breakerOpenings: breakerOpenings.array(), standingCharges: standingCharges, open: open,
      breaches: breaches)
  }

  @inline(__always)
  private mutating func add(
    _ record: borrowing RequestRecord, _ truth: borrowing RequestTruth, _ found: Seen
  ) {
    var seen = found
    let alias = min(Int(record.alias.index), aliases.count &- 1)
    let goal = goals[alias]
    seen.good = seen.firstToken <= goal.firstToken && seen.endToEnd <= goal.endToEnd
    statuses[Int(record.outcome.status & 1023)] &+= 1
    aliases.add(alias, record, truth, seen)
    deployments.add(
      min(Int(record.deployment.index), deployments.count &- 1), record, truth, seen)
    teams.add(Int(record.identity.team.index), record, truth, seen)
    features.add(Int(record.identity.feature.index), record, truth, seen)
    keys.add(Int(record.identity.key.index), record, truth, seen)
    if sliceSeries.isEmpty { return }
    for index in sliceSeries.indices where sliceSeries[index].slice.contains(record) {
      slices.add(index, record, truth, seen)
      sliceSeries[index].add(record, truth, seen)
    }
  }
}

/// One slice and, if it keeps one, its own series.
final class SliceSeries {
  let slice: Slice
  private var hot: HotSeries
  private let keeps: Bool

  init(_ slice: Slice, _ plan: MeasuresPlan) {
    self.slice = slice
    keeps = slice.keepsSeries
    hot = HotSeries(bucket: plan.seriesBucket, deployments: plan.deployments)
  }

  func add(_ record: borrowing RequestRecord, _ truth: borrowing RequestTruth, _ seen: Seen) {
    if keeps { hot.add(record, truth, seen) }
  }

  var series: Series? { keeps ? hot.series : nil }
}
