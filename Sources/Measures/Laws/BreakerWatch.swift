import Vocabulary

/// Checks that while a breaker is not closed, only noted probes and bypasses start at its deployment,
/// or at the leaves that it guards.
///
/// Notes give each breaker's history at each replica; an attempt gives its start, but only when it
/// settles. So the attempts at guarded deployments wait until the flush that they came with is over
/// (then all notes up to their end are known) and are then looked up in the history. At the very
/// instant of a change either state counts, because both happened in it. A pass (probe or bypass)
/// is used up by one attempt of its request.
/// - Complexity: O(log changes) an attempt at a guarded deployment, nothing for others; memory
///   follows the changes and the passes in flight.
struct BreakerWatch: ~Copyable {
  struct Change: BitwiseCopyable {
    var at: Instant
    var state: Int64
    var probesFrom: Int64
  }
  struct Pending: BitwiseCopyable {
    var request: UInt64
    var started: Instant
    var deployment: DeploymentID
    var replica: ReplicaID
    /// The breaker of its leaf; -1 to look at those of its deployment.
    var breaker: Int16
  }

  /// What one policy guards by which breakers; they are numbered among those of all policies.
  private struct Guards {
    /// Where its breakers begin.
    var first: Int
    /// The breakers of each deployment; empty if it has none.
    var guarded: [[Int]] = []
    var ofLeaf: [Int16]

    init(_ promise: PolicyPromises, first: Int, deployments: Int) {
      self.first = first
      ofLeaf =
        promise.breakers.isEmpty
        ? [] : promise.breakerOfLeaf.map { $0 < 0 ? -1 : $0 + Int16(truncatingIfNeeded: first) }
      guard !promise.breakers.allSatisfy({ $0 == nil }) else { return }
      guarded = (0..<deployments).map { deployment in
        promise.breakers.indices.filter { promise.breakers[$0] == DeploymentID(deployment) }.map {
          $0 + first
        }
      }
    }
  }

  /// The first policy's, which is the only one as a rule, and those of all.
  private let guarded: [[Int]]
  private let ofLeaf: [Int16]
  private let policies: [Guards]
  private let breakers: Int
  private let replicas: Int
  private var histories: [[Change]]
  private var passes = OpenTable(blank: UInt32(0))
  private var pending: [Pending] = []
  private var clock: PolicyClock
  private let takesOver: Bool
  /// Where the breakers of each replica's policy begin.
  private var bases: [Int]

  init(_ plan: MeasuresPlan) {
    let promises = plan.allPromises
    breakers = promises.reduce(0) { $0 + $1.breakers.count }
    replicas = max(1, plan.replicas)
    histories = Array(repeating: [], count: breakers * replicas)
    clock = PolicyClock(plan)
    takesOver = clock.ticks
    bases = Array(repeating: 0, count: replicas)
    policies = promises.indices.map { place in
      Guards(
        promises[place], first: promises[..<place].reduce(0) { $0 + $1.breakers.count },
        deployments: plan.deployments)
    }
    guarded = policies[0].guarded
    ofLeaf = policies[0].ofLeaf
  }

  @inline(__always)
  mutating func settled(_ record: UnsafePointer<AttemptRecord>) {
    if takesOver { return settledUnderSome(record) }
    var breaker: Int16 = -1
    if !ofLeaf.isEmpty {
      guard Int(record.pointee.leaf) < ofLeaf.count, ofLeaf[Int(record.pointee.leaf)] >= 0 else {
        return
      }
      breaker = ofLeaf[Int(record.pointee.leaf)]
    } else if !isGuarded(record.pointee.deployment, guarded) {
      return
    }
    wait(record, breaker)
  }

  /// The same where policies change: the one counts that the replica had when the attempt started.
  @inline(never)
  private mutating func settledUnderSome(_ record: UnsafePointer<AttemptRecord>) {
    // At the very instant of a takeover nobody knows which policy started it.
    guard let promise = clock.promise(of: record.pointee.replica, at: record.pointee.started)
    else { return }
    let policy = policies[promise]
    guard !policy.ofLeaf.isEmpty else {
      if isGuarded(record.pointee.deployment, policy.guarded) { wait(record, -1) }
      return
    }
    let leaf = Int(record.pointee.leaf)
    if leaf < policy.ofLeaf.count, policy.ofLeaf[leaf] >= 0 { wait(record, policy.ofLeaf[leaf]) }
  }

