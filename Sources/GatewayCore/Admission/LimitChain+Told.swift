import Vocabulary

// Gossip: what a replica tells the others of its charges, and what it hears of theirs.
//
// A charge counts at the others from when they hear of it; what was charged in a window that is over
// by then counts no more. What is heard is noted as counted, not as admitted.
extension LimitChain {
  /// Tells the other replicas of a change of a bucket.
  @inline(never)
  func tell(
    _ index: Int, _ bucket: Int, _ permits: Int64, charged: Instant, _ output: inout Output
  ) {
    output.commands.append(
      .publish(
        Delta(
          limit: entries[index].subject, bucket: UInt32(truncatingIfNeeded: bucket),
          change: permits, charged: charged, policy: policy)))
  }

  /// Counts what another replica tells.
  ///
  /// - Returns: the limit's place in this chain; `nil` if it is none of it.
  @inline(never)
  mutating func hear(
    _ delta: Delta, at now: Instant, replica: ReplicaID, into output: inout Output
  ) -> Int? {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].subject < delta.subject { low = middle + 1 } else { high = middle }
    }
    guard low < entries.count, entries[low].subject == delta.subject, entries[low].isTold,
      Int(delta.bucket) < entries[low].bucketCount
    else { return nil }
    let at = place(low, Int(delta.bucket))
    guard bank.hears(at, delta.change, charged: delta.charged, at: now) else { return low }
    output.notes.append(
      Note(
        .limiterCounted, at: now, subject: delta.subject, value: delta.change,
        other: Int64(delta.bucket), replica: replica))
    return low
  }

  /// Tells the others that a request, or an attempt, is not in flight any more for this replica,
  /// which forgets it.
  mutating func giveUp(
    _ request: borrowing Request, deployment: DeploymentID = .none, spared: UInt64,
    charged: Instant, into output: inout Output
  ) {
    for step in 0..<steps.count {
      guard let index = entry(step, request, deployment), entries[index].isTold,
        entries[index].rule.unit == .inFlight, !isSpared(index, spared)
      else { continue }
      tell(index, bucket(of: request, deployment, index), -1, charged: charged, &output)
    }
  }
}

extension LimiterBank {
  /// Counts what another replica has charged, or given back; `false` if that is over.
  mutating func hears(
    _ place: Place, _ permits: Int64, charged: Instant, at now: Instant
  ) -> Bool {
    _ = admits(place, 0, at: now)
    guard counts(place, chargedAt: charged) else { return false }
    if permits > 0 {
      charge(place, permits)
    } else {
      giveBack(place, -permits, chargedAt: charged, at: now)
    }
    return true
  }
}
