import Vocabulary

/// Checks that no limit charges more than its envelope, and that reservations are reconciled.
///
/// Idea: virtual scheduling. For a bucket, the most that any stretch ending now has charged beyond
/// rate × t is the backlog of a queue that every charge joins and the rate drains:
///     L ← max(0, L − rate × Δt) + permits,   and the promise is L ≤ burst + slack.
/// L is kept in permits × period, so it is exact. For windows, L is the sum in the window. Every
/// change of a bucket is a `limiterCharged` note; a negative one gives back. A `reconciled` note
/// closes a reservation, and the charge that follows it for the same request is its correction: it
/// moves L but is no admission, so it is not judged. What is given back after its window is
/// forgotten. A limit that charges at the end notes each admission with a charge of 0: that one is
/// judged (one permit must be left), and each charge must have had its admission.
/// - Source: ITU-T I.371 (GCRA, the continuous-state leaky bucket), here as the checker.
/// - Complexity: O(1) a charge; one state for each (limit, replica, bucket) that was charged.
struct LimiterWatch: ~Copyable {
  struct Level: BitwiseCopyable {
    var backlog: Int128 = 0
    /// The last window's sum, for an estimate.
    var last: Int128 = 0
    var at = Instant.distantPast
    /// The window that `backlog` is the sum of, and when the last one began.
    var start = Instant.distantPast
    var until = Instant.distantPast
    var lastStart = Instant.distantPast
    /// Requests admitted and not yet charged, for a charge at the end.
    var admitted = 0
    /// The life of the replica that it belongs to.
    var life = UInt32(0)
  }
  struct Reservation: BitwiseCopyable {
    var permits: Int64 = 0
    var request: UInt64 = 0
    var at = Instant.distantPast
    var replica = ReplicaID(0)
  }

  private let limits: [LimitEnvelope]
  private let replicas: UInt64
  private var rules: Rows<EnvelopeRule>
  private var levels = OpenTable(blank: Level())
  private var reservations = OpenTable(blank: Reservation())
  /// How often each replica has started anew: it has forgotten what it had charged and reserved.
  private var lives: [UInt32]
  /// The reservation that was closed by the last note but for charges, and when it was made.
  private var correcting = UInt64.max
  private var reservedAt = Instant.distantPast

  init(_ plan: MeasuresPlan) {
    limits = plan.limits
    replicas = UInt64(max(1, plan.replicas))
    lives = [UInt32](repeating: 0, count: Int(replicas))
    rules = Rows(repeating: EnvelopeRule(LimitEnvelope(.none)), count: plan.limits.count)
    for index in plan.limits.indices { rules[index] = EnvelopeRule(plan.limits[index]) }
  }

