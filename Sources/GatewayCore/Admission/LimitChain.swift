import Vocabulary

/// Several limits, judged as a whole and charged as a whole.
///
/// A request is admitted only if every enforced limit admits it; then all of them are charged, or
/// none is. The refusal names the limit that makes it wait longest, and the instant at which the
/// same request would pass if nothing else came. A shadow limit is judged, charged and noted, never
/// enforced. A limit that charges at the end notes its admissions with a charge of 0, so that the
/// laws can judge them.
/// - Complexity: O(limits); a limit that names its tenants is one step, however many they are.
struct LimitChain: ~Copyable {
  /// What the chain says to a request.
  enum Verdict: Equatable {
    /// Admitted; `spared` has a bit for each shadow limit that would have refused, and that the
    /// request is therefore not charged by, neither now nor at its settlement.
    case admit(spared: UInt64)
    case refuse(limit: Int, retryAt: Instant)
  }

  var entries = Buffer<Entry>()
  var steps = Buffer<Step>()
  private var choices = Buffer<Int32>()
  var bank = LimiterBank()
  private var dearest = Buffer<PriceSheet>()
  private var counts = Buffer<Int>()
  private var models = Buffer<UInt16>()
  var marks = Buffer<BudgetMark>()
  /// Whether settlement may change anything: known when the policy is compiled.
  let settles: Bool
  /// Whether a request is ever told the marks of its budgets.
  let hasMarks: Bool
  /// How many policies the replica has taken over.
  var policy: UInt8 = 0
  /// Whether it is one limit that applies to every request.
  private var isSingle = false

  /// A chain of the rules of one part.
  init(_ plan: GatewayPlan, _ part: Part) {
    let dimensions = LimitDimensions(plan.populations, models: plan.modelOfDeployment)
    let rules = plan.limits.indices.filter { part.takes(plan.limits[$0]) }
    let isUndoable = part.isUndoable(in: plan)
    settles =
      isUndoable
      || rules.contains {
        plan.limits[$0].charge != .check || !plan.limits[$0].countsHits
      }
    hasMarks = rules.contains { plan.limits[$0].markCount > 0 }
    for count in dimensions.counts { counts.append(count) }
    for model in dimensions.models { models.append(UInt16(truncatingIfNeeded: model)) }
    for mark in plan.budgetMarks { marks.append(mark) }
    if part.isPerAttempt {
      for facts in plan.deployments { dearest.append(facts.sheet) }
    } else {
      for sheet in plan.dearestSheets { dearest.append(sheet) }
    }
    if dearest.isEmpty { dearest.append(.free) }
    var openGroup: Int16 = -1
    for index in rules {
      let rule = plan.limits[index]
      let first = max(0, Int(rule.only))
      let count = rule.only >= 0 ? Int(rule.onlyCount) : dimensions.count(rule.scope) ?? 1
      let place = bank.add(rule.limiter, count: count)
      if rule.isBudget, rule.scope == .team {
        for (team, opening) in plan.openings.enumerated()
        where opening > 0 && team >= first && team < first + count {
          var own = place
          own.state += team - first
          bank.open(own, with: opening)
        }
      }
      entries.append(
        Entry(
          rule: rule, subject: UInt16(truncatingIfNeeded: index),
          isFiltered: !rule.filter.isOpen, isSimple: rule.scope.isSimple && first == 0,
          isOne: rule.unit == .requests,
          takesAtOnce: rule.charge == .check || rule.charge == .reserve,
          isTold: plan.gossips && rule.state.scope == .gossiped,
          isUndoable: isUndoable && rule.charge == .check, first: place, origin: first,
          bucketCount: count))
      let entry = Int32(entries.count - 1)
      guard rule.only >= 0 else {
        steps.append(Step(entry: entry, choices: -1, choiceCount: 0))
        openGroup = -1
        continue
      }
      let size = dimensions.count(rule.scope) ?? 1
      if rule.group != openGroup {
        steps.append(
          Step(entry: entry, choices: Int32(choices.count), choiceCount: Int32(size)))
        choices.fill(upTo: choices.count + size, with: -1)
        openGroup = rule.group
      }
      for tenant in first..<min(first + count, size) {
        choices[choices.count - size + tenant] = entry
      }
    }
    isSingle = steps.count == 1 && steps[0].choices < 0 && !entries[0].isFiltered
  }

  @inline(__always) var isEmpty: Bool { steps.isEmpty }

  /// Judges a request, or its attempt of that number, and charges it if all limits admit it.
  @inline(__always)
  mutating func admit(
    _ request: borrowing Request, deployment: DeploymentID = .none, attempt: UInt8 = .max,
    at now: Instant, replica: ReplicaID, into output: inout Output
  ) -> Verdict {
    guard isSingle else {
      return admitByAll(request, deployment, attempt, now, replica, &output)
    }
    // Between judging and charging by the only limit nothing has to be remembered.
    let bucket = bucket(of: request, deployment, 0)
    let needed = needed(by: 0, request, deployment)
    guard bank.admits(place(0, bucket), needed, at: now) else {
      (entries[0].bucket, entries[0].permits, entries[0].takes) = (bucket, needed, false)
      return refuse(request, deployment, attempt, now, replica, &output)
    }
    charge(request, 0, bucket, needed, attempt, now, replica, &output)
    return .admit(spared: 0)
  }

