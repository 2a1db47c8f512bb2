import Vocabulary

// What replicas tell each other for the sake of sticky tables and retry budgets.

extension Delta {
  /// Tells where a sticky table keeps a key.
  init(_ pin: PinTable.Pin, of key: UInt64, table: Int16, policy: UInt8, way: Way) {
    counter = .pin
    change = Int64(bitPattern: key)
    charged = pin.until
    bucket = pin.moves << 8 | UInt32(pin.child)
    subject = UInt16(bitPattern: table)
    self.policy = policy
    self.way = way
  }

  /// The pin that is told; its origin is who told it.
  func pin(from sender: ReplicaID) -> PinTable.Pin {
    PinTable.Pin(
      child: UInt8(truncatingIfNeeded: bucket), origin: sender.index, moves: bucket >> 8,
      until: charged)
  }

  /// What a retry budget has counted.
  enum BudgetEvent: Equatable {
    /// A first attempt.
    case firstAttempt
    /// A permit was taken for a retry.
    case taken(Int64)
    /// It was given back: nothing was left to retry.
    case givenBack(Int64)
    /// An attempt has ended; with the permit of its request's latest retry, if the budget gave it.
    case ended(Outcome, permit: Int64?)
  }

  /// Tells what a retry budget has counted.
  init(_ event: BudgetEvent, of budget: Int, at now: Instant, policy: UInt8, way: Way) {
    counter = .budget
    charged = now
    subject = UInt16(truncatingIfNeeded: budget)
    self.policy = policy
    self.way = way
    switch event {
    case .firstAttempt: (change, bucket) = (0, 0)
    case .taken(let permit): (change, bucket) = (permit, 1)
    case .givenBack(let permit): (change, bucket) = (permit, 2)
    case .ended(let outcome, let permit):
      change = permit ?? 0
      bucket =
        UInt32(outcome.status) << 16 | UInt32(outcome.kind.rawValue) << 8
        | (permit == nil ? 3 : 4)
    }
  }

  /// What the budget has counted; `nil` for what no budget tells.
  var budgetEvent: BudgetEvent? {
    switch bucket & 0xFF {
    case 0: return .firstAttempt
    case 1: return .taken(change)
    case 2: return .givenBack(change)
    case 3, 4:
      guard let kind = Outcome.Kind(rawValue: UInt8(truncatingIfNeeded: bucket >> 8)) else {
        return nil
      }
      let outcome = Outcome(kind, status: UInt16(truncatingIfNeeded: bucket >> 16))
      return .ended(outcome, permit: bucket & 0xFF == 4 ? change : nil)
    default: return nil
    }
  }
}
