import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A condition")
struct RouteConditionTests {
  /// Whether a condition holds for a request: `a` serves it if so, else `b`.
  private func holds(
    _ condition: Setting, names: PolicyNames = .letters, after: Duration = .zero,
    _ change: (inout Request) -> Void = { _ in }
  ) throws -> Bool {
    let bench = try Bench(
      ["routes": ["chat": ["condition": [["if": condition, "then": "a"]], "else": "b"]]],
      names: names)
    bench.pass(after)
    bench.arrive(change)
    return bench.live[0].deployment == "a"
  }

  @Test("on tags knows in, notIn and exists; several keys must all hold")
  func tags() throws {
    let (open, secret, gold) = (TagSet(rawValue: 1), TagSet(rawValue: 2), TagSet(rawValue: 4))
    let notIn: Setting = ["tags": ["data": ["notIn": ["confidential"]]]]
    #expect(try holds(notIn) { $0.tags = open })
    #expect(try holds(notIn))
    #expect(try !holds(notIn) { $0.tags = secret })
    let exists: Setting = ["tags": ["data": ["exists": true], "tier": ["exists": false]]]
    #expect(try holds(exists) { $0.tags = secret })
    #expect(try !holds(exists) { $0.tags = [secret, gold] })
    #expect(try !holds(exists))
    let both: Setting = ["tags": ["data": ["public", "confidential"], "tier": ["in": ["gold"]]]]
    #expect(try holds(both) { $0.tags = [open, gold] })
    #expect(try !holds(both) { $0.tags = open })
    #expect(try !holds(both) { $0.tags = gold })
    #expect(try !holds(["tags": ["data": ["in": []]]]) { $0.tags = open })
  }

  @Test("on tokens counts input, output cap and their sum; no cap is above every number")
  func tokens() throws {
    #expect(try holds(["outputCapUpTo": 500]) { $0.outputCap = 500 })
    #expect(try !holds(["outputCapUpTo": 500]) { $0.outputCap = 501 })
    #expect(try !holds(["outputCapUpTo": 500]) { $0.outputCap = .max })
    #expect(try holds(["outputCapAbove": 4_000_000_000]) { $0.outputCap = .max })
    #expect(try holds(["totalAbove": 1_499]))
    #expect(try !holds(["totalAbove": 1_500]))
    #expect(try holds(["inputAbove": 999, "inputUpTo": 1_000]))
    #expect(try !holds(["inputAbove": 1_000, "inputUpTo": 1_000]))
  }

