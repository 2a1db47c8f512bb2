import Vocabulary

// Budgets: what has been spent of them, and which marks that passes.
extension LimitChain {
  /// Notes the marks that a charge has passed.
  @inline(never)
  mutating func passMarks(
    _ number: UInt64, _ index: Int, _ charged: Int64, _ now: Instant, _ replica: ReplicaID,
    _ output: inout Output
  ) {
    let rule = entries[index].rule
    let spent = spent(index, entries[index].bucket)
    for place in Int(rule.firstMark)..<Int(rule.firstMark + rule.markCount)
    where spent >= marks[place].amount && spent - charged < marks[place].amount {
      output.notes.append(
        Note(
          .budgetPassed, at: now, request: number, subject: entries[index].subject,
          value: marks[place].millionths(of: spent), other: Int64(entries[index].bucket),
          replica: replica))
    }
  }

  private func spent(_ index: Int, _ bucket: Int) -> Int64 {
    entries[index].rule.limiter.most &- bank.permits(place(index, bucket))
  }

  /// Whether a budget of the request has passed a mark that asks to reroute.
  mutating func reroutes(_ request: borrowing Request, at now: Instant) -> Bool {
    guard hasMarks else { return false }
    for step in 0..<steps.count {
      guard let index = entry(step, request, .none), entries[index].rule.markCount > 0 else {
        continue
      }
      let rule = entries[index].rule
      let bucket = bucket(of: request, .none, index)
      _ = bank.admits(place(index, bucket), 0, at: now)
      let spent = spent(index, bucket)
      for mark in Int(rule.firstMark)..<Int(rule.firstMark + rule.markCount)
      where marks[mark].reroutes && spent >= marks[mark].amount { return true }
    }
    return false
  }

  /// The smallest share that a budget of the request has left; 1 without budgets.
  mutating func remaining(_ request: borrowing Request, at now: Instant) -> Double {
    var least = 1.0
    for step in 0..<steps.count {
      guard let index = entry(step, request, .none), entries[index].rule.markCount > 0 else {
        continue
      }
      let bucket = bucket(of: request, .none, index)
      _ = bank.admits(place(index, bucket), 0, at: now)
      let whole = marks[Int(entries[index].rule.firstMark)].whole
      least = min(least, Double(whole - spent(index, bucket)) / Double(max(1, whole)))
    }
    return max(0, least)
  }
}
