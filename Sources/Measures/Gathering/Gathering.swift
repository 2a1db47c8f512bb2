import Vocabulary

/// The working state of a run's measures: what is being counted, and what the laws must remember.
struct Gathering: ~Copyable {
  private let plan: MeasuresPlan
  private let from: Instant
  private let to: Instant
  private let checksLaws: Bool
  private let goals: [(firstToken: Int64, endToEnd: Int64)]
  private var tallies: HotTallies
  private var aliasLatencies: HotLatencies
  private var deploymentLatencies: HotLatencies
  private var teamLatencies: HotLatencies
  private var featureLatencies: HotLatencies
  private var keyLatencies: HotLatencies
  private var userLatencies: HotLatencies
  private let timesMore: Bool
  private var series: HotSeries
  private var slices: [SliceWatch]
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
    tallies = HotTallies(plan)
    func latencies(_ by: Grouping, _ count: Int) -> HotLatencies {
      HotLatencies(groups: plan.timed.contains(by) ? count : 0)
    }
    aliasLatencies = latencies(.alias, max(1, plan.aliases))
    let gathered = plan.timed.intersection(plan.tallied)
    timesMore = !gathered.subtracting(.alias).isEmpty
    deploymentLatencies = latencies(.deployment, plan.deployments + 1)
    teamLatencies = latencies(.team, plan.teams)
    featureLatencies = latencies(.feature, plan.features)
    keyLatencies = latencies(.key, plan.keys)
    userLatencies = latencies(.user, plan.users)
    series = HotSeries(bucket: plan.seriesBucket, deployments: plan.deployments)
    slices = plan.slices.map { SliceWatch($0, plan) }
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

  mutating func consume(sideCalls records: Span<SideCallRecord>, truths: Span<SideCallTruth>) {
    guard checksLaws else { return }
    for index in records.indices {
      let truth = index < truths.count ? truths[index] : SideCallTruth(bill: .zero)
      laws.ended(records[index], truth, &breaches)
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
      measured: from.nanoseconds(to: to), aliases: aliasLatencies.groups(tallies.aliases),
      deployments: deploymentLatencies.groups(tallies.deployments),
      teams: teamLatencies.groups(tallies.teams),
      features: featureLatencies.groups(tallies.features),
      keys: keyLatencies.groups(tallies.keys), users: userLatencies.groups(tallies.users),
      slices: slices.flatMap(\.groups),
      attempts: attempts.tallies, statuses: statuses.array(), series: series.series,
      sliceSeries: slices.map(\.series), notes: notes.array(),
      breakerOpenings: breakerOpenings.array(), standingCharges: standingCharges, open: open,
      breaches: breaches)
  }

  @inline(__always)
  private mutating func add(
    _ record: borrowing RequestRecord, _ truth: borrowing RequestTruth, _ found: Seen
  ) {
    var seen = found
    let alias = tallies.alias.place(Int(record.alias.index))
    let goal = goals[alias]
    seen.good = seen.firstToken <= goal.firstToken && seen.endToEnd <= goal.endToEnd
    statuses[Int(record.outcome.status & 1023)] &+= 1
    tallies.add(record, truth, seen)
    if seen.ending.isSuccess {
      aliasLatencies.add(alias, seen)
      if timesMore {
        deploymentLatencies.add(
          tallies.deployment.place(Int(record.deployment.index)), seen)
        teamLatencies.add(Int(record.identity.team.index), seen)
        featureLatencies.add(Int(record.identity.feature.index), seen)
        keyLatencies.add(Int(record.identity.key.index), seen)
        userLatencies.add(Int(record.identity.user.index), seen)
      }
    }
    for slice in slices { slice.add(record, truth, seen) }
  }
}
