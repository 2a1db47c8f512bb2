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
/// judged (one permit must be left), and each charge must have had its admission. What a limit
/// counted without admitting it (a `limiterCounted` note: a refused request, another replica's
/// charge) moves L as well and is not judged. Where replicas are told of each other, the sum of
/// their own charges is a level of its own, with the slack that the lag allows. The limits of a
/// policy that is taken over later stand after those of the first, unless an earlier one says the
/// same of limits: their central stores are the same as long as a replica asks them.
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
    /// The life of the replica, or of the central store, that it belongs to.
    var life = UInt32(0)
  }
  struct Reservation: BitwiseCopyable {
    var permits: Int64 = 0
    var request: UInt64 = 0
    var at = Instant.distantPast
    var replica = ReplicaID(0)
    var limit = 0
  }

  private let limits: [LimitEnvelope]
  private let replicas: UInt64
  /// Where the limits of each replica's policy begin; read only if a policy is ever taken over.
  private var bases: [Int]
  private let firsts: [Int]
  private var clock: PolicyClock
  private let takesOver: Bool
  private var rules: Rows<EnvelopeRule>
  private var levels = OpenTable(blank: Level())
  private var reservations = OpenTable(blank: Reservation())
  /// How often each replica has started anew: it has forgotten what it had charged and reserved.
  private var lives: [UInt32]
  private var fleetLife = UInt32(0)
  /// How often the central store of each limit has begun anew, because nobody asked it any more.
  private var storeLives: [UInt32]
  /// The reservation that was closed by the last note but for charges, and when it was made.
  private var correcting = UInt64.max
  private var reservedAt = Instant.distantPast

  init(_ plan: MeasuresPlan) {
    let promises = plan.allPromises
    limits = promises.flatMap(\.limits)
    firsts = promises.indices.map { place in
      let wording = promises[place].limitsWording
      let like = wording.isEmpty ? nil : promises.firstIndex { $0.limitsWording == wording }
      return promises[..<(like ?? place)].reduce(0) { $0 + $1.limits.count }
    }
    storeLives = Array(repeating: 0, count: limits.count)
    replicas = UInt64(max(1, plan.replicas))
    lives = [UInt32](repeating: 0, count: Int(replicas))
    bases = [Int](repeating: 0, count: Int(replicas))
    clock = PolicyClock(plan)
    takesOver = clock.ticks
    rules = Rows(repeating: EnvelopeRule(LimitEnvelope(.none)), count: limits.count)
    for index in limits.indices { rules[index] = EnvelopeRule(limits[index]) }
  }

  /// Which of all limits a note speaks of.
  @inline(__always)
  private func limit(_ subject: UInt16, _ replica: ReplicaID) -> Int {
    takesOver ? bases[min(Int(replica.index), bases.count - 1)] + Int(subject) : Int(subject)
  }

  mutating func noted(_ note: Note, _ breaches: inout Breaches) {
    switch note.kind {
    case .restarted: return bornAgain(note.replica)
    case .reloaded: return reloaded(note)
    default: break
    }
    let limit = limit(note.subject, note.replica)
    guard limit < rules.count else { return }
    switch note.kind {
    case .reconciled: reconciled(limit, note)
    case .limiterCounted: judge(limit, note, &breaches)
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
    for (_, reservation) in reservations.sorted {
      guard requests.hasEnded(reservation.request) else { continue }
      breaches.add(
        .reservationsReconciled, request: reservation.request, at: reservation.at,
        "limit \(reservation.limit) still holds its \(reservation.permits) permits")
    }
  }

  /// A limit has been charged.
  @inline(__always)
  mutating func charged(_ note: UnsafePointer<Note>, _ breaches: inout Breaches) {
    let limit = limit(note.pointee.subject, note.pointee.replica)
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
    let key = reservationKey(limit, note)
    let isCounted = note.kind == .limiterCounted
    let corrects = rule.reserves && key == correcting && !isCounted
    if !isCounted { correcting = .max }
    if rule.reserves, !corrects, !isCounted, note.value > 0, let slot = reservations.slot(of: key) {
      reservations[slot].permits += note.value
      reservations[slot].request = note.request
      reservations[slot].at = note.at
      reservations[slot].replica = note.replica
      reservations[slot].limit = limit
    }
    guard rule.form != .none, note.other >= 0, note.other < 1 << 32 else { return }
    let replica = rule.perReplica ? min(UInt64(note.replica.index), replicas - 1) : 0
    if rule.fleetMost >= 0, !isCounted { judgeFleet(limit, note, corrects, &breaches) }
    guard let slot = levels.slot(of: place(limit, note.other, replica)) else { return }
    var level = levels[slot]
    let life = rule.perReplica ? lives[Int(replica)] : storeLives[limit]
    if level.life != life {
      level = Level()
      level.life = life
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
    var judged = !corrects && !isCounted && note.value > 0
    var needed = level
    if rule.chargesAfter, !isCounted {
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

  /// Where the level of a bucket lies; of all replicas together after those of each.
  @inline(__always)
  private func place(_ limit: Int, _ bucket: Int64, _ replica: UInt64) -> UInt64 {
    (UInt64(bitPattern: bucket) &* (replicas &+ 1) &+ replica) &* UInt64(rules.count)
      &+ UInt64(limit)
  }

  /// What all replicas have charged by themselves: the promise, and what the lag lets pass.
  private mutating func judgeFleet(
    _ limit: Int, _ note: Note, _ corrects: Bool, _ breaches: inout Breaches
  ) {
    let rule = rules[limit]
    guard let slot = levels.slot(of: place(limit, note.other, replicas)) else { return }
    var level = levels[slot]
    if level.life != fleetLife {
      level = Level()
      level.life = fleetLife
    }
    rule.advance(&level, to: note.at, begins: note.value > 0, limits[limit].shape)
    level.at = note.at
    level.backlog = max(0, level.backlog + Int128(note.value) * rule.unit)
    levels[slot] = level
    guard !corrects, note.value > 0, level.backlog > rule.fleetMost else { return }
    breaches.add(
      .limiterEnvelope, request: note.request, at: note.at,
      "limit \(limit), bucket \(note.other): \(note.value) permits bring all replicas together to "
        + "\((level.backlog + rule.unit - 1) / rule.unit) of \(rule.fleetMost / rule.unit)")
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
    guard let slot = levels.slot(of: place(limit, note.pointee.other, replica)) else { return }
    let level = levels.address(of: slot)
    let life = rule.pointee.perReplica ? lives[Int(replica)] : storeLives[limit]
    if level.pointee.value.life != life {
      level.pointee.value = Level()
      level.pointee.value.life = life
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

  /// A replica starts anew: its limits are fresh, its reservations are forgotten; what a central
  /// store counts stays.
  private mutating func bornAgain(_ replica: ReplicaID, keepingCentral: Bool = true) {
    lives[Int(min(UInt64(replica.index), replicas - 1))] &+= 1
    for (key, reservation) in reservations.sorted where reservation.replica == replica {
      if keepingCentral, !rules[reservation.limit].perReplica { continue }
      if let slot = reservations.find(key) { reservations.remove(at: slot) }
    }
    // Together they have forgotten a part of what they had charged.
    fleetLife &+= 1
  }

  /// A replica has taken over another policy: unless its limits say the same, they begin anew.
  private mutating func reloaded(_ note: Note) {
    guard let promise = clock.reloaded(note.replica) else {
      return bornAgain(note.replica, keepingCentral: false)
    }
    if note.value == 1 { return }
    let replica = min(Int(note.replica.index), bases.count - 1)
    let old = bases[replica]
    bases[replica] = firsts[promise]
    bornAgain(note.replica, keepingCentral: false)
    guard !bases.contains(old) else { return }
    // Nobody asks its stores any more: who comes back to such a policy begins with new ones.
    let next = firsts.filter { $0 > old }.min() ?? limits.count
    for limit in old..<next { storeLives[limit] &+= 1 }
  }

  private mutating func reconciled(_ limit: Int, _ note: Note) {
    let key = reservationKey(limit, note)
    correcting = note.value == note.other ? .max : key
    reservedAt = note.at
    guard let slot = reservations.find(key) else { return }
    reservedAt = reservations[slot].at
    reservations.remove(at: slot)
  }

  /// A reservation is a request's, or one of its attempts': two may be out at a time.
  private func reservationKey(_ limit: Int, _ note: Note) -> UInt64 {
    let attempt = UInt64(min(note.attempt, 31))
    return (note.request &* UInt64(rules.count) &+ UInt64(limit)) &* 32 &+ attempt
  }
}
