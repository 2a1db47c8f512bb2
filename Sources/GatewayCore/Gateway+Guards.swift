import Chance
import Vocabulary

// What guards deployments: breakers of the leaf, cooldowns and ejections of the deployment.

extension Gateway {
  /// Whether a leaf is down for a request: its breaker refuses, or its deployment is out.
  @inline(__always)
  mutating func isOut(_ leaf: RouteNode, _ slot: UInt32, at now: Instant) -> Note.Removal? {
    if leaf.breaker >= 0, !breakers[Int(leaf.breaker)].isClosed,
      breakers[Int(leaf.breaker)].verdict(for: slots[slot].request.call, at: now) == .refuse
    {
      return .breaker
    }
    if ejects, ejected.isOut(Int(leaf.target), at: now) { return .ejected }
    return nil
  }

  /// Whether a child is a leaf that is to be used after all others.
  private mutating func isLast(_ child: UInt16, at now: Instant) -> Bool {
    let node = plan.tree.nodes[Int(child)]
    return node.kind == .deployment && ejected.isLast(Int(node.target), at: now)
  }

  /// Candidates without those to be used last, unless there are no others.
  @inline(never)
  mutating func foremost(
    of set: CandidateSet, _ node: RouteNode, at now: Instant
  ) -> CandidateSet {
    var first = set
    for place in 0..<Int(node.childCount)
    where isLast(plan.tree.children[Int(node.firstChild) + place], at: now) { first.remove(place) }
    return first.isEmpty ? set : first
  }

  /// What `firstFit` is where some children are to be used last: if none is up, one that is down may
  /// be used here too.
  @inline(never)
  mutating func firstForemost(
    of node: RouteNode, from start: Int, _ slot: UInt32, at now: Instant
  ) -> Int? {
    if slots[slot].bypassLevel == slots[slot].depth &- 1 {
      if start > 0, node.triesDownLast { return firstDown(of: node, slot, at: now) }
      if start == 0 { endBypass(slot) }
    }
    if let place = firstUp(of: node, from: start, slot, at: now) { return place }
    if start == 0, node.usesDown, !slots[slot].bypasses {
      beginBypass(slot)
      return firstUp(of: node, from: 0, slot, at: now)
    }
    if start > 0, node.triesDownLast, !slots[slot].bypasses {
      beginBypass(slot)
      return firstDown(of: node, slot, at: now)
    }
    return nil
  }

  /// The next child of a fallback: in order those that are not to be used last, then these.
  ///
  /// The order changes while a request walks, so what it has tried is not tried again.
  private mutating func firstUp(
    of node: RouteNode, from start: Int, _ slot: UInt32, at now: Instant
  ) -> Int? {
    for isSecondPass in [false, true] {
      for place in (isSecondPass ? 0 : min(start, Int(node.childCount)))..<Int(node.childCount) {
        let child = plan.tree.children[Int(node.firstChild) + place]
        if isLast(child, at: now) == isSecondPass, !wasTried(child, slot),
          fits(child, slot, at: now)
        {
          return place
        }
      }
    }
    return nil
  }

  /// Whether a child is a leaf whose deployment has been asked.
  mutating func wasTried(_ child: UInt16, _ slot: UInt32) -> Bool {
    let leaf = plan.tree.nodes[Int(child)]
    guard leaf.kind == .deployment else { return false }
    for earlier in 0..<Int(slots[slot].record.attempts)
    where slots[slot].tried[earlier] == leaf.target { return true }
    return false
  }

