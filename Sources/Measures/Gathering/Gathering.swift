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
  private let countsInSlices: Bool
  private var attempts: HotAttempts
  private var statuses = Rows(repeating: 0, count: 1024)
  private var notes = Rows(repeating: 0, count: Note.Kind.allCases.count)
  private var breakerOpenings: Rows<Int>
  private var standingCharges = MoneyTotal.zero
  private var touched: UInt32 = 0
  private var removed: UInt32 = 0
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
    countsInSlices = plan.slices.contains(where: \.countsThrottled)
    attempts = HotAttempts(deployments: plan.deployments)
    breakerOpenings = Rows(repeating: 0, count: plan.breakers.count)
    laws = LawBook(plan)
  }

  // Records are read where they lie: a record that is handed on is copied, 140 bytes each time.

  mutating func consume(attempts records: Span<AttemptRecord>, truths: Span<AttemptTruth>) {
    if checksLaws { laws.newFlush(&breaches) }
    precondition(records.count == truths.count, "an attempt has one truth")
    records.withUnsafeBufferPointer { records in
      guard var record = records.baseAddress else { return }
      for index in truths.indices {
        if checksLaws { laws.settled(record, truths[index], &breaches) }
        touched |= truths[index].incidents
        if record.pointee.arrived >= from, record.pointee.arrived < to {
          attempts.add(record, truths[index])
          if countsInSlices { for slice in slices { slice.add(record) } }
        }
        record += 1
      }
    }
  }

  mutating func consume(requests: Span<RequestRecord>, truths: Span<RequestTruth>) {
    precondition(requests.count == truths.count, "a request has one truth")
    requests.withUnsafeBufferPointer { records in
      truths.withUnsafeBufferPointer { truths in
        guard var record = records.baseAddress, var truth = truths.baseAddress else { return }
        for _ in records.indices {
          if checksLaws { laws.ended(record, truth, &breaches) }
          let seen = Seen(record, truth)
          if seen.callAge != 0, seen.ending.isSuccess { shift(record, seen) }
          series.add(record, truth, seen)
          if record.pointee.arrived >= from, record.pointee.arrived < to {
            add(record, truth, seen)
          }
          record += 1
          truth += 1
        }
      }
    }
  }

  /// An answered call belongs where its first try is, not where the request is that was answered.
  @inline(never)
  private mutating func shift(_ record: UnsafePointer<RequestRecord>, _ seen: Seen) {
    let arrived = record.pointee.arrived
    let began = arrived.advanced(byNanoseconds: -seen.callAge)
    let (here, there) = (arrived >= from && arrived < to, began >= from && began < to)
    if here != there { tallies.shift(record, by: there ? 1 : -1) }
    for slice in slices { slice.shift(record, seen, began: began, from, to) }
  }

  mutating func consume(sideCalls records: Span<SideCallRecord>, truths: Span<SideCallTruth>) {
    guard checksLaws else { return }
    for index in records.indices {
      let truth = index < truths.count ? truths[index] : SideCallTruth(bill: .zero)
      laws.ended(records[index], truth, &breaches)
    }
  }

  mutating func consume(notes batch: Span<Note>) {
    batch.withUnsafeBufferPointer { batch in
      guard var note = batch.baseAddress else { return }
      for _ in batch.indices {
        notes[proven: Int(note.pointee.kind.rawValue)] &+= 1
        if note.pointee.kind == .breakerChanged { opened(note.pointee) }
        if note.pointee.kind == .candidateRemoved {
          removed |= 1 << UInt32(note.pointee.value & 31)
        }
        if checksLaws { laws.noted(note, &breaches) }
        note += 1
      }
    }
  }

  @inline(never)
  private mutating func opened(_ note: Note) {
    guard note.value == 1, note.subject != .max else { return }
    // A policy that a replica has taken over may have breakers that the first one had not.
    if Int(note.subject) >= breakerOpenings.count {
      breakerOpenings.grow(to: Int(note.subject) + 1, with: 0)
    }
    breakerOpenings[Int(note.subject)] &+= 1
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
      sliceMinutes: slices.map(\.minutes), touched: touched, removed: removed, notes: notes.array(),
      breakerOpenings: breakerOpenings.array(), standingCharges: standingCharges, open: open,
      breaches: breaches)
  }

  @inline(__always)
  private mutating func add(
    _ record: UnsafePointer<RequestRecord>, _ truth: UnsafePointer<RequestTruth>, _ found: Seen
  ) {
    var seen = found
    let alias = tallies.alias.place(Int(record.pointee.alias.index))
    let goal = goals[alias]
    seen.good = seen.firstToken <= goal.firstToken && seen.endToEnd <= goal.endToEnd
    statuses[proven: Int(record.pointee.outcome.status & 1023)] &+= 1
    tallies.add(record, truth, seen)
    if seen.isSuccess {
      aliasLatencies.add(alias, seen)
      if timesMore { timeMore(record, seen) }
    }
    if slices.isEmpty { return }
    for slice in slices { slice.add(record, truth, seen) }
  }

  /// Times a success in the groupings that were asked for beside the aliases.
  @inline(never)
  private mutating func timeMore(_ record: UnsafePointer<RequestRecord>, _ seen: Seen) {
    deploymentLatencies.add(
      tallies.deployment.place(Int(record.pointee.deployment.index)), seen)
    teamLatencies.add(Int(record.pointee.identity.team.index), seen)
    featureLatencies.add(Int(record.pointee.identity.feature.index), seen)
    keyLatencies.add(Int(record.pointee.identity.key.index), seen)
    userLatencies.add(Int(record.pointee.identity.user.index), seen)
  }
}
