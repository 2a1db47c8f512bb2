import Vocabulary

/// How many attempts are in flight at the deployments that a process strikes.
///
/// Of an attempt whose end is promised the end is known; of one in a queue it is said.
/// - Complexity: O(1) amortised per attempt; memory follows what is in flight.
struct InFlight: ~Copyable {
  private var ends = DueCharges()

  init() {}

  /// How many are in flight at `now`.
  mutating func count(at now: Int64) -> Int {
    while ends.removeFirst(until: now) != nil {}
    return ends.count
  }

  /// An attempt begins that ends at `end`; at `distantFuture` if that is not known yet.
  mutating func enter(_ flight: UInt32, until end: Instant) {
    let nothing = QuotaDemand(inputTokens: 0, outputTokens: 0)
    ends.add(
      DueCharge(
        at: end.nanoseconds, reservedAt: 0, used: nothing, reserved: nothing, flight: flight))
  }

  /// An attempt has ended otherwise than was promised.
  mutating func leave(_ flight: UInt32) { _ = ends.remove(flight: flight) }
}
