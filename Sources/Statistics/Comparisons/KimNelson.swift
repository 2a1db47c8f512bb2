import Chance

/// Kim and Nelson's fully sequential selection of the best policy, with common random numbers.
///
/// After n₀ replications of all, S²_il is the variance of the paired differences; policy i stays
/// while for every other l that stays Σ_i ≥ Σ_l − max(0, (δ/2)(h² S²_il/δ² − r)), with
/// η = ½((2α/(k − 1))^(−2/(n₀−1)) − 1) and h² = 2η(n₀ − 1). It ends when one is left, which is the
/// best with probability ≥ 1 − α if the best leads by δ.
/// - Source: S.-H. Kim, B. L. Nelson 2001, ACM TOMACS 11 (c = 1).
/// - Complexity: O(k²) a replication.
public struct KimNelson: Sendable {
  /// The smallest lead that matters, δ.
  public let lead: Double
  /// The first stage's replications, n₀.
  public let firstStage: Int
  /// η of the procedure.
  public let eta: Double
  /// h² of the procedure.
  public let hSquared: Double
  /// Who stays, in order.
  public private(set) var survivors: [Int]
  /// Replications seen.
  public private(set) var replications = 0

  private let sign: Double
  private var sums: [Double]
  private var rows: [[Double]] = []
  private var variances: [[Double]] = []

  /// Starts a selection among `policies`; traps on fewer than two of anything or a lead ≤ 0.
  public init(
    policies: Int, lead: Double, higherIsBetter: Bool, firstStage: Int = 10,
    confidence: Double = 0.95
  ) {
    precondition(policies >= 2 && firstStage >= 2 && lead > 0, "a selection needs a choice")
    self.lead = lead
    self.firstStage = firstStage
    eta = KimNelson.eta(policies: policies, firstStage: firstStage, alpha: 1 - confidence)
    hSquared = 2 * eta * Double(firstStage - 1)
    survivors = Array(0..<policies)
    sums = Array(repeating: 0, count: policies)
    sign = higherIsBetter ? 1 : -1
  }

  /// η = ½((2α/(k − 1))^(−2/(n₀−1)) − 1).
  public static func eta(policies: Int, firstStage: Int, alpha: Double) -> Double {
    let base = 2 * alpha / Double(policies - 1)
    return (Elementary.pow(base, -2 / Double(firstStage - 1)) - 1) / 2
  }

  /// Whether one is left.
  public var isDecided: Bool { survivors.count == 1 }

  /// Takes one replication: a result for every policy; those of the eliminated are ignored.
  public mutating func add(_ results: [Double]) {
    guard results.count == sums.count, !isDecided else { return }
    for index in survivors { sums[index] += sign * results[index] }
    replications += 1
    if replications <= firstStage { rows.append(results) }
    if replications == firstStage { measureVariances() }
    if replications >= firstStage { screen() }
  }

  private mutating func measureVariances() {
    variances = sums.indices.map { i in
      sums.indices.map { l in Sample(rows.map { $0[i] - $0[l] }).variance }
    }
    rows = []
  }

  private mutating func screen() {
    let r = Double(replications)
    survivors = survivors.filter { i in
      survivors.allSatisfy { l in
        let reach = hSquared * variances[i][l] / (lead * lead) - r
        return i == l || sums[i] >= sums[l] - max(0, lead / 2 * reach)
      }
    }
  }
}
