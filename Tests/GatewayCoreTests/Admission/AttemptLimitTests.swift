import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A limit of a deployment")
struct AttemptLimitTests {
  private func bench(
    _ route: Setting, _ limits: Setting, names: PolicyNames = .letters, attempts: Setting? = nil,
    explaining: UInt64? = nil
  ) throws -> Bench {
    var policy: [(String, Setting)] = [
      ("routes", .members([("chat", route), ("extract", "a")])), ("limits", limits),
    ]
    if let attempts { policy.append(("attempts", attempts)) }
    return try Bench(.members(policy), names: names, explaining: explaining)
  }

  @Test("is routed around before the provider says 429, and says so")
  func routedAround() throws {
    let bench = try bench(
      ["balance": "smooth-weighted-round-robin", "over": ["a", "b"]],
      [["each": "deployment", "unit": "requests", "of": ["a": "1/s"]]], explaining: 2)
    for _ in 0..<4 { bench.arrive() }
    #expect(bench.live.map(\.deployment).filter { $0 == "a" }.count == 1)
    #expect(bench.live.count == 4)
    // For a request that is explained each candidate, for the others each reason once.
    let removals = bench.notes(.candidateRemoved)
    #expect(removals.map(\.value) == [Note.Removal.limit.rawValue, Note.Removal.limit.rawValue])
    #expect(removals.map(\.request) == [1, 2] && removals.map(\.subject).first == .max)
    bench.pass(.seconds(1))
    for _ in 0..<2 { bench.arrive() }
    #expect(bench.live.map(\.deployment).filter { $0 == "a" }.count == 2)
  }

  @Test("refuses with 429 when every candidate's limit is reached, whatever allDown says")
  func allReached() throws {
    for allDown in ["use", "fail"] {
      let bench = try Bench([
        "routes": ["chat": ["fallback": ["a", "b"]]],
        "allDown": Setting(.string(allDown)),
        "limits": [["each": "deployment", "requests": "1/s", "burst": 1]],
      ])
      for _ in 0..<3 { bench.arrive() }
      #expect(bench.live.map(\.deployment) == ["a", "b"])
      let record = try #require(bench.requests.last)
      #expect(record.end == .rejected && record.rejection == .limit)
      #expect(record.outcome == .status(429))
      #expect(bench.held == 2)
    }
  }

  @Test("refuses with the status that the limit states, and is named in the record")
  func statedStatus() throws {
    let bench = try Bench([
      "routes": ["chat": ["fallback": ["a", "b"]]],
      "limits": [
        ["each": "team", "requests": "100/s"],
        ["each": "deployment", "requests": "1/s", "burst": 1, "status": 503],
      ],
    ])
    for _ in 0..<3 { bench.arrive() }
    let record = try #require(bench.requests.last)
    #expect(record.end == .rejected && record.rejection == .limit)
    #expect(record.outcome == .status(503) && record.limit == 1)
  }

  @Test(
    "tells when the first of them would admit a request that all refuse, of those that are not down"
  )
  func retryAfter() throws {
    func bench() throws -> Bench {
      let bench = try Bench([
        "routes": ["chat": ["fallback": ["a", "b"]]],
        "breaker": ["trip": ["consecutiveFailures": 1], "open": "1h"],
        "limits": [
          [
            "each": "deployment", "unit": "requests", "of": ["a": "1/min", "b": "1/10s"],
            "by": "fixed-window",
          ]
        ],
      ])
      bench.pass(.seconds(1))
      for _ in 0..<2 { bench.arrive() }
      return bench
    }
    let both = try bench()
    both.arrive()
    #expect(both.finished.map(\.retryAfter) == [RetryAfter(.seconds(9))])
    #expect(both.notes(.limiterJudged).map(\.other) == [at(.seconds(10)).nanoseconds])
    let one = try bench()
    one.end(.status(503), of: "b")
    one.arrive()
    #expect(one.finished.last?.retryAfter == RetryAfter(.seconds(59)))
  }

  @Test("tells the last of several limits that a deployment has, and nothing of one without an end")
  func latestOfSeveral() throws {
    let bench = try bench(
      "a",
      [
        ["each": "deployment", "requests": "1/10s", "by": "fixed-window"],
        ["each": "model", "requests": "2/min", "by": "fixed-window"],
      ])
    for (wait, hint) in [(Duration.zero, Duration.seconds(10)), (.seconds(10), .seconds(50))] {
      bench.pass(wait)
      for _ in 0..<2 { bench.arrive() }
      #expect(bench.finished.last?.retryAfter == RetryAfter(hint))
    }
    let parallel = try self.bench("a", [["each": "deployment", "inFlight": 1]])
    for _ in 0..<2 { parallel.arrive() }
    #expect(parallel.finished.map(\.retryAfter) == [.unsaid])
  }

