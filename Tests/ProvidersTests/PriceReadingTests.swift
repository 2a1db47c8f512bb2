import Chance
import Settings
import Testing
import Vocabulary

@testable import Providers

@Suite("A price in a file")
struct PriceReadingTests {
  private func plan(
    _ more: Setting, model: String = "vendor/model", zero: Instant = .start
  ) throws -> DeploymentPlan {
    let known: Setting = [
      "model": Setting(stringLiteral: model),
      "latency": ["timeToFirstToken": "100ms", "timePerOutputToken": "10ms"],
    ]
    var reader = try SettingsReader(["deployments": ["one": more.merged(over: known)]])
    let plan = try FleetPlan(reading: &reader, zero: zero)
    try reader.finish()
    return plan.deployments[0]
  }

  private func error(_ more: Setting, model: String = "vendor/model") -> String {
    do {
      _ = try plan(more, model: model)
      return "no error"
    } catch { return "\(error)" }
  }

  @Test("is a plain sheet without a curve if it says no more")
  func plain() throws {
    let plan = try plan(["price": ["input": "$2/M", "output": "$8/M", "cacheWrite": "$2.5/M"]])
    #expect(plan.curve == nil)
    #expect(plan.price.cacheWrite.dollarsPerMillion == 2.5)
    #expect(plan.price.cachedInput == plan.price.input)
  }

  @Test("says tiers, off-peak hours, volumes, commitments and changes")
  func curve() throws {
    let plan = try plan(
      [
        "price": [
          "input": "$2/M", "output": "$8/M", "cachedInput": "$1/M",
          "above": ["200000": ["input": "$4/M", "output": "$12/M"]],
          "offPeak": ["from": "16:30", "until": "00:30", "discount": "50%"],
          "utcOffset": "+01:00",
          "volume": ["steps": ["$10": "10%"], "opening": "$9"],
          "changes": ["from": "10h", "input": "$3/M"],
        ]
      ], zero: at(.seconds(3600)))
    let curve = try #require(plan.curve)
    let usage = Usage(inputTokens: 1_000_000)
    let small = Usage(inputTokens: 100_000)
    #expect(curve.bill(for: usage, at: .start).dollars == 4)
    #expect(curve.bill(for: small, at: .start).dollars == 0.2)
    // Half past four by the provider's clock is half past three of the run's.
    #expect(curve.bill(for: small, at: at(.seconds(15 * 3600 + 1800))).dollars == 0.15)
    #expect(curve.bill(for: small, at: at(.seconds(11 * 3600 - 1))).dollars == 0.2)
    #expect(curve.bill(for: small, at: at(.seconds(11 * 3600))).dollars == 0.3)
    // A change keeps what it does not say: the tier.
    #expect(curve.stretches[1].tiers.count == 1)
    #expect(curve.stretches[0].tiers[0].sheet.cachedInput.dollarsPerMillion == 2)
    #expect(curve.volume?.opening == 9_000_000_000_000)
  }

  @Test("serves a tier of the list in the proportion of its rates")
  func service() throws {
    let price: Setting = [
      "input": "$2/M", "output": "$8/M", "cachedInput": "$0.5/M",
      "flex": ["input": "$1/M", "output": "$4/M"],
    ]
    let plan = try plan(["price": price, "serviceTier": "flex"])
    #expect(plan.price.input.dollarsPerMillion == 1)
    #expect(plan.price.cachedInput.dollarsPerMillion == 0.25)
    #expect(plan.price.output.dollarsPerMillion == 4)
    #expect(error(["price": price, "serviceTier": "priority"]).contains("a tier that the prices"))
    #expect(error(["price": price, "serviceTier": "flexx"]).contains("flex"))
  }

  @Test("comes from the price book if the model is in it, with its source")
  func book() throws {
    let row = try #require(PriceBook.row("openai/gpt-5-mini"))
    let plan = try plan([:], model: "openai/gpt-5-mini")
    #expect(plan.price == row.card.sheet)
    #expect(plan.contextWindow == row.contextWindow && plan.capabilities == row.capabilities)
    #expect(plan.source == PriceBook.source)
    #expect(plan.inputFactor == 1)
  }

