import Vocabulary

/// Checks that no limit charges more than its envelope, and that reservations are reconciled.
///
/// Idea: virtual scheduling. For a bucket, the most that any stretch ending now has charged beyond
/// rate × t is the backlog of a queue that every charge joins and the rate drains:
///     L ← max(0, L − rate × Δt) + permits,   and the promise is L ≤ burst + slack.
/// L is kept in permits × period so that it is exact. For windows, L is the sum in the window. A
/// reconciled reservation gives back what it did not use; what it used beyond is charged unchecked
/// and has to drain before the next charge. What is reconciled after its window is forgotten.
/// - Source: ITU-T I.371 (GCRA, the continuous-state leaky bucket), here as the checker.
/// - Complexity: O(1) a charge; one state for each (limit, replica, bucket).
struct LimiterWatch: ~Copyable {
  struct Level: BitwiseCopyable {
    var backlog: Int128 = 0
    var at = Instant.distantPast
    var window = Int64.min
  }
  struct Reservation: BitwiseCopyable {
    var permits: Int64 = 0
    var bucket: Int32 = 0
    var request: UInt64 = 0
    var at = Instant.distantPast
  }

  private let limits: [LimitEnvelope]
  private let replicas: Int
  private var levels: [[Level]]
  private var reservations = OpenTable(blank: Reservation())
  private static let mostBuckets = 1 << 24

  init(_ plan: MeasuresPlan) {
    limits = plan.limits
    replicas = max(1, plan.replicas)
    levels = Array(repeating: [], count: plan.limits.count)
  }

  mutating func noted(_ note: Note, _ breaches: inout Breaches) {
    let limit = Int(note.subject)
    guard limit < limits.count else { return }
    switch note.kind {
    case .limiterCharged: charged(limit, note, &breaches)
    case .reconciled: reconciled(limit, note)
    case .limiterJudged:
      if note.value == 0, note.other < note.at.nanoseconds {
        breaches.add(
          .limiterEnvelope, request: note.request, at: note.at,
          "limit \(limit) refused until an instant that had passed (\(note.other) ns)")
      }
    default: break
    }
  }

  /// At the end: whose reservations are still open although they have ended.
  func close(ended requests: borrowing OpenRequests, _ breaches: inout Breaches) {
    for (key, reservation) in reservations.sorted {
      guard requests.hasEnded(reservation.request) else { continue }
      breaches.add(
        .reservationsReconciled, request: reservation.request, at: reservation.at,
        "limit \(key % UInt64(limits.count)) still holds its \(reservation.permits) permits")
    }
  }

  private func place(_ limit: Int, _ bucket: Int64, _ replica: ReplicaID) -> Int? {
    guard bucket >= 0, bucket < LimiterWatch.mostBuckets else { return nil }
    guard limits[limit].perReplica else { return Int(bucket) }
    return Int(bucket) * replicas + min(Int(replica.index), replicas - 1)
  }

  private mutating func charged(_ limit: Int, _ note: Note, _ breaches: inout Breaches) {
    let envelope = limits[limit]
    guard envelope.shape != .none, let place = place(limit, note.other, note.replica) else {
      return
    }
    if place >= levels[limit].count {
      let missing = place + 1 - levels[limit].count
      levels[limit].append(contentsOf: repeatElement(Level(), count: missing))
    }
    var level = drained(levels[limit][place], envelope.shape, to: note.at)
    let unit = LimiterWatch.unit(of: envelope.shape)
    level.backlog += Int128(note.value) * unit
    levels[limit][place] = level
    if envelope.reserves {
      let key = note.request &* UInt64(limits.count) &+ UInt64(limit)
      if let slot = reservations.slot(of: key) {
        reservations[slot].permits += note.value
        reservations[slot].bucket = Int32(truncatingIfNeeded: place)
        reservations[slot].request = note.request
        reservations[slot].at = note.at
      }
    }
    let most = LimiterWatch.most(of: envelope.shape) + Int128(envelope.slack)
    if level.backlog > most * unit {
      breaches.add(
        .limiterEnvelope, request: note.request, at: note.at,
        "limit \(limit), bucket \(note.other): \(note.value) permits bring it to "
          + "\((level.backlog + unit - 1) / unit) of \(most)")
    }
  }

  private mutating func reconciled(_ limit: Int, _ note: Note) {
    let key = note.request &* UInt64(limits.count) &+ UInt64(limit)
    guard let slot = reservations.find(key) else { return }
    let reservation = reservations[slot]
    reservations.remove(at: slot)
    let envelope = limits[limit]
    let place = Int(reservation.bucket)
    guard place < levels[limit].count else { return }
    var level = drained(levels[limit][place], envelope.shape, to: note.at)
    let unit = LimiterWatch.unit(of: envelope.shape)
    if case .inFlight = envelope.shape {
      level.backlog -= Int128(reservation.permits)
    } else if sameWindow(envelope.shape, reservation.at, note.at) {
      level.backlog += (Int128(note.other) - Int128(note.value)) * unit
    }
    level.backlog = max(0, level.backlog)
    levels[limit][place] = level
  }

  private func drained(
    _ level: Level, _ shape: LimitEnvelope.Shape, to now: Instant
  ) -> Level {
    var level = level
    switch shape {
    case .bucket(let rate, _):
      if level.at != .distantPast {
        let drain = Int128(rate.count) * Int128(level.at.nanoseconds(to: now))
        level.backlog = max(0, level.backlog - drain)
      }
    case .window, .windows:
      let window = LimiterWatch.window(shape, now)
      if window != level.window { level.backlog = 0 }
      level.window = window
    case .inFlight, .none: break
    }
    level.at = now
    return level
  }

  private func sameWindow(
    _ shape: LimitEnvelope.Shape, _ first: Instant, _ second: Instant
  ) -> Bool {
    LimiterWatch.window(shape, first) == LimiterWatch.window(shape, second)
  }

  private static func window(_ shape: LimitEnvelope.Shape, _ now: Instant) -> Int64 {
    switch shape {
    case .window(let origin, let length, _):
      let elapsed = origin.nanoseconds(to: now)
      let width = max(1, length.nanoseconds)
      return elapsed >= 0 ? elapsed / width : -1 - (-1 - elapsed) / width
    case .windows(let starts, _):
      var low = 0
      var high = starts.count
      while low < high {
        let middle = (low + high) / 2
        if starts[middle] <= now { low = middle + 1 } else { high = middle }
      }
      return Int64(low)
    case .bucket, .inFlight, .none: return 0
    }
  }

  private static func unit(of shape: LimitEnvelope.Shape) -> Int128 {
    if case .bucket(let rate, _) = shape { return Int128(rate.periodNanoseconds) }
    return 1
  }

  private static func most(of shape: LimitEnvelope.Shape) -> Int128 {
    switch shape {
    case .bucket(_, let burst): Int128(burst)
    case .window(_, _, let most), .windows(_, let most), .inFlight(let most): Int128(most)
    case .none: Int128(Int64.max)
    }
  }
}
