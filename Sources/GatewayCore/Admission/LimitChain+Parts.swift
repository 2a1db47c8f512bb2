import Vocabulary

// Which limits a chain is made of, and which of them concern a request.
extension LimitChain {
  /// Which of a policy's limits a chain is made of.
  enum Part {
    /// Those that a replica judges at admission.
    case admission
    /// Those of deployments and models, judged at attempts.
    case attempts
    /// Those that a central store judges at admission, and at attempts.
    case central
    case centralAttempts
    /// Those that a replica judges while the store is silent.
    case standIns
    case attemptStandIns

    /// Whether its limits are judged at each attempt.
    var isPerAttempt: Bool {
      switch self {
      case .admission, .central, .standIns: false
      case .attempts, .centralAttempts, .attemptStandIns: true
      }
    }

    /// Whether what its limits have charged may be undone by who is asked later: the store about a
    /// request, or what befalls an attempt while the store is asked.
    func isUndoable(in plan: GatewayPlan) -> Bool {
      isPerAttempt ? self == .centralAttempts : plan.asksStore
    }

    func takes(_ rule: LimitRule) -> Bool {
      guard rule.isPerAttempt == isPerAttempt else { return false }
      return switch rule.state.scope {
      case .local, .gossiped: self == .attempts || self == .admission
      case .central: self == .central || self == .centralAttempts
      case .standIn: self == .standIns || self == .attemptStandIns
      }
    }
  }

  /// Whether any limit applies to a request, or to its attempt at a deployment.
  mutating func concerns(
    _ request: borrowing Request, _ deployment: DeploymentID = .none
  ) -> Bool {
    for step in 0..<steps.count where entry(step, request, deployment) != nil { return true }
    return false
  }

  /// Whether a limit is a shadow that has not charged a request.
  func isSpared(_ index: Int, _ spared: UInt64) -> Bool {
    entries[index].rule.isShadow && spared & LimitChain.bit(index) != 0
  }
}