  /// An attempt starts at a leaf: notes that it is a probe or passes by; whether it is a probe.
  @inline(never)
  mutating func passGuards(
    _ leaf: RouteNode, _ slot: UInt32, at now: Instant, into output: inout Output
  ) -> Bool {
    let number = slots[slot].request.number
    let deployment = DeploymentID(Int(leaf.target))
    if ejects, ejected.isOut(Int(leaf.target), at: now) {
      note(.bypassed, number, deployment, subject: -1, at: now, &output)
    }
    guard leaf.breaker >= 0 else { return false }
    let breaker = Int(leaf.breaker)
    let verdict = breakers[breaker].verdict(for: slots[slot].request.call, at: now)
    switch verdict {
    case .pass: break
    case .probe: note(.probed, number, deployment, subject: leaf.breaker, at: now, &output)
    case .refuse: note(.bypassed, number, deployment, subject: leaf.breaker, at: now, &output)
    }
    if breakers[breaker].started(verdict, at: now) {
      noteBreaker(leaf.breaker, deployment, number, at: now, &output)
    }
    return verdict == .probe
  }

  /// An attempt has ended: cooldowns and ejections hear of it.
  ///
  /// `heardBy`: it was another replica's, and concerns those who hear of it this way.
  @inline(never)
  mutating func tellEjections(
    _ deployment: DeploymentID, _ outcome: Outcome, _ hint: RetryAfter,
    heardBy way: Delta.Way? = nil, at now: Instant, into output: inout Output
  ) {
    for place in 0..<ejections.count {
      if let way, ejectionStates[place].tells != .outcomes || ejectionStates[place].way != way {
        continue
      }
      ejected.current = place
      ejections[place].ended(Int(deployment.index), outcome, hint, at: now, &ejected)
      plan(sweepOf: place, at: now, into: &output)
    }
    if !ejected.changes.isEmpty { noteEjections(isOwn: way == nil, at: now, into: &output) }
  }

  /// A timer that belongs to no request has fired.
  mutating func polled(_ timer: TimerID, at now: Instant, into output: inout Output) {
    let place = Int(timer.number)
    guard place < sweeps.count, now >= sweeps[place] else {
      return drop(timer.request.slot, at: now, into: &output)
    }
    sweeps[place] = .distantFuture
    ejected.current = place
    ejections[place].sweep(at: now, &ejected)
    plan(sweepOf: place, at: now, into: &output)
    if !ejected.changes.isEmpty { noteEjections(isOwn: true, at: now, into: &output) }
  }

  /// Sets the timer of an ejection's next sweep if that may do anything.
  ///
  /// Sweeps are at multiples of the interval since the replica's start, so that leaving out those
  /// that would find nothing changes nothing.
  private mutating func plan(sweepOf place: Int, at now: Instant, into output: inout Output) {
    let interval = intervals[place]
    guard interval > 0, sweeps[place] == .distantFuture, ejections[place].needsSweep else { return }
    let passed = began.nanoseconds(to: now) / interval
    sweeps[place] = began.advanced(byNanoseconds: (passed + 1) * interval)
    output.commands.append(
      .setTimer(TimerID(.poll, of: .none, number: UInt8(place)), at: sweeps[place]))
  }

  /// Notes what has changed, and tells the others if it is the replica's own doing; strategies forget
  /// what comes back cold.
  mutating func noteEjections(isOwn: Bool, at now: Instant, into output: inout Output) {
    for place in 0..<ejected.changes.count {
      let change = ejected.changes[place]
      let deployment = DeploymentID(Int(change.deployment))
      let ejection = Int(change.ejection)
      let isBack = change.until == .distantPast
      output.notes.append(
        Note(
          isBack ? .restored : .ejected, at: now, deployment: deployment,
          subject: reasons[ejection], value: isBack ? 0 : change.until.nanoseconds,
          replica: replica))
      if isOwn { tellEjection(change, at: now, into: &output) }
      if isBack, restoresCold[ejection] { forget(deployment, at: now) }
    }
    ejected.noted()
  }

  /// The strategies that choose a deployment forget what they know of it.
  private mutating func forget(_ deployment: DeploymentID, at now: Instant) {
    for node in plan.tree.nodes
    where node.kind == .deployment && node.target == deployment.index && node.parent != .max {
      let parent = plan.tree.nodes[Int(node.parent)]
      guard parent.kind == .balance else { continue }
      strategies[Int(parent.target)].reset(Int(node.place), at: now)
    }
  }
}
