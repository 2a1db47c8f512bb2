import Vocabulary

extension LimitChain {
  /// Corrects the books when a request has settled: charges what is charged afterwards, and gives
  /// back what was reserved and not used.
  ///
  /// `spared` is what `admit` had said at the instant `charged`; `undone`: another limit, which was
  /// asked later, has refused the request.
  mutating func settle(
    _ request: borrowing Request, deployment: DeploymentID = .none, attempt: UInt8 = .max,
    usage: Usage, cost: Money, hit: Bool, undone: Bool = false, spared: UInt64,
    chargedAt charged: Instant,
    at now: Instant, replica: ReplicaID,
    into output: inout Output
  ) {
    // Another life of the replica had charged it.
    if spared == .max { return }
    for step in 0..<steps.count {
      guard let index = entry(step, request, deployment) else { continue }
      let rule = entries[index].rule
      if isSpared(index, spared) { continue }
      let bucket = bucket(of: request, deployment, index)
      let free = undone ? !rule.countsRefused : hit && !rule.countsHits
      var permits: Int64 = 0
      switch rule.charge {
      case .check:
        if free || entries[index].isUndoable {
          let taken = rule.permitsToTake(of: request, sheet(request, deployment))
          if free { permits = -taken }
          if entries[index].isUndoable {
            output.notes.append(
              Note(
                .reconciled, at: now, request: request.number, subject: entries[index].subject,
                value: taken, other: free ? 0 : taken, replica: replica, attempt: attempt))
          }
        }
      case .after, .checkThenCharge:
        if !free { permits = rule.permits(of: usage, cost) }
      case .reserve:
        let reserved = rule.permitsToTake(of: request, sheet(request, deployment))
        let used = free ? 0 : rule.permits(of: usage, cost)
        output.notes.append(
          Note(
            .reconciled, at: now, request: request.number, subject: entries[index].subject,
            value: reserved, other: used, replica: replica, attempt: attempt))
        permits = used - reserved
      }
      guard permits != 0 else { continue }
      let at = place(index, bucket)
      if permits > 0 {
        _ = bank.admits(at, permits, at: now)
        bank.charge(at, permits)
      } else {
        bank.giveBack(at, -permits, chargedAt: charged, at: now)
      }
      noteCharge(request.number, index, bucket, permits, attempt, now, replica, &output)
      if entries[index].isTold {
        tell(index, bucket, permits, charged: permits > 0 ? now : charged, &output)
      }
      if rule.markCount > 0 {
        entries[index].bucket = bucket
        passMarks(request.number, index, permits, now, replica, &output)
      }
    }
  }
}
