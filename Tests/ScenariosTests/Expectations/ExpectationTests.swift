import Foundation
import Measures
import Settings
import Testing
import Vocabulary

@testable import Scenarios

@Suite("A line of expect, never or sometimes")
struct ExpectationTests {
  private func expectations(
    expect: String? = nil, never: String? = nil, sometimes: String? = nil
  ) throws -> Expectations {
    var parts: [String] = []
    if let expect { parts.append("expect: { failover: [\"\(expect)\"] },") }
    if let never { parts.append("never: [\"\(never)\"],") }
    if let sometimes { parts.append("sometimes: [\"\(sometimes)\"],") }
    let whole = "expect: { failover: [\"availability of chat >= 99.5% in case outage\","
    let start = try #require(example.range(of: whole)).lowerBound
    let end = try #require(example.range(of: "sometimes: [\"breaker opens in case outage\"],"))
      .upperBound
    var text = example
    text.replaceSubrange(start..<end, with: parts.joined(separator: "\n"))
    return try Files([("scenario.json5", text)]).load().expectations
  }

  private func one(_ text: String) throws -> Scenarios.Expectation {
    try #require(try expectations(expect: text).expect.first)
  }

  @Test(
    "names a measure as the file, the column or the mouth does",
    arguments: [
      ("availability >= 99%", "availability"), ("success per call >= 0.9", "successPerCall"),
      ("p95 timeToFirstToken <= 2s", "p95.timeToFirstToken"),
      ("TTFT p99 <= 2s", "p99.timeToFirstToken"),
      ("p50 end to end <= 900ms", "p50.endToEndLatency"),
      ("cost per success <= $0.004", "costPerSuccess"),
      ("amplification < 1.2", "amplification"),
      ("rejected by own limits <= 1%", "rejectedByOwnLimits"),
    ])
  func measures(_ text: String, _ name: String) throws {
    #expect(try one(text).measure.name == name)
  }

  @Test("holds a value in the measure's unit, a policy, or a multiple of one")
  func bounds() throws {
    #expect(try one("availability >= 99.5%").bound == .value(0.995))
    #expect(try one("p95 timeToFirstToken <= 1500ms").bound == .value(1.5))
    #expect(try one("cost per success <= $0.25").bound == .value(0.25))
    #expect(try one("cost per success <= 1.3 x today").bound == .policy(0, factor: 1.3))
    #expect(try one("availability >= affinity").bound == .policy(2, factor: 1))
    #expect(try one("availability >= 99.5%").isAtLeast)
    #expect(try !one("amplification < 2").isAtLeast)
  }

  @Test("speaks of some requests, in some cases, at some time")
  func parts() throws {
    let chat = try one("availability of chat >= 99% in case outage during 'sweden down'")
    #expect(chat.slice.alias == AliasID(0))
    #expect(chat.cases == [1])
    #expect(chat.slice.from.nanoseconds == (1_800 + 7_200) * 1_000_000_000)
    let after = try one("availability >= 99% after 'sweden down'")
    #expect(after.slice.from == chat.slice.to && after.cases == [1])
    let narrow = try one(
      "p95 endToEndLatency of alias extract and team kyc and tag.data = confidential <= 9s")
    #expect(narrow.slice.alias == AliasID(1) && narrow.slice.team != nil)
    #expect(narrow.slice.tags == TagSet(rawValue: 1))
    #expect(try one("availability of deployment openai >= 1%").slice.deployment == DeploymentID(2))
    #expect(try one("availability >= 90% in every minute").slice.keepsSeries)
    // A generated case is named by its stem.
    #expect(try one("availability >= 90% in case 'any one down'").cases.count == 3)
  }

