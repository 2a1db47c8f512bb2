import Foundation
import Testing

@testable import Commands
@testable import Laboratory

@Suite("The other verbs")
struct VerbTests {
  @Test("run prints the measures and logs every settled request")
  func runs() throws {
    let place = try Place()
    let log = place.path + "/requests.jsonl"
    let result = run("run", place.scenario, "--policy", "failover", "--log", log)
    #expect(result.status == 0)
    #expect(result.out.contains("availability"))
    let rows = try place.text("requests.jsonl").split(separator: "\n")
    #expect(rows.count > 500)
    #expect(result.out.hasSuffix("requests.jsonl: \(rows.count) rows\n"))
    for row in rows.prefix(20) {
      #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(row.utf8)) }
    }
    #expect(!place.files().contains("requests.jsonl.partial"))
    let again = run("run", place.scenario, "--policy", "nobody", "--log", log + "2")
    #expect(again.status == 2)
    #expect(!place.files().contains { $0.hasPrefix("requests.jsonl2") })
    #expect(run("run", place.scenario, "--log", place.path + "/none/x").status == 2)
  }

  @Test("explain tells the life of one request under two policies")
  func explains() throws {
    let place = try Place()
    let result = run(
      "explain", place.scenario, "--request", "280", "--policy", "single", "--policy", "failover")
    #expect(result.status == 0)
    for words in [
      "The life of request 280", "single", "failover", "status 503", "south", "fallback",
    ] {
      #expect(result.out.contains(words), "\(words)")
    }
    let far = run("explain", place.scenario, "--request", "99999999")
    #expect(far.status == 2)
    #expect(far.err.contains("next: choose a smaller number"))
    #expect(run("explain", place.scenario, "--request", "3", "--format", "json").out.hasPrefix("{"))
  }

  @Test("check reads and simulates nothing")
  func checks() throws {
    let place = try Place()
    let before = place.files()
    let result = run("check", place.scenario)
    #expect(result.status == 0)
    #expect(result.out.contains("single, failover (baseline: single)"))
    #expect(result.out.contains("about 650 calls"))
    #expect(result.out.contains("12 runs, about 7,800 requests"))
    let resolved = run("check", place.scenario, "--resolved")
    #expect(resolved.out.contains("timeToFirstToken"))
    #expect(resolved.out.contains("scenario.json5:"))
    #expect(place.files() == before)
  }

  @Test("check names the incidents that no case has")
  func idleIncidents() throws {
    let place = try Place(
      Place.tiny.replacing("policies:", with: "cases: { quiet: [] }, policies:"))
    let result = run("check", place.scenario)
    #expect(result.status == 0 && result.out.contains(", of which no case has: "), "\(result)")
    #expect(!run("check", try Place().scenario).out.contains("no case has"))
  }

  @Test("policies shows mechanisms and their parameters")
  func policies() {
    let all = run("policies").out
    for name in ["weighted-random", "peak-ewma", "limit", "breaker", "poisson", "lognormal"] {
      #expect(all.contains(name), "\(name)")
    }
    let one = run("policies", "peak-ewma").out
    #expect(one.contains("decay: time constant of the average (duration; from 1ms to 1d;"))
    #expect(run("policies", "--format", "markdown").out.contains("| peak-ewma") == false)
    #expect(run("policies", "--format", "markdown").out.contains("`peak-ewma`"))
  }

  @Test("schema is JSON that an editor can hold")
  func schema() throws {
    let text = run("schema").out
    #expect(text.utf8.count < 1_000_000)
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    #expect((value as? [String: Any])?["type"] as? String == "object")
  }

  @Test("bench small-v1 prints one line with the outputs of the peers")
  func bench() throws {
    let result = run("bench", "small-v1", "25000", "1")
    #expect(result.status == 0)
    #expect(result.out.split(separator: "\n").count == 1)
    let value = try JSONSerialization.jsonObject(with: Data(result.out.utf8))
    let line = try #require(value as? [String: Any])
    for name in [
      "reject_rate", "hit_rate", "availability", "miss_availability", "mean_latency_all_s",
      "mean_latency_miss_s", "p50_s", "p95_s", "p99_s", "attempts_per_miss",
      "cost_usd_per_1k_admitted", "req_per_s", "maxrss_mb",
    ] { #expect(line[name] is Double, "\(name)") }
    let cold = run("bench", "small-v1", "25000", "1", "0")
    #expect(cold.out.contains("\"hit_rate\":0.0000000"))
    #expect(run("bench", "small-v2", "1", "1").status == 2)
  }

  @Test("the progress bar shows rate and time left, and only on a terminal")
  func progress() {
    let step = Progress(
      fraction: 0.25, requests: 1_000_000, requestsPerSecond: 500_000, runs: 3, plannedRuns: 12)
    #expect(
      ProgressBar.line(step, elapsed: 2, columns: 80)
        == "[███████░░░░░░░░░░░░░░░░░░░░░░] 25 %  run 3/12  500,000 requests/s  6.00 s left")
    #expect(ProgressBar(TextBuffer()).report == nil)
    let terminal = TextBuffer(isTerminal: true, columns: 80)
    let bar = ProgressBar(terminal)
    bar.report?(step)
    bar.clear()
    #expect(terminal.text.hasPrefix("\r["))
    #expect(terminal.text.hasSuffix("\r\u{1B}[K"))
  }
}
