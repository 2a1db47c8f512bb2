import Chance
import Settings
import Vocabulary

extension FaultProcess {
  /// Reads one entry of the section `faults`.
  init(
    name: String, reading s: inout SettingsReader, among deployments: [DeploymentPlan]
  ) throws(SettingError) {
    var on = IncidentSelector()
    if let setting = try s.raw(
      "on", "whom it strikes: a deployment's name, or { deployment, provider, region, model }")
    {
      on = try IncidentSelector(setting, among: deployments)
    } else if !s.isDescribing {
      throw s.missing("on", expected: "whom it strikes, such as { provider: \"openai\" }")
    }
    let bursts = try s.object(
      "bursts", "it comes in bursts (Gilbert–Elliott)", Bursts.init(reading:))
    let overload = try Self.overload(&s)
    let crowd = try Self.crowd(&s)
    try s.require(
      [bursts != nil, overload != nil, crowd != nil].count { $0 } <= 1,
      bursts == nil ? "overload" : "bursts",
      expected: "only one of `bursts`, `overload` and `inFlight`")
    let slow = try s.number(
      "slow", default: 1, in: 1...1000,
      "the factor on all times where all of `inFlight` shows; where half does, half of it")
    try s.require(
      slow == 1 || crowd != nil, "slow", expected: "nothing without `inFlight`",
      next: "a slow-down over time is an incident's: incidents: { …: { slow: 2 } }")
    if overload != nil {
      let struck = deployments.filter { on.matches($0) }
      try s.require(
        struck.contains { $0.latency.load != nil }, "overload",
        expected: "a deployment whose `latency` has a `load`",
        next: "say what fills it: latency: { load: { utilisation: \"60%\" } }")
    }
    if slow > 1 {
      try s.require(
        !deployments.contains { $0.capacity.isServed && on.matches($0) }, "slow",
        expected: "no self-hosted deployment among whom it strikes",
        next: "replicas of one's own slow down by their load itself")
    }
    let faults = try Fault.list("meet", "the faults while it is on", reading: &s)
    try s.require(
      !faults.isEmpty || slow > 1, "meet", expected: "at least one fault such as { 503: \"40%\" }")
    _ = try s.text("source", default: "", "where these numbers come from; silence means assumed")
    var driver = Driver.always
    if let bursts { driver = .bursts(bursts) }
    if let overload { driver = .overload(overload) }
    if let crowd { driver = .crowd(crowd) }
    self.init(name: name, on: on, driver: driver, faults: faults)
    self.slow = slow
  }

  /// Reads `inFlight`: shares of the faults over how many attempts are in flight.
  private static func crowd(_ s: inout SettingsReader) throws(SettingError) -> Polyline? {
    let knots = try s.entries(
      "inFlight",
      "how much of the faults shows at how many attempts in flight, of all whom it strikes: "
        + "{ \"100\": 0, \"200\": 1 }"
    ) { (name, setting) throws(SettingError) -> Polyline.Knot in
      let factor = try setting.share().value
      if setting.isDescribing { return Polyline.Knot(offset: 0, value: 0) }
      guard let count = Int64(name), (0...100_000_000).contains(count) else {
        throw SettingError(
          at: setting, expected: "a whole number of attempts for a key, such as \"100\"")
      }
      return Polyline.Knot(offset: count, value: factor)
    }
    if s.isDescribing || knots.isEmpty { return nil }
    guard let line = Polyline(knots: knots.map(\.value)) else {
      throw s.error("inFlight", expected: "numbers of attempts that rise")
    }
    return line
  }

  /// Reads `overload`: shares of the faults over shares of utilisation.
  private static func overload(_ s: inout SettingsReader) throws(SettingError) -> Polyline? {
    let knots = try s.entries(
      "overload",
      "how much of the faults shows at which utilisation: { \"70%\": 0, \"100%\": 1 }"
    ) { (name, setting) throws(SettingError) -> Polyline.Knot in
      let factor = try setting.share().value
      if setting.isDescribing { return Polyline.Knot(offset: 0, value: 0) }
      let share = try Setting(.string(name), at: setting.position, path: setting.path).share()
      return Polyline.Knot(offset: FaultProcess.millionths(share.value), value: factor)
    }
    if s.isDescribing || knots.isEmpty { return nil }
    guard let line = Polyline(knots: knots.map(\.value)) else {
      throw s.error("overload", expected: "utilisations that rise")
    }
    return line
  }

  /// A utilisation as the offset of a knot.
  static func millionths(_ share: Double) -> Int64 { Int64(share * 1e6 + 0.5) }
}

extension Bursts {
  /// Reads `bursts`.
  init(reading s: inout SettingsReader) throws(SettingError) {
    let bounds: ClosedRange<Duration> = .milliseconds(100) ... .seconds(315_360_000)
    every = try s.duration(
      "every", in: bounds, "the mean time from the end of a burst to the next"
    ).nanoseconds
    lasts = try s.duration("lasts", in: bounds, "the mean length of a burst").nanoseconds
  }
}
