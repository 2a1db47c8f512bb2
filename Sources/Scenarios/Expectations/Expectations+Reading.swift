import Settings

extension Expectations {
  /// Reads `expect`, `never` and `sometimes`.
  static func read(
    _ s: inout SettingsReader, of scenario: Scenario
  ) throws(SettingError) -> Expectations {
    var found = Expectations()
    let reader = LineReader(scenario)
    let names = scenario.policies.map(\.name)
    let expect = try s.entries(
      "expect",
      "what each policy must hold, by policy (\"*\" for all): lines such as \"availability of chat >= 99.5%\""
    ) { (name, setting) throws(SettingError) -> [Expectation] in
      if setting.isDescribing {
        _ = try setting.text()
        return []
      }
      var policies = Array(names.indices)
      if name != "*" || names.contains("*") {
        guard let policy = names.firstIndex(of: name) else {
          throw SettingError(at: setting, unknown: "policy", name: name, among: names)
        }
        policies = [policy]
      }
      var all: [Expectation] = []
      for line in setting.elements ?? [setting] {
        for policy in policies {
          let one = try reader.expectation(line, policy: policy)
          // A policy is not held against itself because all are.
          if policies.count > 1, case .policy(policy, _) = one.bound { continue }
          all.append(one)
        }
      }
      return all
    }
    found.expect = expect.flatMap(\.value)
    found.never = try s.list(
      "never", "what must never be seen; one counter-example fails the run"
    ) { (line) throws(SettingError) -> Prohibition? in
      if line.isDescribing {
        _ = try line.text()
        return nil
      }
      return try reader.prohibition(line)
    }.compactMap { $0 }
    found.sometimes = try s.list(
      "sometimes", "what must be seen at least once, lest a case be vacuous"
    ) { (line) throws(SettingError) -> Sighting? in
      if line.isDescribing {
        _ = try line.text()
        return nil
      }
      return try reader.sighting(line)
    }.compactMap { $0 }
    return found
  }
}
