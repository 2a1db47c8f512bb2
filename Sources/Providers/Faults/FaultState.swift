import Chance
import Vocabulary

/// A process of faults as one deployment meets it.
/// - Complexity: O(1) amortised while time goes on.
struct FaultState: Sendable {
  private let table: FaultTable
  private let overload: Polyline?
  private let key: ChanceKey
  private var chain: BurstChain?

  init(_ plan: FaultProcess, deployment: NameHash, chance: Chance) {
    table = FaultTable(plan.faults)
    // Joined asymmetrically, so that "a" at "b" is not "b" at "a".
    let joined = NameHash(plan.name).bits &* 0x9E37_79B9_7F4A_7C15 ^ deployment.bits
    key = chance.key(.sharedFault, name: NameHash(bits: joined))
    switch plan.driver {
    case .always: overload = nil
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
    plans.filter { $0.on.matches(deployment) }
      .map { FaultState($0, deployment: deployment.hash, chance: chance) }
  }

  /// Lets an attempt that starts now meet a fault, if it is on.
  mutating func meet(
    _ attempt: AttemptStart, at now: Int64, utilisation: Double, _ course: inout Course
  ) {
    var weight = 1.0
    if let isBad = chain?.isBad(at: now) {
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
    _ attempt: AttemptStart, at now: Int64, utilisation: Double = 0, _ course: inout Course
  ) {
    for place in indices { self[place].meet(attempt, at: now, utilisation: utilisation, &course) }
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