  @inline(never)
  private mutating func admitByAll(
    _ request: borrowing Request, _ deployment: DeploymentID, _ attempt: UInt8, _ now: Instant,
    _ replica: ReplicaID, _ output: inout Output
  ) -> Verdict {
    var refusals = 0
    for step in 0..<steps.count {
      guard let index = entry(step, request, deployment) else { continue }
      let needed = needed(by: index, request, deployment)
      let bucket = bucket(of: request, deployment, index)
      entries[index].bucket = bucket
      entries[index].permits = needed
      entries[index].takes = bank.admits(place(index, bucket), needed, at: now)
      if !entries[index].takes { refusals += 1 }
    }
    var verdict = Verdict.admit(spared: 0)
    if refusals > 0 {
      verdict = refuse(request, deployment, attempt, now, replica, &output)
      guard case .admit = verdict else { return verdict }
    }
    for step in 0..<steps.count {
      guard let index = entry(step, request, deployment), entries[index].takes else { continue }
      charge(
        request, index, entries[index].bucket, entries[index].permits, attempt, now, replica,
        &output)
    }
    return verdict
  }

  /// The permits by which a limit judges a request.
  @inline(__always)
  private func needed(
    by index: Int, _ request: borrowing Request, _ deployment: DeploymentID
  ) -> Int64 {
    entries[index].isOne
      ? 1 : entries[index].rule.permitsToJudge(of: request, sheet(request, deployment))
  }

  /// Charges a request that all limits admit, by one of them.
  @inline(__always)
  private mutating func charge(
    _ request: borrowing Request, _ index: Int, _ bucket: Int, _ permits: Int64,
    _ attempt: UInt8, _ now: Instant, _ replica: ReplicaID, _ output: inout Output
  ) {
    let taken = entries[index].takesAtOnce ? permits : 0
    if output.explains(request.number) {
      note(request.number, index, bucket, now, replica, &output)
    }
    if taken != 0 { bank.charge(place(index, bucket), taken) }
    noteCharge(request.number, index, bucket, taken, attempt, now, replica, &output)
    if entries[index].isTold, taken != 0 { tell(index, bucket, taken, charged: now, &output) }
    if entries[index].rule.markCount > 0 {
      entries[index].bucket = bucket
      passMarks(request.number, index, taken, now, replica, &output)
    }
  }

  /// Whether an enforced limit would refuse an attempt; nothing is charged or noted.
  mutating func wouldRefuse(
    _ request: borrowing Request, deployment: DeploymentID, at now: Instant
  ) -> Bool {
    refusing(request, deployment: deployment, at: now) != nil
  }

  /// The place of the enforced limit that would refuse an attempt; nothing is charged or noted.
  @inline(__always)
  mutating func refusing(
    _ request: borrowing Request, deployment: DeploymentID, at now: Instant
  ) -> Int? {
    for step in 0..<steps.count {
      guard let index = entry(step, request, deployment), !entries[index].rule.isShadow else {
        continue
      }
      let needed = entries[index].rule.permitsToJudge(of: request, sheet(request, deployment))
      let at = place(index, bucket(of: request, deployment, index))
      if !bank.admits(at, needed, at: now) { return index }
    }
    return nil
  }

  /// When the enforced limits would admit an attempt if nothing else came; nothing is charged or
  /// noted.
  mutating func opening(
    _ request: borrowing Request, deployment: DeploymentID, at now: Instant
  ) -> Instant {
    var latest = now
    for step in 0..<steps.count {
      guard let index = entry(step, request, deployment), !entries[index].rule.isShadow else {
        continue
      }
      let needed = entries[index].rule.permitsToJudge(of: request, sheet(request, deployment))
      let at = place(index, bucket(of: request, deployment, index))
      if !bank.admits(at, needed, at: now) {
        latest = max(latest, bank.instant(at, holding: needed))
      }
    }
    return latest
  }

  /// The bit of a limit among those that spared a request.
  ///
  /// Shadows beyond the 64th share the last.
  @inline(__always)
  static func bit(_ index: Int) -> UInt64 { 1 << UInt64(min(index, 63)) }

  /// The entry of a step that applies to a request.
  @inline(__always)
  func entry(
    _ step: Int, _ request: borrowing Request, _ deployment: DeploymentID
  ) -> Int? {
    var index = Int(steps[step].entry)
    if steps[step].choices >= 0 {
      let tenant = tenant(entries[index].rule.scope, request, deployment)
      guard tenant < Int(steps[step].choiceCount) else { return nil }
      index = Int(choices[Int(steps[step].choices) + tenant])
      if index < 0 { return nil }
    }
    if entries[index].isFiltered,
      !entries[index].rule.filter.holds(for: request, model: model(of: deployment))
    {
      return nil
    }
    return index
  }

  @inline(__always)
  func place(_ index: Int, _ bucket: Int) -> LimiterBank.Place {
    var place = entries[index].first
    place.state &+= bucket
    return place
  }

