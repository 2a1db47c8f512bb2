import Chance
import GatewayCore
import Providers
import Traffic
import Vocabulary

/// The greedy clairvoyant: a runnable reference that knows what no gateway can, and no bound.
///
/// What it is, precisely. Calls are taken in order of arrival, each once, at its instant. For every
/// deployment that any policy of the scenario may use for the alias, it knows the call's potential outcome
/// there at that instant (latency, fault, incidents; first ordinal; no quota in the way). It goes to
/// the cheapest deployment whose outcome is a success, the faster one at equal bills, the earlier
/// one in the file at equal both. If that deployment's quota refuses, it asks the next one, at no
/// loss of time or of the quota: it has known. If none succeeds, the call fails at once: it neither waits nor retries. Quotas are
/// real and are used up in order of arrival, so an early cheap call can take what a later one needs:
/// that is why it is no bound of a policy's cost. At a self-hosted deployment, whose promises come in
/// parts and depend on who else is there, it meets nobody: a call there succeeds if the faults and
/// incidents of its instant let it, and takes the prefill and the steps of an empty replica in calm
/// weather. That is a lower bound of what the call can take there under any policy, and cannot be
/// reached by all calls at once. Which deployment it prefers it judges as if all its calls had gone to
/// each of their prompt caches. If any policy of the scenario caches, it answers a body that it has answered
/// before for nothing and at once, for ever. It ignores prices of probing, limits, budgets and the
/// client's patience.
///
/// It lives outside the gateway core, which must not see the truth.
/// - Complexity: O(deployments) a call; memory follows the distinct bodies if it remembers.
struct Clairvoyant: ~Copyable {
  private let candidates: [[DeploymentID]]
  private let remembers: Bool
  /// Potential outcomes: the same deployments without their quotas.
  private var potential: ProviderFleet
  /// The real ones, whose quotas are used up.
  private var real: ProviderFleet
  private var promised = ProviderOutput()
  private var answered: [Body: Memory] = [:]

  private struct Body: Hashable {
    var fingerprint: UInt128
    var alias: AliasID
  }
  private struct Memory {
    var ready: Instant
    var outputTokens: UInt32
    var deployment: DeploymentID
  }

  /// What it did with a call.
  enum Answer {
    case served(DeploymentID, Promise)
    case remembered(DeploymentID, outputTokens: UInt32)
    case failed(Outcome)
  }

  init(
    _ fleet: FleetPlan, candidates: [[DeploymentID]], remembers: Bool, chance: Chance,
    measured: Range<Instant> = .start ..< .distantFuture, prefixes: PrefixArena? = nil
  ) {
    self.candidates = candidates
    self.remembers = remembers
    var unlimited = fleet
    for index in unlimited.deployments.indices { unlimited.deployments[index].quota = nil }
    potential = ProviderFleet(unlimited, chance: chance, prefixes: prefixes)
    var foreseen = fleet
    for index in foreseen.quotas.indices { foreseen.quotas[index].countsRefused = false }
    real = ProviderFleet(foreseen, chance: chance, measured: measured, prefixes: prefixes)
  }

  /// What the deployments cost for being there, as many as there are at the start.
  mutating func standingCharges(until end: Instant) -> MoneyTotal {
    var sum = MoneyTotal.zero
    for index in 0..<real.count {
      sum += real.standingCharge(of: DeploymentID(index), until: end).charge
    }
    return sum
  }

  /// Answers one call; calls come in order of time.
  mutating func answer(_ arrival: borrowing Arrival) -> Answer {
    let now = arrival.at
    let body = Body(fingerprint: arrival.request.fingerprint, alias: arrival.request.alias)
    if remembers, body.fingerprint != 0, let known = answered[body], known.ready <= now {
      return .remembered(known.deployment, outputTokens: known.outputTokens)
    }
    let alias = Int(arrival.request.alias.index)
    guard alias < candidates.count, !candidates[alias].isEmpty else {
      return .failed(.status(404))
    }
    var ranked: [(deployment: DeploymentID, promise: Promise)] = []
    var failure = Outcome.status(503)
    for deployment in candidates[alias] {
      let start = demand(of: arrival, at: deployment)
      if potential.isQueueing(deployment) {
        guard let alone = potential.alone(start, at: now) else { continue }
        if alone.outcome.isSuccess {
          ranked.append((deployment, alone))
        } else {
          failure = alone.outcome
        }
        continue
      }
      potential.start(start, at: now, into: &promised)
      guard let promise = takePromise() else { continue }
      if promise.outcome.isSuccess, !promise.hangs {
        ranked.append((deployment, promise))
      } else {
        failure = promise.outcome
      }
    }
    ranked.sort {
      ($0.promise.bill, $0.promise.end, $0.deployment)
        < ($1.promise.bill, $1.promise.end, $1.deployment)
    }
    for (deployment, alone) in ranked {
      if real.isQueueing(deployment) {
        remember(body, alone, deployment)
        return .served(deployment, alone)
      }
      real.start(demand(of: arrival, at: deployment), at: now, into: &promised)
      guard let promise = takePromise() else { continue }
      guard promise.outcome.isSuccess else {
        failure = promise.outcome
        continue
      }
      remember(body, promise, deployment)
      return .served(deployment, promise)
    }
    return .failed(failure)
  }

  private mutating func remember(_ body: Body, _ promise: Promise, _ deployment: DeploymentID) {
    guard remembers, body.fingerprint != 0, answered[body] == nil else { return }
    answered[body] = Memory(
      ready: promise.end, outputTokens: promise.usage.outputTokens, deployment: deployment)
  }

  private func demand(
    of arrival: borrowing Arrival, at deployment: DeploymentID
  ) -> AttemptStart {
    AttemptStart(
      flight: 0, call: arrival.request.call, deployment: deployment,
      inputTokens: arrival.request.inputTokens,
      cachedInputTokens: arrival.truth.cachedInputTokens,
      outputTokens: min(arrival.truth.outputTokens, arrival.request.outputCap),
      outputCap: arrival.request.outputCap, streams: arrival.request.streams,
      priority: arrival.request.priority, prefix: arrival.prefix,
      conversation: arrival.request.conversation)
  }

  private mutating func takePromise() -> Promise? {
    defer { promised.promises.removeAll() }
    return promised.promises.isEmpty ? nil : promised.promises[0]
  }
}
