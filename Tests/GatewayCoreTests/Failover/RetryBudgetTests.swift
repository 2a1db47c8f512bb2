import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A retry budget")
struct RetryBudgetTests {
  private func make(_ setting: Setting) throws -> RetryBudget {
    var reader = try SettingsReader(setting)
    return try RetryBudget(reading: &reader)
  }

  @Test("allows what a list of timestamps in ten steps allows")
  func twin() throws {
    try forEverySeed(0..<100) { seed, random in
      let share = Int.random(in: 0...100, using: &random)
      let floor = Int.random(in: 1...20, using: &random)
      let window = Int64.random(in: 1...20, using: &random) * 100
      var budget = try make([
        "share": "\(share)%", "floor": "\(floor)/s", "window": "\(window)ms",
      ])
      let step = window * 1_000_000 / 10
      var firsts: [Int64] = []
      var retries: [Int64] = []
      var now: Int64 = 0
      for _ in 0..<300 {
        now += Int64.random(in: 0...(step / 3), using: &random)
        // Now and then a pause of about a window.
        if Int.random(in: 0..<25, using: &random) == 0 {
          now += step * Int64.random(in: 7...12, using: &random)
        }
        let oldest = now / step - 9
        if Int.random(in: 0..<3, using: &random) == 0 {
          budget.firstAttempt(at: Instant(nanoseconds: now))
          firsts.append(now / step)
        } else {
          let recent = Double(firsts.filter { $0 >= oldest }.count)
          let used = Double(retries.filter { $0 >= oldest }.count)
          let most = Double(share) / 100 * recent + Double(floor) * Double(window) / 1_000
          let allowed = budget.takeRetry(at: Instant(nanoseconds: now))
          #expect(allowed == (used + 1 <= most), "seed \(seed) at \(now)")
          if allowed { retries.append(now / step) }
        }
      }
    }
  }

  @Test("of 20 % lets one request in five retry when all fails")
  func storm() throws {
    let bench = try Bench([
      "routes": ["chat": "a"],
      "attempts": ["retry": ["max": 5], "budget": ["share": "20%", "window": "1h"]],
    ])
    for _ in 0..<1_000 {
      bench.arrive()
      while !bench.live.isEmpty { bench.end(.status(503)) }
    }
    #expect(bench.attempts.count == 1_200)
  }

  @Test("without a floor and without traffic allows nothing")
  func nothing() throws {
    var budget = try make(["share": "20%"])
    let isAllowed = budget.takeRetry(at: .start)
    #expect(!isAllowed)
  }

  @Test("that is spent lets the failure move on to the next child")
  func spent() throws {
    let attempts: Setting = ["retry": ["max": 3], "budget": ["share": "100%"]]
    #expect(
      try story(["fallback": ["a", "b"]], ["a": "555", "b": "5"], attempts: attempts)
        == "a5 a5 b5 503")
  }
}
