import Vocabulary

// Limits of deployments and models: judged before an attempt, charged at its start, reconciled at
// its end.

extension Gateway {
  /// Whether a limit of the deployment or its model would refuse an attempt now.
  @inline(__always)
  mutating func limitRefuses(_ deployment: DeploymentID, _ slot: UInt32, at now: Instant) -> Bool {
    limitsAttempts
      && attemptLimits.wouldRefuse(slots[slot].request, deployment: deployment, at: now)
      || asksBeforeAttempts && isLeftOut(deployment, slot)
  }

  /// Charges an attempt that starts.
  ///
  /// Who starts one has asked `removal` or `limitRefuses` before.
  @inline(__always)
  mutating func chargeAttempt(
    _ flight: UInt32, _ slot: UInt32, at now: Instant, into output: inout Output
  ) {
    guard limitsAttempts else { return }
    let verdict = attemptLimits.admit(
      slots[slot].request, deployment: flights[flight].record.deployment,
      attempt: flights[flight].record.index, at: now, replica: replica, into: &output)
    switch verdict {
    case .admit(let spared):
      flights[flight].sparedByLimits = spared
      flights[flight].isLimited = true
    case .refuse: flights[flight].isLimited = false
    }
  }

  /// Corrects the books of a deployment's limits when an attempt has ended.
  @inline(__always)
  mutating func settleAttempt(
    _ flight: UInt32, _ slot: UInt32, at now: Instant, into output: inout Output
  ) {
    guard limitsAttempts, attemptLimits.settles, flights[flight].isLimited else { return }
    attemptLimits.settle(
      slots[slot].request, deployment: flights[flight].record.deployment,
      attempt: flights[flight].record.index, usage: flights[flight].record.usage,
      cost: flights[flight].record.estimate, hit: false, spared: flights[flight].sparedByLimits,
      chargedAt: flights[flight].record.started, at: now,
      replica: replica, into: &output)
  }

  /// Refuses a request for which every candidate's limit is reached.
  ///
  /// `false` if that is not why nothing fits.
  @inline(never)
  mutating func refusedByLimits(
    _ slot: UInt32, _ root: UInt16, at now: Instant, into output: inout Output
  ) -> Bool {
    guard limitsAttempts else { return false }
    limitsAttempts = false
    let wouldFit = opens(root, slot, at: now)
    limitsAttempts = true
    guard wouldFit else { return false }
    let limit = refusingLimit(slot, at: now)
    slots[slot].record.rejection = limit?.rule.isBudget == true ? .budget : .limit
    slots[slot].record.limit = limit?.subject ?? .max
    let earliest = firstOpening(below: root, slot, at: now)
    slots[slot].hint = RetryAfter(from: now, until: earliest)
    if let limit {
      output.notes.append(
        Note(
          .limiterJudged, at: now, request: slots[slot].request.number, subject: limit.subject,
          value: 0, other: earliest.nanoseconds, replica: replica))
    }
    finish(slot, .rejected, .status(limit?.rule.status ?? 429), at: now, into: &output)
    return true
  }

  /// The earliest instant at which a leaf that only its limits keep a request from would admit it, if
  /// nothing else came: what its client is told to wait for.
  ///
  /// A leaf that is out for another reason, or that no instant opens, does not count. LiteLLM says 60
  /// seconds whatever the limit, Portkey and Kong say when the window that refuses ends.
  mutating func firstOpening(below number: UInt16, _ slot: UInt32, at now: Instant) -> Instant {
    let node = plan.tree.nodes[Int(number)]
    switch node.kind {
    case .deployment:
      let deployment = DeploymentID(Int(node.target))
      guard limitsAttempts, removal(of: node, slot, at: now) == .limit,
        !asksBeforeAttempts || !isLeftOut(deployment, slot)
      else { return .distantFuture }
      return attemptLimits.opening(slots[slot].request, deployment: deployment, at: now)
    case .alias:
      let root = plan.tree.roots[Int(node.target)]
      guard root != .max, node.cycle == 0 || enter(node.cycle, slot) else { return .distantFuture }
      defer { if node.cycle > 0 { leave(node.cycle, slot) } }
      return firstOpening(below: root, slot, at: now)
    case .fail: return .distantFuture
    case .condition:
      return firstOpening(below: child(of: node, branch(of: node, slot, at: now)), slot, at: now)
    case .threshold:
      return firstOpening(below: child(of: node, side(of: node, slot)), slot, at: now)
    case .split:
      return firstOpening(below: hashedChild(of: node, slot, among: nil), slot, at: now)
    case .balance, .fallback, .sticky:
      var earliest = Instant.distantFuture
      for place in 0..<Int(node.childCount) {
        earliest = min(earliest, firstOpening(below: child(of: node, place), slot, at: now))
      }
      return earliest
    }
  }

  private func child(of node: RouteNode, _ place: Int) -> UInt16 {
    plan.tree.children[Int(node.firstChild) + place]
  }

  /// The limit that keeps a request from the first deployment of its route that one refuses.
  private mutating func refusingLimit(
    _ slot: UInt32, at now: Instant
  ) -> (subject: UInt16, rule: LimitRule)? {
    let alias = Int(slots[slot].request.alias.index)
    for deployment in plan.tree.deployments(reachableFrom: alias) {
      if let place = attemptLimits.refusing(slots[slot].request, deployment: deployment, at: now) {
        return (attemptLimits.entries[place].subject, attemptLimits.entries[place].rule)
      }
    }
    return nil
  }
}
