import Chance
import Vocabulary

// Retries: the same node again, after a wait or at once.

extension Gateway {
  enum Retried {
    case continued
    case passed
    case stopped(Int64)
  }

  /// Tries the node of a frame again, if one of its rules covers the outcome and has something left.
  mutating func retry(
    _ slot: UInt32, _ level: Int, _ node: RouteNode, after outcome: Outcome, _ hint: RetryAfter,
    at now: Instant, into output: inout Output
  ) -> Retried {
    let first = Int(node.retry)
    var place = 0
    while place < Int(node.retryCount), !plan.tree.retries[first + place].on.contains(outcome) {
      place += 1
    }
    guard place < Int(node.retryCount) else { return .passed }
    let rule = plan.tree.retries[first + place]
    if rule.skip { slots[slot].skipped |= 1 << UInt16(slots[slot].failedIndex) }
    let tally = RetryTally(
      bits: slots[slot].retries[level], count: plan.tree.retries[first].count, place: place)
    let most = Int(plan.tree.retries[first + tally.decisive].max)
    let isOver = tally.used >= most
    if isOver, !rule.waitsAfterLast || most == 0 { return .passed }
    guard now < slots[slot].deadline else { return .stopped(2) }
    guard let wait = wait(slot, rule, node, afterRetries: tally.used, hint, at: now),
      now.advanced(byNanoseconds: wait) < slots[slot].deadline
    else { return .passed }
    if isOver {
      guard wait > 0 else { return .passed }
      pause(slot, level, wait, passes: true, at: now, into: &output)
      return .continued
    }
    let budget = rule.budget >= 0 ? rule.budget : policyBudget
    if budget >= 0 {
      guard
        let permit = take(
          fromBudget: Int(budget), after: outcome, slot, slots[slot].nodes[level], at: now,
          into: &output)
      else { return .passed }
      slots[slot].permit = permit
      slots[slot].permitBudget = budget
    }
    slots[slot].retries[level] = tally.next
    if output.explains(slots[slot].request.number) {
      noteContinued(slots[slot].nodes[level], 0, wait, slot, at: now, &output)
    }
    slots[slot].resumeLevel = UInt8(level)
    slots[slot].resumeRule = UInt16(first + place)
    if wait > 0 {
      pause(slot, level, wait, passes: false, at: now, into: &output)
      return .continued
    }
    return retryNow(slot, at: now, into: &output) ? .continued : .passed
  }

  /// How long to wait before a retry; `nil` if the wait ends the retries.
  private mutating func wait(
    _ slot: UInt32, _ rule: RetryRule, _ node: RouteNode, afterRetries used: Int,
    _ hint: RetryAfter, at now: Instant
  ) -> Int64? {
    if rule.passesIfNoneHealthy, !anyHealthy(node, slot, at: now) { return nil }
    if rule.waitsOnlyIfNoneHealthy, node.childCount > 1, anyHealthy(node, slot, at: now) {
      return 0
    }
    var asked = rule.hint == .ignore ? 0 : hint.nanoseconds ?? 0
    if asked > rule.hintLimit {
      switch rule.beyond {
      case .end: return nil
      case .cap: asked = rule.hintLimit
      case .ignore: asked = 0
      }
    }
    let isHinted = asked > 0
    var uniform = 0.5
    if rule.backoff.draws, !isHinted || rule.spreadsHint || rule.hint == .honour {
      uniform = chance.uniform(
        jitterKey, call: slots[slot].request.call, ordinal: UInt32(slots[slot].record.attempts))
    }
    if isHinted, rule.spreadsHint {
      asked = rule.backoff.jitter.spread(hint: asked, uniform: uniform)
    }
    var wait = asked
    if !isHinted || rule.hint == .honour {
      let backoff = rule.backoff.wait(
        beforeRetry: used, after: used == 0 ? 0 : slots[slot].lastWait, uniform: uniform)
      slots[slot].lastWait = backoff
      wait = max(wait, backoff)
    }
    if rule.waitLimit != .max, wait > 0 {
      guard wait < rule.waitLimit, wait <= rule.waitLimit - slots[slot].waited else { return nil }
    }
    return wait
  }

  /// Whether a child of a node could take the request, whatever was tried before.
  private mutating func anyHealthy(_ node: RouteNode, _ slot: UInt32, at now: Instant) -> Bool {
    let (excluded, bypasses) = (slots[slot].excluded, slots[slot].bypasses)
    slots[slot].excluded = 0
    slots[slot].bypasses = false
    var found = false
    if node.kind == .deployment { found = removal(of: node, slot, at: now) == nil }
    for place in 0..<Int(node.childCount) where !found {
      found = fits(plan.tree.children[Int(node.firstChild) + place], slot, at: now)
    }
    slots[slot].excluded = excluded
    slots[slot].bypasses = bypasses
    return found
  }

  private mutating func pause(
    _ slot: UInt32, _ level: Int, _ wait: Int64, passes: Bool, at now: Instant,
    into output: inout Output
  ) {
    slots[slot].resumeLevel = UInt8(level)
    slots[slot].passes = passes
    slots[slot].waited += wait
    slots[slot].state = .waiting
    slots[slot].waits &+= 1
    output.commands.append(
      .setTimer(
        TimerID(.backoff, of: id(ofSlot: slot), number: slots[slot].waits),
        at: now.advanced(byNanoseconds: wait)))
  }

