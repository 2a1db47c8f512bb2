import Vocabulary

extension Gateway {
  /// An attempt that the replica holds.
  struct Flight: BitwiseCopyable {
    var record: AttemptRecord
    var path: SIMD8<UInt16>
    var requestSlot: UInt32
    var generation: UInt32
    var breaker: Int16
    var depth: UInt8
    var isProbe: Bool
    var isLive: Bool

    // Each mechanism's own fields, with a value that means "off".

    // Limits of deployments.
    /// How many were in flight with it, for each limit whose permit it holds; 0 for none.
    var held = SIMD4<UInt16>(repeating: 0)
    /// Whether the limits have charged it, and which shadows have not.
    var isLimited = false
    var sparedByLimits: UInt64 = 0
    /// Whether a central store was asked about it, and the shadows among the stand-ins that have not
    /// charged it; `.max` if none was asked.
    var askedStore = false
    var sparedByStandIns = UInt64.max

    // Hedging.
    /// Output tokens of earlier attempts that it gets as further input.
    var carried: UInt32 = 0
  }
}
