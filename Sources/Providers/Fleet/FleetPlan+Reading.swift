public import Settings
public import Vocabulary

extension FleetPlan {
  /// Reads the sections `quotas`, `accounts`, `deployments`, `faults` and `incidents` of a scenario.
  ///
  /// Incidents on the gateway itself (`on: "gateway"`) are left to the engine. `extends` must have
  /// been resolved.
  /// - Parameters:
  ///   - zero: the end of the warm-up, from which the times in a file count.
  ///   - calendar: the civil time of the run's start; without it the run starts at a midnight in UTC,
  ///     of the first of a month.
  public init(
    reading s: inout SettingsReader, zero: Instant, calendar: Calendar? = nil
  ) throws(SettingError) {
    let dates = PriceDates(zero: zero, calendar: calendar ?? PriceDates().calendar)
    let named = try s.entries("quotas", "limits of the providers, by name") {
      (name, setting) throws(SettingError) -> QuotaPlan in
      try QuotaPlan.read(name, setting)
    }
    let accounts = try s.entries(
      "accounts", "what accounts at providers have agreed on, for the deployments that name them"
    ) { (name, setting) throws(SettingError) -> AccountPlan in
      try setting.object { (s) throws(SettingError) in try AccountPlan(name: name, reading: &s) }
    }.map(\.value)
    var paid: Set<String> = []
    var quotas = named.map(\.value)
    let count = quotas.count
    try s.require(
      s.has("deployments"), "deployments", expected: "an object of deployments { name: { … } }")
    let deployments = try s.entries("deployments", "the models at providers, by name") {
      (name, setting) throws(SettingError) -> DeploymentPlan in
      try setting.object { (s) throws(SettingError) -> DeploymentPlan in
        // Only quotas of the section `quotas` can be named; those written in place come after.
        var visible = Array(quotas.prefix(count))
        var plan = try DeploymentPlan(
          name: name, reading: &s, quotas: &visible, dates: dates, accounts: accounts, paid: paid)
        if let account = plan.account { paid.insert(account) }
        if visible.count > count {
          plan.quota = quotas.count
          quotas += visible[count...]
        }
        plan.latency.zero = zero
        plan.latency.calendar = calendar
        if plan.latency.followsHours, calendar == nil {
          throw SettingError(
            at: setting["latency"] ?? setting, "it has hours of the day, and the day is unknown",
            next: "say when the run begins: starts: \"2026-03-02T07:00+01:00\"")
        }
        return plan
      }
    }.map(\.value)
    for index in quotas.indices {
      quotas[index].calendar = Calendar(
        epochSecondsAtStart: calendar?.epochSecondsAtStart ?? 0,
        offsetSeconds: quotas[index].calendar.offsetSeconds)
    }
    try s.require(
      (1...60_000).contains(deployments.count), "deployments", expected: "1 to 60000 deployments")
    let faults = try s.entries(
      "faults", "faults that deployments share, or that come and go, by name"
    ) { (name, setting) throws(SettingError) -> FaultProcess in
      try setting.object { (s) throws(SettingError) -> FaultProcess in
        try FaultProcess(name: name, reading: &s, among: deployments)
      }
    }.map(\.value)
    let drafts = try s.entries("incidents", "what goes wrong at some time, by name") {
      (name, setting) throws(SettingError) -> (name: String, setting: Setting) in
      if setting.isDescribing {
        _ = try IncidentDraft(
          name: name, setting, bit: 0, zero: zero, deployments: deployments)
      }
      return (name, setting)
    }.map(\.value)
    let here = s.isDescribing ? [] : drafts.filter { !$0.setting.isOnGateway }
    try s.require(
      here.count <= IncidentPlan.most, "incidents",
      expected: "at most \(IncidentPlan.most) incidents",
      next: "each has a bit of its own in the records; spread them over several files")
    var incidents: [IncidentDraft] = []
    for (index, draft) in here.enumerated() {
      incidents.append(
        try IncidentDraft(
          name: draft.name, draft.setting, bit: UInt8(index), zero: zero, deployments: deployments,
          calendar: dates.calendar))
    }
    self.init(
      deployments: deployments, quotas: quotas, incidents: try IncidentDraft.resolve(incidents),
      faults: faults)
  }
}

extension Setting {
  /// Whether it is an incident that strikes the gateway itself.
  fileprivate var isOnGateway: Bool {
    if case .string("gateway")? = self["on"]?.content { true } else { false }
  }
}
