import Settings
import Vocabulary

/// Which child a key is kept at, for how long, and when that is learnt.
///
/// A key is pinned to the child that has answered it (or, with `pin: "choice"`, to the one that was
/// chosen) and goes there while the child fits. The pin ends `idle` after it was last renewed: by
/// a success (OpenRouter: 10 minutes, renewed by a success, left alone by an error), by any use, or
/// never (Portkey: a time to live from the first choice).
///
/// With `state: "gossiped"` replicas tell each other each pin that is made, moved or renewed, with
/// `"central"` a store: so a key that comes to another replica goes where it went before
/// (`PinTable`: the latest wins). What is hashed has no state: all replicas agree already.
/// - Source: OpenRouter sticky routing for prompt caches; Portkey loadbalance `sticky` with `ttl`,
///   kept in memory and Redis; LiteLLM's deployment affinity (`deployment_affinity_check.py`) maps a
///   key to a deployment in the router's DualCache, memory and Redis: `central`.
/// - Complexity: O(1), a table of at most `capacity` keys.
public struct StickyRule: BitwiseCopyable, Sendable, Hashable {
  /// What makes a pin last longer.
  enum Renewal: Int, BitwiseCopyable, Sendable { case success, use, never }

  var field: HashedField
  /// Nanoseconds.
  var idle: Int64
  var capacity: Int
  var pinsAtChoice: Bool
  var renewal: Renewal
  /// Only a child whose prompt cache is cheaper than its prompt is worth being kept.
  var onlyCheaperCache: Bool
  /// Whose pins a replica knows.
  var scope = StateScope.local

  /// Reads the keys beside `sticky`; `nil` without `idle`: then the key is hashed.
  static func read(
    _ s: inout SettingsReader, _ field: HashedField
  ) throws(SettingError) -> StickyRule? {
    let idle = try s.optionalDuration(
      "idle", in: .milliseconds(1) ... .seconds(31_536_000),
      "remembers where a key went, so long after the last renewal; without it the key is hashed")
    let capacity = try s.integer(
      "capacity", default: 100_000, in: 1...10_000_000, unit: "keys",
      "keys remembered; then the one not renewed for longest is forgotten")
    let pin = try s.name(
      "pin", default: "success", among: ["success", "choice"], kind: "instant",
      "when a key is pinned: by an answer, or when the child is chosen")
    let renewal = try s.name(
      "renew", default: "success", among: ["success", "use", "never"], kind: "renewal",
      "what makes a pin last longer")
    let onlyCheaperCache = try s.flag(
      "onlyCheaperCache", default: false,
      "pin only to deployments whose cached input is cheaper than fresh input")
    guard let idle else {
      try StateScope.refuse(
        &s, because: "without idle the key is hashed, and every replica hashes alike",
        next: "leave \"state\" out, or add idle: \"10m\" for a table that remembers")
      if s.isDescribing { _ = try StateScope(reading: &s, StickyRule.whose) }
      return nil
    }
    return StickyRule(
      field: field, idle: idle.nanoseconds, capacity: capacity, pinsAtChoice: pin == 1,
      renewal: Renewal(rawValue: renewal) ?? .success, onlyCheaperCache: onlyCheaperCache,
      scope: try StateScope(reading: &s, StickyRule.whose))
  }

  private static let whose = "with idle: whose pins it knows"
}
