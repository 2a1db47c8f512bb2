import Settings
import Vocabulary

/// Which child a key is kept at, for how long, and when that is learnt.
///
/// A key is pinned to the child that has answered it (or, with `pin: "choice"`, to the one that was
/// chosen) and goes there while the child fits. The pin ends `idle` after it was last renewed: by
/// a success (OpenRouter: 10 minutes, renewed by a success, left alone by an error), by any use, or
/// never (Portkey: a time to live from the first choice).
/// - Source: OpenRouter sticky routing for prompt caches; Portkey loadbalance `sticky` with `ttl`.
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
    guard let idle else { return nil }
    return StickyRule(
      field: field, idle: idle.nanoseconds, capacity: capacity, pinsAtChoice: pin == 1,
      renewal: Renewal(rawValue: renewal) ?? .success, onlyCheaperCache: onlyCheaperCache)
  }
}

/// Where the keys of one sticky node are pinned.
struct PinTable: Sendable {
  private struct Pin: BitwiseCopyable, Sendable {
    var child: UInt8
    var until: Instant
  }

  let rule: StickyRule
  private var pins: RecencyTable<Pin>

  init(_ rule: StickyRule) {
    self.rule = rule
    pins = RecencyTable(capacity: rule.capacity)
  }

  /// How many keys are remembered.
  var count: Int { pins.count }

  /// The child of a key, if it is pinned.
  func child(of key: UInt64, at now: Instant) -> Int? {
    guard let pin = pins.value(of: key), now < pin.until else { return nil }
    return Int(pin.child)
  }

  /// A child was chosen for a key.
  mutating func chosen(_ child: Int, for key: UInt64, at now: Instant) {
    guard let pinned = self.child(of: key, at: now) else {
      if rule.pinsAtChoice { pin(child, key, at: now) }
      return
    }
    if pinned == child {
      if rule.renewal == .use { pin(child, key, at: now) }
    } else if rule.pinsAtChoice {
      move(child, key, at: now)
    }
  }

  /// A child has answered a key.
  mutating func answered(_ child: Int, for key: UInt64, at now: Instant) {
    let pinned = self.child(of: key, at: now)
    if let pinned, pinned != child { return move(child, key, at: now) }
    if pinned == nil || rule.renewal != .never { pin(child, key, at: now) }
  }

  /// A pin that goes elsewhere keeps its end if nothing renews it.
  private mutating func move(_ child: Int, _ key: UInt64, at now: Instant) {
    if rule.renewal == .never, var pin = pins.value(of: key) {
      pin.child = UInt8(child)
      pins.replace(key, by: pin)
    } else {
      pin(child, key, at: now)
    }
  }

  private mutating func pin(_ child: Int, _ key: UInt64, at now: Instant) {
    // What has ended is forgotten, two at a time, so that the table follows what is alive.
    for _ in 0..<2 {
      guard let last = pins.last, last.until <= now else { break }
      pins.removeLast()
    }
    pins.set(key, to: Pin(child: UInt8(child), until: now.advanced(byNanoseconds: rule.idle)))
  }
}
