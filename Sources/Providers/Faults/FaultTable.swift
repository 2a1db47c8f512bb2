import Vocabulary

/// The faults of a deployment as one cumulative table: one uniform number finds at most one.
///
/// A larger share of a fault keeps all the attempts that it had before (for the first of the list;
/// the others move up).
/// - Complexity: O(1) when no fault is met, O(faults) otherwise.
struct FaultTable: Sendable {
  private var bounds: [Double] = []
  private let faults: [Fault]
  private let total: Double

  init(_ faults: [Fault]) {
    self.faults = faults
    var sum = 0.0
    for fault in faults {
      sum += fault.share.value
      bounds.append(sum)
    }
    total = sum
  }

  /// Whether there are no faults at all.
  var isEmpty: Bool { total == 0 }

  /// The fault that a uniform number stands for.
  @inline(__always)
  func fault(at u: Double) -> Fault? { u < total ? find(u) : nil }

  /// The fault that a uniform number stands for where all shares are multiplied by `weight` ≤ 1.
  @inline(__always)
  func fault(at u: Double, weight: Double) -> Fault? {
    u < total * weight ? find(min(u / weight, total.nextDown)) : nil
  }

  @inline(never)
  private func find(_ u: Double) -> Fault? {
    for (bound, fault) in zip(bounds, faults) where u < bound { return fault }
    return nil
  }
}
