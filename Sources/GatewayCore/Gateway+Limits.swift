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
    finish(slot, .rejected, .status(limit?.rule.status ?? 429), at: now, into: &output)
    return true
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
