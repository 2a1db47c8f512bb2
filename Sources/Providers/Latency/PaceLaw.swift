import Chance
import Vocabulary

/// How long one attempt takes, of a latency plan with more than two plain laws.
///
/// All is drawn under (purpose, deployment's name, call, ordinal); the cell (drift, hour, hidden
/// load), our own load and starts are handed in.
/// - Complexity: O(1): at most six draws.
final class PaceLaw: Sendable {
  private let plan: LatencyPlan
  private let firstTokenKey: ChanceKey
  private let perTokenKey: ChanceKey
  private let tailKey: ChanceKey
  private let networkKey: ChanceKey
  private let reasoningKey: ChanceKey
  private let coldKey: ChanceKey
  /// √(1 − correlation²).
  private let rest: Double
  private let tailShare: Double
  /// The logarithm of the tail's median.
  private let tailMedian: Double
  private let loadK: Double

  init(_ plan: DeploymentPlan, chance: Chance) {
    self.plan = plan.latency
    firstTokenKey = chance.key(.timeToFirstToken, name: plan.hash)
    perTokenKey = chance.key(.timePerOutputToken, name: plan.hash)
    tailKey = chance.key(.slowTail, name: plan.hash)
    networkKey = chance.key(.network, name: plan.hash)
    reasoningKey = chance.key(.reasoning, name: plan.hash)
    coldKey = chance.key(.coldStart, name: plan.hash)
    let correlation = plan.latency.correlation
    rest = max(0, 1 - correlation * correlation).squareRoot()
    tailShare = plan.latency.tail?.share.value ?? 0
    let median = plan.latency.timeToFirstToken.quantile(0.5)
    tailMedian = Elementary.log(max(1, median * (plan.latency.tail?.factor ?? 1)))
    loadK = plan.latency.load?.k ?? 0
  }

  /// Whether hidden tokens come on top of the output.
  var adds: Bool { plan.reasoning?.adds ?? false }

  /// The hidden share of the output.
  func hiddenShare(_ attempt: AttemptStart) -> Double {
    guard let reasoning = plan.reasoning else { return 0 }
    return reasoning.share.quantile(
      reasoningKey.uniform(call: attempt.call, ordinal: attempt.ordinal))
  }

  /// The times of an attempt.
  /// - Parameters:
  ///   - slow: The factor of the incidents.
  ///   - own: Our own part of the utilisation.
  ///   - wait: How long a start takes before it.
  func pace(
    of attempt: AttemptStart, _ whole: Usage, slow: Double, _ cell: PaceCell, own: Double,
    wait: Int64
  ) -> APIDemand.Pace {
    let u = firstTokenKey.uniform(call: attempt.call, ordinal: attempt.ordinal)
    let v = perTokenKey.uniform(call: attempt.call, ordinal: attempt.ordinal)
    let isSlow =
      tailShare > 0
      && tailKey.uniform(call: attempt.call, ordinal: attempt.ordinal) < tailShare
    let first: Double
    let gap: Double
    if plan.correlation == 0 && !isSlow {
      first = plan.timeToFirstToken.quantile(u)
      gap = plan.timePerOutputToken.quantile(v)
    } else {
      let z = Elementary.normalQuantile(u)
      first = isSlow ? tail(z) : firstToken(z, u)
      gap = plan.correlation == 0 ? plan.timePerOutputToken.quantile(v) : correlated(z, v)
    }
    var factor = slow
    if loadK > 0 {
      factor *= LoadPlan.slowDown(loadK, at: LoadPlan.bounded(cell.utilisation + own))
    }
    let fresh = Double(whole.inputTokens - whole.cachedInputTokens)
    let perToken = gap * (factor * cell.token)
    var toFirst =
      Progress.nanoseconds((first + plan.perInputToken * fresh) * (factor * cell.first))
    if let network = plan.network {
      let draw = networkKey.uniform(call: attempt.call, ordinal: attempt.ordinal)
      toFirst += Progress.nanoseconds(network.quantile(draw))
    }
    toFirst += wait
    var hidden: Int64 = 0
    if plan.reasoning != nil {
      let unseen = Reasoning.hidden(hiddenShare(attempt), of: whole.outputTokens)
      hidden = Progress.nanoseconds(perToken * Double(unseen))
    }
    let rest = Progress.nanoseconds(perToken * Double(max(1, whole.outputTokens) - 1))
    return APIDemand.Pace(
      first: toFirst + min(hidden, rest), total: toFirst + rest, hidden: min(hidden, rest))
  }

  /// How long the start takes that an attempt of its own share meets; 0 for most.
  func ownStart(_ attempt: AttemptStart, _ cold: ColdStart) -> Int64 {
    guard cold.share.value > 0 else { return 0 }
    let draw = coldKey.uniform(call: attempt.call, ordinal: attempt.ordinal)
    return draw < cold.share.value ? start(attempt, cold) : 0
  }

  /// How long a start takes that this attempt causes.
  func start(_ attempt: AttemptStart, _ cold: ColdStart) -> Int64 {
    let draw = coldKey.uniform(call: attempt.call, ordinal: attempt.ordinal, counter: 1)
    return Progress.nanoseconds(cold.takes.quantile(draw))
  }

  private func firstToken(_ z: Double, _ u: Double) -> Double {
    if case .lognormal(let mu, let sigma) = plan.timeToFirstToken {
      return Elementary.exp(mu + sigma * z)
    }
    return plan.timeToFirstToken.quantile(u)
  }

  private func tail(_ z: Double) -> Double {
    Elementary.exp(tailMedian + (plan.tail?.sigma ?? 0) * z)
  }

  /// The time per token whose normal score has the plan's correlation with `z`.
  private func correlated(_ z: Double, _ v: Double) -> Double {
    let score = plan.correlation * z + rest * Elementary.normalQuantile(v)
    if case .lognormal(let mu, let sigma) = plan.timePerOutputToken {
      return Elementary.exp(mu + sigma * score)
    }
    return plan.timePerOutputToken.quantile(Elementary.normalCumulative(score))
  }
}
