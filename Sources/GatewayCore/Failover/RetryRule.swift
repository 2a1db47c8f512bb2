import Settings
import Vocabulary

/// When and how a route node is tried again.
///
/// A retry is the same node again: the same deployment, or, with `reselect`, one chosen anew among
/// the node's children (without those already tried if `exclude`). A provider's `Retry-After` is
/// ignored, or honoured: the wait is then the longer of hint and backoff, and a hint beyond
/// `retryAfterLimit` ends the retries (Portkey: 60 s).
public struct RetryRule: BitwiseCopyable, Sendable {
  var max: UInt8
  var on: OutcomeSet
  var backoff: Backoff
  var reselect: Bool
  var exclude: Bool
  var honoursRetryAfter: Bool
  var retryAfterLimit: Int64

  /// Reads a retry rule.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    max = UInt8(try s.integer("max", in: 0...15, "how often the node is tried again"))
    on = try OutcomeSet(
      reading: &s, "on", default: .transient, "429, 5xx, timeout, connection, broken",
      "outcomes that are retried.")
    backoff = try s.choice(
      "backoff", from: Backoff.registry, default: "none", "the wait before a retry")
    reselect = try s.flag(
      "reselect", default: false, "choose anew below this node instead of the same deployment")
    exclude = try s.flag(
      "exclude", default: true, "with reselect: leave out the deployments already tried")
    honoursRetryAfter =
      try s.name(
        "retryAfter", default: "honour", among: ["honour", "ignore"], kind: "treatment",
        "what to do with a provider's Retry-After") == 0
    retryAfterLimit = try s.duration(
      "retryAfterLimit", default: .seconds(60), in: .zero ... .seconds(86_400),
      "a longer Retry-After ends the retries"
    ).nanoseconds
  }
}
