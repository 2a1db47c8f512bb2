import Chance
import Vocabulary

/// Our own part of a deployment's utilisation: the tokens of the attempts that were started there,
/// averaged with a time constant.
///
///     u = level ÷ (capacity × over), level ← level·e^(−Δt/over) + tokens
///
/// It follows the policy, as a load does; nothing that is drawn does.
/// - Complexity: O(1).
struct OwnLoad: BitwiseCopyable, Sendable {
  private let perNanosecond: Double
  private let whole: Double
  private var level = 0.0
  private var at: Int64 = 0

  init(_ plan: LoadPlan.Own) {
    perNanosecond = 1 / Double(plan.over)
    whole = plan.capacity.perSecond * Double(plan.over) / 1e9
  }

  /// The utilisation at an instant.
  func utilisation(at now: Int64) -> Double {
    level * Elementary.exp(-Double(max(0, now - at)) * perNanosecond) / whole
  }

  /// Adds an attempt's tokens.
  mutating func add(_ usage: Usage, at now: Int64) {
    level = utilisation(at: now) * whole + Double(usage.inputTokens) + Double(usage.outputTokens)
    at = max(at, now)
  }
}
