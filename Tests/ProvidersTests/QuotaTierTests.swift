import Chance
import Settings
import Testing
import Vocabulary

@testable import Providers

@Suite("A tier of an API")
struct QuotaTierTests {
  private func plan(_ setting: Setting, _ name: String = "q") throws -> QuotaPlan {
    try QuotaPlan.read(name, setting)
  }

  private func demand(_ input: UInt32, _ output: UInt32 = 0, cached: UInt32 = 0) -> QuotaDemand {
    QuotaDemand(inputTokens: input, outputTokens: output, cachedInputTokens: cached)
  }

  @Test("is named in `quotas`, and changed by what stands beside the name")
  func names() throws {
    let named = try plan("anthropic/tier-2", "org")
    #expect(named.name == "org" && named.charge == .produced && named.window == nil)
    #expect(
      named.meters == [
        .init(.requests, rate: .perMinute(1000)), .init(.inputTokens, rate: .perMinute(450_000)),
        .init(.outputTokens, rate: .perMinute(90_000)),
      ])
    #expect(!named.weights.countsCached)
    let changed = try plan(["tier": "openai/tier-3", "requests": "60/min", "retryAfter": false])
    #expect(changed.window == .seconds(60) && !changed.saysRetryAfter)
    #expect(
      changed.meters == [
        .init(.requests, rate: .perMinute(60), burst: 60),
        .init(.tokens, rate: .perMinute(2_000_000)),
      ])
    let azure = try plan(["tier": ["azure/standard": "500k/min"]])
    #expect(azure.meters.first?.rate == .perMinute(3000) && azure.window == .seconds(10))
    #expect(throws: SettingError.self) { try plan("anthropic/tier-9") }
    #expect(QuotaTiers.registry.audit().isEmpty)
  }

  @Test("of Anthropic lets cached reads through, and reserves no output: what is made counts")
  func anthropic() throws {
    var tier = try plan("anthropic/tier-1")
    tier.meters = tier.meters.filter { $0.unit != .requests }
    var quota = QuotaState(tier, incidents: [])
    // 30,000 input and 8,000 output tokens a minute.
    let large = demand(100_000, 8000, cached: 75_000)
    #expect(quota.judge(large, at: .start) == .admitted)
    quota.expect(
      demand(100_000, 500, cached: 75_000), reserved: large, from: .start, at: at(.seconds(1)))
    #expect(quota.judge(demand(10_000), at: .start) != .admitted, "25,000 of 30,000 are used")
    // A cap above the whole bucket asks for nothing; 9,000 made of 8,000 keep the next ones out.
    let answer = demand(1, 64_000)
    #expect(quota.judge(answer, at: at(.seconds(1))) == .admitted)
    quota.expect(demand(1, 9000), reserved: answer, from: at(.seconds(1)), at: at(.seconds(9)))
    #expect(quota.judge(answer, at: at(.milliseconds(8999))) == .admitted)
    #expect(quota.judge(answer, at: at(.seconds(9))) != .admitted)
    // 1,000 too many come back at 133 a second.
    #expect(quota.judge(answer, at: at(.seconds(17))) == .admitted)
  }

  @Test("may count requests by the second")
  func perSecond() throws {
    var quota = QuotaState(
      try plan(["requests": "60/min", "perSecond": true]), incidents: [])
    #expect(quota.judge(demand(1), at: .start) == .admitted)
    #expect(
      quota.judge(demand(1), at: at(.milliseconds(10))) == .refused(RetryAfter(.milliseconds(990))))
    #expect(quota.judge(demand(1), at: at(.seconds(1))) == .admitted)
    var usual = QuotaState(try plan(["requests": "60/min"]), incidents: [])
    for _ in 0..<60 { #expect(usual.judge(demand(1), at: .start) == .admitted) }
  }

  @Test("counts a day from midnight where it says, and tells how long that is")
  func daily() throws {
    var tier = try plan([
      "requests": "1k/min", "daily": ["requests": 2, "resetsAtOffset": -8],
    ])
    // The run starts at 04:00 UTC: 20:00 in California.
    tier.calendar = Calendar(epochSecondsAtStart: 4 * 3600, offsetSeconds: -8 * 3600)
    var quota = QuotaState(tier, incidents: [])
    #expect(quota.judge(demand(1), at: .start) == .admitted)
    #expect(quota.judge(demand(1), at: at(.seconds(60))) == .admitted)
    #expect(
      quota.judge(demand(1), at: at(.seconds(120)))
        == .refused(RetryAfter(.seconds(4 * 3600 - 120))))
    #expect(quota.judge(demand(1), at: at(.seconds(4 * 3600))) == .admitted)
  }

  @Test("whose money is spent refuses until the month is over, and never says when to come back")
  func spend() throws {
    var tier = try plan(["requests": "1k/min", "spend": "$1/month"])
    // The run starts on 30 January, an hour before midnight UTC.
    tier.calendar = Calendar(epochSecondsAtStart: 29 * 86_400 + 23 * 3600, offsetSeconds: 0)
    var fleet = fleet(FleetPlan(deployments: [deployment("a", quota: 0)], quotas: [tier]))
    // $1 a million: 600,000 input tokens are $0.60; the second is let in before the first has ended.
    for number in UInt64(1)...2 {
      let one = fleet.promise(attempt(number, input: 600_000, output: 1))
      #expect(one.outcome.isSuccess)
    }
    let refused = fleet.promise(attempt(3, input: 1, output: 1), at: at(.seconds(10)))
    #expect(refused.outcome == .spendLimit && refused.outcome.status == 429)
    #expect(refused.retryAfter == .unsaid && refused.bill == .zero)
    let later = fleet.promise(attempt(4, input: 1, output: 1), at: at(.seconds(86_400)))
    #expect(later.outcome == .spendLimit, "still January")
    let february = fleet.promise(attempt(5, input: 1, output: 1), at: at(.seconds(90_000 + 60)))
    #expect(february.outcome.isSuccess)
  }

  @Test("that limits acceleration refuses a jump that its counts would allow")
  func acceleration() throws {
    var quota = QuotaState(
      try plan([
        "tokens": "1M/min", "acceleration": ["factor": 2, "from": 1000],
      ]), incidents: [])
    #expect(quota.judge(demand(1000), at: .start) == .admitted)
    #expect(quota.judge(demand(1), at: at(.seconds(30))) == .refused(RetryAfter(.seconds(30))))
    #expect(quota.judge(demand(2000), at: at(.seconds(60))) == .admitted)
    #expect(quota.judge(demand(4001), at: at(.seconds(120))) != .admitted)
    #expect(quota.judge(demand(4000), at: at(.seconds(120))) == .admitted)
    // After a window without any it begins anew.
    #expect(quota.judge(demand(1001), at: at(.seconds(240))) != .admitted)
  }
}