  /// Which bucket of a limit a request falls into; one outside the populations, into the last.
  @inline(__always)
  mutating func bucket(
    of request: borrowing Request, _ deployment: DeploymentID, _ index: Int
  ) -> Int {
    if entries[index].bucketCount == 1 { return 0 }
    if entries[index].isSimple {
      return min(
        tenant(entries[index].rule.scope, request, deployment), entries[index].bucketCount &- 1)
    }
    let (scope, origin) = (entries[index].rule.scope, entries[index].origin)
    return origin > 0
      ? tenant(scope, request, deployment) - origin : combined(of: request, deployment, scope)
  }

  @inline(__always)
  private func tenant(
    _ scope: LimitScope, _ request: borrowing Request, _ deployment: DeploymentID
  ) -> Int {
    switch scope {
    case .key: Int(request.identity.key.index)
    case .user: Int(request.identity.user.index)
    case .team: Int(request.identity.team.index)
    case .feature: Int(request.identity.feature.index)
    case .alias: Int(request.alias.index)
    case .model: Int(model(of: deployment))
    case .deployment: Int(deployment.index)
    default: 0
    }
  }

  private mutating func combined(
    of request: borrowing Request, _ deployment: DeploymentID, _ scope: LimitScope
  ) -> Int {
    var bucket = 0
    for place in 0..<counts.count where scope.rawValue & (1 << UInt8(place)) != 0 {
      let one = LimitScope(rawValue: 1 << UInt8(place))
      bucket = bucket * counts[place] + min(tenant(one, request, deployment), counts[place] - 1)
    }
    return bucket
  }

  @inline(__always)
  private func model(of deployment: DeploymentID) -> UInt16 {
    Int(deployment.index) < models.count ? models[Int(deployment.index)] : .max
  }

  /// The prices by which money is reserved: the deployment's, or the dearest that the alias reaches.
  @inline(__always)
  func sheet(_ request: borrowing Request, _ deployment: DeploymentID) -> PriceSheet {
    let index = deployment == .none ? Int(request.alias.index) : Int(deployment.index)
    return dearest[min(index, dearest.count &- 1)]
  }

  /// Some limits refuse: the enforced one that makes the request wait longest is named.
  @inline(never)
  private mutating func refuse(
    _ request: borrowing Request, _ deployment: DeploymentID, _ attempt: UInt8, _ now: Instant,
    _ replica: ReplicaID, _ output: inout Output
  ) -> Verdict {
    var isRefused = false
    for step in 0..<steps.count {
      guard let index = entry(step, request, deployment) else { continue }
      if !entries[index].takes {
        bank.refused(place(index, entries[index].bucket))
        isRefused = isRefused || !entries[index].rule.isShadow
      }
    }
    var verdict = Verdict.admit(spared: 0)
    for step in 0..<steps.count {
      guard let index = entry(step, request, deployment) else { continue }
      let at = place(index, entries[index].bucket)
      if isRefused, entries[index].rule.countsRefused {
        let taken = entries[index].rule.permitsToTake(of: request, sheet(request, deployment))
        if taken != 0 {
          bank.charge(at, taken)
          if entries[index].isTold {
            tell(index, entries[index].bucket, taken, charged: now, &output)
          }
          output.notes.append(
            Note(
              .limiterCounted, at: now, request: request.number, subject: entries[index].subject,
              value: taken, other: Int64(entries[index].bucket), replica: replica,
              attempt: attempt))
        }
      }
      guard !entries[index].takes else {
        // If only shadows refuse, whoever charges notes the others.
        if isRefused, output.explains(request.number) {
          note(request.number, index, entries[index].bucket, now, replica, &output)
        }
        continue
      }
      let retryAt = bank.instant(at, holding: entries[index].permits)
      output.notes.append(
        Note(
          .limiterJudged, at: now, request: request.number, subject: entries[index].subject,
          value: 0, other: retryAt.nanoseconds, replica: replica))
      if entries[index].rule.isShadow {
        if case .admit(let spared) = verdict {
          verdict = .admit(spared: spared | LimitChain.bit(index))
        }
        continue
      }
      if case .refuse(_, let other) = verdict, other >= retryAt { continue }
      verdict = .refuse(limit: Int(entries[index].subject), retryAt: retryAt)
    }
    return verdict
  }

  @inline(never)
  private func note(
    _ number: UInt64, _ index: Int, _ bucket: Int, _ now: Instant, _ replica: ReplicaID,
    _ output: inout Output
  ) {
    output.notes.append(
      Note(
        .limiterJudged, at: now, request: number, subject: entries[index].subject, value: 1,
        other: bank.permits(place(index, bucket)), replica: replica))
  }

  @inline(__always)
  func noteCharge(
    _ number: UInt64, _ index: Int, _ bucket: Int, _ permits: Int64, _ attempt: UInt8,
    _ now: Instant, _ replica: ReplicaID, _ output: inout Output
  ) {
    output.notes.append(
      Note(
        .limiterCharged, at: now, request: number, subject: entries[index].subject,
        value: permits, other: Int64(bucket), replica: replica, attempt: attempt))
  }
}
