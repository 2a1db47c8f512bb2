import Measures
import Testing
import Vocabulary

@testable import Laboratory
@testable import Scenarios

@Suite("A broken law")
struct LawFailureTests {
  @Test("surfaces with seed, instant, request and the command that shows it")
  func surfaces() throws {
    var options = ExperimentOptions()
    options.references = false
    options.arguments = ["--set", "seed=7 or so"]
    let study = try Study(try SmallWorld.scenario(), options)
    var gathered = study.empty
    for row in gathered.indices {
      gathered[row].add(
        try outcome(study, broken: row == 4), of: study)
    }
    let comparison = study.comparison(gathered)
    let failure = try #require(comparison.failures.first)
    #expect(comparison.failures.count == 1)
    #expect(failure.breach.law == .endsOnce)
    #expect((failure.caseName, failure.policy) == ("outage", "failover"))
    #expect(failure.breach.request == 12)
    #expect(failure.seconds == 5)
    #expect(
      failure.command
        == "gateway-lab explain 'scenarios/small world/scenario.json5' --request 12 "
        + "--policy failover --case outage --seed 7 --replication 0 --set 'seed=7 or so'")
    #expect("\(failure)".hasPrefix("law broken: ends once   (case outage, policy failover, seed 7"))
  }

  /// A run in which request 12 ends once, or twice.
  private func outcome(_ study: Study, broken: Bool) throws -> RunOutcome {
    let world = study.worlds[0]
    let sink = RunSink(world.measuresPlan(nil), yardsticks: world.yardsticks, keepsCalls: false)
    let at = Instant.start.advanced(by: .seconds(15))
    var record = RequestRecord(
      arrival: Request(number: 12, call: CallKey(bits: 1), inputTokens: 1, alias: AliasID(0)),
      id: .none, at: at, replica: ReplicaID(0))
    record.ended = at
    record.settled = at
    record.outcome = .status(500)
    let records = Buffer.filled(with: record, count: broken ? 2 : 1)
    let truths = Buffer.filled(with: RequestTruth(), count: broken ? 2 : 1)
    records.withSpan { records in truths.withSpan { sink.consume(requests: records, truths: $0) } }
    return sink.outcome()
  }
}

extension Buffer {
  static func filled(with element: Element, count: Int) -> Buffer<Element> {
    var buffer = Buffer<Element>(capacity: max(1, count))
    for _ in 0..<count { buffer.append(element) }
    return buffer
  }
}
