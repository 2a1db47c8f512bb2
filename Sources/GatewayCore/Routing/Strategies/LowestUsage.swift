import Settings
import Vocabulary

/// Chooses the child that has been used least in the current window, per weight.
///
/// score(i) = usageᵢ / wᵢ, where usage is counted in tokens (all, input or output), requests or
/// cost by the gateway's sheet: requests when an attempt starts, the rest when it ends. The window
/// is *aligned* (whole windows since the start of the run: calendar minutes if it starts on one),
/// *firstUse* (each child's opens at its first count after the last has closed), *sliding* (in
/// twelfths), or there is none and all is counted. `ties`: the first in the file, a random one, or
/// `firstUsed`: the one that was counted first in this window, those not yet counted behind them in
/// the order of the file.
///
/// Sources: Kong `lowest-usage` (accumulated tokens or cost). LiteLLM `usage-based-routing` (v1) is
/// `{window: "1m", successes: true, ties: "firstUsed"}`, v2 `{window: "1m", successes: true, ties:
/// "random"}`; their filters by tpm and rpm are limits of the deployment, not part of the choice.
/// v2 counts under keys of deployment and minute in the router's DualCache: with Redis `state:
/// "central"`.
/// - Complexity: O(candidates).
public struct LowestUsage: Strategy {
  /// Whose attempts it learns from.
  public let scope: StateScope
  private enum Of: Int { case totalTokens, inputTokens, outputTokens, requests, cost }
  private enum Kind: Int { case aligned, firstUse, sliding }
  private enum Ties: Int { case first, random, firstUsed }

  private let of: Of
  private let kind: Kind
  private let ties: Ties
  private let window: Int64
  private let onlySuccesses: Bool
  private let isSliding: Bool
  private var sliding: SlicedSums
  private var weights: [Double] = []
  /// Per child: what has been counted, and since when; per window: who was counted first.
  private var used: [Int64] = []
  private var opened: [Int64] = []
  private var turn: [Int] = []
  private var turns = 0

