import Settings
import Vocabulary

/// An incident as the file says it, before `with` has been looked up.
struct IncidentDraft {
  /// The incident; its times count only if `with` is nil.
  var plan: IncidentPlan
  /// The incident whose times it shares.
  var with: String?
  /// Where it is written.
  var setting: Setting

  init(
    name: String, _ setting: Setting, bit: UInt8, zero: Instant, deployments: [DeploymentPlan]
  ) throws(SettingError) {
    self.setting = setting
    (plan, with) = try setting.object { (s) throws(SettingError) -> (IncidentPlan, String?) in
      try s.require(
        s.has("on"), "on", expected: "whom it strikes: { deployment | provider | region | model }")
      let on = try s.raw(
        "on", "whom it strikes: a deployment's name, or { deployment | provider | region | model }")
      let selector = try on.map { (on) throws(SettingError) in
        try IncidentSelector(on, among: deployments)
      }
      var plan = IncidentPlan(
        name: name, on: selector ?? IncidentSelector(), from: zero, until: zero, bit: bit)
      try plan.readEffects(&s)
      let with = try plan.readTimes(&s, zero: zero)
      return (plan, with)
    }
  }

  /// The incidents of a file with all their times.
  static func resolve(_ drafts: [IncidentDraft]) throws(SettingError) -> [IncidentPlan] {
    var plans: [IncidentPlan] = []
    for draft in drafts {
      var plan = draft.plan
      var current = draft
      var steps = 0
      while let name = current.with {
        let place = draft.setting["with"] ?? draft.setting
        guard let other = drafts.first(where: { $0.plan.name == name }) else {
          throw SettingError(
            at: place, unknown: "incident", name: name, among: drafts.map(\.plan.name))
        }
        steps += 1
        guard steps <= drafts.count else {
          throw SettingError(
            at: place, "incidents take their times from each other in a circle",
            next: "give one of them `from` and `until`")
        }
        current = other
      }
      (plan.from, plan.until) = (current.plan.from, current.plan.until)
      plans.append(plan)
    }
    return plans
  }
}
