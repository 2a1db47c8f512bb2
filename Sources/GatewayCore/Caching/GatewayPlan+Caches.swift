import Settings
import Vocabulary

extension GatewayPlan {
  /// Reads the caches of a policy.
  mutating func readCaches(
    _ s: inout SettingsReader, _ names: PolicyNames
  ) throws(SettingError) {
    let read = try s.object("cache", "answers kept and reused") {
      r throws(SettingError) -> (CachePlan?, SemanticPlan?) in
      let exact = try r.object("exact", "by the fingerprint of the request") {
        e throws(SettingError) -> CachePlan in try CachePlan(reading: &e, tags: names.tags)
      }
      let semantic = try r.object("semantic", "by the meaning of the request, after an exact miss")
      {
        e throws(SettingError) -> SemanticPlan in try SemanticPlan(reading: &e, tags: names.tags)
      }
      return (exact, semantic)
    }
    (cache, semantic) = read ?? (nil, nil)
    if semantic != nil { services.formUnion(.embedding) }
    if cache?.rule.state.isShared == true { services.formUnion(.cache) }
    if semantic?.rule.state.isShared == true { services.formUnion(.vectors) }
  }
}
