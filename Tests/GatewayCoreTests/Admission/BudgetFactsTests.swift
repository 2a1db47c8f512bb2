import Settings
import Testing
import Vocabulary

@testable import GatewayCore

/// What real gateways' budgets do, each with its source: gateways.md and litellm.md.
@Suite("Budgets of real gateways")
struct BudgetFactsTests {
  private func bench(_ budgets: Setting) throws -> Bench {
    try Bench(["routes": ["chat": "a", "extract": "b"], "budgets": budgets])
  }

  @Test(
    "OpenRouter: spent credits answer 402, checked before routing; what is in flight completes",
    .tags(.fact))
  func openRouter() throws {
    // a costs $1 a million input tokens and $10 a million output tokens.
    let bench = try bench(
      [["each": "key", "money": "$0.002/day", "at": ["100%": "reject"]]])
    #expect(bench.admitted(of: 3) == 3)
    bench.use(1_000, 100)
    bench.use(1_000, 100)
    bench.use(1_000, 100)
    #expect(bench.requests.filter { $0.end == .succeeded }.count == 3)
    bench.arrive()
    #expect(bench.requests.last?.outcome == .status(402))
    #expect(bench.requests.last?.rejection == .budget)
    #expect(bench.attempts.count == 3)
  }

  @Test(
    "Portkey: a weekly budget resets on Sunday 00:00 UTC, a monthly one on the 1st", .tags(.fact))
  func portkeyReset() throws {
    // The run starts on Thursday, 1970-01-01.
    for (period, reset) in [("week", 3), ("month", 31)] {
      let bench = try bench(
        [
          [
            "money": Setting(.string("$0.001/\(period)")), "at": ["100%": "reject"],
          ]
        ])
      bench.arrive()
      bench.use(1_000, 100)
      bench.now = at(.seconds(reset * 86_400)).advanced(byNanoseconds: -1)
      #expect(bench.admitted(of: 1) == 0)
      #expect(bench.notes(.limiterJudged).last?.other == at(.seconds(reset * 86_400)).nanoseconds)
      bench.pass(.nanoseconds(1))
      #expect(bench.admitted(of: 1) == 1)
    }
  }

  @Test(
    "LiteLLM router budgets: a window from the first spend; over it while in flight, then filtered",
    .tags(.fact))
  func liteLLMBudget() throws {
    let bench = try bench(
      [
        ["money": "$0.001/1d", "align": "firstUse", "at": ["100%": "reject"]]
      ])
    bench.now = at(.seconds(1_000))
    bench.arrive()
    bench.now = at(.seconds(2_000))
    bench.use(1_000, 100)
    #expect(bench.admitted(of: 1) == 0)
    #expect(
      bench.notes(.limiterJudged).last?.other == at(.seconds(2_000 + 86_400)).nanoseconds)
  }
}
