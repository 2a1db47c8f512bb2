import Measures
import Vocabulary

/// Why a policy costs what it does more or less than the baseline: parts with an exact sum.
///
/// Idea: lay a yardstick R beside each answered call, what its tokens would have cost at the
/// baseline's first deployment, none of them cached. Then each policy's cost is, exactly, in whole picodollars,
///
///     cost =  Σ served (U − R)                   dearer or cheaper deployments      → mix
///          +  Σ served (F − U)                   what prompt caches take off        → promptCache
///          +  Σ served (bill − F)                what the deployment's curve adds   → tier
///          −  Σ shared R                         answers that need not be bought    → cache
///          +  Σ (served and shared) R            calls that were answered at all    → volume
///          +  Σ bills of attempts that served nobody, by why they were made         → waste
///          +  Σ bills of side calls: embeddings, scores                             → side calls
///          +  standing charges                                                      → capacity
///          +  what attempts of calls cost that were open at the end                 → remainder
///
/// where F is what the answer would have cost at its deployment's first sheet, without long prompts'
/// tiers, hours, volumes and changes of the price, and U the same with no token cached. *served* are calls that a provider answered, *shared* those that the cache or another's answer
/// did. Every term is a sum of integers over one run, so the terms' differences between two
/// policies sum up to the difference of their costs without rounding. The yardstick is the same for
/// both, so a call that both answer moves no volume.
/// - Complexity: O(1) a record, no memory per call.
public struct CostBridge: Sendable, Hashable {
  /// The parts, in the order in which a chart shows them.
  public enum Part: String, Sendable, Hashable, CaseIterable {
    /// The same answers from dearer or cheaper deployments.
    case mix
    /// What providers' prompt caches take off the answers, less what is paid to write them.
    case promptCache
    /// What long prompts, hours, volumes and changes of the price add to the answers or take off.
    case tier
    /// Calls answered under one policy and not under the other, at the yardstick's price.
    case volume
    /// Answers from the cache or shared with another call, at the yardstick's price.
    case cache
    /// Billed attempts that failed and were followed, or not, by others.
    case failedAttempts
    /// Billed hedges that served nobody.
    case hedges
    /// Billed attempts that the gateway withdrew, mostly because the client had left.
    case withdrawn
    /// Side calls: embeddings, scores, questions to a central store.
    case sideCalls
    /// Standing charges.
    case capacity
    /// Attempts of calls that were still open at the end.
    case remainder

    /// The words for it in reports.
    public var title: String {
      switch self {
      case .mix: "dearer or cheaper deployments"
      case .promptCache: "beginnings found in prompt caches"
      case .tier: "tiers, hours, volumes and changes of the price"
      case .volume: "calls answered or not"
      case .cache: "answers not bought again"
      case .failedAttempts: "failed attempts that were billed"
      case .hedges: "hedges that served nobody"
      case .withdrawn: "attempts withdrawn"
      case .sideCalls: "side calls"
      case .capacity: "standing charges"
      case .remainder: "calls open at the end"
      }
    }
  }

  /// What the baseline cost, over all replications.
  public var baseline: MoneyTotal
  /// What the policy cost, over all replications.
  public var policy: MoneyTotal
  /// The difference of each part, in the order of `Part.allCases`; they sum up to
  /// `policy − baseline`.
  public var parts: [MoneyTotal]
  /// How many replications it sums over.
  public var replications: Int

  /// The difference of one part.
  public subscript(part: Part) -> MoneyTotal {
    Part.allCases.firstIndex(of: part).map { parts[$0] } ?? .zero
  }

  /// Compares two ledgers over the same replications.
  init(baseline: CostLedger, policy: CostLedger, replications: Int) {
    self.baseline = baseline.cost
    self.policy = policy.cost
    self.replications = replications
    parts = Part.allCases.map { policy[$0] - baseline[$0] }
  }
}

/// What one policy's calls cost, by the parts of the bridge.
struct CostLedger: Sendable, Equatable {
  /// The yardstick's price of what providers answered.
  var servedYardstick = MoneyTotal.zero
  /// The yardstick's price of what the cache or another's answer did.
  var sharedYardstick = MoneyTotal.zero
  /// The bills of the serving attempts.
  var served = MoneyTotal.zero
  /// What their deployments' curves have added to the bills.
  var bent = MoneyTotal.zero
  /// What cached and written tokens have added to the bills, at the first sheets: mostly below zero.
  var reused = MoneyTotal.zero
  var failed = MoneyTotal.zero
  var hedges = MoneyTotal.zero
  var withdrawn = MoneyTotal.zero
  /// The bills of side calls.
  var sideCalls = MoneyTotal.zero
  var standing = MoneyTotal.zero
  /// What the calls were billed in all, with the standing charges.
  var cost = MoneyTotal.zero

  /// One part; all parts together are `cost`.
  subscript(part: CostBridge.Part) -> MoneyTotal {
    switch part {
    case .mix: served - servedYardstick - bent - reused
    case .promptCache: reused
    case .tier: bent
    case .volume: servedYardstick.adding(sharedYardstick)
    case .cache: MoneyTotal.zero - sharedYardstick
    case .failedAttempts: failed
    case .hedges: hedges
    case .withdrawn: withdrawn
    case .sideCalls: sideCalls
    case .capacity: standing
    case .remainder:
      cost
        - served.adding(failed).adding(hedges).adding(withdrawn).adding(sideCalls)
        .adding(standing)
    }
  }

  mutating func merge(_ other: CostLedger) {
    servedYardstick += other.servedYardstick
    sharedYardstick += other.sharedYardstick
    served += other.served
    bent += other.bent
    reused += other.reused
    failed += other.failed
    hedges += other.hedges
    withdrawn += other.withdrawn
    sideCalls += other.sideCalls
    standing += other.standing
    cost += other.cost
  }

  /// Takes over what the measures have added up already.
  mutating func close(_ totals: RunTotals) {
    for tally in totals.attempts {
      for reason in AttemptRecord.Reason.allCases {
        served += tally.bill(reason, .served)
        if reason == .hedge {
          for use in [AttemptTally.Use.failed, .withdrawn, .unused] {
            hedges += tally.bill(reason, use)
          }
          continue
        }
        failed += tally.bill(reason, .failed)
        failed += tally.bill(reason, .unused)
        withdrawn += tally.bill(reason, .withdrawn)
      }
    }
    standing = totals.standingCharges
    cost = totals.all.tally.bill
    cost += standing
  }
}

extension MoneyTotal {
  func adding(_ other: MoneyTotal) -> MoneyTotal {
    var sum = self
    sum += other
    return sum
  }
}
