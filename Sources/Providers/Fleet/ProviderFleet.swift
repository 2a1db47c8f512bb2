public import Chance
public import Vocabulary

/// All simulated deployments of one run and the quotas they share.
///
/// Deployments of one kind lie side by side as values of their own type, and a deployment's place
/// says which kind it is of: a call is a branch and a direct call, in place. (An array of existentials
/// costs a box check and a witness call an attempt.)
public struct ProviderFleet: ~Copyable, @unchecked Sendable {
  /// Where a deployment lies.
  private enum Place {
    /// Times are drawn at the start: APIs and provisioned throughput.
    case analytic(Int)
    /// Times emerge from the load: replicas of one's own.
    case hosted(Int)
  }

  private let places: UnsafeMutablePointer<Place>
  private let analytic: UnsafeMutablePointer<APIProvider>
  private let hosted: UnsafeMutablePointer<SelfHostedProvider>
  private let analyticCount: Int
  private let hostedCount: Int
  private let standing: [StandingCharge?]
  private let measured: Range<Instant>
  private var quotas: Quotas
  private var promptCaches: PromptCaches

  /// Makes the providers of one replication.
  /// - Parameters:
  ///   - measured: the stretch for which standing charges are paid.
  ///   - prefixes: where the pieces of prompts lie.
  public init(
    _ plan: FleetPlan, chance: Chance, measured: Range<Instant> = .start ..< .distantFuture,
    prefixes: PrefixArena? = nil
  ) {
    let plan = plan.drawn(chance, until: ProviderFleet.end(of: measured))
    quotas = Quotas(plan)
    promptCaches = PromptCaches(plan, prefixes: prefixes)
    count = plan.deployments.count
    standing = plan.deployments.map(\.standing)
    self.measured = measured
    places = .allocate(capacity: count)
    analytic = .allocate(capacity: count)
    hosted = .allocate(capacity: count)
    var (analyticCount, hostedCount) = (0, 0)
    var meters = quotas.meters[...]
    var ledgers: [(name: String, ledger: AccountLedger)] = []
    func ledger(of deployment: DeploymentPlan) -> AccountLedger? {
      guard let name = deployment.account else { return nil }
      if let known = ledgers.first(where: { $0.name == name }) { return known.ledger }
      ledgers.append((name, AccountLedger()))
      return ledgers.last?.ledger
    }
    for (index, deployment) in plan.deployments.enumerated() {
      if case .selfHosted(let serving) = deployment.capacity {
        (places + index).initialize(to: .hosted(hostedCount))
        (hosted + hostedCount).initialize(
          to: SelfHostedProvider(
            deployment, serving, incidents: plan.incidents, faults: plan.faults,
            account: ledger(of: deployment), chance: chance, measured: measured))
        hostedCount += 1
      } else {
        (places + index).initialize(to: .analytic(analyticCount))
        var meter: Int?
        if case .provisioned = deployment.capacity { meter = meters.popFirst() }
        (analytic + analyticCount).initialize(
          to: APIProvider(
            deployment, meter: meter, incidents: plan.incidents, faults: plan.faults,
            account: ledger(of: deployment), chance: chance))
        analyticCount += 1
      }
    }
    self.analyticCount = analyticCount
    self.hostedCount = hostedCount
  }

  /// As far as incidents are drawn: a day past what is measured; a year if that has no end.
  private static func end(of measured: Range<Instant>) -> Instant {
    measured.upperBound == .distantFuture
      ? Instant.start.advanced(by: .seconds(31_536_000))
      : measured.upperBound.advanced(by: .seconds(86_400))
  }

  deinit {
    analytic.deinitialize(count: analyticCount)
    analytic.deallocate()
    hosted.deinitialize(count: hostedCount)
    hosted.deallocate()
    places.deallocate()
  }

  /// How many deployments there are.
  public let count: Int

  /// Whether attempts at a deployment may get their promises later, when it is woken.
  @inline(__always)
  public func isQueueing(_ deployment: DeploymentID) -> Bool {
    if case .hosted = places[Int(deployment.index)] { true } else { false }
  }

  /// Starts an attempt at its deployment.
  public mutating func start(
    _ attempt: AttemptStart, at now: Instant, into output: inout ProviderOutput
  ) {
    if !promptCaches.isEmpty, let cache = promptCaches.cache(of: attempt.deployment) {
      return startCached(attempt, cache, at: now, into: &output)
    }
    startPlain(attempt, at: now, into: &output)
  }

  @inline(__always)
  private mutating func startPlain(
    _ attempt: AttemptStart, at now: Instant, into output: inout ProviderOutput
  ) {
    switch places[Int(attempt.deployment.index)] {
    case .analytic(let place):
      analytic[place].start(attempt, at: now, quotas: &quotas, into: &output)
    case .hosted(let place):
      hosted[place].start(attempt, at: now, quotas: &quotas, into: &output)
    }
  }

  /// Starts an attempt where there is a prompt cache: what it finds counts as cached, and its prompt
  /// is kept unless the answer is an error.
  @inline(never)
  private mutating func startCached(
    _ attempt: AttemptStart, _ cache: Int, at now: Instant, into output: inout ProviderOutput
  ) {
    var known = attempt
    let finding = promptCaches.look(cache, for: attempt, at: now)
    known.cachedInputTokens = finding.cached
    known.cacheWriteTokens = finding.written
    let before = output.promises.count
    startPlain(known, at: now, into: &output)
    if output.promises.count > before {
      let kind = output.promises[before].outcome.kind
      guard kind == .succeeded || kind == .brokenStream || kind == .malformed else { return }
    }
    promptCaches.keep(cache, attempt, at: now)
  }