  mutating func noted(_ note: Note, _ breaches: inout Breaches) {
    let limit = Int(note.subject)
    guard limit < rules.count else {
      if note.kind == .restarted || note.kind == .reloaded { bornAgain(note.replica) }
      return
    }
    switch note.kind {
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

  /// A limit has been charged.
  @inline(__always)
  mutating func charged(_ note: UnsafePointer<Note>, _ breaches: inout Breaches) {
    let limit = Int(note.pointee.subject)
    guard limit < rules.count else { return }
    if rules[limit].isPlainBucket {
      drain(limit, note, &breaches)
    } else {
      judge(limit, note.pointee, &breaches)
    }
  }

  /// A charge of any form, in full.
  @inline(never)
  private mutating func judge(_ limit: Int, _ note: Note, _ breaches: inout Breaches) {
    let rule = rules[limit]
    let key = reservationKey(limit, note.request)
    let corrects = rule.reserves && key == correcting
    correcting = .max
    if rule.reserves, !corrects, note.value > 0, let slot = reservations.slot(of: key) {
      reservations[slot].permits += note.value
      reservations[slot].request = note.request
      reservations[slot].at = note.at
      reservations[slot].replica = note.replica
    }
    guard rule.form != .none, note.other >= 0, note.other < 1 << 32 else { return }
    let replica = rule.perReplica ? min(UInt64(note.replica.index), replicas - 1) : 0
    let place = (UInt64(note.other) * replicas + replica) * UInt64(rules.count) + UInt64(limit)
    guard let slot = levels.slot(of: place) else { return }
    var level = levels[slot]
    if level.life != lives[Int(replica)] {
      level = Level()
      level.life = lives[Int(replica)]
    }
    rule.advance(&level, to: note.at, begins: note.value > 0, limits[limit].shape)
    level.at = note.at
    let permits = Int128(note.value) * rule.unit
    if permits >= 0 || !corrects || reservedAt >= level.start {
      level.backlog = max(0, level.backlog + permits)
    } else if rule.form == .estimate, reservedAt >= level.lastStart {
      level.last = max(0, level.last + permits)
    }
    if rule.forgives { level.backlog = min(level.backlog, rule.most) }
    var judged = !corrects && note.value > 0
    var needed = level
    if rule.chargesAfter {
      // An admission is noted with a charge of 0; it needs one permit that is left. What is charged
      // at the end was in flight: it needs an admission.
      judged = note.value == 0
      needed.backlog += rule.unit
      level.admitted += judged ? 1 : note.value > 0 ? -1 : 0
      if level.admitted < 0 {
        breaches.add(
          .limiterEnvelope, request: note.request, at: note.at,
          "limit \(limit), bucket \(note.other): \(note.value) permits were charged for a request "
            + "that it had not admitted")
        level.admitted = 0
      }
    }
    levels[slot] = level
    if judged, rule.exceeds(needed, at: note.at) {
      exceeded(limit, note, needed.backlog, &breaches)
    }
  }

  /// The usual case, a bucket that nobody reserves from: the same rule, without windows.
  @inline(__always)
  private mutating func drain(
    _ limit: Int, _ note: UnsafePointer<Note>, _ breaches: inout Breaches
  ) {
    correcting = .max
    let bucket = UInt64(bitPattern: note.pointee.other)
    guard bucket < 1 << 32 else { return }
    let rule = rules.address(of: limit)
    let replica =
      rule.pointee.perReplica ? min(UInt64(note.pointee.replica.index), replicas &- 1) : 0
    let place = (bucket &* replicas &+ replica) &* UInt64(rules.count) &+ UInt64(limit)
    guard let slot = levels.slot(of: place) else { return }
    let level = levels.address(of: slot)
    if level.pointee.value.life != lives[Int(replica)] {
      level.pointee.value = Level()
      level.pointee.value.life = lives[Int(replica)]
    }
    let now = note.pointee.at
    let elapsed =
      level.pointee.value.at == .distantPast
      ? 0 : now.nanoseconds &- level.pointee.value.at.nanoseconds
    let rest = max(0, level.pointee.value.backlog &- rule.pointee.drained(elapsed))
    let backlog = max(0, rest &+ rule.pointee.scaled(note.pointee.value))
    level.pointee.value.backlog = backlog
    level.pointee.value.at = now
    if note.pointee.value > 0, backlog > rule.pointee.most {
      exceeded(limit, note.pointee, backlog, &breaches)
    }
  }

  @inline(never)
  private func exceeded(
    _ limit: Int, _ note: Note, _ backlog: Int128, _ breaches: inout Breaches
  ) {
    let unit = rules[limit].unit
    breaches.add(
      .limiterEnvelope, request: note.request, at: note.at,
      "limit \(limit), bucket \(note.other): \(note.value) permits bring it to "
        + "\((backlog + unit - 1) / unit) of \(rules[limit].most / unit)")
  }

  /// A replica starts anew: its limits are fresh, its reservations are forgotten.
  private mutating func bornAgain(_ replica: ReplicaID) {
    lives[Int(min(UInt64(replica.index), replicas - 1))] &+= 1
    for (key, reservation) in reservations.sorted where reservation.replica == replica {
      if let slot = reservations.find(key) { reservations.remove(at: slot) }
    }
  }

  private mutating func reconciled(_ limit: Int, _ note: Note) {
    let key = reservationKey(limit, note.request)
    correcting = note.value == note.other ? .max : key
    reservedAt = note.at
    guard let slot = reservations.find(key) else { return }
    reservedAt = reservations[slot].at
    reservations.remove(at: slot)
  }

  private func reservationKey(_ limit: Int, _ request: UInt64) -> UInt64 {
    request &* UInt64(rules.count) &+ UInt64(limit)
  }
}
