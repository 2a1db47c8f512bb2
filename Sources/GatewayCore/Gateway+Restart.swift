import Vocabulary

// What befalls the replica itself: it starts anew, or takes over another policy.
//
// Requests in flight go on at a reload and at a restart that drains: their answers come from
// upstream and their clients wait. A crash breaks them: each ends once, as failed, with its attempts
// withdrawn. What they had charged, reserved or begun belongs to the life before and is not
// corrected after it.

extension Gateway {
  /// What becomes of the requests in flight at a restart.
  public enum Ending: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// They go on: the old process answers them before it ends.
    case drain
    /// They break: the process is gone, and their connections with it.
    case crash
  }

  /// Starts anew.
  ///
  /// Breakers, ejections, limits, caches, retry budgets and the memory of strategies are forgotten.
  /// Whatever the process kept goes with it, bodies too.
  /// - Complexity: O(slots + what is forgotten).
  public mutating func restart(
    _ ending: Ending = .drain, at now: Instant, into output: inout Output
  ) {
    if ending == .crash { breakOff(at: now, into: &output) }
    for place in sweeps.indices where sweeps[place] != .distantFuture {
      output.commands.append(.clearTimer(TimerID(.poll, of: .none, number: UInt8(place))))
    }
    giveUpTold(into: &output)
    beginAnew(plan)
    began = now
    (strategiesSince, limitsSince) = (now, now)
    output.notes.append(
      Note(.restarted, at: now, value: Int64(ending.rawValue), replica: replica))
    takeUpWaiting(at: now, into: &output)
  }

  /// Ends every request for its client, and takes back what is out for it.
  private mutating func breakOff(at now: Instant, into output: inout Output) {
    // Each for itself: none is given its leader's place or end.
    for slot in 0..<UInt32(slots.used)
    where slots[slot].state == .following && slots[slot].leader != .max { unlink(slot) }
    for slot in 0..<UInt32(slots.used) {
      if slots[slot].state == .free || slots[slot].state == .settling { continue }
      // The queue is gone with the process.
      if slots[slot].state == .queued { slots[slot].waiter = .max }
      withdraw(slot, at: now, into: &output)
      // No cache of this process answers any more.
      slots[slot].staleLook.insert(.isForbidden)
      slots[slot].record.outcome = .connection
      finish(slot, .failed, .connection, at: now, into: &output)
    }
  }

  /// Takes over another policy.
  ///
  /// Kept are: the breakers whose rule and deployment (or leaf) are unchanged, the cooldowns and
  /// ejections if all of them are, and the limits and the cache if the policy says the same of them;
  /// a half-open breaker probes anew. Everything else begins with nothing learnt.
  /// A request in flight keeps its attempts. If they fail, it is walked anew, once, from its alias'
  /// root in the new policy; a pause before a retry ends at once with such a walk.
  /// - Complexity: O(slots + what is forgotten).
  public mutating func reload(
    _ plan: GatewayPlan, at now: Instant, into output: inout Output
  ) {
    let old = self.plan
    var kept = Kept(breakers: breakers)
    let keepsEjections =
      old.wording.ejections == plan.wording.ejections
      && old.deployments.map(\.name) == plan.deployments.map(\.name)
    if keepsEjections {
      kept.ejections = (ejections, ejected, sweeps)
    } else {
      for place in sweeps.indices where sweeps[place] != .distantFuture {
        output.commands.append(.clearTimer(TimerID(.poll, of: .none, number: UInt8(place))))
      }
    }
    let keepsLimits =
      old.wording.limits == plan.wording.limits && old.populations == plan.populations
      && old.deployments.map(\.name) == plan.deployments.map(\.name)
    let began = began
    let since = keepsLimits ? limitsSince : now
    if !keepsLimits { giveUpTold(into: &output) }
    let taken = limits.policy &+ 1
    beginAnew(
      plan, keepsLimits: keepsLimits, keepsCache: old.wording.cache == plan.wording.cache)
    self.began = began
    (strategiesSince, limitsSince) = (now, since)
    (limits.policy, attemptLimits.policy) = (taken, taken)
    take(kept, from: old)
    output.notes.append(
      Note(.reloaded, at: now, value: keepsLimits ? 1 : 0, replica: replica))
    for index in breakers.indices where !breakers[index].isClosed {
      noteBreaker(
        Int16(index), plan.tree.breakers[index].deployment, .max, at: now, &output)
    }
    for slot in 0..<UInt32(slots.used) where slots[slot].state != .free {
      slots[slot].depth = 0
      // Who waits or follows has asked nobody yet: it begins in the new policy.
      if slots[slot].state == .queued || slots[slot].state == .following { continue }
      slots[slot].isUprooted = true
      // What the old policy's store has refused, this one's may admit.
      forgetRefusals(slot)
      guard slots[slot].state == .waiting else { continue }
      output.commands.append(
        .clearTimer(TimerID(.backoff, of: id(ofSlot: slot), number: slots[slot].waits)))
      slots[slot].state = .attempting
      goOn(slot, after: slots[slot].record.outcome, .unsaid, at: now, into: &output)
    }
    takeUpWaiting(at: now, into: &output)
  }

  /// Walks a request whose route is gone from the new root; `false` if nothing fits there.
  mutating func walkAnew(_ slot: UInt32, at now: Instant, into output: inout Output) -> Bool {
    slots[slot].isUprooted = false
    slots[slot].strong = plan.tree.strongWithoutScore
    slots[slot].bypassLevel = .max
    let alias = Int(slots[slot].request.alias.index)
    guard alias < plan.tree.roots.count, plan.tree.roots[alias] != .max else { return false }
    slots[slot].visited = 0
    // No rule has decided this retry.
    slots[slot].resumeRule = .max
    beginVisits(slot, alias)
    // Some nodes go down to a leaf without asking whether it fits.
    guard opens(plan.tree.roots[alias], slot, at: now) else { return false }
    return descend(slot, to: plan.tree.roots[alias], reason: .retry, at: now, into: &output)
  }

  /// What a reload may keep.
  private struct Kept {
    var breakers: [CircuitBreaker]
    var ejections: ([any Ejection], EjectionTable, [Instant])?
  }

  private mutating func take(_ kept: Kept, from old: GatewayPlan) {
    for index in breakers.indices {
      let name = plan.tree.identity(ofBreaker: index)
      guard
        let same = old.tree.breakers.indices.first(where: {
          old.tree.breakers[$0].rule == plan.tree.breakers[index].rule
            && old.tree.identity(ofBreaker: $0) == name
        })
      else { continue }
      breakers[index] = kept.breakers[same]
      breakers[index].forgetProbes()
    }
    if let (some, table, times) = kept.ejections, ejects {
      ejections = some
      ejected = table
      sweeps = times
    }
  }

  /// Becomes a replica that has seen nothing, but for the requests and attempts in flight.
  private mutating func beginAnew(
    _ plan: GatewayPlan, keepsLimits: Bool = false, keepsCache: Bool = false
  ) {
    var anew = Gateway(plan, replica: replica, chance: chance)
    swap(&anew.slots, &slots)
    swap(&anew.flights, &flights)
    if keepsLimits {
      swap(&anew.limits, &limits)
      swap(&anew.attemptLimits, &attemptLimits)
      swap(&anew.standIns, &standIns)
      swap(&anew.attemptStandIns, &attemptStandIns)
    }
    if keepsCache {
      swap(&anew.cache, &cache)
      swap(&anew.semantic, &semantic)
    }
    anew.limits.policy = limits.policy
    anew.attemptLimits.policy = attemptLimits.policy
    anew.nextBody = nextBody
    anew.lateReports = lateReports
    self = anew
    for slot in 0..<UInt32(slots.used) where slots[slot].state != .free {
      // No budget of this life has given its permit, and no limit has charged it unless it is kept.
      (slots[slot].permitBudget, slots[slot].hedgeBudget) = (-1, -1)
      slots[slot].isHedgeArmed = false
      if !keepsLimits { (slots[slot].spared, slots[slot].sparedByStandIns) = (.max, .max) }
    }
    for flight in 0..<UInt32(flights.used) where flights[flight].isLive {
      // Nobody of this life has seen it start.
      flights[flight].depth = 0
      flights[flight].breaker = -1
      flights[flight].isProbe = false
      if !keepsLimits {
        flights[flight].isLimited = false
        flights[flight].sparedByStandIns = .max
      }
    }
    forgetPermits()
  }

  /// The replica has started anew: nothing in flight holds a permit of this life, and who leads
  /// still leads.
  mutating func forgetPermits() {
    for flight in 0..<UInt32(flights.used) { flights[flight].held = SIMD4(repeating: 0) }
    for slot in 0..<UInt32(slots.used) where slots[slot].state != .free {
      slots[slot].held = SIMD4(repeating: 0)
      guard coalesces, slots[slot].leads else { continue }
      let key = coalescing.rule.key(of: slots[slot].request)
      if coalescing.leader(key) == nil { coalescing.insert(key, slot) }
    }
  }

  /// Judges those anew, in order of arrival, who waited when the replica started anew.
  mutating func takeUpWaiting(at now: Instant, into output: inout Output) {
    var waiting: [(number: UInt64, slot: UInt32)] = []
    for slot in 0..<UInt32(slots.used) {
      // Who asks the store has its place no more: if it is refused it waits like a newcomer.
      if slots[slot].state == .asking, slots[slot].waiter != .max {
        noteDequeued(slot, 0, subject: .max, since: slots[slot].admitted, at: now, &output)
      }
      guard slots[slot].state == .queued else { continue }
      waiting.append((slots[slot].request.number, slot))
    }
    waiting.sort { $0.number < $1.number }
    for (_, slot) in waiting {
      let request = slots[slot].request
      let arrived = slots[slot].record.arrived
      let blocker = blockedByOthers(request)
      switch blocker.map({ Judgement.refused($0) }) ?? judge(request, at: now, into: &output) {
      case .admitted(let spared, let held):
        noteDequeued(slot, 0, subject: .max, since: arrived, at: now, &output)
        letIn(slot, spared: spared, held: held, at: now, into: &output)
      case .refused(let blocker) where blocker.isVain:
        noteDequeued(
          slot, 1, subject: Note.Shedding.hopeless.rawValue, since: arrived, at: now, &output)
        reject(slot, blocker, at: now, into: &output)
      case .refused(let blocker):
        if queues, queue.room(for: request) == .free {
          slots[slot].waiter = queue.enter(
            request, slot: slot, blocker, since: arrived,
            latest: latest(slots[slot].deadline, since: arrived))
          arm(slot, at: blocker.retryAt, now: now, into: &output)
          continue
        }
        slots[slot].record.rejection = .shed
        slots[slot].record.limit = blocker.subject
        noteDequeued(
          slot, 1, subject: Note.Shedding.full.rawValue, since: arrived, at: now, &output)
        finish(slot, .rejected, .status(queue.rule.status), at: now, into: &output)
      }
    }
    if hasDue { doWhatIsDue(at: now, into: &output) }
  }
}
