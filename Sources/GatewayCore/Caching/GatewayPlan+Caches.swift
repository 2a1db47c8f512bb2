import Settings

extension GatewayPlan {
  /// Reads the caches of a policy.
  mutating func readCaches(
    _ s: inout SettingsReader, _ names: PolicyNames
  ) throws(SettingError) {
    cache =
      try s.object("cache", "answers kept and reused") {
        r throws(SettingError) -> CachePlan? in
        try r.object("exact", "by the fingerprint of the request") {
          e throws(SettingError) -> CachePlan in try CachePlan(reading: &e, tags: names.tags)
        }
      } ?? nil
  }
}