  @Test("counts every attempt: retries and fallbacks too")
  func countsAttempts() throws {
    let bench = try bench(
      ["fallback": ["a", "b"]],
      [["each": "deployment", "unit": "requests", "of": ["a": "2/min"], "by": "fixed-window"]],
      attempts: ["retry": ["max": 5]])
    bench.arrive()
    bench.end(.status(503))
    bench.end(.status(503))
    // The third attempt may not go to a: the retry gives way to the fallback.
    #expect(bench.live.map(\.deployment) == ["b"])
    #expect(bench.attempts.map(\.reason) == [.first, .retry])
  }

  @Test("reserves at an attempt's start and reconciles at its end")
  func reconciles() throws {
    let bench = try bench(
      "a", [["each": "deployment", "totalTokens": "2k/min", "by": "fixed-window"]])
    bench.arrive()
    #expect(bench.notes(.limiterCharged).map(\.value) == [1_500])
    bench.arrive()
    #expect(bench.live.count == 1)
    bench.end(.succeeded, usage: Usage(inputTokens: 400, outputTokens: 100))
    #expect(bench.notes(.limiterCharged).map(\.value) == [1_500, -1_000])
    bench.arrive()
    #expect(bench.live.count == 1)
  }

  @Test("of a failed attempt gives back what it did not use")
  func failed() throws {
    let bench = try bench(
      ["fallback": ["a", "b"]],
      [["each": "deployment", "totalTokens": "1500/min", "by": "fixed-window"]])
    bench.arrive()
    bench.end(.status(500))
    #expect(bench.live.map(\.deployment) == ["b"])
    #expect(bench.notes(.limiterCharged).map(\.value) == [1_500, -1_500, 1_500])
    bench.arrive()
    #expect(bench.live.map(\.deployment) == ["b", "a"])
  }

  @Test("of a model holds for all deployments that serve it, whoever was asked for")
  func model() throws {
    var names = PolicyNames.letters
    names.deployments[0].model = "gpt"
    names.deployments[1].model = "gpt"
    names.deployments[2].model = "claude"
    let bench = try bench(
      ["fallback": ["a", "b", "c"]],
      [["each": "model", "unit": "requests", "of": ["gpt": "3/min"], "by": "fixed-window"]],
      names: names)
    for _ in 0..<2 { bench.arrive() }
    bench.arrive { $0.alias = AliasID(1) }
    for _ in 0..<2 { bench.arrive() }
    #expect(bench.live.map(\.deployment) == ["a", "a", "a", "c", "c"])
  }

  @Test("as a shadow is judged, charged and noted, never enforced")
  func shadow() throws {
    let bench = try bench(
      "a", [["each": "deployment", "requests": "1/s", "burst": 1, "shadow": true]])
    for _ in 0..<3 { bench.arrive() }
    #expect(bench.live.count == 3)
    #expect(bench.notes(.limiterJudged).map(\.value) == [0, 0])
    #expect(bench.notes(.limiterCharged).map(\.value) == [1])
  }

  @Test("of so many attempts at a time frees a place when one has ended")
  func parallel() throws {
    let bench = try bench(["fallback": ["a", "b"]], [["each": "deployment", "inFlight": 1]])
    for _ in 0..<3 { bench.arrive() }
    #expect(bench.live.map(\.deployment) == ["a", "b"])
    bench.end(.succeeded, of: "a")
    bench.arrive()
    #expect(bench.live.map(\.deployment) == ["b", "a"])
  }
}

@Suite("A limit's scope and filter")
struct LimitScopeTests {
  private func bench(_ limit: Setting, names: PolicyNames = .letters) throws -> Bench {
    try Bench(["routes": ["chat": "a", "extract": "b"], "limits": [limit]], names: names)
  }

  /// Three people beside the user without a name, and three of each other kind.
  private var withPeople: PolicyNames {
    var names = PolicyNames.letters
    let groups = [
      IdentityNames.Group(name: "none", first: 0),
      IdentityNames.Group(name: "people", first: 1, count: 3),
    ]
    (names.groups.keys, names.groups.users, names.groups.features) = (groups, groups, groups)
    names.groups.teams = groups
    (names.populations.features, names.populations.teams) = (4, 4)
    return names
  }

  private static let kinds: [(String, @Sendable (inout Request, Int) -> Void)] = [
    ("key", { $0.identity.key = KeyID($1) }), ("user", { $0.identity.user = UserID($1) }),
    ("team", { $0.identity.team = TeamID($1) }),
    ("feature", { $0.identity.feature = FeatureID($1) }),
  ]

  @Test("gives each member of a group its amount, and one that is named its own, in any order")
  func groups() throws {
    for (kind, become) in LimitScopeTests.kinds {
      for of: Setting in [
        ["people": "2/min", "people/2": "3/min"], ["people/2": "3/min", "people": "2/min"],
      ] {
        let bench = try bench(
          [
            "each": Setting(.string(kind)), "requests": "1/min", "by": "fixed-window", "of": of,
          ], names: withPeople)
        for member in 0..<4 {
          for _ in 0..<5 { bench.arrive { become(&$0, member) } }
        }
        let admitted = bench.live.map { bench.gateway.request(inSlot: $0.slot).number / 5 }
        #expect(admitted == [0, 1, 1, 2, 2, 2, 3, 3], "\(kind)")
      }
    }
  }