  /// Tells a deployment that an attempt has been withdrawn.
  public mutating func cancel(
    flight: UInt32, at deployment: DeploymentID, now: Instant, into output: inout ProviderOutput
  ) {
    switch places[Int(deployment.index)] {
    case .analytic(let place): analytic[place].cancel(flight: flight, at: now, into: &output)
    case .hosted(let place): hosted[place].cancel(flight: flight, at: now, into: &output)
    }
  }

  /// When a deployment wants to be woken; `distantFuture` if never.
  public func nextWake(of deployment: DeploymentID) -> Instant {
    switch places[Int(deployment.index)] {
    case .analytic(let place): analytic[place].nextWake
    case .hosted(let place): hosted[place].nextWake
    }
  }

  /// Wakes a deployment at the instant it had asked for.
  public mutating func wake(
    _ deployment: DeploymentID, at now: Instant, into output: inout ProviderOutput
  ) {
    switch places[Int(deployment.index)] {
    case .analytic(let place): analytic[place].wake(at: now, quotas: &quotas, into: &output)
    case .hosted(let place): hosted[place].wake(at: now, quotas: &quotas, into: &output)
    }
  }

  /// What an attempt has consumed, and is billed, that ends at `now` instead of at its promised
  /// end: the gateway withdrew it or a deadline passed.
  public mutating func cut(
    _ promise: Promise, of deployment: DeploymentID, started: Instant, at now: Instant
  ) -> (usage: Usage, bill: Money) {
    switch places[Int(deployment.index)] {
    case .analytic(let place):
      analytic[place].cut(promise, started: started, at: now, quotas: &quotas)
    case .hosted(let place):
      hosted[place].cut(promise, started: started, at: now, quotas: &quotas)
    }
  }

  /// Whether a health check of a deployment would succeed: a question of one token.
  public mutating func isWell(
    _ deployment: DeploymentID, _ call: CallKey, at now: Instant
  ) -> Bool {
    guard Int(deployment.index) < count else { return false }
    let question = AttemptStart(
      flight: .max, call: call, deployment: deployment, inputTokens: 1, outputTokens: 1)
    return switch places[Int(deployment.index)] {
    case .analytic(let place): analytic[place].isWell(question, at: now, quotas: &quotas)
    case .hosted(let place): hosted[place].isWell(question, at: now, quotas: &quotas)
    }
  }

  /// The successful potential outcome of an attempt: no incident, no quota, no fault, no queue in
  /// the way, at the best instant from `from` to `until`.
  public func floor(
    _ attempt: AttemptStart, from: Instant = .start, until: Instant = .distantFuture
  ) -> (bill: Money, nanoseconds: Int64) {
    guard !promptCaches.isEmpty, promptCaches.cache(of: attempt.deployment) != nil else {
      return plainFloor(attempt, from, until)
    }
    // At best all of the prompt is cached; at worst nothing is, which may be cheaper.
    var best = attempt
    best.cachedInputTokens = attempt.inputTokens
    var worst = attempt
    worst.cachedInputTokens = 0
    let (a, b) = (plainFloor(best, from, until), plainFloor(worst, from, until))
    return (min(a.bill, b.bill), min(a.nanoseconds, b.nanoseconds))
  }

  /// What becomes of an attempt at a deployment with a queue if it meets nobody else.
  ///
  /// It succeeds if the faults and incidents of `now` let it, in the time of an empty replica in calm
  /// weather: no success of it there takes less. `nil` for a deployment without a queue.
  public mutating func alone(_ attempt: AttemptStart, at now: Instant) -> Promise? {
    guard case .hosted(let place) = places[Int(attempt.deployment.index)] else { return nil }
    return hosted[place].promiseAlone(attempt, at: now, quotas: &quotas)
  }

  private func plainFloor(
    _ attempt: AttemptStart, _ from: Instant, _ until: Instant
  ) -> (bill: Money, nanoseconds: Int64) {
    switch places[Int(attempt.deployment.index)] {
    case .analytic(let place): analytic[place].floor(attempt, from: from, until: until)
    case .hosted(let place): hosted[place].floor(attempt, from: from, until: until)
    }
  }

  /// How often the batches of a self-hosted deployment have changed; 0 for others.
  public func changes(of deployment: DeploymentID) -> Int {
    if case .hosted(let place) = places[Int(deployment.index)] { hosted[place].changes } else { 0 }
  }

  /// What a deployment costs for being there, whatever it did, in the measured stretch of a run
  /// that has come to `end`; nothing if it is paid by the token alone.
  public func standingCharge(
    of deployment: DeploymentID, until end: Instant
  ) -> (charge: MoneyTotal, unitNanoseconds: Int128) {
    guard let price = standing[Int(deployment.index)] else { return (.zero, 0) }
    let end = min(end, measured.upperBound)
    let units: Int128
    switch places[Int(deployment.index)] {
    case .analytic:
      let length = max(0, measured.lowerBound.nanoseconds(to: end))
      units = Int128(length) * Int128(price.units)
    case .hosted(let place): units = hosted[place].unitNanoseconds(until: end)
    }
    return (price.charge(for: units), units)
  }
}
