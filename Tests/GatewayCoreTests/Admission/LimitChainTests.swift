import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A chain of limits")
struct LimitChainTests {
  private func bench(_ limits: Setting, cache: Bool = false, order: String = "admitFirst") throws
    -> Bench
  {
    var policy: [(String, Setting)] = [
      ("routes", ["chat": "a", "extract": "b"]), ("limits", limits),
      ("order", Setting(.string(order))),
    ]
    if cache { policy.append(("cache", ["exact": ["ttl": "1h"]])) }
    return try Bench(.members(policy))
  }

  /// The permits that the notes say were charged to a limit, in order.
  private func charges(_ bench: Bench, limit: Int = 0) -> [Int64] {
    bench.notes(.limiterCharged).filter { Int($0.subject) == limit && $0.value != 0 }.map(\.value)
  }

  @Test("refuses with 429 and names the limit and the instant at which the request would pass")
  func refuses() throws {
    let bench = try bench([["requests": "10/s", "burst": 2]])
    bench.arrive()
    bench.arrive()
    bench.arrive()
    let record = try #require(bench.requests.first)
    #expect(record.end == .rejected && record.rejection == .limit && record.limit == 0)
    #expect(record.outcome == .status(429))
    let note = try #require(bench.notes(.limiterJudged).first)
    #expect(note.value == 0)
    #expect(note.other == at(.milliseconds(100)).nanoseconds)
    bench.now = Instant(nanoseconds: note.other - 1)
    bench.arrive()
    #expect(bench.live.count == 2)
    bench.pass(.nanoseconds(1))
    bench.arrive()
    #expect(bench.live.count == 3)
  }

  @Test("charges all of its limits or none")
  func allOrNothing() throws {
    let bench = try bench([
      ["requests": "1/s", "burst": 5], ["inputTokens": "1k/s", "burst": 1_000, "charge": "check"],
    ])
    bench.arrive()
    for _ in 0..<3 { bench.arrive() }
    #expect(bench.live.count == 1)
    #expect(charges(bench, limit: 0) == [1])
    #expect(charges(bench, limit: 1) == [1_000])
    #expect(bench.requests.allSatisfy { $0.limit == 1 })
  }

  @Test("names the limit that makes the request wait longest")
  func longest() throws {
    let bench = try bench([["requests": "10/s", "burst": 1], ["requests": "1/s", "burst": 1]])
    bench.arrive()
    bench.arrive()
    #expect(bench.requests.first?.limit == 1)
    #expect(bench.notes(.limiterJudged).map(\.other) == [100_000_000, 1_000_000_000])
  }

  @Test(
    "has a bucket of its own for each tenant",
    arguments: ["key", "user", "team", "feature", "alias"])
  func scopes(scope: String) throws {
    let bench = try bench([["each": Setting(.string(scope)), "requests": "1/s", "burst": 1]])
    for tenant in [0, 0, 1, 1] {
      bench.arrive {
        $0.identity = Identity(
          key: KeyID(tenant), user: UserID(tenant), team: TeamID(tenant),
          feature: FeatureID(tenant))
        $0.alias = AliasID(tenant)
      }
    }
    #expect(bench.live.count == 2)
    #expect(bench.requests.count == 2)
  }

  @Test("puts tenants that nobody has declared into the last bucket")
  func outside() throws {
    let bench = try bench([["each": "team", "requests": "1/s", "burst": 1]])
    bench.arrive { $0.identity.team = TeamID(9) }
    bench.arrive { $0.identity.team = TeamID(60_000) }
    #expect(bench.live.count == 1)
  }

  @Test("that charges after admits while nothing is owed, and then takes what was used")
  func after() throws {
    let bench = try bench([["totalTokens": "100/s", "burst": 100, "charge": "after"]])
    bench.arrive()
    bench.arrive()
    #expect(bench.live.count == 2)
    #expect(charges(bench).isEmpty)
    bench.end(.succeeded, usage: Usage(inputTokens: 1_000, outputTokens: 100))
    #expect(charges(bench) == [1_100])
    bench.arrive()
    // 1,000 are owed and one more is needed, at 100 a second.
    #expect(bench.notes(.limiterJudged).last?.other == at(.milliseconds(10_010)).nanoseconds)
  }

