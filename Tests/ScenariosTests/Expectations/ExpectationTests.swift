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
    #expect(try one("availability >= 90% in every minute").slice.keepsMinutes)
    // A generated case is named by its stem.
    #expect(try one("availability >= 90% in case 'any one down'").cases.count == 3)
  }

  @Test(
    "asks any quantile, rate, burn, share or time",
    arguments: [
      ("p97 timeToFirstToken <= 2s", "p97.timeToFirstToken", Measure.Unit.seconds),
      ("p99.9 TTFT <= 2s", "p99.9.timeToFirstToken", .seconds),
      ("end to end p90 <= 2s", "p90.endToEndLatency", .seconds),
      ("p50.timePerOutputToken <= 20ms", "p50.timePerOutputToken", .seconds),
      ("p95 TPOT <= 20ms", "p95.timePerOutputToken", .seconds),
      ("retry rate <= 60/min", "retryRate", .perSecond),
      ("429 rate of chat <= 1/s", "throttleRate", .perSecond),
      ("error budget burn against 99.9% of chat <= 1", "errorBudgetBurn", .ratio),
      ("share of provider openai and chat <= 10%", "share", .share),
      ("share of reason hedge <= 10%", "share", .share),
      ("cache hit share >= 10%", "hitRate", .share),
      ("cost per 1,000 <= $4", "costPerThousand", .dollars),
      ("total cost <= 1.3 x today", "totalCost", .dollars),
      ("time to detect 'sweden down' <= 2m", "timeToDetect", .seconds),
      ("time to recover from 'sweden down' <= 2m", "timeToRecover", .seconds),
      ("worst minute goodput >= 9%", "goodput", .share),
      ("availability >= 0.98 x committed", "availability", .share),
    ])
  func more(_ text: String, _ name: String, _ unit: Measure.Unit) throws {
    let found = try one(text)
    #expect(found.measure.name == name && found.measure.unit == unit)
  }

  @Test("takes a share as 99% or 0.99, and no share of more than all")
  func shareBounds() throws {
    guard case .value(let plain) = try one("availability >= 0.99").bound,
      case .value(let percent) = try one("availability >= 99%").bound
    else {
      Issue.record("no values")
      return
    }
    #expect(plain == 0.99 && percent == 0.99)
    for wrong in ["availability >= 99", "availability >= 120%", "goodput of chat <= 1.2"] {
      let error = #expect(throws: (any Error).self) { try one(wrong) }
      #expect("\(error, default: "none")".contains("expected a share such as"), "\(wrong)")
    }
    #expect(try one("availability >= 1.01 x today").bound == .policy(0, factor: 1.01))
  }

  @Test("takes a share of the requests that meet its conditions on who asked for what")
  func shares() throws {
    let served = try one("share of deployment openai and chat <= 10% during 'sweden down'")
    #expect(served.slice.deployment == DeploymentID(2) && served.slice.alias == AliasID(0))
    let base = try #require(served.base)
    #expect(base.deployment == nil && base.alias == AliasID(0))
    #expect(base.endings == Ending.allCases.map(\.isSuccess))
    #expect(base.from == served.slice.from && base.to == served.slice.to)
    #expect(try one("share of outcome failed <= 10%").base?.endings == [])
    #expect(try one("share of reason hedge <= 1%").base == nil)
  }

  @Test("takes a time from the incident that it names, in the cases that have it")
  func times() throws {
    let detect = try one("time to detect 'sweden down' by share below 5% <= 2m")
    #expect(detect.cases == [1])
    guard case .detection(let detection) = detect.reading else {
      Issue.record("no detection")
      return
    }
    #expect(detection.shareBelow == 0.05 && detection.struck == [true, false, false])
    let recover = try one(
      "time to recover p95 endToEndLatency from 'sweden down' within 20% for 5m of chat <= 9m")
    guard case .recovery(let recovery) = recover.reading else {
      Issue.record("no recovery")
      return
    }
    #expect(recovery.measure.name == "p95.endToEndLatency" && recovery.minutes == 5)
    #expect(recovery.isRelative && recovery.tolerance == 0.2 && recover.slice.alias == AliasID(0))
    #expect(recover.slice.keepsMinutes)
    let later = try one("availability >= 9% after 'sweden down' from 5m within 20m")
    let whole = try one("availability >= 9% after 'sweden down'")
    #expect(whole.slice.from.nanoseconds(to: later.slice.from) == 300_000_000_000)
    #expect(later.slice.from.nanoseconds(to: later.slice.to) == 1_200_000_000_000)
  }

  @Test("under * holds for every policy, but not against itself")
  func everyPolicy() throws {
    let found = try expectations(
      expect: "availability >= 9%\"], \"*\": [\"cost per success <= 2 x today"
    ).expect
    #expect(found.map(\.policy) == [1, 1, 2])
    #expect(found.map(\.bound).last == .policy(0, factor: 2))
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
      ("availability >= 9% in every 90s", "measures are kept by the minute", ""),
      ("share >= 9%", "expected of and what it is a share of", ""),
      ("share of deployment openay >= 9%", "no deployment named \"openay\"", "openai"),
      ("share of reason retrys <= 9%", "no reason named \"retrys\"", "retry"),
      ("share of outcome faild <= 9%", "no outcome named \"faild\"", "failed"),
      ("error budget burn <= 1", "expected against and the objective", ""),
      ("error budget burn against 100% <= 1", "expected an objective below 100 %", ""),
      ("time to detect 'swedn down' <= 1m", "no incident named", "sweden down"),
      ("time to detect 'sweden down' of chat <= 1m", "for all requests at once", ""),
      ("time to detect 'sweden down' <= 1m in case quiet", "belongs to none of these cases", ""),
      ("time to recover 'sweden down' <= 1m", "no measure named", ""),
      ("429 rate of team kyc <= 5/s", "attempts do not tell who asked", ""),
      ("request rate <= 5", "found \"5\", expected a rate", ""),
      ("p101 timeToFirstToken <= 5s", "no measure named", ""),
      ("availability >= 9% after 'sweden down' from 99h", "no time is left of it", ""),
      ("availability of user nobody >= 9%", "no user named", ""),
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
