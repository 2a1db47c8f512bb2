import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("Every trip")
struct TripTests {
  /// All outcomes since the trip began to count, judged from scratch each time.
  private struct Twin {
    var outcomes: [(failed: Bool, at: Int64)] = []

    mutating func opens(_ kind: Int, failed: Bool, at now: Int64) -> Bool {
      outcomes.append((failed, now))
      switch kind {
      case 0: return outcomes.suffix(3).filter(\.failed).count == 3
      case 1:
        let last = outcomes.suffix(8)
        return last.count >= 4 && last.contains { $0.failed }
          && 2 * last.count { $0.failed } >= last.count
      case 2:
        let recent = outcomes.filter { $0.at / 100 > now / 100 - 10 }
        return judged(recent)
      case 3: return judged(outcomes.filter { $0.at / 1_000 == now / 1_000 })
      case 4:
        // From the first failure on; more than a second after it all begins anew.
        var kept: [(failed: Bool, at: Int64)] = []
        for one in outcomes {
          if let first = kept.first, one.at - first.at > 1_000 { kept = [] }
          if one.failed || !kept.isEmpty { kept.append(one) }
        }
        return judged(kept)
      default:
        var (count, last) = (0, Int64(0))
        for one in outcomes {
          if one.failed {
            count += 1
            last = one.at
          } else if one.at - last > 1_000 {
            count = 0
          }
        }
        return failed && count >= 4
      }
    }

    private func judged(_ some: [(failed: Bool, at: Int64)]) -> Bool {
      let failures = some.count { $0.failed }
      return failures >= 6 || (some.count >= 5 && failures > 0 && 10 * failures >= 7 * some.count)
    }
  }

  private static let window: [(String, Setting)] = [
    ("count", 6), ("share", "70%"), ("window", "1us"),
  ]
  private static let trips: [Setting] = [
    ["consecutiveFailures": 3], ["failureRatio": ["share": "50%", "window": 8, "minimum": 4]],
    ["failuresInTime": .members(window)],
    ["failuresInTime": .members(window + [("kind", "tumbling")])],
    ["failuresInTime": .members(window + [("kind", "fromFirstFailure")])],
    ["totalFailures": ["count": 4, "forgetAfter": "1us"]],
  ]

  @Test("opens just when a list of all outcomes says so", arguments: 0..<6)
  func twin(kind: Int) throws {
    // The bounds of the registry are milliseconds; the clock of this test is nanoseconds × 10⁶.
    let scale: Int64 = 1_000_000
    let setting = try milliseconds(TripTests.trips[kind])
    var openings = 0
    forEverySeed(0..<200) { seed, random in
      guard var trip = try? Trips.registry.make(from: setting) else { return }
      var twin = Twin()
      var now = Int64.random(in: 0...5_000, using: &random)
      for _ in 0..<200 {
        now += Int64.random(in: 0...(seed % 2 == 0 ? 120 : 700), using: &random)
        let failed = Int.random(in: 0..<100, using: &random) < 45
        let ours = trip.counts(failed: failed, at: Instant(nanoseconds: now * scale))
        if ours != twin.opens(kind, failed: failed, at: now) {
          Issue.record("seed \(seed) at \(now): opens \(ours)")
          return
        }
        if ours {
          openings += 1
          trip.forget()
          twin.outcomes = []
        }
      }
    }
    #expect(openings > 100)
  }

  /// One microsecond stands for a second of a thousand milliseconds here.
  private func milliseconds(_ setting: Setting) throws -> Setting {
    guard case .object(var members) = setting.content else { return setting }
    for place in members.indices {
      members[place].value =
        if case .string("1us") = members[place].value.content { "1s" } else {
          try milliseconds(members[place].value)
        }
    }
    return Setting(.object(members)).moved(to: "")
  }

  @Test("without a failure never opens", arguments: Trips.registry.names)
  func calm(name: String) throws {
    var trip = try Trips.registry.make(from: example(name))
    for step in 0..<1_000 {
      let opens = trip.counts(failed: false, at: at(.milliseconds(step * 7)))
      #expect(!opens && trip.failures == 0)
    }
  }