  @Test("applies to the members of a group that \"when\" names, and to nobody else")
  func filteredByGroup() throws {
    for (kind, become) in LimitScopeTests.kinds {
      let bench = try bench(
        [
          "requests": "1/s", "burst": 1, "when": .members([(kind, Setting(.string("people")))]),
        ], names: withPeople)
      for member in [0, 0, 4, 4, 1, 2, 3] { bench.arrive { become(&$0, member) } }
      #expect(bench.live.count == 5, "\(kind)")
      #expect(bench.requests.count == 2)
    }
  }

  @Test("of a name that nobody has is an error that says which there are")
  func unknownNames() throws {
    for (kind, _) in LimitScopeTests.kinds {
      for wrong: Setting in [
        ["each": Setting(.string(kind)), "requests": "1/s", "of": ["peple": "2/s"]],
        ["requests": "1/s", "when": .members([(kind, Setting(.string("peple")))])],
      ] {
        let error = #expect(throws: SettingError.self) { try bench(wrong, names: withPeople) }
        #expect("\(try #require(error))".contains("people"), "\(kind)")
      }
    }
    #expect(throws: SettingError.self) {
      try bench(
        ["each": "user", "requests": "1/s", "of": ["people/4": "2/s"]], names: withPeople)
    }
  }

  @Test("of several names has a bucket for each combination")
  func combined() throws {
    let bench = try bench(["each": ["team", "alias"], "requests": "1/s", "burst": 1])
    for team in 0..<2 {
      for alias in 0..<2 {
        for _ in 0..<2 {
          bench.arrive {
            $0.identity.team = TeamID(team)
            $0.alias = AliasID(alias)
          }
        }
      }
    }
    #expect(bench.live.count == 4)
    #expect(Set(bench.notes(.limiterCharged).map(\.other)).count == 4)
  }

  @Test("that names tenants gives each its own amount, and the others the general one")
  func named() throws {
    let bench = try bench([
      "each": "team", "requests": "1/min", "by": "fixed-window", "of": ["blue": "3/min"],
    ])
    for team in 0..<2 {
      for _ in 0..<5 { bench.arrive { $0.identity.team = TeamID(team) } }
    }
    #expect(bench.live.count == 1 + 3)
    // A team that nobody has declared is nobody's.
    bench.arrive { $0.identity.team = TeamID(9) }
    #expect(bench.live.count == 5)
  }

  @Test("applies only when all that \"when\" names holds")
  func filtered() throws {
    let bench = try bench([
      "requests": "1/s", "burst": 1, "when": ["tags": ["data": "confidential"], "alias": "chat"],
    ])
    for _ in 0..<3 { bench.arrive() }
    for _ in 0..<3 {
      bench.arrive {
        $0.alias = AliasID(1)
        $0.tags = TagSet(rawValue: 2)
      }
    }
    #expect(bench.live.count == 6)
    for _ in 0..<3 { bench.arrive { $0.tags = TagSet(rawValue: 2) } }
    #expect(bench.live.count == 7)
  }

  @Test("that lists several values of several tags asks for one of each")
  func lists() throws {
    var names = PolicyNames.letters
    names.tags.append("tier=silver")
    let both: Setting = ["data": ["public", "confidential"], "tier": ["gold", "silver"]]
    let bench = try bench(
      ["requests": "1/s", "burst": 1, "when": ["tags": both]], names: names)
    for one in [1, 2, 4, 8] as [UInt64] {
      for _ in 0..<2 { bench.arrive { $0.tags = TagSet(rawValue: one) } }
    }
    #expect(bench.live.count == 8)
    for two in [1 | 4, 2 | 8] as [UInt64] { bench.arrive { $0.tags = TagSet(rawValue: two) } }
    #expect(bench.live.count == 9)
  }

  @Test("is read with errors that say what is wrong")
  func errors() {
    for wrong: Setting in [
      ["requests": "1/month"], ["requests": "1/s", "by": "gcra", "burst": 0],
      ["requests": "5/s", "by": "sliding-window", "burst": 3], ["money": "5/s"],
      ["requests": "1/s", "by": ["fixed-window": ["align": "sometimes"]]],
      ["requests": "1/month", "by": ["fixed-window": ["align": "firstUse"]]],
      ["requests": "1/s", "of": ["red": "2/s"]], ["each": "team", "unit": "requests"],
      ["each": "team", "requests": "1/s", "of": ["pink": "2/s"]], ["inFlight": 0],
      ["inFlight": 3, "countRefused": true],
      ["inFlight": 3, "requests": "1/s"], ["requests": "1/s", "state": "shared"],
      ["requests": "1/s", "when": ["alias": "nobody"]],
    ] {
      #expect(throws: SettingError.self, "\(wrong)") { try bench(wrong) }
    }
  }
}