  @Test("on identity takes a name, several, or a group of ids")
  func identity() throws {
    var names = PolicyNames.letters
    names.groups.users = [.init(name: "none", first: 0), .init(name: "crowd", first: 1, count: 3)]
    names.groups.features = [.init(name: "search", first: 1)]
    names.groups.keys = [.init(name: "k1", first: 1)]
    for (user, expected) in [(0, false), (1, true), (3, true), (4, false)] {
      #expect(
        try holds(["user": "crowd"], names: names) { $0.identity.user = UserID(user) } == expected)
    }
    #expect(try holds(["team": ["red", "blue"]]) { $0.identity.team = TeamID(1) })
    #expect(try holds(["feature": "search"], names: names) { $0.identity.feature = FeatureID(1) })
    #expect(try !holds(["feature": "search"], names: names))
    #expect(try holds(["key": "k1"], names: names) { $0.identity.key = KeyID(1) })
    #expect(try holds(["alias": ["chat", "other"]]))
    #expect(try !holds(["alias": "other"]))
  }

  @Test("on priority and the client's own try")
  func priorityAndTry() throws {
    #expect(try holds(["priorityFrom": 2, "priorityUpTo": 4]) { $0.priority = 4 })
    #expect(try !holds(["priorityFrom": 2, "priorityUpTo": 4]) { $0.priority = 5 })
    #expect(try holds(["clientTryFrom": 1]) { $0.clientTry = 1 })
    #expect(try !holds(["clientTryFrom": 1]))
  }

  @Test("composes by all, any and not, nested as deep as one likes")
  func composition() throws {
    let long: Setting = ["inputAbove": 5_000]
    let stream: Setting = ["streams": true]
    for bits in 0..<4 {
      let (isLong, streams) = (bits & 1 == 1, bits & 2 == 2)
      func asks(_ condition: Setting) throws -> Bool {
        try holds(condition) {
          $0.inputTokens = isLong ? 6_000 : 10
          $0.streams = streams
        }
      }
      #expect(try asks(["all": [long, stream]]) == (isLong && streams))
      #expect(try asks(["any": [long, stream]]) == (isLong || streams))
      #expect(try asks(["not": long]) == !isLong)
      #expect(try asks(["not": [long, stream]]) == !(isLong || streams))
      let exclusive: Setting = [
        "any": [["all": [long], "not": stream], ["not": long, "streams": true]]
      ]
      #expect(try asks(exclusive) == (isLong != streams))
      #expect(try asks([:]))
      #expect(try !asks(["any": []]))
    }
  }

  @Test("on the civil time follows the calendar and its offset, also past midnight")
  func time() throws {
    var names = PolicyNames.letters
    // Monday 2026-03-02, 07:00 at +01:00.
    names.calendar = Calendar(
      epochSecondsAtStart: Calendar.days(fromYear: 2026, month: 3, day: 2) * 86_400 + 6 * 3600,
      offsetSeconds: 3600)
    let office: Setting = [
      "time": ["from": "08:00", "to": "18:00", "days": ["mon", "tue", "wed", "thu", "fri"]]
    ]
    for (hours, expected) in [
      (0, false), (1, true), (10, true), (11, false), (25, true), (121, false),
    ] {
      #expect(try holds(office, names: names, after: .seconds(hours * 3600)) == expected)
    }
    #expect(try holds(office, names: names, after: .seconds(11 * 3600 - 1)))
    let night: Setting = ["time": ["from": "22:00", "to": "06:00", "days": "mon"]]
    for (hours, expected) in [
      (0, false), (14, false), (15, true), (22, true), (23, false), (39, false),
    ] {
      #expect(try holds(night, names: names, after: .seconds(hours * 3600)) == expected)
    }
    #expect(throws: SettingError.self) { try holds(office) }
    for wrong: Setting in ["8:00", "25:00", "08:60", "24:01"] {
      #expect(throws: SettingError.self) {
        try holds(["time": ["from": wrong]], names: names)
      }
    }
  }

  @Test("agrees with its own words evaluated one by one, for random shapes")
  func twin() throws {
    var random = SplitMix64(seed: 7)
    indirect enum Shape {
      case atLeast(Int)
      case all([Shape]), any([Shape]), not(Shape)
      var condition: RouteCondition {
        switch self {
        case .atLeast(let n): .test(RouteTest(.inputTokens, Int64(n)...Int64.max))
        case .all(let parts): .all(parts.map(\.condition))
        case .any(let parts): .any(parts.map(\.condition))
        case .not(let part): .not(part.condition)
        }
      }
      func holds(_ n: Int) -> Bool {
        switch self {
        case .atLeast(let least): n >= least
        case .all(let parts): parts.allSatisfy { $0.holds(n) }
        case .any(let parts): parts.contains { $0.holds(n) }
        case .not(let part): !part.holds(n)
        }
      }
    }
    func shape(_ depth: Int) -> Shape {
      let kind = depth == 0 ? 0 : Int(random.next() % 4)
      let parts = Int(random.next() % 4)
      switch kind {
      case 0: return .atLeast(Int(random.next() % 10))
      case 1: return .all((0..<parts).map { _ in shape(depth - 1) })
      case 2: return .any((0..<parts).map { _ in shape(depth - 1) })
      default: return .not(shape(depth - 1))
      }
    }
    for _ in 0..<300 {
      let shape = shape(4)
      var tree = RouteTree()
      let start = tree.compile(shape.condition)
      for n in 0..<10 {
        let request = Request(call: CallKey(bits: 0), inputTokens: UInt32(n), alias: AliasID(0))
        var next = start
        var asked = 0
        while next < RouteTest.fails {
          let test = tree.tests[Int(next)]
          next = test.answer(for: request, localSeconds: 0) ? test.yes : test.no
          asked += 1
        }
        #expect((next == RouteTest.holds) == shape.holds(n))
        #expect(asked <= tree.tests.count)
      }
    }
  }

  @Test("Portkey: the first branch that matches is taken, else the default", .tags(.fact))
  func firstMatch() throws {
    let route: Setting = [
      "condition": [
        ["if": ["tags": ["tier": "gold"]], "then": "a"],
        ["if": ["any": [["tags": ["tier": "gold"]], ["inputAbove": 10]]], "then": "b"],
      ], "else": "c",
    ]
    #expect(try story(route) { $0.tags = TagSet(rawValue: 4) } == "a. ok")
    #expect(try story(route) == "b. ok")
    #expect(try story(route) { $0.inputTokens = 10 } == "c. ok")
  }

  @Test("Portkey: without a default and a match the router fails, and asks nobody", .tags(.fact))
  func noDefault() throws {
    let route: Setting = [
      "condition": [["if": ["streams": true], "then": "a"]], "else": ["fail": 400],
    ]
    #expect(try story(route) == "400")
    #expect(try story(route) { $0.streams = true } == "a. ok")
  }

  @Test("on a budget sees how much is left, and whether a mark asks to be rerouted")
  func budget() throws {
    func homes(_ condition: Setting) throws -> String {
      let bench = try Bench([
        "budgets": [["money": "$1/1d", "align": "firstUse", "at": ["50%": "reroute"]]],
        "routes": ["chat": ["condition": [["if": condition, "then": "a"]], "else": "b"]],
      ])
      var order = ""
      // At b an answer of 20,000 output tokens costs $0.40, at a half of it.
      for _ in 0..<5 {
        bench.arrive()
        order += bench.live.first?.deployment ?? "-"
        bench.end(.succeeded, usage: Usage(inputTokens: 0, outputTokens: 20_000))
      }
      return order
    }
    #expect(try homes(["rerouted": true]) == "bbaaa")
    #expect(try homes(["remainingBelow": "30%"]) == "bbaaa")
    #expect(try homes(["remainingBelow": "70%"]) == "baaaa")
    #expect(try homes(["rerouted": false]) == "aaabb")
  }

  @Test("names a near spelling for an unknown tag, team, capability or day")
  func unknown() {
    for (wrong, near) in [
      (["tags": ["data": "confidentail"]] as Setting, "confidential"),
      (["team": "bleu"], "blue"), (["alias": "chatt"], "chat"), (["inptAbove": 3], "inputAbove"),
    ] {
      do {
        _ = try holds(wrong)
        Issue.record("no error for \(wrong)")
      } catch {
        #expect("\(error)".contains(near))
      }
    }
  }

  @Test("on the civil time knows the days before 1970")
  func beforeTheEpoch() throws {
    var names = PolicyNames.letters
    // Wednesday, 31 December 1969, 23:00.
    names.calendar = Calendar(epochSecondsAtStart: -3_600, offsetSeconds: 0)
    for (condition, expected) in [
      (["time": ["days": ["wed"]]], true), (["time": ["days": ["thu"]]], false),
      (["time": ["from": "22:30", "to": "23:30"]], true),
      (["time": ["from": "00:00", "to": "22:30"]], false),
    ] as [(Setting, Bool)] {
      #expect(try holds(condition, names: names) == expected, "\(condition)")
    }
    #expect(try holds(["time": ["days": ["thu"]]], names: names, after: .seconds(3_600)))
  }
}
