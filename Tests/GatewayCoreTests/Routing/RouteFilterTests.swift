import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A filter")
struct RouteFilterTests {
  private static var world: PolicyNames {
    var names = PolicyNames.letters
    for (place, region, residency, provider) in [
      (0, "sweden", "eu", "azure"), (1, "france", "eu", "azure"), (2, "virginia", "us", "openai"),
    ] {
      names.deployments[place].region = region
      names.deployments[place].residency = residency
      names.deployments[place].provider = provider
    }
    names.deployments[0].tags = TagSet(rawValue: 4)
    return names
  }

  /// The deployments that are tried, in order, when all fail.
  private func tried(
    _ filter: Setting, over: Setting = ["a", "b", "c", "d"], names: PolicyNames = world,
    _ change: (inout Request) -> Void = { _ in }
  ) throws -> String {
    let bench = try Bench(
      ["filter": filter, "routes": ["chat": ["fallback": over]]], names: names)
    bench.arrive(change)
    var order = ""
    while let attempt = bench.live.first {
      order += attempt.deployment
      bench.end(.status(500))
    }
    return order.isEmpty ? "\(bench.requests[0].outcome.status)" : order
  }

  @Test("keeps to regions, residency, providers, models and names; what is not known is not in")
  func lists() throws {
    #expect(try tried(["residency": "eu"]) == "ab")
    #expect(try tried(["regions": ["sweden", "virginia"]]) == "ac")
    #expect(try tried(["providers": ["openai"]]) == "c")
    #expect(try tried(["deployments": ["d", "b"]]) == "bd")
    #expect(try tried(["except": ["residency": "us"]]) == "abd")
    #expect(try tried(["except": ["providers": "azure"], "deployments": ["a", "c"]]) == "c")
    #expect(try tried(["tags": ["tier": "gold"]]) == "a")
    #expect(try tried(["residency": "eu", "except": ["regions": "sweden"]]) == "b")
  }

  @Test("with a condition concerns only the requests for which it holds")
  func conditional() throws {
    let filter: Setting = ["if": ["tags": ["data": "confidential"]], "residency": "eu"]
    #expect(try tried(filter) == "abcd")
    #expect(try tried(filter) { $0.tags = TagSet(rawValue: 2) } == "ab")
  }

  @Test("of a node and those above it must all let pass")
  func intersect() throws {
    let over: Setting = ["a", ["fallback": ["b", "c"], "filter": ["providers": "azure"]], "c"]
    #expect(try tried(["residency": "eu"], over: over) == "ab")
    #expect(try tried([:], over: over) == "abc")
    let lifts: Setting = ["a", ["fallback": ["c"], "filter": ["residency": ["eu", "us"]]]]
    #expect(try tried(["residency": "eu"], over: lifts) == "a")
  }

  @Test("OpenRouter: a maximum price is hard, also when nothing is left", .tags(.fact))
  func price() throws {
    // a to d cost 1, 2, 4, 8 $/M of input and ten times as much of output.
    #expect(try tried(["price": ["input": "$2/M"]]) == "ab")
    #expect(try tried(["price": ["output": "$39.99/M"]]) == "ab")
    #expect(try tried(["price": ["input": "$0.5/M"]]) == "503")
    #expect(try tried(["price": ["input": "$4/M", "output": "$10/M"]]) == "a")
  }

