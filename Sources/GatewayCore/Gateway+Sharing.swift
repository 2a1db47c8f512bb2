import Vocabulary

// What replicas tell each other for the sake of their breakers, cooldowns and ejections, and what
// they do with what they hear. A replica never tells on what it has heard.

extension Gateway {
  /// Tells the others how an attempt has ended; one that was withdrawn has shown nothing.
  @inline(never)
  mutating func tellOutcome(
    _ outcome: Outcome, _ hint: RetryAfter, of deployment: DeploymentID, breaker: Int16,
    at now: Instant, into output: inout Output
  ) {
    if outcome.kind == .cancelled { return }
    var delta = Delta(
      outcome: outcome, hint, of: deployment, breaker: breaker, ended: now, policy: limits.policy)
    for way in outcomeWays {
      delta.way = way
      output.commands.append(.publish(delta))
    }
  }

  /// Tells the others that a breaker has opened by what this replica has seen.
  @inline(never)
  mutating func tellOpening(of breaker: Int16, at now: Instant, into output: inout Output) {
    guard case .open(let until) = breakers[Int(breaker)].state else { return }
    tell(
      Delta(.opened, UInt16(breaker), until: until, at: now, policy: limits.policy),
      by: breakers[Int(breaker)].sharing, into: &output)
  }

  /// Tells the others that an ejection has taken a deployment out until an instant.
  func tellEjection(_ change: EjectionTable.Change, at now: Instant, into output: inout Output) {
    guard change.until > now, change.until != .distantFuture else { return }
    tell(
      Delta(
        .ejected, change.deployment, place: Int(change.ejection), until: change.until, at: now,
        policy: limits.policy),
      by: ejectionStates[Int(change.ejection)], into: &output)
  }

  private func tell(_ verdict: Delta, by state: GuardState, into output: inout Output) {
    guard plan.hasPeers, state.tells == .verdicts, let way = state.way else { return }
    guard way == .store || plan.gossips else { return }
    var verdict = verdict
    verdict.way = way
    output.commands.append(.publish(verdict))
  }

  /// Another replica tells what its attempts have shown.
  ///
  /// What belongs to another policy is passed over: its breakers are others.
  @inline(never)
  mutating func heardOfGuards(_ delta: Delta, at now: Instant, into output: inout Output) {
    guard delta.policy == limits.policy else { return }
    switch delta.counter {
    case .outcome: heardOutcome(delta, at: now, into: &output)
    case .opened: heardOpening(delta, at: now, into: &output)
    case .ejected: heardEjection(delta, at: now, into: &output)
    case .inFlight, .limit, .pin, .budget: break
    }
  }

  private mutating func heardOutcome(_ delta: Delta, at now: Instant, into output: inout Output) {
    guard let outcome = delta.outcome, Int(delta.subject) < plan.deployments.count else { return }
    let hint = delta.hint(at: now)
    let breaker = Int(delta.bucket)
    if breaker < breakers.count, breakers[breaker].sharing.tells == .outcomes,
      breakers[breaker].sharing.way == delta.way,
      plan.tree.breakers[breaker].deployment == delta.deployment,
      breakers[breaker].heard(outcome, hint, at: now)
    {
      noteBreaker(Int16(breaker), delta.deployment, .max, at: now, &output)
    }
    guard ejects else { return }
    tellEjections(delta.deployment, outcome, hint, heardBy: delta.way, at: now, into: &output)
  }

  private mutating func heardOpening(_ delta: Delta, at now: Instant, into output: inout Output) {
    let breaker = Int(delta.subject)
    guard breaker < breakers.count, breakers[breaker].sharing.tells == .verdicts,
      breakers[breaker].sharing.way == delta.way,
      breakers[breaker].heard(openUntil: delta.until, at: now)
    else { return }
    noteBreaker(
      Int16(breaker), plan.tree.breakers[breaker].deployment, .max, at: now, &output)
  }

  private mutating func heardEjection(_ delta: Delta, at now: Instant, into output: inout Output) {
    let place = Int(delta.bucket)
    guard place < ejectionStates.count, ejectionStates[place].tells == .verdicts,
      ejectionStates[place].way == delta.way, Int(delta.subject) < plan.deployments.count,
      now < delta.until
    else { return }
    ejected.current = place
    guard ejected.until(Int(delta.subject)) < delta.until else { return }
    ejected.eject(Int(delta.subject), until: delta.until)
    noteEjections(isOwn: false, at: now, into: &output)
  }
}
