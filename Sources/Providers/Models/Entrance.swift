import Vocabulary

/// What every attempt meets first at a deployment: its quota, and the length of its context.
///
/// The charge of an attempt that is let in stays open where its end is not known yet, and is settled
/// at the real end: when a queue comes to it, or when the gateway withdraws the attempt.
/// - Complexity: that of the quota.
struct Entrance: Sendable {
  private let quota: Int?
  /// A longer prompt, in the deployment's own tokens, is refused.
  private let contextWindow: UInt32

  /// - Parameter meter: the place of its meter of utilisation, if it is provisioned.
  init(_ plan: DeploymentPlan, meter: Int? = nil) {
    quota = meter ?? plan.quota
    contextWindow = plan.contextWindow.map { UInt32(clamping: $0) } ?? .max
  }

  /// Whether the quota lets an attempt in; a refusal of either kind is written into its course.
  /// - Parameter fits: whether it has room for the context, whatever the window.
  @inline(__always)
  func admit(
    _ attempt: AttemptStart, _ whole: Usage, _ demand: APIDemand, fits: Bool = true,
    at now: Instant, quotas: inout Quotas, _ course: inout Course
  ) -> Bool {
    var isAdmitted = true
    if let quota {
      switch quotas[quota].judge(demand.permits(for: attempt, whole), at: now) {
      case .admitted: break
      case .refused(let retryAfter):
        isAdmitted = false
        course.refuse(after: quotas[quota].answers, retryAfter)
      case .spent:
        isAdmitted = false
        course.refuseSpent(after: quotas[quota].answers)
      }
    }
    if isTooLong(whole) || !fits {
      course.meet(.contextWindow, .after(Fault.usualDelay), detail: 0)
    }
    return isAdmitted
  }

  /// Whether a prompt is longer than the context window.
  func isTooLong(_ whole: Usage) -> Bool { whole.inputTokens > contextWindow }

  /// Notes what an attempt that was let in will have used at its end.
  @inline(__always)
  func expect(
    _ attempt: AttemptStart, _ whole: Usage, _ demand: APIDemand, _ usage: Usage, _ bill: Money,
    from now: Instant, at end: Instant, quotas: inout Quotas
  ) {
    guard let quota else { return }
    quotas[quota].expect(
      QuotaDemand(usage), reserved: demand.permits(for: attempt, whole), from: now, at: end,
      bill: bill, flight: attempt.flight)
  }

  /// An attempt has ended otherwise than it was expected to.
  func end(_ flight: UInt32, _ usage: Usage, _ bill: Money, at now: Instant, quotas: inout Quotas) {
    guard let quota else { return }
    quotas[quota].end(flight, used: QuotaDemand(usage), bill: bill, at: now)
  }
}
