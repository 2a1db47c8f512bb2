import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("Outlier detection")
struct OutlierTests {
  private func watching(
    _ parameters: Setting = [:] as Setting, hosts: Int = 10, seed: UInt64 = 1
  ) throws -> Watching {
    Watching(
      try Ejections.registry.make("outliers", from: parameters), deployments: hosts, seed: seed)
  }

  @Test("Envoy: five 5xx in a row eject for 30 s, until the sweep after", .tags(.fact))
  func consecutive() throws {
    var one = try watching()
    one.end(3, .status(500), 1, times: 4)
    one.end(3, .succeeded, 2)
    one.end(3, .status(500), 3, times: 4)
    #expect(one.told.isEmpty)
    one.end(3, .status(500), 4)
    one.pass(to: 100)
    // 4 s + 30 s = 34 s: the next sweep is at 40 s.
    #expect(one.told == ["4.0: 3 out", "40.0: 3 back"])
  }

  @Test(
    "Envoy: the time grows with the times ejected, up to 300 s, and shrinks again", .tags(.fact))
  func grows() throws {
    var one = try watching(["interval": "1s", "baseTime": "10s", "maximumTime": "25s"])
    for second in [0.5, 11.1, 32.1] { one.end(0, .status(500), second, times: 5) }
    one.pass(to: 100)
    #expect(
      one.told == [
        "0.5: 0 out", "11.0: 0 back", "11.1: 0 out", "32.0: 0 back", "32.1: 0 out", "58.0: 0 back",
      ])
    var other = try watching(["interval": "10s"])
    other.end(0, .status(500), 5, times: 5)
    other.pass(to: 40)
    other.end(0, .status(500), 41, times: 5)
    other.pass(to: 200)
    // Twice 30 s from 41 s on is 101 s: the sweep at 110 s.
    #expect(other.told == ["5.0: 0 out", "40.0: 0 back", "41.0: 0 out", "110.0: 0 back"])
    // Two sweeps that find it in take both off: the next time is 30 s again.
    other.end(0, .status(500), 201, times: 5)
    other.pass(to: 300)
    #expect(other.told.suffix(2) == ["201.0: 0 out", "240.0: 0 back"])
  }

  @Test("Envoy: at most 10 % of the hosts are out, but always one", .tags(.fact))
  func maximumShare() throws {
    for (hosts, most) in [(3, 1), (10, 1), (19, 1), (20, 2), (30, 3)] {
      var one = try watching(hosts: hosts)
      for host in 0..<hosts { one.end(host, .status(503), 1, times: 5) }
      #expect(one.story.count == most, "\(hosts) hosts")
    }
  }

  @Test("Envoy: a success rate below mean − 1.9 × standard deviation ejects", .tags(.fact))
  func successRate() throws {
    // Nine hosts at 100 %, one at x: mean 100 − d/10, deviation 0.3 d for a gap of d, so the
    // threshold is 100 − 0.67 d: any gap at all is out of line.
    var one = try watching()
    for host in 0..<9 { one.end(host, .succeeded, 1, times: 100) }
    for step in 0..<100 { one.end(9, step % 4 == 0 ? .status(500) : .succeeded, 2) }
    one.pass(to: 10)
    #expect(one.told == ["10.0: 9 out"])
    // Two of five at the same low rate: mean 85, deviation 12.2; 85 − 23.3 is below them.
    var other = try watching(hosts: 5)
    for host in 0..<3 { other.end(host, .succeeded, 1, times: 100) }
    for host in 3..<5 {
      for step in 0..<100 { other.end(host, step % 4 == 0 ? .status(500) : .succeeded, 2) }
    }
    other.pass(to: 10)
    #expect(other.told.isEmpty)
  }

  @Test("Envoy: rates need 5 hosts with 100 requests in the interval each", .tags(.fact))
  func minimumVolume() throws {
    for (hosts, volume, count) in [(10, 100, 1), (10, 99, 0), (4, 100, 0)] {
      var one = try watching(hosts: hosts)
      for host in 1..<hosts { one.end(host, .succeeded, 1, times: volume) }
      for step in 0..<volume { one.end(0, step % 2 == 0 ? .status(500) : .succeeded, 2) }
      one.pass(to: 10)
      #expect(one.story.count == count)
    }
  }

  @Test("Envoy: gateway failures and failure percentages are found but not enforced", .tags(.fact))
  func notEnforced() throws {
    var one = try watching(["consecutiveFailures": 1_000])
    one.end(0, .status(503), 1, times: 20)
    one.pass(to: 10)
    #expect(one.told.isEmpty)
    var enforced = try watching(["consecutiveFailures": 1_000, "enforceGateway": "100%"])
    enforced.end(0, .status(500), 1, times: 20)
    #expect(enforced.told.isEmpty)
    enforced.end(0, .connection, 2, times: 5)
    #expect(enforced.told == ["2.0: 0 out"])
  }

  @Test("judges failure percentages where that is enforced")
  func failureShare() throws {
    var one = try watching([
      "consecutiveFailures": 1_000, "enforceFailureShare": "100%", "enforceSuccessRate": "0%",
    ])
    for host in 1..<10 { one.end(host, .succeeded, 1, times: 50) }
    for step in 0..<50 { one.end(0, step % 10 == 0 ? .succeeded : .status(500), 2) }
    one.pass(to: 10)
    #expect(one.told == ["10.0: 0 out"])
  }

  @Test("acts on what it finds as often as it is told to, by keyed draws")
  func enforcement() throws {
    var acted = 0
    for seed in UInt64(0)..<2_000 {
      var one = try watching(["enforceConsecutive": "30%"], seed: seed)
      one.end(2, .status(500), 1, times: 5)
      acted += one.story.count
    }
    #expect(abs(acted - 600) < 75)
  }

  @Test("ejects whom a plain recount of the interval ejects")
  func twin() throws {
    try forEverySeed(0..<60) { seed, random in
      var one = try watching(
        ["consecutiveFailures": 100_000, "volume": 20, "maximumShare": "100%"], hosts: 8)
      var outcomes = [[Bool]](repeating: [], count: 8)
      for host in 0..<8 {
        let failing = Int.random(in: 0...40, using: &random)
        for _ in 0..<Int.random(in: 10...60, using: &random) {
          let failed = Int.random(in: 0..<100, using: &random) < failing
          outcomes[host].append(failed)
          one.end(host, failed ? .status(500) : .succeeded, 5)
        }
      }
      one.pass(to: 10)
      let rates = outcomes.map { 100 * Double($0.count { !$0 }) / Double($0.count) }
      let judged = (0..<8).filter { outcomes[$0].count >= 20 }
      let mean = judged.map { rates[$0] }.reduce(0, +) / Double(max(1, judged.count))
      let variance =
        judged.map { (rates[$0] - mean) * (rates[$0] - mean) }.reduce(0, +)
        / Double(max(1, judged.count))
      let expected =
        judged.count < 5
        ? [] : judged.filter { rates[$0] < mean - 1.9 * variance.squareRoot() }
      #expect(one.story.map(\.who) == expected, "seed \(seed)")
    }
  }
}