  @Test("that reserves takes prompt and output cap, and gives back what was not used")
  func reserve() throws {
    let bench = try bench([["totalTokens": "1k/s", "burst": 2_000]])
    bench.arrive()
    #expect(charges(bench) == [1_500])
    bench.arrive()
    #expect(bench.live.count == 1)
    bench.end(.succeeded, usage: Usage(inputTokens: 1_000, outputTokens: 100))
    #expect(charges(bench) == [1_500, -400])
    let note = try #require(bench.notes(.reconciled).first)
    #expect((note.value, note.other) == (1_500, 1_100))
  }

  @Test("that reserves assumes an output for a request without a cap")
  func assumed() throws {
    let bench = try bench([["outputTokens": "1k/s", "burst": 900, "assumeOutput": 700]])
    bench.arrive { $0.outputCap = .max }
    #expect(charges(bench) == [700])
  }

  @Test("reconciles also what failed, and what its client abandoned")
  func reconcilesFailures() throws {
    let bench = try bench([["totalTokens": "1/s", "burst": 10_000]])
    bench.arrive()
    bench.end(.status(500))
    let id = bench.arrive()
    bench.report(.abandoned(id))
    bench.end(.cancelled)
    #expect(charges(bench) == [1_500, -1_500, 1_500, -1_500])
  }

  @Test("as a shadow notes what it would refuse, and refuses nothing")
  func shadow() throws {
    let bench = try bench([["requests": "1/s", "burst": 1, "shadow": true]])
    for _ in 0..<3 { bench.arrive() }
    #expect(bench.live.count == 3)
    #expect(bench.notes(.limiterJudged).map(\.value) == [0, 0])
    #expect(charges(bench) == [1])
  }

  @Test(
    "as a shadow judges as if it were enforced: what it would refuse is never charged nor reconciled",
    arguments: ["after", "reserve"])
  func shadowBooks(charge: String) throws {
    func run(shadow: Bool) throws -> [Bool] {
      let limit: Setting = [
        "totalTokens": "1k/s", "burst": 2_000, "charge": Setting(.string(charge)),
        "shadow": Setting(.bool(shadow)),
      ]
      let bench = try bench([limit])
      var refused: [Bool] = []
      for _ in 0..<50 {
        let before = bench.notes(.limiterJudged).count
        bench.arrive()
        refused.append(bench.notes(.limiterJudged).count > before)
        bench.pass(.milliseconds(150))
        bench.end(.succeeded)
      }
      return refused
    }
    let enforced = try run(shadow: false)
    #expect(enforced.contains(true) && enforced.contains(false))
    #expect(try run(shadow: true) == enforced)
  }

  @Test("takes no part for a hit that the cache answers first")
  func cacheFirst() throws {
    for charge in ["check", "after", "reserve"] {
      for countsHits in [true, false] {
        let bench = try bench(
          [
            [
              "inputTokens": "1/s", "burst": 10_000, "charge": Setting(.string(charge)),
              "countHits": Setting(.bool(countsHits)),
            ]
          ], cache: true, order: "cacheFirst")
        bench.arrive { $0.fingerprint = 7 }
        bench.end(.succeeded)
        let before = charges(bench)
        bench.arrive { $0.fingerprint = 7 }
        #expect(bench.requests.last?.source == .cache)
        #expect(charges(bench) == before, "\(charge), hits count: \(countsHits)")
      }
    }
  }

  @Test("gives back what a hit was charged, unless hits count")
  func hits() throws {
    for (charge, counts, expected) in [
      ("check", true, [1_000]), ("check", false, [1_000, -1_000]), ("after", true, [1_000]),
      ("after", false, []), ("reserve", true, [1_000]), ("reserve", false, [1_000, -1_000]),
    ] as [(String, Bool, [Int64])] {
      let bench = try bench(
        [
          [
            "inputTokens": "1/s", "burst": 10_000, "charge": Setting(.string(charge)),
            "countHits": Setting(.bool(counts)),
          ]
        ], cache: true)
      bench.arrive { $0.fingerprint = 7 }
      bench.end(.succeeded)
      let before = charges(bench).count
      bench.arrive { $0.fingerprint = 7 }
      #expect(bench.requests.last?.source == .cache)
      #expect(Array(charges(bench).dropFirst(before)) == expected, "\(charge) \(counts)")
    }
  }

  @Test("is read from one unit, a positive rate and a sensible burst")
  func reading() {
    for wrong: Setting in [
      ["burst": 3], ["requests": "1/s", "inputTokens": "1/s"], ["requests": "0/s"],
      ["requests": "1/s", "burst": 0], ["requests": "1/s", "burst": -5], ["each": "planet"],
    ] {
      #expect(throws: SettingError.self) { try bench([wrong]) }
    }
  }
}
