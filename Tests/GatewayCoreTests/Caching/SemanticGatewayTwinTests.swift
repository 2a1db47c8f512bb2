import Chance
import Depth
import Settings
import Testing
import Vocabulary

@testable import GatewayCore

/// The slow, obvious twin of a gateway with a semantic cache and nothing else: what it must make of
/// every embedding that comes, fails, is late or makes no sense, and of every answer.
@Suite("A gateway with a semantic cache and its slow, obvious twin")
struct SemanticGatewayTwinTests {
  /// How a request must end.
  private struct End: Equatable {
    var end: RequestRecord.End
    var outcome: Outcome
    var source = RequestRecord.Source.provider
    /// The answer from the cache; 0 for none.
    var body: UInt64 = 0
    var deployment = DeploymentID.none
    var attempts: UInt8
    var at: Instant
  }

  /// A request that is not over.
  private struct Open {
    enum Stage { case asking, attempting }
    var id: RequestID
    var request: Request
    var call: SideCallID?
    var stage: Stage
    var vector: [Double]?
    var attempts: UInt8 = 0
  }

  private final class Pair: SemanticPair {
    private(set) var bench: Bench
    var open: [Open] = []
    var late = 0
    var failed = 0

    init(_ seed: UInt64) throws {
      bench = try Bench(["routes": ["chat": "a"]])
      super.init(seed, questions: 4)
      bench = try Bench(
        [
          "routes": [
            "chat": ["fallback": ["a", "b"], "on": ["5xx"]], "extract": "b", "other": "c",
          ],
          "cache": SemanticTwinRule.object([("semantic", rule.setting)]),
        ], seed: seed)
    }

    override var place: String { "at \(bench.now.nanoseconds) ns" }

    /// The newest record is of that end.
    func expect(_ end: End, of request: Open) {
      guard let record = bench.requests.last else { return expect(false, "no record") }
      let body = bench.begun.last.flatMap { begun -> UInt64? in
        if begun.0 == request.id, case .cache(let body) = begun.1 { body.bits } else { nil }
      }
      let found = End(
        end: record.end, outcome: record.outcome, source: record.source, body: body ?? 0,
        deployment: record.deployment, attempts: record.attempts, at: record.ended)
      expect(record.number == request.request.number, "another request has ended")
      expect(found == end, "ends as \(found), in the twin as \(end)")
      expect(
        bench.finished.last?.id == request.id && bench.finished.last?.at == end.at,
        "the client is told of another end")
    }

    func served(_ entry: SemanticTwin.Entry, after attempts: UInt8) -> End {
      End(
        end: .succeeded, outcome: .succeeded, source: .semantic, body: entry.body,
        deployment: entry.deployment, attempts: attempts,
        at: bench.now.advanced(byNanoseconds: 3_000_000))
    }

    // MARK: What happens, and what must follow

    func arrive() {
      let deadline =
        draw(4) == 0
        ? bench.now.advanced(byNanoseconds: Int64(1 + draw(250)) * 1_000_000) : .distantFuture
      let (asked, live) = (bench.asked.count, bench.live.count)
      var request = bench.template
      let id = bench.arrive {
        $0.deadline = deadline
        vary(&$0)
        request = $0
      }
      let treatment = twin.treatment(of: request)
      var one = Open(id: id, request: request, stage: .asking)
      if treatment.looks || treatment.keeps {
        expect(bench.asked.count == asked + 1 && bench.live.count == live, "asks nothing")
        one.call = bench.asked.last
        let deadline = min(
          request.deadline, bench.now.advanced(byNanoseconds: rule.embeddingDeadline))
        expect(
          bench.notes(.asked).last?.other == deadline.nanoseconds, "asks until another instant")
      } else {
        expect(bench.asked.count == asked, "asks for a request that is not cached")
        one.stage = .attempting
        goOn(&one, live)
        // Only what waits for its embedding is to run out of time here.
        if deadline < .distantFuture { return finishAttempt(one) }
      }
      open.append(one)
    }

