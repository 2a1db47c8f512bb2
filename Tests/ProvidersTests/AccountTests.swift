import Chance
import Settings
import Testing
import Vocabulary

@testable import Providers

@Suite("An account at a provider")
struct AccountTests {
  private func read(_ root: Setting) throws(SettingError) -> FleetPlan {
    var reader = try SettingsReader(root)
    let plan = try FleetPlan(reading: &reader, zero: .start)
    try reader.finish()
    return plan
  }

  private func world(_ account: Setting, _ own: Setting = [:]) -> Setting {
    let base: Setting = [
      "model": "vendor/model", "account": "org", "price": ["input": "$1/M", "output": "$1/M"],
      "latency": ["timeToFirstToken": "100ms", "timePerOutputToken": "10ms"],
    ]
    return [
      "accounts": ["org": account],
      "deployments": ["a": base, "b": base, "c": own.merged(over: base)],
    ]
  }

  /// $0.001 an answer at list price.
  private func bill(
    _ fleet: inout ProviderFleet, _ number: UInt64, at place: Int, day: Int = 0
  ) -> Int64 {
    fleet.promise(
      attempt(number, at: place, input: 900, output: 100), at: at(.seconds(86_400 * day))
    ).bill.picodollars / 1_000_000
  }

  @Test("adds up what all its deployments buy, and discounts all of them by it")
  func volume() throws {
    let plan = try read(
      world(["volume": ["steps": ["$0.002": "50%"]]], ["account": .init(.null)]))
    #expect(plan.deployments.map(\.account) == ["org", "org", nil])
    var fleet = fleet(plan)
    #expect(bill(&fleet, 1, at: 0) == 1000 && bill(&fleet, 2, at: 1) == 1000)
    #expect(bill(&fleet, 3, at: 0) == 500 && bill(&fleet, 4, at: 1) == 500)
    #expect(bill(&fleet, 5, at: 2) == 1000, "it is in no account")
    // What is withdrawn is taken back from what all have bought.
    var other = ProvidersTests.fleet(plan)
    _ = bill(&other, 1, at: 0)
    let second = other.promise(attempt(2, at: 1, input: 900, output: 100))
    _ = other.cut(second, of: DeploymentID(1), started: .start, at: at(.milliseconds(1)))
    #expect(bill(&other, 3, at: 0) == 1000)
  }

  @Test("pays its commitment once, and covers with it whoever comes")
  func committed() throws {
    let plan = try read(world(["committed": ["perMonth": "$0.0015", "discount": "25%"]]))
    #expect(plan.deployments.map { $0.standing != nil } == [true, false, false])
    // $0.002 at list price are paid for in the 31 days of the month, whoever buys.
    var fleet = fleet(plan)
    #expect((0..<3).map { bill(&fleet, UInt64($0), at: $0, day: 30) } == [0, 0, 1000])
  }

  @Test("covers by a day what the commitment has paid for by then, and loses nothing in the month")
  func evenly() throws {
    // $0.031 at list price a month: $0.001, or one answer, a day.
    let plan = try read(world(["committed": ["perMonth": "$0.031"]]))
    func month(_ days: [Int], _ plan: FleetPlan) -> [Int64] {
      var world = fleet(plan)
      return days.enumerated().map { bill(&world, UInt64($0), at: $0 % 2, day: $1) }
    }
    #expect(month([0, 0, 0], plan) == [0, 1000, 1000], "the first day pays for one")
    #expect(month([0, 1, 2, 3], plan) == [0, 0, 0, 0], "one a day is covered")
    #expect(month([3, 3, 3, 3, 3], plan) == [0, 0, 0, 0, 1000], "three days' cover is there")
    #expect(month([30, 31, 31], plan) == [0, 0, 1000], "and gone with the month")
    let opened = try read(
      world(["committed": ["perMonth": "$0.031"], "volume": ["opening": "$0.002", "steps": [:]]]))
    #expect(month([0, 1, 10], opened) == [1000, 1000, 0], "two were bought before the run")
  }

  @Test("is refused where it is unknown, empty, or said twice")
  func errors() {
    func error(_ root: Setting) -> String {
      do { _ = try read(root) } catch { return "\(error)" }
      return "none"
    }
    let volume: Setting = ["volume": ["steps": ["$1": "5%"]]]
    #expect(error(world([:])).contains("`volume` or `committed`"))
    #expect(error(world(volume, ["account": "orgg"])).contains("org"))
    #expect(
      error(world(volume, ["price": ["volume": ["steps": ["$1": "5%"]]]])).contains(
        "say the discount once"))
    #expect(
      error(["deployments": ["a": ["model": "openai/gpt-5-mini", "account": "org"]]])
        .contains("no section `accounts`"))
  }
}
