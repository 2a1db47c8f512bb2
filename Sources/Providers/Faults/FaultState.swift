import Chance
import Vocabulary

/// A process of faults as one deployment meets it.
/// - Complexity: O(1) amortised while time goes on.
struct FaultState: Sendable {
  private let table: FaultTable
  private let overload: Polyline?
  private let key: ChanceKey
  private var chain: BurstChain?
  /// The number of what is in flight, and the factor over it.
  private let crowd: (place: Int, line: Polyline)?
  private let slow: Double

  init(
    _ plan: FaultProcess, deployment: NameHash, crowd place: Int = 0, chance: Chance
  ) {
    crowd = plan.crowd.map { (place, $0) }
    slow = plan.slow
    table = FaultTable(plan.faults)
    // Joined asymmetrically, so that "a" at "b" is not "b" at "a".
    let joined = NameHash(plan.name).bits &* 0x9E37_79B9_7F4A_7C15 ^ deployment.bits
    key = chance.key(.sharedFault, name: NameHash(bits: joined))
    switch plan.driver {
    case .always, .crowd: overload = nil
    case .overload(let line): overload = line
    case .bursts(let bursts):
      overload = nil
      chain = BurstChain(bursts, name: NameHash(plan.name), chance: chance)
    }
  }

  /// The states that a deployment meets.
  static func all(
    _ plans: [FaultProcess], at deployment: DeploymentPlan, chance: Chance
  ) -> [FaultState] {
    var states: [FaultState] = []
    var crowds = 0
    for plan in plans {
      if plan.on.matches(deployment) {
        states.append(
          FaultState(plan, deployment: deployment.hash, crowd: crowds, chance: chance))
      }
      if plan.crowd != nil { crowds += 1 }
    }
    return states
  }

  /// How much of it shows for what is in flight; `nil` if that does not matter to it.
  fileprivate func weight(at now: Int64, _ quotas: inout Quotas) -> Double? {
    guard let crowd else { return nil }
    return crowd.line.value(at: Int64(quotas[crowd: crowd.place].count(at: now)))
  }

  /// The factor on all times of an attempt that starts now.
  fileprivate func slowDown(at now: Int64, _ quotas: inout Quotas) -> Double {
    guard slow > 1, let weight = weight(at: now, &quotas) else { return 1 }
    return 1 + (slow - 1) * weight
  }

  fileprivate func enter(_ flight: UInt32, until end: Instant, _ quotas: inout Quotas) {
    if let crowd { quotas[crowd: crowd.place].enter(flight, until: end) }
  }

  fileprivate func leave(_ flight: UInt32, _ quotas: inout Quotas) {
    if let crowd { quotas[crowd: crowd.place].leave(flight) }
  }

  /// Lets an attempt that starts now meet a fault, if it is on.
  mutating func meet(
    _ attempt: AttemptStart, at now: Int64, utilisation: Double, _ quotas: inout Quotas,
    _ course: inout Course
  ) {
    var weight = 1.0
    if let crowded = self.weight(at: now, &quotas) {
      weight = crowded
      guard weight > 0 else { return }
    } else if let isBad = chain?.isBad(at: now) {
      guard isBad else { return }
    } else if let overload {
      weight = overload.value(at: FaultProcess.millionths(utilisation))
      guard weight > 0 else { return }
    }
    let draw = key.uniform(call: attempt.call, ordinal: attempt.ordinal)
    guard let fault = table.fault(at: draw, weight: weight) else { return }
    course.meet(
      fault.kind, fault.delay, fault.retryAfter, billing: fault.billing,
      detail: key.uniform(call: attempt.call, ordinal: attempt.ordinal, counter: 1))
  }
}

extension [FaultState] {
  /// Lets an attempt that starts now meet the faults of all processes that are on.
  @inline(never)
  mutating func meet(
    _ attempt: AttemptStart, at now: Int64, utilisation: Double = 0, _ quotas: inout Quotas,
    _ course: inout Course
  ) {
    for place in indices {
      self[place].meet(attempt, at: now, utilisation: utilisation, &quotas, &course)
    }
  }

  /// The factor on all times of an attempt that starts now: the product over the processes.
  func slowDown(at now: Int64, _ quotas: inout Quotas) -> Double {
    var product = 1.0
    for place in indices { product *= self[place].slowDown(at: now, &quotas) }
    return product
  }

  /// An attempt that was let in is in flight until `end`.
  func enter(_ flight: UInt32, until end: Instant, _ quotas: inout Quotas) {
    for place in indices { self[place].enter(flight, until: end, &quotas) }
  }

  /// An attempt has ended otherwise than was promised.
  func leave(_ flight: UInt32, _ quotas: inout Quotas) {
    for place in indices { self[place].leave(flight, &quotas) }
  }
}

/// A Gilbert–Elliott chain at work, on a fixed grid of time.
///
/// The number behind step k is drawn under (name, k): every deployment that it strikes sees the
/// same states, whoever asks and how often.
/// - Complexity: O(1) amortised while time goes on; going back starts anew.
struct BurstChain: Sendable {
  private let step: Int64
  private let toBad: Double
  private let toGood: Double
  private let key: ChanceKey
  private var index: Int64 = -1
  private var state = false
  private var from = Int64.max
  private var until = Int64.min

  init(_ plan: Bursts, name: NameHash, chance: Chance) {
    step = plan.step
    toBad = -Elementary.expm1(-Double(plan.step) / Double(plan.every))
    toGood = -Elementary.expm1(-Double(plan.step) / Double(plan.lasts))
    key = chance.key(.faultState, name: name)
  }

  /// Whether an instant is in a burst.
  @inline(__always)
  mutating func isBad(at now: Int64) -> Bool {
    if now >= from && now < until { return state }
    return advance(to: now)
  }

  @inline(never)
  private mutating func advance(to now: Int64) -> Bool {
    let asked = max(0, now) / step
    if asked < index { index = -1 }
    while index < asked {
      index += 1
      let draw = key.uniform(step: index)
      let share = index == 0 ? toBad / (toBad + toGood) : (state ? 1 - toGood : toBad)
      state = draw < share
    }
    from = index * step
    until = from + step
    return state
  }
}
