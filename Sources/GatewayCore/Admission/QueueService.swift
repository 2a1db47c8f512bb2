import Vocabulary

/// A quantile of a stream of durations, one number of state, that follows the stream as it drifts.
///
/// Above the estimate: q ← q (1 + step × p); below: q ← q (1 − step × (1 − p)). In equilibrium a
/// share p lies below. Source: A. Yazidi, H. Hammer, "Multiplicative update methods for incremental
/// quantile estimation", IEEE Trans. Cybernetics 49(3), 2019 (DUMIQE); step 0.05 here.
/// - Complexity: O(1).
struct QueueService: BitwiseCopyable {
  private static let step = 0.05
  let quantile: Double
  private var estimate = 0.0

  init(quantile: Double) { self.quantile = quantile }

  /// The estimate in nanoseconds; 0 as long as nothing has been seen.
  var nanoseconds: Int64 { Int64(estimate) }

  mutating func saw(_ elapsed: Int64) {
    let value = Double(max(1, elapsed))
    if estimate == 0 {
      estimate = value
    } else if value > estimate {
      estimate *= 1 + QueueService.step * quantile
    } else if value < estimate {
      estimate *= 1 - QueueService.step * (1 - quantile)
    }
  }
}