  /// Reads what is counted, the window and the tie rule.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    of =
      Of(
        rawValue: try s.name(
          "of", default: "totalTokens",
          among: ["totalTokens", "inputTokens", "outputTokens", "requests", "cost"],
          kind: "usage", "what is counted")) ?? .totalTokens
    let stated = try s.optionalDuration(
      "window", in: .milliseconds(1) ... .seconds(86_400 * 366),
      "how long usage counts; without it for ever")
    kind =
      Kind(
        rawValue: try s.name(
          "kind", default: "aligned", among: ["aligned", "firstUse", "sliding"], kind: "window",
          "windows on a fixed grid, from the first use, or sliding")) ?? .aligned
    onlySuccesses = try s.flag(
      "successes", default: false, "whether only successful attempts are counted")
    ties =
      Ties(
        rawValue: try s.name(
          "ties", default: "first", among: ["first", "random", "firstUsed"], kind: "tie rule",
          "which of equally used children is taken")) ?? .first
    window = stated?.nanoseconds ?? .max
    sliding = SlicedSums(window: window)
    isSliding = kind == .sliding && window != .max
    try s.require(
      ties != .firstUsed || !isSliding, "ties",
      expected: "\"first\" or \"random\": a window that slides has no first count",
      next: "or count in windows that are aligned, or begin with their first use")
    scope = try StateScope(learntBy: &s)
  }

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) {
    weights = children.map(\.weight)
    used = children.map { _ in 0 }
    opened = children.map { _ in .min }
    turn = children.map { _ in .max }
    if isSliding { sliding.prepare(children.count) }
  }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    var equals = CandidateSet(bits: 0)
    var lowest = Double.infinity
    var rest = candidates.bits
    while rest != 0 {
      let child = rest.trailingZeroBitCount
      let usage = perWeight(child, at: now)
      if usage < lowest {
        lowest = usage
        equals = CandidateSet(bits: 0)
      }
      if usage == lowest { equals.insert(child) }
      rest &= rest &- 1
    }
    switch ties {
    case .first: return equals.first
    case .random: return equals.drawn(draws.uniform())
    case .firstUsed:
      return firstUsed(among: equals, at: now)
    }
  }

  private mutating func firstUsed(among equals: CandidateSet, at now: Instant) -> Int {
    var best = equals.first
    var earliest = Int.max
    var rest = equals.bits
    while rest != 0 {
      let child = rest.trailingZeroBitCount
      if count(child, at: now) != 0, turn[child] < earliest {
        earliest = turn[child]
        best = child
      }
      rest &= rest &- 1
    }
    return best
  }

  /// Dollars or things.
  public var scoreUnit: ScoreUnit { of == .cost ? .picodollars : .things }
  /// Usage per weight; lower is better.
  public func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    var copy = self
    return wholeScore(copy.perWeight(child, at: now))
  }

  // These only ask, yet are mutating: a method that borrows a large value copies it, a retain an
  // array (measured: 50 ns a candidate).

  @inline(__always)
  private mutating func perWeight(_ child: Int, at now: Instant) -> Double {
    let usage = isSliding ? sliding.total(child, at: now) : count(child, at: now)
    return weights[child] > 0 ? Double(usage) / weights[child] : .infinity
  }

  /// What a child's open window holds.
  @inline(__always)
  private mutating func count(_ child: Int, at now: Instant) -> Int64 {
    isOpen(child, at: now) ? used[child] : 0
  }

  @inline(__always)
  private mutating func isOpen(_ child: Int, at now: Instant) -> Bool {
    guard opened[child] != .min else { return false }
    if window == .max { return true }
    if kind == .firstUse { return now.nanoseconds &- opened[child] < window }
    return opened[child] == now.nanoseconds / window
  }

  private mutating func add(_ amount: Int64, to child: Int, at now: Instant) {
    if isSliding {
      sliding.add(amount, to: child, at: now)
      if opened[child] == .min { opened[child] = 0 }
      return
    }
    if !isOpen(child, at: now) {
      used[child] = 0
      opened[child] =
        kind == .firstUse || window == .max ? now.nanoseconds : now.nanoseconds / window
      turns += 1
      turn[child] = turns
    }
    let (sum, overflow) = used[child].addingReportingOverflow(amount)
    used[child] = overflow ? .max : sum
  }

  /// Wants to be told of attempts.
  public var observes: Bool { true }
  /// Counts a request that has started below a child.
  public mutating func started(_ child: Int, for request: borrowing Request, at now: Instant) {
    if learnsFromStarts { add(1, to: child, at: now) }
  }
  /// Counts starts where it counts requests.
  public var learnsFromStarts: Bool { of == .requests && !onlySuccesses }
  /// Counts a request that another replica has started below a child.
  public mutating func learnStart(_ child: Int, at now: Instant) {
    if learnsFromStarts { add(1, to: child, at: now) }
  }
  /// Counts what an attempt below a child has consumed.
  public mutating func learn(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    if onlySuccesses, !observation.outcome.isSuccess { return }
    let usage = observation.usage
    switch of {
    case .totalTokens: add(Int64(usage.inputTokens) + Int64(usage.outputTokens), to: child, at: now)
    case .inputTokens: add(Int64(usage.inputTokens), to: child, at: now)
    case .outputTokens: add(Int64(usage.outputTokens), to: child, at: now)
    case .requests: if onlySuccesses { add(1, to: child, at: now) }
    case .cost: add(max(0, observation.estimate.picodollars), to: child, at: now)
    }
  }
  /// Takes over what another has learnt.
  public mutating func takeOver(_ other: any Strategy) {
    guard let other = other as? Self else { return }
    if isSliding != other.isSliding { return }
    sliding = other.sliding
    (used, opened) = (other.used, other.opened)
    (turn, turns) = (other.turn, other.turns)
  }
}
