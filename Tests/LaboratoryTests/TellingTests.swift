import Settings
import Synchronization
import Testing
import Vocabulary

@testable import Laboratory
@testable import Scenarios

@Suite("What a run tells")
struct TellingTests {
  @Test("the life of a request begins with its arrival and ends with its end")
  func life() throws {
    var options = LifeOptions(request: 400)
    options.policies = ["failover"]
    options.caseName = "outage"
    let life = try #require(try Experiment.explain(try SmallWorld.scenario(), options).first)
    #expect(life.lines.first?.event == "arrived")
    #expect(life.lines.first?.detail.contains("alias chat") == true)
    #expect(life.lines.first?.since == 0)
    #expect(["succeeded", "failed", "abandoned"].contains(life.lines.last?.event))
    #expect(life.lines.map(\.since) == life.lines.map(\.since).sorted())
    #expect(
      life.lines.filter { $0.event.hasPrefix("attempt ") && $0.event != "attempt failed" }
        .count == Int(life.record.attempts))
    #expect(life.failures.isEmpty)
  }

  @Test("references have lives as well, of the same call")
  func references() throws {
    var options = LifeOptions(request: 300)
    options.policies = ["today", "no-gateway", "clairvoyant"]
    let lives = try Experiment.explain(try SmallWorld.scenario(), options)
    #expect(lives.map(\.policy) == options.policies)
    #expect(Set(lives.map(\.call)).count == 1)
    #expect(lives[0].lines.map(\.event) == lives[1].lines.map(\.event))
    #expect(lives[2].lines.count >= 2)
  }

  @Test("a request that never arrives is an error that says how many do")
  func noSuchRequest() throws {
    #expect(throws: LaboratoryError.self) {
      try Experiment.explain(try SmallWorld.scenario(), LifeOptions(request: 1_000_000))
    }
  }

  @Test("a log has one line of JSON a request, under OpenTelemetry's names")
  func log() throws {
    let scenario = try SmallWorld.scenario()
    let bytes = Mutex<[UInt8]>([])
    let log = RequestLog(scenario, includesAttempts: true) { buffer in
      bytes.withLock { $0.append(contentsOf: buffer) }
    }
    var options = ExperimentOptions()
    options.cases = ["outage"]
    let result = try Experiment.run(scenario, options, policy: "failover", log: log)
    log.close()
    let lines = String(decoding: bytes.withLock { $0 }, as: UTF8.self).split(separator: "\n")
    #expect(lines.count == log.rows)
    let requests = try lines.filter { $0.contains("\"gateway_lab.row\":\"request\"") }.map {
      try JSON5.parse(bytes: Array($0.utf8), file: "log")
    }
    #expect(UInt64(requests.count) == result.requests)
    #expect(requests.allSatisfy { $0[TelemetryName.requestModel] != nil })
    #expect(requests.allSatisfy { $0[TelemetryName.requestDuration] != nil })
    #expect(requests.contains { $0[TelemetryName.incidents] != nil })
    #expect(requests.contains { $0[TelemetryName.team] != nil })
    let attempts = lines.filter { $0.contains("\"gateway_lab.row\":\"attempt\"") }
    #expect(attempts.count >= requests.count)
  }

  @Test("a log of spans is OTLP's JSON: attempts are children of their request, in its time")
  func spans() throws {
    let scenario = try SmallWorld.scenario()
    let bytes = Mutex<[UInt8]>([])
    let log = RequestLog(scenario, includesAttempts: true, format: .otlp) { buffer in
      bytes.withLock { $0.append(contentsOf: buffer) }
    }
    var options = ExperimentOptions()
    options.cases = ["outage"]
    _ = try Experiment.run(scenario, options, policy: "failover", log: log)
    log.close()
    var roots: [String: (trace: String, start: Int, end: Int)] = [:]
    var children: [(parent: String, trace: String, start: Int, end: Int)] = []
    for line in String(decoding: bytes.withLock { $0 }, as: UTF8.self).split(separator: "\n") {
      let data = try JSON5.parse(bytes: Array(line.utf8), file: "spans")
      let resource = try #require(data["resourceSpans"]?.elements?.first)
      let span = try #require(
        resource["scopeSpans"]?.elements?.first?["spans"]?.elements?.first)
      func text(_ key: String) throws -> String {
        guard case .string(let text)? = span[key]?.content else { return "" }
        return text
      }
      let trace = try text("traceId")
      #expect(trace.count == 32 && Set(trace) != ["0"])
      #expect(try text("spanId").count == 16)
      let start = try #require(Int(try text("startTimeUnixNano")))
      let end = try #require(Int(try text("endTimeUnixNano")))
      #expect(start <= end)
      if try text("parentSpanId").isEmpty {
        roots[try text("spanId")] = (trace, start, end)
      } else {
        children.append((try text("parentSpanId"), trace, start, end))
      }
      let attributes = try #require(span["attributes"]?.elements)
      #expect(attributes.allSatisfy { $0["key"] != nil && $0["value"]?.members?.count == 1 })
    }
    #expect(roots.count + children.count == log.rows)
    #expect(children.count > roots.count)
    #expect(
      children.allSatisfy { child in
        roots[child.parent].map { $0.trace == child.trace && $0.start <= child.start } ?? false
      })
  }

  @Test("a run gives one row without intervals")
  func run() throws {
    let result = try Experiment.run(try SmallWorld.scenario(), policy: "cached", replication: 2)
    #expect(result.cases.count == 1 && result.cases[0].policies.map(\.name) == ["cached"])
    let estimate = result.cases[0].policies[0].measure("availability")?.estimate
    #expect(estimate?.count == 1 && estimate?.halfWidth == nil)
    let three = try SmallWorld.comparison {
      $0.cases = ["quiet"]
      $0.policies = ["cached"]
      $0.references = false
    }
    #expect(
      three.cases[0].policy("cached")?.measure("availability")?.values[2] == estimate?.mean)
  }

  @Test("progress grows to the whole, whoever works")
  func progress() throws {
    let told = Mutex<[Progress]>([])
    _ = try SmallWorld.comparison(jobs: 2, from: 2, upTo: 2) {
      $0.cases = ["quiet"]
      $0.progress = { progress in told.withLock { $0.append(progress) } }
    }
    let all = told.withLock { $0 }
    #expect(all.map(\.fraction) == all.map(\.fraction).sorted())
    #expect((all.last?.fraction ?? 0) > 0.999)
    #expect(all.last?.runs == all.last?.plannedRuns && all.last?.runs == 10)
  }

  @Test("decimals in a log are exact")
  func decimals() {
    let bytes = Mutex<[UInt8]>([])
    var writer = LineWriter { buffer in bytes.withLock { $0.append(contentsOf: buffer) } }
    writer.begin()
    writer.add("a", 1_500_000_000, decimals: 9)
    writer.add("b", -5, decimals: 12)
    writer.add("c", 0, decimals: 9)
    writer.add("d", 3_000_000_000, decimals: 9)
    writer.add("e", "say \"no\"\n")
    writer.add("f", ["x", "y"])
    writer.end()
    writer.flush()
    #expect(
      String(decoding: bytes.withLock { $0 }, as: UTF8.self)
        == "{\"a\":1.5,\"b\":-0.000000000005,\"c\":0,\"d\":3,\"e\":\"say \\\"no\\\"\\u000a\","
        + "\"f\":[\"x\",\"y\"]}\n")
    #expect(LifeTeller.seconds(2_386_600_000) == "2.387 s")
    #expect(LifeTeller.dollars(Money(picodollars: 3_105_000_000)) == "$0.003105")
    #expect(Decimal.text(0.0252104, 6) == "0.025210" && Decimal.text(-1.5, 0) == "-2")
  }
}
