import Chance
import Vocabulary

/// What one deployment's attempts ask for, drawn under (purpose, name, call, ordinal) alone.
///
/// Nothing in it changes during a run: the same attempt makes the same demand under every policy.
final class APIDemand: Sendable {
  /// Nanoseconds from the start to the first token and to the end.
  struct Pace {
    var first: Int64
    var total: Int64
    /// Of `first`, what hidden output tokens take.
    var hidden: Int64 = 0
  }

  private let firstTokenKey: ChanceKey
  private let perTokenKey: ChanceKey
  private let faultKey: ChanceKey
  private let detailKey: ChanceKey
  private let firstToken: Sampler
  private let perToken: Sampler
  private let perInputToken: Double
  private let faults: FaultTable
  private let factors: TokenFactors
  /// The rest of the latency plan; `nil` if there is none.
  let law: PaceLaw?
  /// The same if hidden tokens come on top of the output.
  private let adding: PaceLaw?

  init(_ plan: DeploymentPlan, chance: Chance) {
    firstTokenKey = chance.key(.timeToFirstToken, name: plan.hash)
    perTokenKey = chance.key(.timePerOutputToken, name: plan.hash)
    faultKey = chance.key(.fault, name: plan.hash)
    detailKey = chance.key(.faultDetail, name: plan.hash)
    firstToken = plan.latency.timeToFirstToken
    perToken = plan.latency.timePerOutputToken
    perInputToken = plan.latency.perInputToken
    faults = FaultTable(plan.faults)
    factors = TokenFactors(input: plan.inputFactor, output: plan.outputFactor)
    law = plan.latency.isPlain ? nil : PaceLaw(plan, chance: chance)
    adding = law?.adds == true ? law : nil
  }

  /// The usage of the whole answer, in the deployment's own tokens.
  @inline(__always)
  func usage(of attempt: AttemptStart) -> Usage {
    var whole = factors.usage(of: attempt)
    if let adding {
      whole.outputTokens = Reasoning.total(
        adding.hiddenShare(attempt), visible: whole.outputTokens, cap: factors.cap(of: attempt))
    }
    return whole
  }

  /// What a quota is asked for.
  func permits(for attempt: AttemptStart, _ whole: Usage) -> QuotaDemand {
    factors.demand(of: attempt, whole)
  }

  /// How long the answer takes if nothing goes wrong, with all times multiplied by `slow`.
  @inline(__always)
  func pace(of attempt: AttemptStart, _ whole: Usage, slow: Double) -> Pace {
    let first = firstToken.quantile(
      firstTokenKey.uniform(call: attempt.call, ordinal: attempt.ordinal))
    let gap = perToken.quantile(
      perTokenKey.uniform(call: attempt.call, ordinal: attempt.ordinal))
    let fresh = Double(whole.inputTokens - whole.cachedInputTokens)
    let later = Double(max(1, whole.outputTokens) - 1)
    let toFirst = Progress.nanoseconds((first + perInputToken * fresh) * slow)
    return Pace(first: toFirst, total: toFirst + Progress.nanoseconds(gap * later * slow))
  }

  /// The fault that the attempt meets by itself, if any.
  @inline(__always)
  func meetFault(_ attempt: AttemptStart, _ course: inout Course) {
    if faults.isEmpty { return }
    let u = faultKey.uniform(call: attempt.call, ordinal: attempt.ordinal)
    guard let fault = faults.fault(at: u) else { return }
    course.meet(
      fault.kind, fault.delay, fault.retryAfter, billing: fault.billing,
      detail: detailKey.uniform(call: attempt.call, ordinal: attempt.ordinal))
  }
}
