import Vocabulary

/// Where the keys of one sticky node are pinned.
///
/// Of two pins of a key that replicas have made, the one that ends last wins, and of pins that end
/// alike the one that was moved most often, then the later child: a total order, so that replicas
/// which have heard the same agree, in whatever order they heard it and however often.
struct PinTable: Sendable {
  /// Where a key is kept.
  struct Pin: BitwiseCopyable, Sendable, Equatable {
    var child: UInt8
    /// The replica that has told it; `.max` if it is the replica's own.
    var origin = UInt16.max
    /// How often it was moved without being renewed; at most 2²⁴ − 1.
    var moves: UInt32 = 0
    var until: Instant

    /// Whether it holds and not the other.
    func supersedes(_ other: Pin) -> Bool {
      if until != other.until { return until > other.until }
      return (moves, child) > (other.moves, other.child)
    }
  }

  let rule: StickyRule
  private var pins: RecencyTable<Pin>

  init(_ rule: StickyRule) {
    self.rule = rule
    pins = RecencyTable(capacity: rule.capacity)
  }

  /// How many keys are remembered.
  var count: Int { pins.count }

  /// The pin of a key, if it has one.
  func pin(of key: UInt64, at now: Instant) -> Pin? {
    guard let pin = pins.value(of: key), now < pin.until else { return nil }
    return pin
  }

  /// The child of a key, if it is pinned.
  func child(of key: UInt64, at now: Instant) -> Int? {
    pin(of: key, at: now).map { Int($0.child) }
  }

  /// A child was chosen for a key; the pin that this has made, moved or renewed.
  @discardableResult
  mutating func chosen(_ child: Int, for key: UInt64, at now: Instant) -> Pin? {
    guard let pinned = self.child(of: key, at: now) else {
      return rule.pinsAtChoice ? pin(child, key, at: now) : nil
    }
    if pinned == child { return rule.renewal == .use ? pin(child, key, at: now) : nil }
    return rule.pinsAtChoice ? move(child, key, at: now) : nil
  }

  /// A child has answered a key; the pin that this has made, moved or renewed.
  @discardableResult
  mutating func answered(_ child: Int, for key: UInt64, at now: Instant) -> Pin? {
    let pinned = self.child(of: key, at: now)
    if let pinned, pinned != child { return move(child, key, at: now) }
    return pinned == nil || rule.renewal != .never ? pin(child, key, at: now) : nil
  }

  /// Another replica tells where it keeps a key.
  mutating func hear(_ heard: Pin, of key: UInt64, at now: Instant) {
    guard now < heard.until else { return }
    guard let known = pins.value(of: key) else { return set(key, to: heard, at: now) }
    guard heard.supersedes(known) else { return }
    // What only moves is not touched, as with one's own.
    if heard.until == known.until {
      pins.replace(key, by: heard)
    } else {
      set(key, to: heard, at: now)
    }
  }

  /// Hears all that another table knows, the one not touched for longest first.
  /// - Complexity: O(its pins).
  mutating func hear(allOf other: PinTable, at now: Instant) {
    other.pins.forEachFromOldest { key, pin in hear(pin, of: key, at: now) }
  }

  /// A pin that goes elsewhere keeps its end if nothing renews it.
  private mutating func move(_ child: Int, _ key: UInt64, at now: Instant) -> Pin {
    guard rule.renewal == .never, let known = pins.value(of: key) else {
      return pin(child, key, at: now)
    }
    let moved = Pin(
      child: UInt8(child), moves: min(known.moves + 1, 1 << 24 - 1), until: known.until)
    pins.replace(key, by: moved)
    return moved
  }

  private mutating func pin(_ child: Int, _ key: UInt64, at now: Instant) -> Pin {
    let pin = Pin(child: UInt8(child), until: now.advanced(byNanoseconds: rule.idle))
    set(key, to: pin, at: now)
    return pin
  }

  private mutating func set(_ key: UInt64, to pin: Pin, at now: Instant) {
    // What has ended is forgotten, two at a time, so that the table follows what is alive.
    for _ in 0..<2 {
      guard let last = pins.last, last.until <= now else { break }
      pins.removeLast()
    }
    pins.set(key, to: pin)
  }
}
