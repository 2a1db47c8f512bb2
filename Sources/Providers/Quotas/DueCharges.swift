import Vocabulary

/// What an attempt used, to be charged when it ends.
struct DueCharge: BitwiseCopyable {
  var at: Int64
  var reservedAt: Int64
  var used: QuotaDemand
  var reserved: QuotaDemand
  /// Picodollars.
  var bill: Int64 = 0
  /// Whose it is.
  var flight: UInt32 = 0
}

/// The charges that are still to come, the earliest first: a radix heap of 64 slots a digit.
///
/// Time only moves on, so that a charge lies by the highest digit (6 bits) in which its instant
/// differs from the last one that was taken out, and by that digit's value: whatever lies at a lower
/// digit is earlier. Only the slot that comes next is taken apart, into lower digits; nothing is
/// compared but what is in it. Which slots hold something is a word of bits a digit. Source: Ahuja,
/// Mehlhorn, Orlin and Tarjan, "Faster algorithms for the shortest path problem" (JACM 37(2), 1990).
/// A charge without an end yet is kept beside, until it is said. Charges commute within an instant,
/// so ties need no further order.
/// - Complexity: O(1) per entry and withdrawal, amortised O(digits) per removal, of which a charge meets
///   two or three; as many entries as attempts in flight.
struct DueCharges: ~Copyable {
  private static let none = UInt32.max
  private static let bits = 6
  private static let digits = 11

  /// Where a charge lies: `at` as ordered bits, and its neighbours in the slot.
  struct Node: BitwiseCopyable {
    var at: UInt64
    var next: UInt32
    var previous: UInt32
  }

  private var nodes = Buffer<Node>()
  private var charges = Buffer<DueCharge>()
  private var free = Buffer<UInt32>()
  private var placeOfFlight = Buffer<UInt32>()
  private var heads = Buffer<UInt32>(capacity: digits << bits)
  private var occupied = Buffer<UInt64>(capacity: digits)
  /// The digits that hold something.
  private var used: UInt32 = 0
  private var last: UInt64 = 0
  /// Nothing is due before it.
  private var bound: UInt64 = .max
  /// How many there are.
  private(set) var count = 0

  init() {
    heads.fill(upTo: Self.digits << Self.bits, with: Self.none)
    occupied.fill(upTo: Self.digits, with: 0)
  }

  private static func ordered(_ instant: Int64) -> UInt64 {
    UInt64(bitPattern: instant) ^ (1 << 63)
  }

  /// Adds a charge; one at `.max` waits until its end is said.
  mutating func add(_ charge: DueCharge) {
    let place: Int
    if free.isEmpty {
      place = nodes.count
      nodes.append(Node(at: 0, next: Self.none, previous: Self.none))
      charges.append(charge)
    } else {
      place = Int(free.removeLast())
      charges[place] = charge
    }
    count &+= 1
    let flight = Int(charge.flight)
    if flight >= placeOfFlight.count { placeOfFlight.fill(upTo: flight + 1, with: Self.none) }
    placeOfFlight[flight] = UInt32(place)
    nodes[place].at = max(Self.ordered(charge.at), last)
    if charge.at != .max { link(place) }
  }

  /// Takes out the charge of a flight, whenever it is due; `nil` if it has none to come.
  mutating func remove(flight: UInt32) -> DueCharge? {
    guard Int(flight) < placeOfFlight.count else { return nil }
    let place = placeOfFlight[Int(flight)]
    guard place != Self.none else { return nil }
    if charges[Int(place)].at != .max { unlink(Int(place)) }
    return take(Int(place))
  }

  /// Removes the earliest charge if it is due by `now`.
  @inline(__always)
  mutating func removeFirst(until now: Int64) -> DueCharge? {
    let limit = Self.ordered(now)
    return bound <= limit ? removeFirst(by: limit) : nil
  }

  private mutating func removeFirst(by limit: UInt64) -> DueCharge? {
    guard used != 0 else {
      bound = .max
      return nil
    }
    let digit = used.trailingZeroBitCount
    let slot = digit << Self.bits | occupied[digit].trailingZeroBitCount
    var first = heads[slot]
    var at = nodes[Int(first)].at
    var next = nodes[Int(first)].next
    let isAlone = next == Self.none
    while next != Self.none {
      if nodes[Int(next)].at < at { (first, at) = (next, nodes[Int(next)].at) }
      next = nodes[Int(next)].next
    }
    bound = at
    guard at <= limit else { return nil }
    unlink(Int(first))
    last = at
    if !isAlone, digit > 0 { spread(slot, digit) }
    // What is next is not known yet, but it is no earlier.
    return take(Int(first))
  }

  /// Puts the charges of a slot where they belong since `last` lies in it, too.
  private mutating func spread(_ slot: Int, _ digit: Int) {
    var place = heads[slot]
    heads[slot] = Self.none
    clear(slot, digit)
    while place != Self.none {
      let next = nodes[Int(place)].next
      link(Int(place))
      place = next
    }
  }

  private mutating func take(_ place: Int) -> DueCharge {
    let charge = charges[place]
    if placeOfFlight[Int(charge.flight)] == UInt32(place) {
      placeOfFlight[Int(charge.flight)] = Self.none
    }
    free.append(UInt32(place))
    count &-= 1
    return charge
  }

  // MARK: Slots

  @inline(__always)
  private func digit(of at: UInt64) -> Int {
    let difference = at ^ last
    return difference == 0 ? 0 : (63 &- difference.leadingZeroBitCount) / Self.bits
  }

  @inline(__always)
  private func slot(of at: UInt64, _ digit: Int) -> Int {
    digit << Self.bits | Int(truncatingIfNeeded: at >> UInt64(digit &* Self.bits)) & 63
  }

  @inline(__always)
  private mutating func link(_ place: Int) {
    let at = nodes[place].at
    let digit = digit(of: at)
    let slot = slot(of: at, digit)
    let head = heads[slot]
    nodes[place].next = head
    nodes[place].previous = Self.none
    if head != Self.none { nodes[Int(head)].previous = UInt32(place) }
    heads[slot] = UInt32(place)
    occupied[digit] |= 1 << UInt64(slot & 63)
    used |= 1 << UInt32(digit)
    bound = min(bound, at)
  }

  private mutating func unlink(_ place: Int) {
    let node = nodes[place]
    if node.next != Self.none { nodes[Int(node.next)].previous = node.previous }
    if node.previous != Self.none { return nodes[Int(node.previous)].next = node.next }
    let digit = digit(of: node.at)
    let slot = slot(of: node.at, digit)
    heads[slot] = node.next
    if node.next == Self.none { clear(slot, digit) }
  }

  private mutating func clear(_ slot: Int, _ digit: Int) {
    occupied[digit] &= ~(1 << UInt64(slot & 63))
    if occupied[digit] == 0 { used &= ~(1 << UInt32(digit)) }
  }
}
