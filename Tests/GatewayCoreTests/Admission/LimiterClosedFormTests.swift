import Foundation
import Testing
import Vocabulary

@testable import GatewayCore

/// Limiters under Poisson arrivals against forms that did not come from this project:
/// ../shared/oracles/closed-forms.json.
@Suite("A limiter under Poisson arrivals")
struct LimiterClosedFormTests {
  struct Missing: Error {
    var path: String
  }

  private func rows(_ group: String) throws -> [[String: Double]] {
    let folder: URL
    if let shared = ProcessInfo.processInfo.environment["GATEWAY_LAB_SHARED"] {
      folder = URL(fileURLWithPath: shared)
    } else {
      folder = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in
        url.deletingLastPathComponent()
      }.deletingLastPathComponent().appendingPathComponent("shared")
    }
    let file = folder.appendingPathComponent("oracles/closed-forms.json")
    guard let data = try? Data(contentsOf: file),
      let all = try JSONSerialization.jsonObject(with: data) as? [String: Any],
      let values = (all[group] as? [String: Any])?["values"] as? [[String: Any]]
    else { throw Missing(path: file.path) }
    return values.map { $0.compactMapValues { ($0 as? NSNumber)?.doubleValue } }
  }

  /// The share of `count` Poisson arrivals that a limiter refuses.
  private func refused(
    _ rule: LimiterRule, perSecond rate: Double, count: Int, seed: UInt64
  ) -> Double {
    let state = AnyLimiter(rule)
    var random = SplitMix64(seed: seed)
    var now = 0.0
    var refused = 0
    for _ in 0..<count {
      now += -log(Double.random(in: Double.leastNonzeroMagnitude..<1, using: &random)) / rate * 1e9
      if state.holds(1, Instant(nanoseconds: Int64(now))) {
        state.charge(1)
      } else {
        refused += 1
      }
    }
    return Double(refused) / Double(count)
  }

  @Test("a token bucket of integer burst is M/D/1/K, and so is GCRA of the same numbers")
  func bucket() throws {
    for row in try rows("token_bucket_poisson") {
      let arrivals = try #require(row["lambda"])
      let rate = Rate.perSecond(Int64(try #require(row["rate"])))
      let burst = Int64(try #require(row["burst"]))
      let expected = try #require(row["reject"])
      let rules: [LimiterRule] = [
        .tokenBucket(try #require(TokenBucket.Rule(rate: rate, burst: burst))),
        .gcra(try #require(GCRA.Rule(rate: rate, burst: burst))),
      ]
      for rule in rules {
        let share = refused(rule, perSecond: arrivals, count: 60_000, seed: 7)
        #expect(abs(share - expected) < 0.004 + 0.03 * expected, "\(row): \(share)")
      }
    }
  }

  @Test("a fixed window loses what is beyond its limit: E[(N − m)⁺] / E[N]")
  func window() throws {
    for row in try rows("fixed_window_poisson") {
      let arrivals = try #require(row["l"])
      let length = try #require(row["w"])
      let most = Int64(try #require(row["m"]))
      let expected = try #require(row["reject"])
      let rule = LimiterRule.fixedWindow(
        try #require(
          FixedWindow.Rule(
            most: most, period: CalendarPeriod(length: .nanoseconds(Int64(length * 1e9))))))
      let share = refused(rule, perSecond: arrivals, count: 80_000, seed: 11)
      #expect(abs(share - expected) < 0.004, "\(row): \(share)")
    }
  }
}
