import Settings
import Vocabulary

/// An incident as the file says it, before `with` and `after` have been looked up.
struct IncidentDraft {
  /// How its times depend on another's.
  enum Bond {
    /// It has the same times.
    case with(String)
    /// Its times count from the other's end.
    case after(String)

    var name: String {
      switch self {
      case .with(let name), .after(let name): name
      }
    }
  }

  /// The incident; its times count only if there is no bond.
  var plan: IncidentPlan
  /// The incident that it takes its times from.
  var bond: Bond?
  /// Where it is written.
  var setting: Setting
  /// The instant from which the file's times count.
  private var zero: Instant

  init(
    name: String, _ setting: Setting, bit: UInt8, zero: Instant, deployments: [DeploymentPlan],
    calendar: Calendar = PriceDates().calendar
  ) throws(SettingError) {
    self.setting = setting
    self.zero = zero
    (plan, bond) = try setting.object { (s) throws(SettingError) -> (IncidentPlan, Bond?) in
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
      let bond = try plan.readTimes(&s, zero: zero, calendar)
      return (plan, bond)
    }
  }

  /// The incidents of a file with all their times, and their shapes laid over what they do.
  static func resolve(_ drafts: [IncidentDraft]) throws(SettingError) -> [IncidentPlan] {
    var plans: [IncidentPlan] = []
    for draft in drafts {
      let plan = try draft.timed(among: drafts, steps: 0)
      if plan.draws == nil {
        plans.append(plan.shaped(length: plan.from.nanoseconds(to: plan.until)))
      } else {
        plans.append(plan)
      }
    }
    return plans
  }

  private func timed(
    among drafts: [IncidentDraft], steps: Int
  ) throws(SettingError) -> IncidentPlan {
    guard let bond else { return plan }
    let place = setting["with"] ?? setting["after"] ?? setting
    guard let draft = drafts.first(where: { $0.plan.name == bond.name }) else {
      throw SettingError(
        at: place, unknown: "incident", name: bond.name, among: drafts.map(\.plan.name))
    }
    guard steps <= drafts.count else {
      throw SettingError(
        at: place, "incidents take their times from each other in a circle",
        next: "give one of them `from` and `until`")
    }
    let other = try draft.timed(among: drafts, steps: steps + 1)
    var plan = plan
    switch bond {
    case .with:
      (plan.from, plan.until, plan.draws) = (other.from, other.until, other.draws)
      // One cause: they fall together, each with its own effects.
      if let draws = other.draws {
        plan.draws?.cause = draws.cause.isEmpty ? other.name : draws.cause
        if plan.failure == nil { plan.draws?.levels = [] }
      }
    case .after:
      guard other.draws == nil else {
        throw SettingError(
          at: place, "\(Setting.quoted(bond.name)) is drawn: it has no one end",
          next: "give it the same times, by `with`")
      }
      // Its own times were read as if the scenario's zero were the other's end.
      let moved = zero.nanoseconds(to: other.until)
      plan.from = plan.from.advanced(byNanoseconds: moved)
      plan.until = plan.until.advanced(byNanoseconds: moved)
    }
    return plan
  }
}
