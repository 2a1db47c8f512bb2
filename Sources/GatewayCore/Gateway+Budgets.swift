import Vocabulary

// Retry budgets: what they are told, and what replicas tell each other of it.

extension Gateway {
  /// Counts a first attempt.
  @inline(never)
  mutating func countFirst(ofBudget budget: Int, at now: Instant, into output: inout Output) {
    budgets[budget].firstAttempt(at: now)
    if tellsBudgets, budgetsCounting[budget] {
      tell(.firstAttempt, of: budget, at: now, into: &output)
    }
  }

  /// Takes a permit for a retry, or a hedge, at a route node; `nil` if the budget refuses.
  mutating func take(
    fromBudget budget: Int, after outcome: Outcome, _ slot: UInt32, _ number: UInt16,
    at now: Instant, into output: inout Output
  ) -> Int64? {
    if tellsBudgets, budgetsHeard[budget] > 0, output.explains(slots[slot].request.number) {
      noteTold(.budget, budgetsHeard[budget], number, slot, at: now, &output)
    }
    let permit = budgets[budget].takeRetry(after: outcome, at: now)
    if tellsBudgets, let permit { tell(.taken(permit), of: budget, at: now, into: &output) }
    return permit
  }

  /// Gives a permit back.
  mutating func giveBack(
    _ permit: Int64, toBudget budget: Int, at now: Instant, into output: inout Output
  ) {
    budgets[budget].giveBack(permit, at: now)
    if tellsBudgets { tell(.givenBack(permit), of: budget, at: now, into: &output) }
  }

  /// Gives the permit of a retry that was not made back to its budget.
  mutating func giveBackPermit(_ slot: UInt32, at now: Instant, into output: inout Output) {
    let budget = slots[slot].permitBudget
    guard budget >= 0 else { return }
    giveBack(slots[slot].permit, toBudget: Int(budget), at: now, into: &output)
    slots[slot].permitBudget = -1
  }

  /// Counts an attempt that is no retry for the nodes' own budgets on its way.
  @inline(never)
  mutating func countFirst(_ slot: UInt32, at now: Instant, into output: inout Output) {
    for level in 0..<Int(slots[slot].depth) {
      let node = plan.tree.nodes[Int(slots[slot].nodes[level])]
      for place in 0..<Int(node.retryCount) {
        let budget = Int(plan.tree.retries[Int(node.retry) + place].budget)
        if budget >= 0 { countFirst(ofBudget: budget, at: now, into: &output) }
      }
    }
  }

  /// Tells the budgets that watch how an attempt has ended.
  @inline(never)
  mutating func tellBudgets(
    _ attempt: AttemptID, _ outcome: Outcome, at now: Instant, into output: inout Output
  ) {
    let slot = flights[attempt.slot].requestSlot
    let (permit, owner) = (slots[slot].permit, Int(slots[slot].permitBudget))
    if policyBudget >= 0 {
      ended(
        outcome, permit: owner == Int(policyBudget) ? permit : nil, Int(policyBudget), at: now,
        into: &output)
    }
    for level in 0..<Int(flights[attempt.slot].depth) {
      let node = plan.tree.nodes[Int(flights[attempt.slot].path[level])]
      for place in 0..<Int(node.retryCount) {
        let budget = Int(plan.tree.retries[Int(node.retry) + place].budget)
        guard budget >= 0 else { continue }
        ended(outcome, permit: owner == budget ? permit : nil, budget, at: now, into: &output)
      }
      if node.hedge >= 0, plan.tree.hedges[Int(node.hedge)].budget >= 0 {
        ended(
          outcome, permit: nil, Int(plan.tree.hedges[Int(node.hedge)].budget), at: now,
          into: &output)
      }
    }
  }

  private mutating func ended(
    _ outcome: Outcome, permit: Int64?, _ budget: Int, at now: Instant, into output: inout Output
  ) {
    budgets[budget].ended(outcome, permit: permit, at: now)
    if tellsBudgets, budgetsWatching[budget] {
      tell(.ended(outcome, permit: permit), of: budget, at: now, into: &output)
    }
  }

  // MARK: Replicas

  /// Tells the others what a budget has counted.
  @inline(never)
  private mutating func tell(
    _ event: Delta.BudgetEvent, of budget: Int, at now: Instant, into output: inout Output
  ) {
    guard let way = budgetWays[budget] else { return }
    output.commands.append(
      .publish(Delta(event, of: budget, at: now, policy: limits.policy, way: way)))
  }

  /// Another replica tells what its budget has counted.
  @inline(never)
  mutating func heardBudget(_ delta: Delta, at now: Instant) {
    let budget = Int(delta.subject)
    guard delta.policy == limits.policy, budget < budgets.count, budgetWays[budget] == delta.way,
      let event = delta.budgetEvent
    else { return }
    budgetsHeard[budget] += 1
    budgets[budget].hear(event, at: now)
  }
}

extension RetryBudget {
  /// Counts what another replica has counted.
  mutating func hear(_ event: Delta.BudgetEvent, at now: Instant) {
    switch event {
    case .firstAttempt: firstAttempt(at: now)
    case .taken(let permit): heardRetry(permit, at: now)
    case .givenBack(let permit): giveBack(permit, at: now)
    case .ended(let outcome, let permit): ended(outcome, permit: permit, at: now)
    }
  }
}
