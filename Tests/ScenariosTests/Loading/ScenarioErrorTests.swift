import Foundation
import Scenarios
import Testing

@Suite("An error of a scenario")
struct ScenarioErrorTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    var name: String
    var old: String
    var new: String
    var message: String
    var testDescription: String { name }

    init(_ name: String, _ old: String, _ new: String, _ message: String) {
      (self.name, self.old, self.new, self.message) = (name, old, new, message)
    }
  }

  static let mistakes: [Mistake] = [
    Mistake(
      "a share over 100 %", "latency:", "faults: { hang: \"120%\" }, latency:",
      """
      scenario.json5:7:30: deployments["a/x"].faults.hang: found "120%" (more than 100%), expected a \
      share such as "0.2%" or 0.002
      """),
    Mistake(
      "a burst of nothing", "today: {", "today: { limits: [{ requests: \"9/s\", burst: 0 }],",
      """
      scenario.json5:11:23: policies.today.limits[0]: found a burst of 0, expected a positive rate, \
      and a burst of at least 1 and not absurdly large
        next: a bucket without permits can never admit a request; give it a burst
      """),
    Mistake(
      "an alias without route", "alias: \"chat\"", "alias: \"chta\"",
      """
      scenario.json5:11:22: policies.today.routes: alias without route: the stream "s" asks for \
      "chta", and the policy "today" routes it nowhere
        did you mean "chat"?  allowed: chat
        next: add "chta" to policies.today.routes, or correct the stream's alias
      """),
    Mistake(
      "an unknown deployment", "chat: \"a/x\"", "chat: \"a/z\"",
      """
      scenario.json5:11:30: policies.today.routes.chat: no deployment or alias named "a/z"
        did you mean "a/x"?  allowed: a/x, b/y, chat
      """),
    Mistake(
      "a circle of extends", "model: \"a/m\"", "extends: \"b/y\", model: \"a/m\"",
      """
      scenario.json5:6:23: deployments["a/x"].extends: a deployment cannot extend itself: a/x → b/y \
      → a/x
        next: give one of them its own values instead
      """),
    Mistake(
      "an unknown base", "extends: \"today\"", "extends: \"tody\"",
      """
      scenario.json5:12:23: policies.other.extends: no policy named "tody"
        did you mean "today"?  allowed: today, other
      """),
    Mistake(
      "a selector that matches nothing", "policies:",
      "incidents: { x: { on: { region: \"us\" }, from: \"1m\", for: \"2m\", slow: 2 } }, policies:",
      """
      scenario.json5:10:35: incidents.x.on.region: no region named "us"
        allowed: eu
      """),
    Mistake(
      "an incident on the gateway that does nothing", "policies:",
      "incidents: { x: { on: \"gateway\", from: \"5h\" } }, policies:",
      """
      scenario.json5:10:19: incidents.x: it has no effect
        allowed: restart, reload, embedding, complexity, store, cache, vectors
        next: say what befalls the gateway's replicas, or a service that they ask
      """),
    Mistake(
      "an unknown key of a deployment", "price:", "prcie:",
      """
      scenario.json5:6:42: deployments["a/x"].prcie: unknown key "prcie"
        did you mean "price"?  allowed: model, provider, region, residency, quota, serving, \
      provisioned, price, account, serviceTier, contextWindow, capabilities, latency, faults, billing, \
      tokens, promptCache, wrong, source, extends, estimate, tags
      """),
    Mistake(
      "a misspelt extends", "extends: \"a/x\"", "extend: \"a/x\"",
      """
      scenario.json5:8:14: deployments["b/y"].extend: unknown key "extend"
        did you mean "extends"?  allowed: model, provider, region, residency, quota, serving, \
      provisioned, price, account, serviceTier, contextWindow, capabilities, latency, faults, billing, \
      tokens, promptCache, wrong, source, extends, estimate, tags
      """),
    Mistake(
      "an unknown kind of route node", "fallback:", "falback:",
      """
      scenario.json5:12:50: policies.other.routes.chat.falback: unknown key "falback"
        did you mean "fallback"?  allowed: weight, order, filter, …
      """),
    Mistake(
      "a key twice", "lab: 1,", "lab: 1, lab: 1,",
      """
      scenario.json5:2:11: lab: the key "lab" is already at 2:3
        next: keep one of the two
      """),
    Mistake(
      "no version", "lab: 1,", "",
      """
      scenario.json5:1:1: missing "lab": expected lab: 1, the version of the language
        next: begin the file with { lab: 1, …
      """),
    Mistake(
      "another version", "lab: 1,", "lab: 2,",
      """
      scenario.json5:2:8: lab: found 2, expected 1, the version of the language that this gateway-lab \
      reads
        next: write lab: 1, or use the gateway-lab that reads the other version
      """),
    Mistake(
      "a horizon of nothing", "\"1h\"", "\"0s\"",
      "scenario.json5:3:12: horizon: found \"0s\", expected a duration at least 1ms"),
    Mistake(
      "a negative seed", "lab: 1,", "lab: 1, seed: -1,",
      "scenario.json5:2:17: seed: found -1, expected a whole number at least 0"),
    Mistake(
      "a negative rate", "\"4/s\"", "\"-4/s\"",
      """
      scenario.json5:4:40: traffic.s.arrivals.poisson.rate: found "-4/s" (negative), expected a rate \
      such as "4/s", "6k/min", "1M/day"
      """),
    Mistake(
      "a date that is none", "lab: 1,", "lab: 1, starts: \"2026-02-30T07:00Z\",",
      """
      scenario.json5:2:19: starts: found "2026-02-30T07:00Z", expected a date and time with its offset \
      such as "2026-03-02T07:00+01:00"
      """),
    Mistake(
      "fewer replications than at first", "lab: 1,", "lab: 1, replications: {from: 9, upTo: 3},",
      "scenario.json5:2:41: replications.upTo: found 3, expected at least `from`, which is 9"),
    Mistake(
      "an unknown baseline", "lab: 1,", "lab: 1, baseline: \"tody\",",
      """
      scenario.json5:2:21: baseline: no policy named "tody"
        did you mean "today"?  allowed: today, other
      """),
    Mistake(
      "an expectation of an unknown policy", "lab: 1,", "lab: 1, expect: { tody: \"p95 <= 2s\" },",
      """
      scenario.json5:2:27: expect.tody: no policy named "tody"
        did you mean "today"?  allowed: today, other
      """),
    Mistake(
      "an objective of an unknown alias", "lab: 1,",
      "lab: 1, objectives: { chatt: { endToEnd: \"1s\" } },",
      """
      scenario.json5:2:25: objectives.chatt: no alias named "chatt"
        did you mean "chat"?  allowed: firstToken, endToEnd, chat
      """),
    Mistake(
      "an undeclared team", "traffic: { s: {", "teams: { kyc: {} }, traffic: { s: { team: \"kcy\",",
      """
      scenario.json5:4:45: traffic.s.team: no team named "kcy"
        did you mean "kyc"?  allowed: none, kyc
      """),
    Mistake(
      "a data file that is missing", "arrivals: { poisson: \"4/s\" }", "trace: \"conv.csv\"",
      """
      scenario.json5:4:26: traffic.s.trace: conv.csv: no such data file; searched
        conv.csv
        next: download it (the scenario's README.md says where from), put it beside the scenario, or \
      name its folder with --data
      """),
  ]

  @Test("says what, where, why and what next", arguments: mistakes)
  func says(mistake: Mistake) throws {
    let told = try message(edited(mistake.old, mistake.new))
    // A list that every new mechanism makes longer is told by its beginning.
    if mistake.message.hasSuffix("…") {
      #expect(told?.hasPrefix(mistake.message.dropLast()) == true)
    } else {
      #expect(told == mistake.message)
    }
  }

  @Test("tells of a section that is missing or empty")
  func missing() throws {
    for section in ["traffic", "policies", "deployments"] {
      let empty = smallest.replacingOccurrences(of: "\(section): {", with: "\(section): {}, x: {")
      let found = try #require(try message(empty))
      #expect(found.contains("unknown key \"x\""))
    }
    let none = "{ lab: 1, horizon: \"1h\" }"
    #expect(
      try message(none) == """
        scenario.json5:1:1: missing "traffic": expected at least one stream { name: { arrivals: …, \
        tokens: …, alias: … } }
          next: say what the clients ask for
        """)
    let policies = smallest.components(separatedBy: "policies:")[0]
    #expect(
      try message(policies + "policies: {} }") == """
        scenario.json5:10:13: policies: found an empty object, expected at least one policy { name: { \
        routes: { … } } }
          next: say where each alias goes: policies: { today: { routes: { chat: "deployment" } } }
        """)
  }

  @Test("tells of a path that leads to no scenario")
  func paths() throws {
    let files = try Files([("empty/README.md", "")])
    #expect {
      try ScenarioLoader.load(path: files.path + "/empty")
    } throws: {
      "\($0)".hasSuffix(
        """
        /empty: the folder holds no scenario.json5
          next: name a folder that does, or the scenario file itself
        """)
    }
    #expect {
      try ScenarioLoader.load(path: "no/such.json5")
    } throws: {
      "\($0)" == """
        no/such.json5: no such file or folder
          next: name a scenario file, or a folder that holds scenario.json5
        """
    }
    #expect {
      try ScenarioLoader.load(path: "/dev/zero")
    } throws: { "\($0)".hasPrefix("/dev/zero: not a file of text") }
  }
}