  /// The wait before a retry, or after the last one, is over.
  mutating func resume(_ slot: UInt32, at now: Instant, into output: inout Output) {
    slots[slot].state = .attempting
    // A timer may come late; nothing starts after the request's own deadline.
    guard now < slots[slot].deadline else {
      if !slots[slot].passes { giveBackPermit(slot, at: now, into: &output) }
      return stop(slot, 2, at: now, into: &output)
    }
    retryOrPass(slot, at: now, into: &output)
  }

  /// Makes the retry that was decided; if there is none any more, the failure goes on from the node
  /// that was to be retried.
  mutating func retryOrPass(_ slot: UInt32, at now: Instant, into output: inout Output) {
    if !slots[slot].passes, retryNow(slot, at: now, into: &output) { return }
    slots[slot].depth = slots[slot].resumeLevel + 1
    goOn(
      slot, after: slots[slot].record.outcome, slots[slot].hint, passing: true, at: now,
      into: &output)
  }

  /// Makes the retry that was decided; `false` if nothing fits.
  private mutating func retryNow(
    _ slot: UInt32, at now: Instant, into output: inout Output
  ) -> Bool {
    let level = Int(slots[slot].resumeLevel)
    let number = slots[slot].nodes[level]
    let node = plan.tree.nodes[Int(number)]
    let rule = plan.tree.retries[Int(slots[slot].resumeRule)]
    slots[slot].excluded = slots[slot].skipped
    var isStarted: Bool
    if rule.reselect, node.kind != .deployment {
      if rule.exclude { slots[slot].excluded |= Gateway.mask(slots[slot].record.attempts) }
      isStarted = chooseAgain(slot, level, at: now, into: &output)
      if !isStarted, rule.again {
        slots[slot].excluded = slots[slot].skipped
        isStarted = chooseAgain(slot, level, at: now, into: &output)
        if !isStarted, slots[slot].skipped != 0 {
          slots[slot].excluded = 0
          isStarted = chooseAgain(slot, level, at: now, into: &output)
        }
      }
    } else {
      isStarted = repeatLeaf(slot, level, at: now, into: &output)
    }
    slots[slot].excluded = slots[slot].skipped
    if !isStarted {
      slots[slot].depth = UInt8(level)
      giveBackPermit(slot, at: now, into: &output)
    }
    return isStarted
  }

  /// A bit for each of the first `attempts` attempts.
  @inline(__always)
  static func mask(_ attempts: UInt8) -> UInt16 {
    attempts >= 16 ? .max : (1 << UInt16(attempts)) &- 1
  }

  /// Goes down from the node at a level anew.
  private mutating func chooseAgain(
    _ slot: UInt32, _ level: Int, at now: Instant, into output: inout Output
  ) -> Bool {
    let used = slots[slot].retries[level]
    // Some nodes (a condition, a split) go down to a leaf without asking whether it fits.
    guard fits(slots[slot].nodes[level], slot, at: now) else { return false }
    slots[slot].depth = UInt8(level)
    let isStarted = descend(
      slot, to: slots[slot].nodes[level], reason: .retry, at: now, into: &output)
    // What was used stays used: going down has reset it.
    slots[slot].retries[level] = used
    return isStarted
  }

  /// Tries the leaf of the walk again.
  private mutating func repeatLeaf(
    _ slot: UInt32, _ level: Int, at now: Instant, into output: inout Output
  ) -> Bool {
    var deepest = level
    while plan.tree.nodes[Int(slots[slot].nodes[deepest])].kind != .deployment { deepest += 1 }
    for below in (level + 1)..<max(level + 1, deepest + 1) { slots[slot].retries[below] = 0 }
    let leaf = plan.tree.nodes[Int(slots[slot].nodes[deepest])]
    guard leaf.alwaysFit && slots[slot].excluded == 0 || removal(of: leaf, slot, at: now) == nil
    else { return false }
    slots[slot].depth = UInt8(deepest + 1)
    goTo(leafOf: slot, reason: .retry, at: now, into: &output)
    return true
  }

  /// Whether the fallback at a level may move on under the policy's caps.
  mutating func mayMoveOn(_ slot: UInt32, _ level: Int) -> Bool {
    let limits = plan.fallbackLimits
    if Int(slots[slot].record.fallbacks) >= limits.most { return false }
    guard limits.depth != .max else { return true }
    var moves = 0
    for above in 0..<level
    where plan.tree.nodes[Int(slots[slot].nodes[above])].kind == .fallback
      && slots[slot].taken[above] > 0
    {
      moves += 1
    }
    return moves < limits.depth
  }
}

/// How often a node was retried, packed in 16 bits: one nibble for each of its rules; or, if they
/// count together, all retries in the first nibble and the rule of the first failure, plus one, in
/// the second.
struct RetryTally {
  /// Retries that count against the maximum.
  let used: Int
  /// The rule whose maximum counts.
  let decisive: Int
  /// The bits after one more retry.
  let next: UInt16

  init(bits: UInt16, count: RetryRule.Count, place: Int) {
    switch count {
    case .each:
      let shift = UInt16(place * 4)
      used = Int(bits >> shift & 15)
      decisive = place
      next = bits &+ 1 << shift
    case .together:
      used = Int(bits & 15)
      decisive = place
      next = bits &+ 1
    case .first:
      used = Int(bits & 15)
      let first = Int(bits >> 4 & 15)
      decisive = first == 0 ? place : first - 1
      next = (bits & 15) &+ 1 | UInt16(decisive + 1) << 4
    }
  }
}