  @Test("opens when all fails", arguments: Trips.registry.names)
  func ruin(name: String) throws {
    var trip = try Trips.registry.make(from: example(name))
    #expect((0..<100).contains { trip.counts(failed: true, at: at(.milliseconds($0))) })
    trip.forget()
    #expect(trip.failures == 0)
  }

  @Test("is equal to another with the same parameters only")
  func equality() throws {
    for name in Trips.registry.names {
      let one = try Trips.registry.make(from: example(name))
      let other = try Trips.registry.make(from: example(name))
      #expect(AnyHashable(one) == AnyHashable(other))
      for another in Trips.registry.names where another != name {
        #expect(AnyHashable(one) != AnyHashable(try Trips.registry.make(from: example(another))))
      }
    }
  }

  private func example(_ name: String) -> Setting {
    switch name {
    case "failureRatio": ["failureRatio": ["share": "50%"]]
    case "failuresInTime": ["failuresInTime": ["share": "50%", "window": "10s"]]
    default: .members([(name, Setting(integerLiteral: 5))])
    }
  }

  @Test("is described without a file, with a summary and a source")
  func registry() {
    #expect(Trips.registry.audit().isEmpty)
    #expect(Recoveries.registry.audit().isEmpty)
    for entry in Trips.registry.entries { #expect(entry.source != nil) }
    for entry in Recoveries.registry.entries { #expect(entry.source != nil) }
  }

  @Test("resilience4j: no rate is computed before minimumNumberOfCalls", .tags(.fact))
  func minimumCalls() throws {
    var trip = try Trips.registry.make(
      from: ["failureRatio": ["share": "50%", "window": 100, "minimum": 10]])
    for _ in 0..<9 {
      let opens = trip.counts(failed: true, at: .start)
      #expect(!opens)
    }
    let opens = trip.counts(failed: false, at: .start)
    #expect(opens)
  }

  @Test(
    "Azure APIM: three failures within the interval trip it, three in longer do not", .tags(.fact))
  func interval() throws {
    var trip = try Trips.registry.make(from: ["failuresInTime": ["count": 3, "window": "1h"]])
    let minutes = [0, 30, 70, 80]
    #expect(
      minutes.map { trip.counts(failed: true, at: at(.seconds($0 * 60))) }
        == [false, false, false, true])
  }

  @Test("Kong: the counter is not reset by a success inside fail_timeout", .tags(.fact))
  func kongTotal() throws {
    var trip = try Trips.registry.make(
      from: ["totalFailures": ["count": 3, "forgetAfter": "10s"]])
    func run(_ timeline: [(Int, Bool)]) -> [Bool] {
      timeline.map { trip.counts(failed: $0.1, at: at(.seconds($0.0))) }
    }
    #expect(run([(0, true), (1, false), (2, true), (12, false), (13, true)]).last == true)
    trip.forget()
    #expect(run([(0, true), (2, true), (13, false), (14, true), (15, true)]).last == false)
  }

  @Test("Portkey: minimum_requests guards the percentage, not the count", .tags(.fact))
  func portkeyMinimum() throws {
    let rule: Setting = [
      "count": 3, "share": "20%", "minimum": 5, "window": "30s", "kind": "fromFirstFailure",
    ]
    var counted = try Trips.registry.make(from: ["failuresInTime": rule])
    #expect(
      (0..<3).map { counted.counts(failed: true, at: at(.seconds($0))) }
        == [false, false, true])
    var shared = try Trips.registry.make(from: ["failuresInTime": rule])
    #expect(
      [true, false, false, false, false].map { shared.counts(failed: $0, at: .start) }
        == [false, false, false, false, true])
  }

  @Test("Portkey: a slow drip of failures never opens", .tags(.fact))
  func portkeyDrip() throws {
    var trip = try Trips.registry.make(
      from: ["failuresInTime": ["count": 3, "window": "30s", "kind": "fromFirstFailure"]])
    for step in 0..<50 {
      let opens = trip.counts(failed: true, at: at(.seconds(step * 16)))
      #expect(!opens)
    }
  }
}