  @inline(__always)
  private mutating func wait(_ record: UnsafePointer<AttemptRecord>, _ breaker: Int16) {
    pending.append(
      Pending(
        request: record.pointee.request, started: record.pointee.started,
        deployment: record.pointee.deployment,
        replica: record.pointee.replica, breaker: breaker))
  }

  @inline(__always)
  private func isGuarded(_ deployment: DeploymentID, _ guarded: [[Int]]) -> Bool {
    Int(deployment.index) < guarded.count && !guarded[Int(deployment.index)].isEmpty
  }

  /// A replica has started anew, or has taken over another policy: all its breakers are closed, but
  /// for those that it keeps and therefore notes.
  mutating func began(_ note: Note) {
    guard Int(note.replica.index) < replicas else { return }
    for breaker in 0..<breakers {
      let place = breaker * replicas + Int(note.replica.index)
      if !histories[place].isEmpty {
        histories[place].append(Change(at: note.at, state: 0, probesFrom: 0))
      }
    }
    if note.kind == .reloaded, let promise = clock.reloaded(note.replica) {
      bases[Int(note.replica.index)] = policies[promise].first
    }
  }

  mutating func noted(_ note: Note, _ breaches: inout Breaches) {
    guard Int(note.replica.index) < replicas else { return }
    let breaker = bases[Int(note.replica.index)] + Int(note.subject)
    guard breaker < breakers else { return }
    switch note.kind {
    case .breakerChanged:
      histories[breaker * replicas + Int(note.replica.index)].append(
        Change(at: note.at, state: note.value, probesFrom: note.other))
    case .probed, .bypassed:
      if let slot = passes.slot(of: note.request &* UInt64(breakers) &+ UInt64(breaker)) {
        passes[slot] &+= 1
      }
      if note.kind == .probed { probed(breaker, note, &breaches) }
    default: break
    }
  }

  /// Judges the attempts whose flush is over.
  mutating func newFlush(_ breaches: inout Breaches) {
    if pending.isEmpty { return }
    for attempt in pending { judge(attempt, &breaches) }
    pending.removeAll(keepingCapacity: true)
  }

  private func probed(_ breaker: Int, _ note: Note, _ breaches: inout Breaches) {
    let history = histories[breaker * replicas + Int(note.replica.index)]
    guard let last = history.last, last.state == 1, note.at.nanoseconds < last.probesFrom else {
      return
    }
    breaches.add(
      .openBreaker, request: note.request, at: note.at,
      "breaker \(breaker) let a probe pass before \(last.probesFrom) ns")
  }

  private mutating func judge(_ attempt: Pending, _ breaches: inout Breaches) {
    guard attempt.breaker < 0 else { return judge(attempt, Int(attempt.breaker), &breaches) }
    let promise = takesOver ? clock.promise(of: attempt.replica, at: attempt.started) ?? 0 : 0
    for breaker in policies[promise].guarded[Int(attempt.deployment.index)] {
      judge(attempt, breaker, &breaches)
    }
  }

  private mutating func judge(
    _ attempt: Pending, _ breaker: Int, _ breaches: inout Breaches
  ) {
    let replica = min(Int(attempt.replica.index), replicas - 1)
    let history = histories[breaker * replicas + replica]
    if history.isEmpty || mayPass(history, attempt.started) { return }
    if let slot = passes.find(attempt.request &* UInt64(breakers) &+ UInt64(breaker)) {
      if passes[slot] > 1 { passes[slot] &-= 1 } else { passes.remove(at: slot) }
      return
    }
    breaches.add(
      .openBreaker, request: attempt.request, at: attempt.started,
      "breaker \(breaker) was not closed, yet an attempt started at deployment "
        + "\(attempt.deployment.index) without a probe's or a bypass' note")
  }

  /// Whether the breaker was closed just before `now` or in any state it took on at `now`.
  private func mayPass(_ history: [Change], _ now: Instant) -> Bool {
    var low = 0
    var high = history.count
    while low < high {
      let middle = (low + high) / 2
      if history[middle].at < now { low = middle + 1 } else { high = middle }
    }
    if low == 0 || history[low - 1].state == 0 { return true }
    while low < history.count, history[low].at == now {
      if history[low].state == 0 { return true }
      low += 1
    }
    return false
  }
}
