import Vocabulary

// Which limits a chain is made of, and which of them concern a request.
extension LimitChain {
  /// Which of a policy's limits a chain is made of.
  enum Part {
    /// Those that a replica judges at admission.
    case admission
    /// Those of deployments and models, judged at attempts.
    case attempts
    /// Those that a central store judges.
    case central
    /// Those that a replica judges while the store is silent.
    case standIns

    func takes(_ rule: LimitRule) -> Bool {
      switch rule.state.scope {
      case .local, .gossiped: rule.isPerAttempt ? self == .attempts : self == .admission
      case .central: self == .central
      case .standIn: self == .standIns
      }
    }
  }

  /// Whether any limit applies to a request.
  mutating func concerns(_ request: borrowing Request) -> Bool {
    for step in 0..<steps.count where entry(step, request, .none) != nil { return true }
    return false
  }

  /// Whether a limit is a shadow that has not charged a request.
  func isSpared(_ index: Int, _ spared: UInt64) -> Bool {
    entries[index].rule.isShadow && spared & LimitChain.bit(index) != 0
  }
}