  @Test("of what must never be seen has conditions on who, what and where")
  func never() throws {
    let found = try #require(
      try expectations(never: "attempt where tag.data = confidential and residency != eu")
        .never.first)
    #expect(found.isAboutAttempts && found.tags == TagSet(rawValue: 1))
    #expect(found.deployments == [false, false, true])
    let failed = try #require(
      try expectations(never: "request where end = failed and alias = chat under failover")
        .never.first)
    #expect(failed.ends == [.failed] && failed.aliases == [true, false])
    #expect(failed.policy == 1 && failed.mayBeUnserved)
  }

  @Test("of what must be seen names an event")
  func sometimes() throws {
    let found = try #require(
      try expectations(sometimes: "breaker opens under failover in case outage").sometimes.first)
    #expect(found.event.name == "breaker opens" && found.policy == 1 && found.cases == [1])
  }

  @Test(
    "is wrong with a reason, a place and the nearest spelling",
    arguments: [
      ("availabilty >= 9%", "no measure named \"availabilty\"", "availability"),
      (
        "availability of chta >= 9%", "no alias, team, feature or deployment named \"chta\"", "chat"
      ),
      ("availability = 9%", "found \"=\", expected one of >=, <=, >, <", ""),
      ("availability >= 2s", "found \"2s\"", ""),
      ("availability >= 120%", "found \"120%\"", ""),
      ("availability >= 9% in case outge", "no case named \"outge\"", "outage"),
      ("availability >= 9% during 'swedn down'", "no incident named", "sweden down"),
      (
        "availability >= 9% in case quiet during 'sweden down'", "belongs to none of these cases",
        ""
      ),
      ("availability >= 9% somehow", "found \"somehow\"", ""),
      ("availability >= 1.2 x todya", "no policy named", "today"),
      ("availability >=", "found the end of the line", ""),
      ("goodput >= 9% in every minute", "is not kept minute by minute", ""),
      ("availability of 'chat >= 9%", "a quote that does not end", ""),
    ])
  func mistakes(_ text: String, _ problem: String, _ suggestion: String) throws {
    let error = #expect(throws: ScenarioError.self) { try expectations(expect: text) }
    let told = try #require(error).description
    #expect(told.contains(problem), "\(told)")
    if !suggestion.isEmpty { #expect(told.contains("did you mean \"\(suggestion)\"?"), "\(told)") }
    #expect(told.contains("scenario.json5:"))
  }

  @Test(
    "of the other sections is wrong in the same way",
    arguments: [
      ("attempt if x = y", "expected where"), ("call where x = y", "expected attempt or request"),
      ("attempt where colour = red", "no field named"),
      ("attempt where region = mars", "no region"),
      ("attempt where tag.data = secret", "no tag named"),
      ("attempt where team", "expected = or !="),
    ])
  func otherMistakes(_ text: String, _ problem: String) throws {
    let error = #expect(throws: ScenarioError.self) { try expectations(never: text) }
    #expect(error?.description.contains(problem) == true, "\(String(describing: error))")
    #expect(throws: ScenarioError.self) { try expectations(sometimes: "breakr opens") }
  }

  @Test("never breaks the reader, whatever its words are")
  func torture() throws {
    let words = [
      "availability", "of", "chat", ">=", "99%", "in", "case", "outage", "every", "minute", "x",
      "'", "!=", "=", "during", "after", "under", "today", "tag.data", "and", "where", "attempt",
      "…",
      "1e999", "-1", "$", "<", "'sweden down'",
    ]
    var random: UInt64 = 7
    for _ in 0..<150 {
      var line: [String] = []
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      for _ in 0..<Int(random >> 33) % 10 {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        line.append(words[Int(random >> 33) % words.count])
      }
      let setting = Setting(stringLiteral: line.joined(separator: " "))
      let reader = LineReader(ExpectationTests.whole)
      _ = try? reader.expectation(setting, policy: 0)
      _ = try? reader.prohibition(setting)
      _ = try? reader.sighting(setting)
    }
  }

  private static let whole: Scenario = {
    do { return try Files([("scenario.json5", example)]).load() } catch { fatalError("\(error)") }
  }()
}
