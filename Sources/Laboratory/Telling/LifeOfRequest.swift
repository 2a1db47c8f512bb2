import Chance
import GatewayCore
import Measures
import Scenarios
import Traffic
import Vocabulary

/// The life of one request under one policy, event by event: what `explain` shows.
public struct LifeOfRequest: Sendable {
  /// One thing that happened.
  public struct Line: Sendable, Hashable {
    /// Seconds from the file's zero.
    public var at: Double
    /// Nanoseconds from the arrival.
    public var since: Int64
    /// What happened, in a word or two.
    public var event: String
    /// The particulars, with names.
    public var detail: String
  }

  /// The policy.
  public var policy: String
  /// The case.
  public var caseName: String
  /// The request's number.
  public var request: UInt64
  /// The call: equal under two policies if and only if it is the same call.
  public var call: CallKey
  /// What happened, in order of time.
  public var lines: [Line]
  /// The gateway's record of the request.
  public var record: RequestRecord
  /// What the world knows about it.
  public var truth: RequestTruth
  /// Laws that the run broke for this request.
  public var failures: [BrokenLaw]
}

/// Which request's life is told.
public struct LifeOptions: Sendable {
  /// The number of the request.
  public var request: UInt64
  /// The policies or references, side by side; the baseline if empty.
  public var policies: [String] = []
  /// The case; the first if not said.
  public var caseName: String?
  /// A seed that replaces the scenario's.
  public var seed: UInt64?
  /// The replication.
  public var replication = 0
  /// Where data files are looked for; beside the scenario's file if not said.
  public var data: DataFolders?
  /// Who is told how far it has come.
  public var progress: ProgressReport?

  /// Asks for the life of one request.
  public init(request: UInt64) { self.request = request }
}

extension Experiment {
  /// Runs each policy up to the end of one request and tells its life.
  ///
  /// The run is the same as in `compare`: the same seed, replication and case give the same life.
  public static func explain(
    _ scenario: Scenario, _ options: LifeOptions
  ) throws -> [LifeOfRequest] {
    var study = ExperimentOptions()
    study.cases = options.caseName.map { [$0] } ?? []
    study.seed = options.seed
    study.data = options.data
    study.progress = options.progress
    let made = try Study(scenario, study)
    let baseline = made.contenders[made.baseline].name
    let wanted = options.policies.isEmpty ? [baseline] : options.policies
    let chosen = try wanted.map { name in
      guard let contender = made.contenders.first(where: { $0.name == name }) else {
        throw LaboratoryError.noSuchPolicy(name, among: made.contenders.map(\.name))
      }
      return contender
    }
    made.meter.plan(chosen.count)
    return try chosen.map {
      try life(of: options.request, $0, made, replication: options.replication)
    }
  }

  private static func life(
    of number: UInt64, _ contender: Contender, _ study: Study, replication: Int
  ) throws -> LifeOfRequest {
    let world = study.worlds[0]
    let witness = Witness(number)
    var measured = world.measuresPlan(contender.plan)
    measured.checksLaws = contender.plan != nil
    let sink = RunSink(
      measured, yardsticks: world.yardsticks, keepsCalls: false, beside: witness)
    switch contender.means {
    case .gateway(let plan):
      try world.simulate(
        plan, replication: replication, explaining: number, sink: sink, meter: study.meter,
        until: { witness.isOver })
    case .clairvoyant(let remembers):
      try world.foresee(
        replication: replication, remembers: remembers, sink: sink, meter: study.meter,
        until: { witness.isOver })
    }
    guard let (record, truth) = witness.found else {
      throw LaboratoryError.noSuchRequest(
        number, policy: contender.name, arrived: witness.highest.map { $0 + 1 } ?? 0)
    }
    var teller = LifeTeller(
      LogNames(study.scenario), contender.plan, policy: contender.name,
      zero: study.scenario.warmUp, record)
    for note in witness.notes { teller.tell(note) }
    for (attempt, truth) in witness.attempts { teller.tell(attempt, truth) }
    teller.tell(record, truth)
    return LifeOfRequest(
      policy: contender.name, caseName: study.cases[0].name, request: number, call: record.call,
      lines: teller.ordered, record: record, truth: truth,
      failures: sink.measures.breaches.kept.filter { $0.request == number })
  }
}

/// Keeps what concerns one request.
private final class Witness: Sink {
  private let number: UInt64
  private(set) var notes: [Note] = []
  private(set) var attempts: [(AttemptRecord, AttemptTruth)] = []
  private(set) var found: (RequestRecord, RequestTruth)?
  private(set) var highest: UInt64?

  init(_ number: UInt64) { self.number = number }

  /// Whether the request has settled; asked between flushes, when its notes have come as well.
  var isOver: Bool { found != nil }

  func consume(attempts records: Span<AttemptRecord>, truths: Span<AttemptTruth>) {
    for index in records.indices where records[index].request == number {
      attempts.append((records[index], truths[index]))
    }
  }

  func consume(requests: Span<RequestRecord>, truths: Span<RequestTruth>) {
    for index in requests.indices {
      highest = max(highest ?? 0, requests[index].number)
      if requests[index].number == number { found = (requests[index], truths[index]) }
    }
  }

  func consume(notes batch: Span<Note>) {
    for index in batch.indices where batch[index].request == number {
      notes.append(batch[index])
    }
  }
}
