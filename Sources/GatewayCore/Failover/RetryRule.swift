import Settings
import Vocabulary

/// When and how a route node is tried again after some outcomes.
///
/// A retry is the same node again: the same deployment, or, with `reselect`, one chosen anew among
/// the node's children (without those already tried if `exclude`). A node may have up to four
/// rules, each for its own outcomes; the first that covers the outcome is the one that acts.
public struct RetryRule: BitwiseCopyable, Sendable {
  /// What several rules of a node count.
  enum Count: Int, BitwiseCopyable, Sendable {
    /// Each its own retries.
    case each
    /// All retries of the node.
    case together
    /// All retries of the node, against the maximum of the rule that covered its first failure.
    case first
  }

  /// What becomes of a provider's `Retry-After`.
  enum Hint: Int, BitwiseCopyable, Sendable {
    /// The longer of hint and backoff is waited.
    case honour
    /// The hint is waited, and no backoff.
    case instead
    case ignore
  }

  /// What becomes of a hint beyond the limit.
  enum Beyond: Int, BitwiseCopyable, Sendable {
    /// It ends the retries.
    case end
    /// The limit is waited.
    case cap
    /// It counts as not said.
    case ignore
  }

  var max: UInt8
  var on: OutcomeSet
  var backoff: Backoff
  var count = Count.each
  var reselect: Bool
  var exclude: Bool
  /// With `exclude`: choose among all when none is left that was not tried.
  var again: Bool
  /// The deployment that has failed is left out for the rest of the request.
  var skip: Bool
  var hint: Hint
  var hintLimit: Int64
  var beyond: Beyond
  var spreadsHint: Bool
  /// The most nanoseconds that a request may wait in all; `.max` for no such cap.
  var waitLimit: Int64
  var waitsOnlyIfNoneHealthy: Bool
  /// Nothing is retried, and nothing waited for, while no child of the node is up.
  var passesIfNoneHealthy: Bool
  var waitsAfterLast: Bool
  /// The budget of its own; -1 for the policy's.
  var budget: Int16 = -1

  /// Reads a retry rule.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    max = UInt8(try s.integer("max", in: 0...15, "how often the node is tried again"))
    on = try OutcomeSet(
      reading: &s, "on", default: .transient, "429, 5xx, timeout, connection, broken, malformed",
      "outcomes that are retried.")
    count =
      Count(
        rawValue: try s.name(
          "count", default: "each", among: ["each", "together", "first"], kind: "count",
          "with several rules, said by the first: each counts its own retries, all together, or all"
            + " together against the maximum of the first failure's rule")) ?? .each
    backoff = try s.choice(
      "backoff", from: Backoff.registry, default: "none", "the wait before a retry")
    reselect = try s.flag(
      "reselect", default: false, "choose anew below this node instead of the same deployment")
    exclude = try s.flag(
      "exclude", default: true, "with reselect: leave out the deployments already tried")
    again =
      try s.name(
        "whenAllTried", default: "pass", among: ["pass", "again"], kind: "treatment",
        "with reselect and exclude: pass the failure on, or choose among all again") == 1
    skip = try s.flag(
      "skip", default: false,
      "leave the failed deployment out for the rest of the request (a refused credential)")
    hint =
      Hint(
        rawValue: try s.name(
          "retryAfter", default: "honour", among: ["honour", "instead", "ignore"],
          kind: "treatment",
          "a provider's Retry-After: wait the longer of it and the backoff, wait just it, ignore it"
        )
      ) ?? .honour
    hintLimit = try s.duration(
      "retryAfterLimit", default: .seconds(60), in: .zero ... .seconds(86_400),
      "the longest Retry-After that is taken as it is"
    ).nanoseconds
    beyond =
      Beyond(
        rawValue: try s.name(
          "retryAfterBeyond", default: "end", among: ["end", "cap", "ignore"], kind: "treatment",
          "a longer one ends the retries, is cut to the limit, or counts as not said")) ?? .end
    spreadsHint = try s.flag(
      "retryAfterJitter", default: false, "spread a Retry-After by the backoff's jitter")
    waitLimit =
      try s.optionalDuration(
        "waitLimit", in: .zero ... .seconds(86_400),
        "the most a request may wait in all: a wait of that length, or beyond what is left of it,"
          + " ends the retries"
      )?.nanoseconds ?? .max
    let wait = try s.name(
      "wait", default: "always", among: ["always", "ifNoneHealthy", "ifAlone"], kind: "rule",
      "always; or only if no child of the node is up; or only if the node has no other child, and"
        + " no retry at all if none is up (LiteLLM)")
    waitsOnlyIfNoneHealthy = wait != 0
    passesIfNoneHealthy = wait == 2
    waitsAfterLast = try s.flag(
      "waitAfterLast", default: false, "wait after the last failed retry too (LiteLLM)")
  }
}

/// The rules of a node as a file states them, each with a budget of its own or none.
struct StatedRetries {
  var rules: [(rule: RetryRule, budget: (any RetryBudget)?)] = []

  /// The most rules that one node may have.
  static let most = 4

  init() {}

  /// Reads one rule or a list of them; `nil` if the key is absent.
  static func read(
    _ s: inout SettingsReader, _ key: String, _ doc: String
  ) throws(SettingError) -> StatedRetries? {
    let isPresent = s.has(key)
    var stated = StatedRetries()
    stated.rules = try s.list(key, doc) {
      setting throws(SettingError) -> (rule: RetryRule, budget: (any RetryBudget)?) in
      try setting.object {
        r throws(SettingError) -> (rule: RetryRule, budget: (any RetryBudget)?) in
        let rule = try RetryRule(reading: &r)
        return (
          rule, try RetryBudgets.read(&r, "budget", "bounds the retries of this rule by itself")
        )
      }
    }
    guard stated.rules.count <= most else {
      throw SettingError(
        at: s.setting.position, path: s.setting.path, found: "\(stated.rules.count) retry rules",
        expected: "at most \(most) at one node")
    }
    return isPresent || s.isDescribing ? stated : nil
  }
}

extension RouteTree {
  /// Takes over a node's rules; returns where they stand.
  mutating func add(_ stated: StatedRetries) -> RetrySpan {
    let first = retries.count
    for (rule, budget) in stated.rules {
      var rule = rule
      if let budget {
        rule.budget = Int16(budgets.count)
        budgets.append(budget)
      }
      retries.append(rule)
    }
    return RetrySpan(first: Int16(first), count: UInt8(stated.rules.count))
  }
}

/// Where a node's rules stand in `RouteTree.retries`.
struct RetrySpan: BitwiseCopyable {
  var first: Int16
  var count: UInt8
}
