import Vocabulary

@testable import Measures

/// A scripted run: requests and attempts whose books are right unless a test spoils one.
struct World {
  struct Step {
    var attempts: [(record: AttemptRecord, truth: AttemptTruth)] = []
    var sideCalls: [(record: SideCallRecord, truth: SideCallTruth)] = []
    var request: RequestRecord
    var truth: RequestTruth
  }

  static let second: Int64 = 1_000_000_000
  var plan: MeasuresPlan
  var steps: [Step] = []
  var notes: [Note] = []

  init(deployments: Int = 2, aliases: Int = 2) {
    plan = MeasuresPlan(
      from: .start, to: World.at(1000), end: World.at(2000), aliases: aliases,
      deployments: deployments, teams: 3)
    plan.seriesBucket = .seconds(60)
  }

  static func at(_ seconds: Double) -> Instant {
    Instant(nanoseconds: Int64(seconds * 1e9))
  }

  /// Adds a request that arrives at `arrived` and is served by one attempt, `seconds` long.
  @discardableResult
  mutating func serve(
    at arrived: Double, seconds: Double = 1, deployment: Int = 0, alias: Int = 0, team: Int = 0,
    bill: Int64 = 1_000
  ) -> Int {
    let request = Request(
      number: UInt64(steps.count), call: CallKey(bits: UInt64(steps.count)),
      identity: Identity(team: TeamID(team)), inputTokens: 10, alias: AliasID(alias))
    var record = RequestRecord(
      arrival: request, id: RequestID(slot: 0, generation: 0), at: World.at(arrived),
      replica: ReplicaID(0))
    record.began = World.at(arrived + seconds / 2)
    record.ended = World.at(arrived + seconds)
    record.settled = record.ended
    record.end = .succeeded
    record.source = .provider
    record.deployment = DeploymentID(deployment)
    record.attempts = 1
    record.estimate = Money(picodollars: bill)
    record.outputTokens = 20
    var attempt = AttemptRecord(
      request: request.number, call: request.call, arrived: record.arrived,
      started: record.arrived, deployment: record.deployment, alias: request.alias, index: 0,
      ordinal: 0, reason: .first, replica: ReplicaID(0))
    attempt.firstToken = record.began
    attempt.ended = record.ended
    attempt.outcome = .succeeded
    attempt.served = true
    attempt.estimate = record.estimate
    attempt.usage = Usage(inputTokens: 10, outputTokens: 20)
    steps.append(
      Step(
        attempts: [(attempt, AttemptTruth(bill: Money(picodollars: bill)))], request: record,
        truth: RequestTruth(bill: Money(picodollars: bill))))
    return steps.count - 1
  }

  /// Lets a request make a side call before its attempt.
  mutating func ask(_ step: Int, bill: Int64) {
    let request = steps[step].request
    let cost = Money(picodollars: bill)
    steps[step].sideCalls.append(
      (
        SideCallRecord(
          request: request.number, call: request.call, arrived: request.arrived,
          ended: request.arrived, estimate: cost, number: 1, replica: request.replica,
          kind: .embedding, succeeded: true), SideCallTruth(bill: cost)
      ))
    steps[step].request.sideCalls += 1
    steps[step].request.estimate += cost
    steps[step].truth.bill += cost
  }

  /// Adds a request without attempts: a hit or a refusal.
  @discardableResult
  mutating func answer(
    at arrived: Double, end: RequestRecord.End, rejection: RequestRecord.Rejection = .none,
    source: RequestRecord.Source = .none, seconds: Double = 0, alias: Int = 0
  ) -> Int {
    let index = serve(at: arrived, seconds: seconds, alias: alias)
    steps[index].attempts = []
    steps[index].request.attempts = 0
    steps[index].request.estimate = .zero
    steps[index].truth.bill = .zero
    steps[index].request.end = end
    steps[index].request.rejection = rejection
    steps[index].request.source = source
    steps[index].request.deployment = .none
    if end != .succeeded { steps[index].request.began = .distantFuture }
    return index
  }

  /// Runs the world and closes the books with a tally that the driver counted by itself.
  func run(notesFirst: Bool = true, spoil: (inout DriverTally) -> Void = { _ in }) -> RunMeasures {
    let measures = RunMeasures(plan: plan)
    var batch = Buffer<Note>()
    for note in notes { batch.append(note) }
    if notesFirst { batch.withSpan { measures.consume(notes: $0) } }
    for step in steps.sorted(by: { $0.request.settled < $1.request.settled }) {
      feed(step, to: measures)
    }
    if !notesFirst { batch.withSpan { measures.consume(notes: $0) } }
    var tally = self.tally
    spoil(&tally)
    measures.close(tally)
    return measures
  }

  func feed(_ step: Step, to measures: RunMeasures) {
    var attempts = Buffer<AttemptRecord>()
    var bills = Buffer<AttemptTruth>()
    for (record, truth) in step.attempts {
      attempts.append(record)
      bills.append(truth)
    }
    var requests = Buffer<RequestRecord>()
    var truths = Buffer<RequestTruth>()
    requests.append(step.request)
    truths.append(step.truth)
    var sideCalls = Buffer<SideCallRecord>()
    var sideBills = Buffer<SideCallTruth>()
    for (record, truth) in step.sideCalls {
      sideCalls.append(record)
      sideBills.append(truth)
    }
    sideCalls.withSpan { records in
      sideBills.withSpan { measures.consume(sideCalls: records, truths: $0) }
    }
    attempts.withSpan { records in
      bills.withSpan { measures.consume(attempts: records, truths: $0) }
    }
    requests.withSpan { records in
      truths.withSpan { measures.consume(requests: records, truths: $0) }
    }
  }

  /// The tally as a driver makes it: by changes of a count, in order of time.
  var tally: DriverTally {
    var tally = DriverTally(deployments: plan.deployments, answers: true)
    var changes: [(at: Instant, station: Int, enters: Bool)] = []
    for step in steps {
      changes.append((step.request.arrived, -1, true))
      changes.append((step.request.settled, -1, false))
      for (call, _) in step.sideCalls {
        tally.sideCalls.enter(at: call.ended)
        tally.sideCalls.leave(at: call.ended)
      }
      for (attempt, _) in step.attempts {
        changes.append((attempt.started, Int(attempt.deployment.index), true))
        changes.append((attempt.ended, Int(attempt.deployment.index), false))
      }
    }
    changes.sort { ($0.at, $0.enters ? 0 : 1) < ($1.at, $1.enters ? 0 : 1) }
    for change in changes {
      switch (change.station, change.enters) {
      case (-1, true):
        tally.requests.enter(at: change.at)
        tally.answers?.enter(at: change.at)
      case (-1, false):
        tally.requests.leave(at: change.at)
        tally.answers?.leave(at: change.at)
      case (let station, true): tally.deployments[station].enter(at: change.at)
      case (let station, false): tally.deployments[station].leave(at: change.at)
      }
    }
    return tally
  }
}