    /// It has gone on to its route.
    func goOn(_ one: inout Open, _ live: Int) {
      one.stage = .attempting
      one.attempts += 1
      expect(bench.live.count == live + 1, "has not gone on to its route")
      expect(
        bench.live.last?.slot == one.id.slot
          && bench.live.last?.deployment == route(one)[Int(one.attempts) - 1],
        "goes elsewhere")
    }

    func route(_ one: Open) -> [String] {
      [["a", "b"], ["b"], ["c"]][Int(one.request.alias.index)]
    }

    /// The embedding of a request comes, or does not.
    func answerEmbedding(_ place: Int) {
      var one = open.remove(at: place)
      guard let call = one.call else { return }
      let live = bench.live.count
      let way = draw(10)
      var vector = questions.draw(&random)
      if way < 2 {
        bench.report(.sideCallEnded(call, succeeded: false, value: 0))
      } else {
        if way == 2 { vector.removeLast(16) }
        if way == 3 { vector = vector.map { _ in 0 } }
        // What hangs on rounding is not asked.
        while way > 3, twin.isClose(one.request, vector.map(Double.init)) {
          vector = questions.draw(&random)
        }
        bench.embed(call, vector)
        if way > 3 { one.vector = vector.map(Double.init) }
      }
      guard bench.now < one.request.deadline else {
        return fail(one, .totalTimeout)
      }
      if let vector = one.vector {
        if twin.treatment(of: one.request).looks,
          let entry = twin.look(one.request, vector, at: bench.now).entry
        {
          hits += 1
          return expect(served(entry, after: 0), of: one)
        }
      } else if rule.failsWithoutEmbedding {
        return fail(one, .status(503))
      }
      goOn(&one, live)
      if one.request.deadline < .distantFuture {
        finishAttempt(one)
      } else {
        open.append(one)
      }
    }

    /// Its route has failed, or it has none: an expired answer may stand in.
    func fail(_ one: Open, _ outcome: Outcome) {
      failed += 1
      let treatment = twin.treatment(of: one.request)
      if rule.staleOnError > 0, treatment.looks || treatment.keeps, let vector = one.vector,
        let entry = twin.lookStale(one.request, vector, at: bench.now)
      {
        return expect(served(entry, after: one.attempts), of: one)
      }
      expect(
        End(
          end: .failed, outcome: outcome, source: .none, attempts: one.attempts, at: bench.now),
        of: one)
    }

    /// The attempt of a request ends: with an answer, or it fails and the next child is tried.
    func finishAttempt(_ one: Open) {
      // Where the answer would hang on rounding the client leaves.
      if let vector = one.vector, twin.isClose(one.request, vector) { return abandon(one) }
      var one = one
      while let place = bench.live.firstIndex(where: { $0.slot == one.id.slot }) {
        let attempt = bench.live.remove(at: place)
        let deployment = DeploymentID(
          ["a", "b", "c"].firstIndex(of: attempt.deployment) ?? 0)
        let live = bench.live.count
        if draw(3) > 0 {
          let usage = Usage(
            inputTokens: one.request.inputTokens, outputTokens: UInt32([10, 100, 299][draw(3)]))
          let kept = bench.kept.count
          bench.report(.attemptEnded(attempt.id, usage, .unsaid, .succeeded))
          keep(one, usage, deployment, kept)
          return expect(
            End(
              end: .succeeded, outcome: .succeeded, deployment: deployment,
              attempts: one.attempts, at: bench.now), of: one)
        }
        bench.report(.attemptEnded(attempt.id, .none, .unsaid, .status(503)))
        guard one.attempts < route(one).count else { return fail(one, .status(503)) }
        goOn(&one, live)
      }
    }

