import Chance
import Engine
import GatewayCore
import Measures
import Providers
import Scenarios
import Traffic
import Vocabulary

/// What one run leaves behind: sums only, nothing per call but two bits if asked for.
struct RunOutcome: Sendable {
  var totals: RunTotals
  var ledger: CostLedger
  var calls: CallOutcomes?
  /// Malformed rows that traces left out.
  var skippedRows = 0
  /// What was found of each prohibition.
  var prohibited: [ProhibitionWatch.Found] = []
  /// Seconds to detection, by line of `expect`.
  var detected: [Double?] = []
}

/// The sink of a run: feeds the measures and, beside them, whatever else looks at the records.
final class RunSink: Sink {
  let measures: RunMeasures
  private(set) var ledger = CostLedger()
  private(set) var calls: CallOutcomes?
  private let yardsticks: [PriceSheet]
  /// The first sheet of each deployment, if a curve bends any; else empty.
  private let flat: [PriceSheet]
  /// The first sheet of each deployment.
  private let sheets: [PriceSheet]
  private let from: Instant
  private let to: Instant
  /// Whether clients come back, so that a call belongs to the population by its first try.
  private let byCall: Bool
  private let beside: (any Sink)?
  private var prohibitions: ProhibitionWatch?
  private var detections: DetectionWatch?

  init(
    _ plan: MeasuresPlan, yardsticks: [PriceSheet], flat: [PriceSheet] = [],
    sheets: [PriceSheet] = [], keepsCalls: Bool,
    prohibitions: ProhibitionWatch? = nil, detections: DetectionWatch? = nil,
    beside: (any Sink)? = nil
  ) {
    self.prohibitions = prohibitions
    self.detections = detections
    measures = RunMeasures(plan: plan)
    self.yardsticks = yardsticks
    self.flat = flat
    self.sheets = sheets
    (from, to) = (plan.from, plan.to)
    calls = keepsCalls ? CallOutcomes(returning: plan.tracksCalls) : nil
    byCall = plan.tracksCalls
    self.beside = beside
  }

  func consume(attempts: Span<AttemptRecord>, truths: Span<AttemptTruth>) {
    measures.consume(attempts: attempts, truths: truths)
    if !yardsticks.isEmpty { addServed(attempts) }
    if !flat.isEmpty { addBent(attempts, truths) }
    prohibitions?.consume(attempts)
    detections?.consume(attempts)
    beside?.consume(attempts: attempts, truths: truths)
  }

  private func addServed(_ attempts: Span<AttemptRecord>) {
    // Summed beside the object: a class' property is checked for exclusive access at every use.
    var (served, reused) = (MoneyTotal.zero, MoneyTotal.zero)
    for index in attempts.indices {
      guard attempts[index].served, attempts[index].arrived >= from, attempts[index].arrived < to
      else { continue }
      let alias = Int(attempts[index].alias.index)
      if alias < yardsticks.count {
        let usage = attempts[index].usage
        let fresh = Usage(inputTokens: usage.inputTokens, outputTokens: usage.outputTokens)
        served += yardsticks[alias].bill(for: fresh)
        let deployment = Int(attempts[index].deployment.index)
        if usage != fresh, deployment < sheets.count {
          reused += sheets[deployment].bill(for: usage) - sheets[deployment].bill(for: fresh)
        }
      }
    }
    ledger.servedYardstick += served
    ledger.reused += reused
  }

  private func addBent(_ attempts: Span<AttemptRecord>, _ truths: Span<AttemptTruth>) {
    var bent = MoneyTotal.zero
    for index in attempts.indices {
      guard attempts[index].served, attempts[index].arrived >= from, attempts[index].arrived < to
      else { continue }
      let deployment = Int(attempts[index].deployment.index)
      guard deployment < flat.count else { continue }
      bent += truths[index].bill - flat[deployment].bill(for: attempts[index].usage)
    }
    ledger.bent += bent
  }

  func consume(requests: Span<RequestRecord>, truths: Span<RequestTruth>) {
    measures.consume(requests: requests, truths: truths)
    if calls != nil {
      for index in requests.indices {
        let age = byCall ? truths[index].callAge : 0
        let arrived = requests[index].arrived.advanced(byNanoseconds: -age)
        if arrived >= from && arrived < to { calls?.add(requests[index], truths[index]) }
      }
    }
    if !yardsticks.isEmpty { addShared(requests) }
    prohibitions?.consume(requests)
    beside?.consume(requests: requests, truths: truths)
  }