  @Test("of its own takes nothing from the price book")
  func own() throws {
    let plan = try plan(
      ["price": ["input": "$1/M", "output": "$2/M"]], model: "openai/gpt-5-mini")
    #expect(plan.price.cachedInput.dollarsPerMillion == 1)
    #expect(plan.contextWindow == nil && plan.capabilities.isEmpty && plan.source.isEmpty)
  }

  @Test("of the book can be served in another tier, and for an hour in the cache")
  func bookTier() throws {
    let flex = try plan(["serviceTier": "flex"], model: "openai/gpt-5-mini")
    #expect(flex.price.input.dollarsPerMillion == 0.125)
    let hour = try plan(
      ["price": ["cacheLifetime": "1h"]], model: "anthropic/claude-sonnet-4-6")
    #expect(hour.price.cacheWrite.dollarsPerMillion == 6)
    #expect(hour.price.cachedInput.dollarsPerMillion == 0.3)
  }

  @Test("that nobody knows is an error with the nearest model of the book")
  func unknown() {
    let text = error([:], model: "openai/gpt-5-mni")
    #expect(text.contains("missing \"price\""))
    #expect(text.contains("openai/gpt-5-mini"))
  }

  @Test("teaches what it expects")
  func errors() {
    func price(_ more: Setting) -> String {
      error(["price": more.merged(over: ["input": "$1/M", "output": "$1/M"])])
    }
    #expect(
      price(["offPeak": ["from": "25:00", "until": "1:00", "discount": "1%"]]).contains("16:30"))
    #expect(price(["utcOffset": "8h"]).contains("+08:00"))
    #expect(price(["cacheLifetime": "1h"]).contains("cacheWriteHour"))
    #expect(price(["committed": ["perMonth": "$0"]]).contains("more than $0"))
    #expect(
      price(["changes": [["from": "2h", "input": "$1/M"], ["from": "1h", "input": "$1/M"]]])
        .contains(
          "later"))
  }
}

@Suite("A deployment whose price is bent")
struct BentPriceTests {
  private func bent(_ change: (inout PriceCurve) -> Void) -> FleetPlan {
    var plan = deployment("a")
    var curve = PriceCurve(stretches: [.init(sheet: prices)])
    change(&curve)
    plan.curve = curve
    return FleetPlan(deployments: [plan])
  }

  @Test("bills by the instant at which the attempt starts")
  func start() {
    var fleet = fleet(
      bent {
        var dear = prices
        dear.output = TokenPrice(femtodollars: 4_000_000_000)
        $0.stretches.append(.init(from: at(.seconds(10)), sheet: dear))
      })
    let before = fleet.promise(attempt(1), at: at(.seconds(9)))
    let after = fleet.promise(attempt(1), at: at(.seconds(10)))
    #expect(before.end > at(.seconds(10)))
    #expect(before.bill.picodollars == 1_202_000_000)
    #expect(after.bill.picodollars == 1_404_000_000)
    #expect(fleet.floor(attempt(1)).bill == before.bill)
  }

  @Test("gives the volume of an attempt that was cut back")
  func cut() {
    var fleet = fleet(
      bent {
        $0.volume = VolumeDiscount(
          measure: .tokens, steps: [.init(from: 1_050, millionths: 500_000)])
      })
    // The whole answer would be 1,101 tokens; cut after the prompt it is 1,000.
    let first = fleet.promise(attempt(1))
    let cut = fleet.cut(first, of: DeploymentID(0), started: .start, at: at(.milliseconds(1)))
    #expect(cut.bill.picodollars == 1_000_000_000)
    let second = fleet.promise(attempt(2), at: at(.seconds(2)))
    #expect(second.bill.picodollars == 1_202_000_000)
    #expect(fleet.promise(attempt(3), at: at(.seconds(4))).bill.picodollars == 601_000_000)
  }
}
