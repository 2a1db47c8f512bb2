import Chance
import Settings
import Testing
import Vocabulary

@testable import Providers

@Suite("A service tier")
struct ServiceTierTests {
  private func read(_ deployment: Setting) throws(SettingError) -> DeploymentPlan {
    var quotas: [QuotaPlan] = []
    var reader = try SettingsReader(deployment)
    let plan = try DeploymentPlan(name: "d", reading: &reader, quotas: &quotas)
    try reader.finish()
    return plan
  }

  private func flex(_ tier: Setting, _ more: Setting = [:]) -> Setting {
    more.merged(over: [
      "model": "vendor/model", "serviceTier": tier,
      "price": [
        "input": "$2/M", "output": "$8/M", "flex": ["input": "$1/M", "output": "$4/M"],
        "priority": ["input": "$4/M", "output": "$16/M"],
      ],
      "latency": ["timeToFirstToken": "100ms", "timePerOutputToken": "10ms"],
    ])
  }

  @Test("has rates of its own, and slows all times by its factor")
  func slow() throws {
    let standard = try read(flex("standard"))
    let plain = try read(flex("flex"))
    let slow = try read(flex(["flex": ["slow": 2.5]]))
    let quick = try read(flex(["priority": 0.5]))
    #expect(plain.price.input.dollarsPerMillion == 1 && slow.price.output.dollarsPerMillion == 4)
    #expect(quick.price.input.dollarsPerMillion == 4 && standard.price.input.dollarsPerMillion == 2)
    for (plan, factor) in [(standard, 1.0), (plain, 1), (slow, 2.5), (quick, 0.5)] {
      var fleet = fleet(FleetPlan(deployments: [plan]))
      let promise = fleet.promise(attempt(1))
      #expect(promise.firstToken.nanoseconds == Int64(100e6 * factor))
      #expect(promise.end.nanoseconds == Int64(1100e6 * factor))
      #expect(fleet.floor(attempt(1)).nanoseconds == Int64(1100e6 * factor))
    }
  }

  @Test("is refused where it makes no sense, with what to do")
  func errors() {
    func error(_ deployment: Setting) -> String {
      do { _ = try read(deployment) } catch { return "\(error)" }
      return "none"
    }
    #expect(error(flex("batch")).contains("a tier that the prices know"))
    #expect(error(flex("flexx")).contains("flex"))
    #expect(error(flex(["flex": ["slow": 0]])).contains("slow"))
    let own: Setting = [
      "model": "own/model", "serviceTier": ["standard": ["slow": 2]],
      "serving": ["model": "llama2-70b/h100"],
    ]
    #expect(error(own).contains("self-hosted"))
  }
}