  @Test("of a price per request counts its input and its output cap")
  func bill() throws {
    // 1,000 input and 500 output tokens: $0.001 + $0.005 at a, twice at b.
    let filter: Setting = ["price": ["request": "$0.012"]]
    #expect(try tried(filter) == "ab")
    #expect(try tried(filter) { $0.outputCap = 501 } == "a")
    #expect(try tried(filter) { $0.outputCap = .max } == "ab")
    #expect(
      try tried(["price": ["request": "$0.012", "assumeOutput": 2_000]]) {
        $0.outputCap = .max
      } == "503")
  }

  @Test("compares the window with the prompt, with prompt and cap, or with nothing")
  func window() throws {
    var names = RouteFilterTests.world
    names.deployments[0].contextWindow = 1_400
    names.deployments[1].contextWindow = 900
    #expect(try tried([:], names: names) == "acd")
    #expect(try tried(["contextWindow": "total"], names: names) == "cd")
    #expect(try tried(["contextWindow": "ignore"], names: names) == "abcd")
    let nearest: Setting = [
      ["deployment": "a"], ["deployment": "b", "filter": ["contextWindow": "ignore"]],
    ]
    #expect(try tried(["contextWindow": "total"], over: nearest, names: names) == "b")
  }

  @Test("of capabilities can be told not to look")
  func capabilities() throws {
    var names = RouteFilterTests.world
    names.capabilities = ["vision"]
    for place in [0, 2] { names.deployments[place].capabilities = [] }
    #expect(try tried([:], names: names) { $0.capabilities = TagSet(rawValue: 1) } == "bd")
    #expect(
      try tried(["capabilities": false], names: names) { $0.capabilities = TagSet(rawValue: 1) }
        == "abcd")
  }

  @Test("that is soft is dropped when it leaves nothing of the whole route")
  func soft() throws {
    let soft: Setting = ["providers": "openai", "soft": true]
    #expect(try tried(soft) == "c")
    #expect(try tried(soft, over: ["a", "b"]) == "ab")
    #expect(try tried([soft, ["residency": "eu"]]) == "ab")
  }

  @Test("says which candidate it removed and why")
  func explained() throws {
    let bench = try Bench(
      [
        "filter": ["residency": "eu", "price": ["input": "$1/M"]],
        "routes": ["chat": ["balance": "cheapest", "over": ["a", "b", "c"]]],
      ], names: RouteFilterTests.world, explaining: 0)
    bench.arrive()
    let removed = bench.notes(.candidateRemoved)
    #expect(removed.map { PolicyNames.letter($0.deployment) } == ["b", "c"])
    #expect(removed.map { Note.Removal(rawValue: $0.value) } == [.price, .residency])
  }

  @Test("that can remove nothing costs nothing: the leaf is known to fit always")
  func compiledAway() throws {
    let plan = try GatewayPlan(
      ["filter": ["residency": ["eu", "us"]], "routes": ["chat": ["fallback": ["a", "b", "c"]]]],
      names: RouteFilterTests.world)
    #expect(plan.tree.guards.isEmpty)
    #expect(plan.tree.nodes.allSatisfy { $0.alwaysFit })
  }

  @Test("tells a prompt that is too long for all as a provider would, if that is the policy")
  func tooLong() throws {
    var names = PolicyNames.letters
    names.deployments[0].contextWindow = 10
    func outcome(_ filteredOut: Setting) throws -> Outcome {
      let bench = try Bench(["filteredOut": filteredOut, "routes": ["chat": "a"]], names: names)
      bench.arrive()
      return bench.requests[0].outcome
    }
    #expect(try outcome([:]) == .status(503))
    #expect(try outcome(["status": 404]) == .status(404))
    #expect(try outcome(["tooLong": "contextWindow"]) == .contextWindow)
  }

  @Test(
    "LiteLLM: too small windows fail as a prompt too long: only context-window fallbacks take it",
    .tags(.fact))
  func preCallChecks() throws {
    var names = PolicyNames.letters
    names.deployments[0].contextWindow = 10
    func goesTo(_ on: Setting) throws -> String {
      let bench = try Bench(
        [
          "filteredOut": ["tooLong": "contextWindow"],
          "routes": ["chat": ["fallback": ["a", "b"], "on": on, "unfit": "on"]],
        ], names: names)
      bench.arrive()
      return bench.live.first?.deployment ?? "\(bench.requests[0].outcome.kind)"
    }
    #expect(try goesTo(["contextWindow"]) == "b")
    #expect(try goesTo(["5xx"]) == "contextWindow")
    #expect(try goesTo(["any", "!contextWindow"]) == "contextWindow")
  }

  @Test("refuses names that nothing has, and misspelt keys")
  func errors() {
    for wrong: Setting in [
      ["residency": "mars"], ["providers": ["azur"]], ["deployments": "e"],
      ["tags": ["tier": "silver"]], ["price": ["input": 3]], ["contextWindow": "all"],
      ["matchTags": ["by": "planet"]], ["residncy": "eu"], "eu",
    ] {
      #expect(throws: SettingError.self) { try tried(wrong) }
    }
  }
}

@Suite("Tags that choose among deployments")
struct TagMatchTests {
  /// a: free; b: paid and eu; c: default; d: nothing.
  private static var world: PolicyNames {
    var names = PolicyNames.letters
    names.tags = ["tag=free", "tag=paid", "tag=eu", "data=public"]
    names.deployments[0].tags = TagSet(rawValue: 1)
    names.deployments[1].tags = TagSet(rawValue: 6)
    names.deployments[2].isDefault = true
    return names
  }