  private func addShared(_ requests: Span<RequestRecord>) {
    var shared = MoneyTotal.zero
    for index in requests.indices
    where requests[index].source.rawValue >= RequestRecord.Source.cache.rawValue {
      guard requests[index].arrived >= from, requests[index].arrived < to else { continue }
      let alias = Int(requests[index].alias.index)
      if alias < yardsticks.count {
        shared += yardsticks[alias].bill(
          for: Usage(
            inputTokens: requests[index].inputTokens, outputTokens: requests[index].outputTokens))
      }
    }
    ledger.sharedYardstick += shared
  }

  func consume(sideCalls: Span<SideCallRecord>, truths: Span<SideCallTruth>) {
    measures.consume(sideCalls: sideCalls, truths: truths)
    var bills = MoneyTotal.zero
    for index in sideCalls.indices
    where sideCalls[index].arrived >= from && sideCalls[index].arrived < to {
      bills += truths[index].bill
    }
    ledger.sideCalls += bills
    beside?.consume(sideCalls: sideCalls, truths: truths)
  }

  func consume(notes: Span<Note>) {
    measures.consume(notes: notes)
    detections?.consume(notes)
    beside?.consume(notes: notes)
  }

  func close(_ tally: DriverTally) {
    measures.close(tally)
  }

  func outcome() -> RunOutcome {
    let totals = measures.totals
    ledger.close(totals)
    return RunOutcome(
      totals: totals, ledger: ledger, calls: calls, prohibited: prohibitions?.found ?? [],
      detected: detections?.seconds ?? [])
  }
}

extension World {
  /// One simulation of one policy in one replication.
  func run(
    _ contender: Contender, replication: Int, keepsCalls: Bool = false,
    prohibitions: ProhibitionWatch? = nil, detections: DetectionWatch? = nil,
    beside: (any Sink)? = nil, meter: ProgressMeter
  ) throws -> RunOutcome {
    switch contender.means {
    case .gateway(let plan):
      let sink = RunSink(
        measuresPlan(plan), yardsticks: yardsticks, flat: flatSheets, sheets: sheets,
        keepsCalls: keepsCalls,
        prohibitions: prohibitions, detections: detections, beside: beside)
      let skipped = replication == 0 ? SkippedRows() : nil
      try simulate(
        plan, replication: replication, sink: sink, meter: meter, telling: skipped)
      var outcome = sink.outcome()
      outcome.skippedRows = skipped?.count ?? 0
      return outcome
    case .clairvoyant(let remembers):
      var measured = measuresPlan(nil)
      measured.checksLaws = false
      let sink = RunSink(
        measured, yardsticks: yardsticks, flat: flatSheets, sheets: sheets, keepsCalls: keepsCalls,
        beside: beside)
      try foresee(replication: replication, remembers: remembers, sink: sink, meter: meter)
      return sink.outcome()
    }
  }

  /// Drives the gateway core through one run.
  func simulate(
    _ plan: GatewayPlan, replication: Int, explaining request: UInt64? = nil, sink: RunSink,
    meter: ProgressMeter, telling skipped: SkippedRows? = nil,
    until isOver: @escaping () -> Bool = { false }
  ) throws {
    let chance = chance(replication)
    do {
      let prefixes = makePrefixes()
      var simulation = Simulation(
        runPlan(plan, explaining: request),
        clients: try clients(chance, prefixes: prefixes, telling: skipped), chance: chance,
        sink: sink, prefixes: prefixes)
      var progress = RunProgress(meter, end: scenario.end)
      var last: UInt64 = 0
      let (tally, isWhole) = try simulation.run { now, number in
        last = number
        return progress.reached(now, number) && !isOver()
      }
      progress.finish(max(last, UInt64(tally.requests.entered)))
      if isWhole {
        sink.close(tally)
      } else if !isOver() {
        throw LaboratoryError.cancelled
      }
    } catch let error as TrafficError {
      throw LaboratoryError.traffic(error)
    }
  }
}
