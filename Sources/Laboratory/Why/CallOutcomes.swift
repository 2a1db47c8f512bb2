import Vocabulary

/// How every call of a run ended: two bits each, by the number of its arrival.
///
/// Numbers are equal across policies as long as the traffic does not depend on answers; `world`
/// says whether it did: an order-free sum over (number, call), equal if and (but for a chance of
/// 2⁻⁶⁴) only if the same calls had the same numbers.
/// - Complexity: O(1) a call; a quarter of a byte.
struct CallOutcomes: Sendable, Equatable {
  /// How a call ended.
  enum Kind: UInt64 {
    case unknown, served, failed, refused
  }

  private(set) var words: [UInt64] = []
  private(set) var world: UInt64 = 0
  /// The calls by their keys, if clients come back.
  private(set) var returning: ReturningCalls?

  init(returning: Bool = false) { self.returning = returning ? ReturningCalls() : nil }

  mutating func add(_ record: borrowing RequestRecord, _ truth: borrowing RequestTruth) {
    if returning != nil {
      returning?.add(record, truth)
      return
    }
    let kind: Kind =
      switch record.end {
      case .succeeded: .served
      case .failed: .failed
      case .rejected, .abandoned: .refused
      }
    let word = Int(truncatingIfNeeded: record.number >> 5)
    if word >= words.count {
      words.append(contentsOf: repeatElement(0, count: max(64, word + 1 - words.count)))
    }
    words[word] |= kind.rawValue << ((record.number & 31) << 1)
    let mixed = (record.number &* 0x9E37_79B9_7F4A_7C15) ^ record.call.bits
    world &+= (mixed ^ (mixed >> 29)) &* 0xBF58_476D_1CE4_E5B9
  }

  subscript(number: Int) -> Kind {
    guard number >= 0, number >> 5 < words.count else { return .unknown }
    return Kind(rawValue: words[number >> 5] >> UInt64((number & 31) << 1) & 3) ?? .unknown
  }

  /// Sorts the calls of two runs by who served them; `nil` if they had different calls.
  static func difference(
    baseline: CallOutcomes, policy: CallOutcomes, command: (UInt64) -> String,
    commands: (UInt64, UInt64) -> String
  ) -> CallDifference? {
    if let left = baseline.returning, let right = policy.returning {
      return ReturningCalls.difference(baseline: left, policy: right, command: commands)
    }
    guard baseline.world == policy.world else { return nil }
    var found = CallDifference()
    for number in 0..<(max(baseline.words.count, policy.words.count) * 32) {
      let (left, right) = (baseline[number], policy[number])
      if left == .unknown || right == .unknown { continue }
      switch (left == .served, right == .served) {
      case (true, true): found.both.add(number)
      case (true, false): found.onlyBaseline.add(number)
      case (false, true): found.onlyPolicy.add(number)
      case (false, false): found.neither.add(number)
      }
    }
    for kind in [\CallDifference.both, \.onlyBaseline, \.onlyPolicy, \.neither] {
      found[keyPath: kind].command = found[keyPath: kind].example.map(command)
    }
    return found
  }
}

extension CallDifference.Kind {
  mutating func add(_ number: Int) {
    count += 1
    if example == nil { example = UInt64(number) }
  }
}
