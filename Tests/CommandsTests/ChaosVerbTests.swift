import Foundation
import Testing

@testable import Commands

@Suite("The verb chaos")
struct ChaosVerbTests {
  private static func tiny(_ more: String) -> String {
    Place.tiny.replacingOccurrences(
      of: "question:", with: more + " question:")
  }

  @Test("fails with the small plan and the commands, and finds nothing where nothing is")
  func plans() throws {
    let place = try Place(Self.tiny("expect: { single: [\"availability >= 99.9%\"] },"))
    let words = ["chaos", place.scenario, "--seeds", "4", "--seed", "14", "--policy", "single"]
    let result = run(all: words)
    #expect(result.status == 1)
    for word in [
      "1 of 1 policies failed: \"single\"", "97.70 %, asked for 99.90 %",
      "objective: availability >= 99.9%", "incidents: {",
      "lowest",
      "gateway-lab chaos \(place.scenario)", "--policy single --seed 1",
    ] { #expect(result.out.contains(word), "\(word)\n\(result.out)") }
    #expect(run(all: words + ["--jobs", "1"]).out == result.out)
    #expect(place.files() == ["scenarios", "scenarios/tiny", "scenarios/tiny/scenario.json5"])
    let json = run(all: words + ["--format", "json"])
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any])
    let policies = try #require(object["policies"] as? [[String: Any]])
    let failures = try #require(policies.first?["failures"] as? [[String: Any]])
    #expect(failures.contains { ($0["shrunkFaults"] as? Int) == 1 })
    let other = try Place()
    let sound = run(
      "chaos", other.scenario, "--seeds", "4", "--policy", "failover", "--grace", "20s")
    #expect(sound.status == 0, "\(sound.out)")
  }

  @Test("draws a map into the results folder")
  func map() throws {
    let place = try Place()
    let result = run(
      "chaos", place.scenario, "--map", "load=0.5..1/2,incidents[\"north down\"].for=5s..30s/2",
      "--replications", "1")
    #expect(result.status == 0, "\(result.err)")
    #expect(result.out.contains("share of runs that come back"))
    #expect(try place.text("results/tiny/metastability.svg").hasPrefix("<svg"))
    let json = run(
      "chaos", place.scenario, "--map", "load=0.5..1/2,incidents[\"north down\"].for=5s..30s/2",
      "--replications", "1", "--policy", "single", "--format", "json")
    #expect(json.out.contains("\"recovered\""))
  }

  @Test("says what is wrong with its words")
  func errors() throws {
    let place = try Place()
    let cases: [([String], String)] = [
      (["--map", "load=1..2/3"], "two axes"), (["--grace", "soon"], "expected a duration"),
      (["--policy", "singel"], "single"), (["--seeds", "0"], "from 1 to"),
      (["--map", "load=1..2/2,incidents.nobody.for=1s..2s/2"], "north down"),
    ]
    for (words, expected) in cases {
      let result = run(all: ["chaos", place.scenario] + words)
      #expect(result.status == 2)
      #expect(result.err.contains(expected), "\(words): \(result.err)")
    }
  }
}