  private func candidates(
    _ tags: UInt64, over: Setting = ["a", "b", "c", "d"], match: Setting = ["by": "tag"],
    names: PolicyNames = world
  ) throws -> Set<String> {
    let bench = try Bench(
      [
        "filter": ["matchTags": match],
        "routes": ["chat": ["balance": "weighted-random", "over": over]],
      ], names: names)
    return Set(
      (0..<40).map { _ in
        bench.arrive { $0.tags = TagSet(rawValue: tags) }
        defer { bench.end(.succeeded) }
        return bench.live.first?.deployment ?? "none"
      })
  }

  @Test("LiteLLM: one tag in common is enough, or all are wanted", .tags(.fact))
  func anyOrAll() throws {
    #expect(try candidates(1) == ["a"])
    #expect(try candidates(3) == ["a", "b"])
    #expect(try candidates(6, match: ["by": "tag", "all": true]) == ["b"])
    #expect(try candidates(5, match: ["by": "tag", "all": true]) == ["c"])
  }

  @Test(
    "LiteLLM: no match goes to the deployments tagged default; without one the request fails",
    .tags(.fact))
  func noMatch() throws {
    #expect(try candidates(4, over: ["a", "c", "d"]) == ["c"])
    #expect(try candidates(4, over: ["a", "d"]) == ["none"])
  }

  @Test(
    "LiteLLM: an untagged request goes to those tagged default if there are any, else to all",
    .tags(.fact))
  func untagged() throws {
    #expect(try candidates(0) == ["c"])
    #expect(try candidates(8) == ["c"])
    #expect(try candidates(0, over: ["a", "b", "d"]) == ["a", "b", "d"])
  }

  @Test(
    "LiteLLM: !tag leaves out what carries the tag, &tag keeps only what does", .tags(.fact),
    arguments: [
      // (the request's tags, the candidates); a: free; b: paid, eu; c: default; d: nothing.
      (["!free"], "c"), (["!paid"], "c"), (["&eu"], "b"), (["&paid", "&eu"], "b"),
      (["&paid", "&free"], "none"), (["&eu", "!paid"], "none"), (["&none"], "none"),
      (["!none"], "c"), (["free", "!eu"], "a"), (["free", "paid"], "ab"),
      (["free", "paid", "!eu"], "a"), (["free", "paid", "&eu"], "b"), (["free", "&eu"], "none"),
      (["free", "!free"], "c"), (["none", "!free"], "c"), (["none", "&eu"], "none"),
    ] as [([String], String)])
  func prefixes(asked: [String], expected: String) throws {
    var names = TagMatchTests.world
    names.tags += ["!free", "!paid", "!eu", "!none", "&paid", "&eu", "&free", "&none", "none"].map {
      "tag=\($0)"
    }
    let bits = try asked.reduce(UInt64(0)) { bits, tag in
      bits | 1 << UInt64(try #require(names.tags.firstIndex(of: "tag=\(tag)")))
    }
    let match: Setting = ["by": "tag", "prefixes": true]
    #expect(try candidates(bits, match: match, names: names).sorted().joined() == expected)
  }

  @Test("LiteLLM: !tag alone tries the deployments tagged default, else all others", .tags(.fact))
  func exclusionOnly() throws {
    var names = TagMatchTests.world
    names.tags.append("tag=!free")
    let match: Setting = ["by": "tag", "prefixes": true]
    #expect(try candidates(16, over: ["a", "b", "d"], match: match, names: names) == ["b", "d"])
    #expect(try candidates(16, over: ["a", "c", "d"], match: match, names: names) == ["c"])
    // A default that carries the tag is left out, and nobody stands in for it.
    names.deployments[0].isDefault = true
    #expect(try candidates(16, over: ["a", "b"], match: match, names: names) == ["none"])
  }

  @Test("take prefixes for plain letters unless told otherwise")
  func noPrefixes() throws {
    var names = TagMatchTests.world
    names.tags.append("tag=!free")
    #expect(try candidates(16, names: names) == ["c"])
    #expect(try candidates(16 | 1, names: names) == ["a"])
  }

  @Test("are judged among what is healthy: a match that is down leaves the default")
  func health() throws {
    let bench = try Bench(
      [
        "filter": ["matchTags": ["by": "tag"]],
        "breaker": ["trip": ["consecutiveFailures": 1], "open": "1h"],
        "routes": ["chat": ["balance": "weighted-random", "over": ["a", "c"]]],
      ], names: TagMatchTests.world)
    bench.arrive { $0.tags = TagSet(rawValue: 1) }
    #expect(bench.live[0].deployment == "a")
    bench.end(.status(500))
    bench.arrive { $0.tags = TagSet(rawValue: 1) }
    #expect(bench.live[0].deployment == "c")
  }
}
