import Settings
import Vocabulary

/// One limit of a policy: what is counted, for whom, by which algorithm, and when it is charged.
///
/// `charge`:
/// - `check` judges and takes at admission what is known then (a request is 1; tokens are those of
///   the prompt): Portkey's and AWS' requests;
/// - `checkThenCharge` judges by the most it may use (prompt + output cap), takes nothing then, and
///   at the end what was used: Portkey's tokens;
/// - `after` admits while at least one permit is left and takes what was used at the end: Kong,
///   Envoy AI Gateway. A stream is never cut;
/// - `reserve` takes prompt plus output cap at admission and gives back at settlement what was not
///   used: TensorZero, Kuadrant.
public struct LimitRule: BitwiseCopyable, Sendable {
  /// What is counted.
  public enum Unit: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// Requests (or attempts, for a limit of a deployment or a model).
    case requests
    /// Input tokens.
    case inputTokens
    /// Output tokens.
    case outputTokens
    /// Input and output tokens.
    case totalTokens
    /// Picodollars, as the gateway estimates them.
    case money
    /// Requests that have not settled.
    case inFlight
  }

  /// When permits are taken.
  public enum Charge: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// At admission, what is known then.
    case check
    /// At the end, what was used.
    case after
    /// At admission the most it may use; the rest comes back at the end.
    case reserve
    /// Judged by the most it may use; charged at the end with what was used.
    case checkThenCharge
  }

  /// Whom a bucket belongs to.
  public var scope: LimitScope
  /// What is counted.
  public var unit: Unit
  /// When permits are taken.
  public var charge: Charge
  /// The algorithm and its numbers.
  public var limiter: LimiterRule
  /// Whether cache hits are charged too (a limit judged before the cache).
  public var countsHits = true
  /// Whether requests that the chain refuses are charged as well.
  public var countsRefused = false
  /// Whether it only notes what it would refuse.
  public var isShadow = false
  /// Output tokens to reserve for a request without a cap.
  public var assumeOutput: Int64 = 500
  /// The status of a refusal.
  public var status: UInt16 = 429
  /// Whose counts a replica judges by.
  public var state = LimitState.local
  /// Whether it is a budget: its refusals are `Rejection.budget`.
  public var isBudget = false
  /// For a limit that names its tenants: the first of those whom this rule is for, how many they
  /// are, and which limit of the file it is a rule of.
  var only: Int32 = -1
  var onlyCount: Int32 = 1
  var group: Int16 = -1
  /// To which requests it applies.
  var filter = LimitFilter()
  /// The marks of a budget: where they begin among the plan's marks, and how many there are.
  var firstMark: UInt16 = 0
  var markCount: UInt16 = 0

  /// Makes a limit for everyone that charges when it judges.
  public init(_ unit: Unit, _ limiter: LimiterRule, charge: Charge = .check) {
    scope = .everyone
    self.unit = unit
    self.limiter = limiter
    self.charge = charge
  }

  /// Whether it is judged at each attempt instead of at admission.
  public var isPerAttempt: Bool { scope.isPerAttempt || filter.model != .max }

  /// What it promises, for the laws.
  public var envelope: LimitEnvelope {
    if isShadow || isUnbounded { return LimitEnvelope(.none) }
    return LimitEnvelope(
      limiter.shape, reserves: charge == .reserve || unit == .inFlight,
      chargesAfter: charge == .after || charge == .checkThenCharge, forgives: limiter.forgives)
  }

  /// Whether it never refuses: a budget without a mark that rejects.
  var isUnbounded: Bool { limiter.most == .max }

  /// Permits by which it is judged at admission.
  @inline(__always)
  func permitsToJudge(
    of request: borrowing Request, _ dearest: PriceSheet
  ) -> Int64 {
    switch charge {
    case .after: 1
    case .check: known(of: request, withOutput: false, dearest)
    case .reserve, .checkThenCharge: known(of: request, withOutput: true, dearest)
    }
  }

  /// Permits that are taken at admission.
  @inline(__always)
  func permitsToTake(of request: borrowing Request, _ dearest: PriceSheet) -> Int64 {
    switch charge {
    case .after, .checkThenCharge: 0
    case .check: known(of: request, withOutput: false, dearest)
    case .reserve: known(of: request, withOutput: true, dearest)
    }
  }

  @inline(__always)
  private func known(
    of request: borrowing Request, withOutput: Bool, _ dearest: PriceSheet
  ) -> Int64 {
    switch unit {
    case .requests, .inFlight: return 1
    case .inputTokens: return Int64(request.inputTokens)
    case .outputTokens: return withOutput ? output(of: request) : 0
    case .totalTokens: return Int64(request.inputTokens) + (withOutput ? output(of: request) : 0)
    case .money:
      return dearest.bill(
        for: Usage(
          inputTokens: request.inputTokens,
          outputTokens: withOutput ? UInt32(clamping: output(of: request)) : 0)
      ).picodollars
    }
  }

  @inline(__always)
  private func output(of request: borrowing Request) -> Int64 {
    request.outputCap == .max ? assumeOutput : Int64(request.outputCap)
  }

  /// Permits that a usage is worth.
  @inline(__always)
  func permits(of usage: Usage, _ cost: Money) -> Int64 {
    switch unit {
    case .requests: 1
    case .inputTokens: Int64(usage.inputTokens)
    case .outputTokens: Int64(usage.outputTokens)
    case .totalTokens: Int64(usage.inputTokens) + Int64(usage.outputTokens)
    case .money: cost.picodollars
    case .inFlight: 0
    }
  }
}
