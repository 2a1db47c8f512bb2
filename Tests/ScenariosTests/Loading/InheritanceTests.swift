import GatewayCore
import Providers
import Scenarios
import Settings
import Testing
import Traffic

@Suite("Extending")
struct InheritanceTests {
  private func scenario() throws -> Scenario { try Files([("scenario.json5", example)]).load() }

  @Test("takes over what is silent, and null is silent again")
  func merges() throws {
    let scenario = try scenario()
    let fleet = scenario.fleet.deployments
    #expect(fleet.map(\.region) == ["swedencentral", "francecentral", ""])
    #expect(fleet.map(\.residency) == ["eu", "eu", "us"])
    #expect(fleet[1].quota != fleet[0].quota)
    #expect(fleet[2].quota == nil)
    #expect(fleet.map(\.source) == ["own logs, 2026-01", "own logs, 2026-01", ""])
    #expect(scenario.streams[2].aliasName == "chat")
  }

  @Test("replaces a choice whole")
  func choices() throws {
    let scenario = try scenario()
    let affinity = scenario.policies[2]
    #expect(affinity.setting["routes"]?["chat"]?["fallback"] == nil)
    #expect(affinity.setting["breaker"]?["trip"]?["consecutiveFailures"] == nil)
    #expect(affinity.setting["attempts"]?["max"] != nil)
    #expect(affinity.plan.cache == nil)
    let batch = scenario.resolved["traffic"]?["batch"]?["arrivals"]
    #expect(batch?["poisson"] == nil)
  }

  @Test("goes through many levels")
  func levels() throws {
    let text = edited(
      "today: {",
      "c: { extends: \"b\" }, b: { extends: \"a\" }, a: { extends: \"today\" }, today: {")
    let scenario = try Files([("scenario.json5", text)]).load()
    #expect(scenario.policies.map(\.name) == ["c", "b", "a", "today", "other"])
    #expect(scenario.policies[0].plan.tree.deployments(reachableFrom: 0).count == 1)
  }

  @Test("of nothing is silence")
  func nothing() throws {
    #expect(try message(edited("extends: \"today\"", "extends: null")) == nil)
    #expect(
      try message(edited("extends: \"today\"", "extends: 7")) == """
        scenario.json5:12:23: policies.other.extends: found 7, expected the name of the policy to extend
        """)
  }
}

@Suite("A policy from a file")
struct PolicyFileTests {
  private let alone = "{ routes: { chat: \"b/y\" }, attempts: { max: 4, total: \"3s\" } }"
  private let several =
    "{ policies: { u: { routes: { chat: \"b/y\" } }, v: { extends: \"u\", attempts: { max: 2 } } } }"

  @Test("is the base of the policy that names it, found from the file that does")
  func from() throws {
    let text = edited(
      "today: {", "prod: { from: \"p/prod.json5\", attempts: { max: 2 } }, today: {")
    let files = try Files([("scenario.json5", text), ("p/prod.json5", alone)])
    let prod = try files.load().policies[0]
    #expect(prod.plan.maximumAttempts == 2)
    #expect(prod.setting["attempts"]?["total"] != nil)
    #expect(prod.setting["from"] == nil)
  }

  @Test("comes from the command line beside those of the scenario")
  func option() throws {
    let files = try Files([
      ("scenario.json5", smallest), ("mine.json5", alone), ("all.json5", several),
    ])
    var options = ScenarioOptions()
    options.policies = [files.path + "/mine.json5", files.path + "/all.json5#v"]
    let scenario = try files.load(options)
    #expect(scenario.policies.map(\.name) == ["today", "other", "mine", "v"])
    #expect(scenario.policies[3].plan.maximumAttempts == 2)
    #expect(scenario.inputs.map(\.file) == ["scenario.json5", "mine.json5", "all.json5"])
  }

  @Test("may extend a policy of the scenario")
  func extends() throws {
    let files = try Files([
      ("scenario.json5", smallest), ("mine.json5", "{ extends: \"other\", attempts: { max: 2 } }"),
    ])
    var options = ScenarioOptions()
    options.policies = [files.path + "/mine.json5"]
    let mine = try files.load(options).policies[2]
    #expect(mine.plan.tree.deployments(reachableFrom: 0).count == 2)
  }

  @Test("is an error if it is not there, is one of several, or has a name that is taken")
  func errors() throws {
    func load(_ option: String) throws -> String? {
      try message(smallest, [("today.json5", alone), ("all.json5", several)]) { options, path in
        options.policies = ["\(path)/\(option)"]
      }
    }
    #expect(
      try load("all.json5") == """
        --policy all.json5: policies.all.from: the file "all.json5" holds 2 policies
          allowed: u, v
          next: say which: "all.json5#u"
        """)
    #expect(
      try load("all.json5#w") == """
        --policy all.json5#w: policies.w.from: no policy in "all.json5" named "w"
          allowed: u, v
        """)
    #expect(
      try load("today.json5") == """
        --policy today.json5: the scenario has a policy named "today" already
          next: give the policy, or the file that holds it alone, another name
        """)
    #expect(try load("nix.json5")?.contains("cannot be opened: No such file") == true)
  }

  @Test("that comes from itself is an error")
  func circle() throws {
    let text = edited("today: {", "prod: { from: \"p.json5\" }, today: {")
    #expect(
      try message(text, [("p.json5", "{ policies: { prod: { from: \"scenario.json5#prod\" } } }")])
        == """
        scenario.json5:11:19: policies.prod.from: a policy cannot extend itself: prod → p.json5#prod → \
        prod
          next: give one of them its own values instead
        """)
  }
}
