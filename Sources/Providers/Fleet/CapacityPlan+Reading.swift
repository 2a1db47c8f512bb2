import Chance
import Settings
import Vocabulary

extension CapacityPlan {
  /// Reads `serving` or `provisioned` of a deployment; silence about both means an API.
  static func read(
    _ s: inout SettingsReader
  ) throws(SettingError) -> (CapacityPlan, StandingCharge?) {
    let serving = try s.object(
      "serving", "replicas of one's own, whose times emerge from the load; in place of `latency`"
    ) { (s) throws(SettingError) in try ServingPlan.read(&s) }
    let provisioned = try s.object(
      "provisioned", "throughput bought by the hour, with 429 at full utilisation"
    ) { (s) throws(SettingError) in try ProvisionedPlan.read(&s) }
    try s.require(
      serving == nil || provisioned == nil, "provisioned", expected: "nothing beside `serving`")
    try s.require(
      provisioned == nil || !s.has("quota"), "quota",
      expected: "nothing: provisioned throughput has a meter of its own")
    if let (plan, price) = serving {
      return (.selfHosted(plan), StandingCharge(perUnitHour: price, units: plan.replicas))
    }
    if let (plan, price) = provisioned {
      return (.provisioned(plan), StandingCharge(perUnitHour: price, units: plan.units))
    }
    return (.shared, nil)
  }
}

extension PriceSheet {
  /// Nothing by the token: what is paid by the hour.
  static var free: PriceSheet { PriceSheet(input: .zero, cachedInput: .zero, output: .zero) }
}

extension LatencyPlan {
  /// No time of its own: that of a self-hosted deployment emerges from the load.
  static var none: LatencyPlan {
    LatencyPlan(timeToFirstToken: .constant(0), timePerOutputToken: .constant(0))
  }
}
