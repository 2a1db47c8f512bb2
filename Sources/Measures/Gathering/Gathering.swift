import Vocabulary

/// The working state of a run's measures: the totals, and what the laws must remember.
struct Gathering {
  var totals: RunTotals
  var laws: LawBook
  private let from: Instant
  private let to: Instant
  private let checksLaws: Bool
  private let timed: Grouping
  private let slices: [Slice]
  private let goals: [(firstToken: Int64, endToEnd: Int64)]

  init(_ plan: MeasuresPlan) {
    totals = RunTotals(plan)
    laws = LawBook(plan)
    from = plan.from
    to = plan.to
    checksLaws = plan.checksLaws
    timed = plan.timed
    slices = plan.slices
    goals = (0..<max(1, plan.aliases)).map { alias in
      let objective = plan.objectives.indices.contains(alias) ? plan.objectives[alias] : nil
      return (
        objective?.firstToken?.nanoseconds ?? .max, objective?.endToEnd?.nanoseconds ?? .max
      )
    }
  }

  mutating func consume(attempts: Span<AttemptRecord>, truths: Span<AttemptTruth>) {
    if checksLaws { laws.newFlush(&totals.breaches) }
    for index in attempts.indices {
      let truth = index < truths.count ? truths[index] : AttemptTruth(bill: .zero)
      if checksLaws { laws.settled(attempts[index], truth, &totals.breaches) }
      let arrived = attempts[index].arrived
      let deployment = Int(attempts[index].deployment.index)
      if arrived >= from, arrived < to, deployment < totals.attempts.count {
        totals.attempts[deployment].add(attempts[index], truth)
      }
    }
  }

  mutating func consume(requests: Span<RequestRecord>, truths: Span<RequestTruth>) {
    for index in requests.indices {
      let truth = index < truths.count ? truths[index] : RequestTruth()
      let record = requests[index]
      if checksLaws { laws.ended(record, truth, &totals.breaches) }
      let ending = Ending(record)
      totals.series.add(record, truth, ending)
      if record.arrived >= from, record.arrived < to { add(record, truth, ending) }
    }
  }

  mutating func consume(notes: Span<Note>) {
    for index in notes.indices {
      let note = notes[index]
      totals.notes[Int(note.kind.rawValue)] &+= 1
      if note.kind == .breakerChanged, note.value == 1 {
        let breaker = Int(note.subject)
        if breaker < totals.breakerOpenings.count { totals.breakerOpenings[breaker] += 1 }
      }
      if checksLaws { laws.noted(note, &totals.breaches) }
    }
  }

  mutating func close(_ tally: DriverTally) {
    totals.standingCharges += tally.standingCharges
    totals.open += tally.requests.open
    if checksLaws { laws.close(tally, &totals.breaches) }
  }

  @inline(__always)
  private mutating func add(
    _ record: borrowing RequestRecord, _ truth: RequestTruth, _ ending: Ending
  ) {
    let alias = min(Int(record.alias.index), totals.aliases.count &- 1)
    let goal = goals[alias]
    let firstToken = record.arrived.nanoseconds(to: record.began)
    let endToEnd = record.arrived.nanoseconds(to: record.ended)
    let good = firstToken <= goal.firstToken && endToEnd <= goal.endToEnd
    totals.statuses[Int(record.outcome.status & 1023)] &+= 1
    Gathering.add(
      &totals.aliases, alias, record, truth, ending, good, timed.contains(.alias))
    Gathering.add(
      &totals.deployments, min(Int(record.deployment.index), totals.deployments.count &- 1),
      record, truth, ending, good, timed.contains(.deployment))
    Gathering.add(
      &totals.teams, Int(record.identity.team.index), record, truth, ending, good,
      timed.contains(.team))
    Gathering.add(
      &totals.features, Int(record.identity.feature.index), record, truth, ending, good,
      timed.contains(.feature))
    Gathering.add(
      &totals.keys, Int(record.identity.key.index), record, truth, ending, good,
      timed.contains(.key))
    for index in slices.indices where slices[index].contains(record) {
      Gathering.add(&totals.slices, index, record, truth, ending, good, true)
      totals.sliceSeries[index]?.add(record, truth, ending)
    }
  }

  @inline(__always)
  private static func add(
    _ groups: inout [Group], _ index: Int, _ record: borrowing RequestRecord,
    _ truth: RequestTruth, _ ending: Ending, _ good: Bool, _ timed: Bool
  ) {
    guard index >= 0, index < groups.count else { return }
    groups[index].tally.add(record, truth, ending, good: good)
    if timed { groups[index].addLatencies(record, ending) }
  }
}