    func keep(_ one: Open, _ usage: Usage, _ deployment: DeploymentID, _ kept: Int) {
      let keeps = twin.treatment(of: one.request).keeps && twin.keeps(usage)
      guard keeps, let vector = one.vector else {
        return expect(bench.kept.count == kept, "keeps what is not to be kept")
      }
      expect(bench.kept.count == kept + 1, "does not keep what is to be kept")
      _ = twin.store(
        one.request, vector, usage: usage, from: deployment, body: bench.kept.last?.bits ?? 0,
        key: bench.gateway.semantic.key(of: one.request, one.id), at: bench.now)
    }

    /// A client leaves: what is out for it ends later, and nothing is kept of it.
    func abandon(_ one: Open) {
      let (records, kept) = (bench.requests.count, bench.kept.count)
      bench.report(.abandoned(one.id))
      expect(bench.requests.count == records, "settles before what is out has ended")
      if one.stage == .asking, let call = one.call {
        bench.embed(call, questions.draw(&random))
      } else if let place = bench.live.firstIndex(where: { $0.slot == one.id.slot }) {
        let attempt = bench.live.remove(at: place)
        bench.report(.attemptEnded(attempt.id, .none, .unsaid, .succeeded))
      }
      expect(bench.requests.last?.end == .abandoned, "does not settle as abandoned")
      expect(bench.kept.count == kept, "keeps an answer that nobody has waited for")
    }

    /// A report about a question that is over changes nothing.
    func repeatReport() {
      guard let call = bench.asked.randomElement(using: &random),
        !open.contains(where: { $0.call == call && $0.stage == .asking })
      else { return }
      let (records, live) = (bench.requests.count, bench.live.count)
      bench.embed(call, questions.draw(&random))
      late += 1
      expect(bench.late == late, "a late vector is not counted")
      expect(
        bench.requests.count == records && bench.live.count == live, "a late vector has effects")
    }

    func compareEntries() {
      let held = Set(bench.kept).subtracting(bench.released)
      expect(held.count == bench.kept.count - bench.released.count, "releases a body twice")
      let bodies = Set(twin.entries.map { BodyID(bits: $0.body) })
      expect(held == bodies, "holds other answers than the twin")
    }
  }

  @Test("end every request alike, whatever becomes of its embedding", arguments: 0..<6)
  func twins(part: Int) throws {
    var (hits, failed, late) = (0, 0, 0)
    for seed in 0..<UInt64(Depth.of(5, deep: 20)) {
      let pair = try Pair(UInt64(part) * 100 + seed)
      for _ in 0..<400 where pair.agrees {
        pair.bench.pass(.nanoseconds(Int64.random(in: 0...12_000_000, using: &pair.random)))
        let asking = pair.open.indices.filter { pair.open[$0].stage == .asking }
        let attempting = pair.open.indices.filter { pair.open[$0].stage == .attempting }
        switch pair.draw(12) {
        case 0...3 where pair.open.count < 12: pair.arrive()
        case 4...7:
          if let place = asking.randomElement(using: &pair.random) { pair.answerEmbedding(place) }
        case 8...9:
          if let place = attempting.randomElement(using: &pair.random) {
            pair.finishAttempt(pair.open.remove(at: place))
          }
        case 10 where !pair.open.isEmpty:
          pair.abandon(pair.open.remove(at: pair.draw(pair.open.count)))
        default: pair.repeatReport()
        }
        pair.compareEntries()
      }
      let (found, records) = (
        pair.hits, pair.bench.requests.filter { $0.source == .semantic && $0.attempts == 0 }.count
      )
      pair.expect(records >= found, "\(records) hits, the twin \(found)")
      hits += pair.hits
      failed += pair.failed
      late += pair.late
    }
    #expect(hits > Depth.of(5, deep: 100), "\(hits) hits")
    #expect(failed > Depth.of(20, deep: 300), "\(failed) failed")
    #expect(late > Depth.of(20, deep: 300), "\(late) late vectors")
  }
}
