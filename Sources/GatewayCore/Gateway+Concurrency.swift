import Chance
import Vocabulary

// What is in flight: permits taken at admission and at the start of an attempt, given back at the
// end, and what adaptive limits learn from it.

extension Gateway {
  /// Whether a limit on what is in flight at a deployment has no permit left.
  @inline(__always)
  mutating func isFull(_ deployment: UInt16) -> Bool {
    limitsFlights && !concurrency.admits(Int(deployment))
  }

  /// Notes the admission of a request that is in its slot.
  @inline(__always)
  mutating func admit(_ slot: UInt32, spared: UInt64, held: SIMD4<UInt16>, at now: Instant) {
    slots[slot].spared = spared
    slots[slot].held = held
    slots[slot].admitted = now
    slots[slot].chargedAt = now
    slots[slot].isAdmitted = true
  }

  /// A hit is not in flight.
  mutating func releaseHit(
    _ request: borrowing Request, _ held: SIMD4<UInt16>, at now: Instant, into output: inout Output
  ) {
    concurrency.release(
      request, held, nil, elapsed: 0, uniform: 0.5, at: now, replica: replica, into: &output)
    if queues, queue.count > 0 { stirLines(of: request) }
  }

  /// A request has settled: gives its permits back, and tells those who wait.
  mutating func leave(_ slot: UInt32, at now: Instant, into output: inout Output) {
    guard slots[slot].isAdmitted else { return }
    let elapsed = slots[slot].admitted.nanoseconds(to: slots[slot].record.ended)
    if limitsRequests {
      // A follower's time says nothing about the load, nor does that of a client who left or was
      // refused.
      let outcome: Outcome? =
        slots[slot].record.source == .follow || slots[slot].record.end == .abandoned
          || slots[slot].isUndone
        ? nil : slots[slot].record.outcome
      let uniform = concurrencyKey.uniform(call: slots[slot].request.call)
      concurrency.release(
        slots[slot].request, slots[slot].held, outcome, elapsed: elapsed, uniform: uniform,
        at: now, replica: replica, into: &output)
    }
    guard queues else { return }
    if slots[slot].record.source == .provider, slots[slot].record.end == .succeeded {
      queue.service.saw(elapsed)
    }
    if queue.count > 0 {
      let request = slots[slot].request
      stirLines(of: request)
    }
  }

  /// An attempt has ended: gives its permits back.
  mutating func releaseAttempt(
    _ flight: UInt32, _ outcome: Outcome, at now: Instant, into output: inout Output
  ) {
    let record = flights[flight].record
    concurrency.release(
      record.deployment, for: record.request, flights[flight].held, outcome,
      elapsed: record.started.nanoseconds(to: now),
      uniform: concurrencyKey.uniform(call: record.call, ordinal: 1 + UInt32(record.index)),
      at: now, replica: replica, into: &output)
  }
}
