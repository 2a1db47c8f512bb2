import Providers
import Vocabulary

extension Promise {
  /// When the stream will first have been silent for longer than `idle` nanoseconds;
  /// `distantFuture` if never.
  ///
  /// Tokens come evenly between the first and the end, but for a pause.
  @inline(__always)
  func silence(longerThan idle: Int64) -> Instant {
    // How fast the rest comes is not known yet; only a pause is.
    if isOpen {
      return pauseNanoseconds > idle ? pausedAt.advanced(byNanoseconds: idle) : .distantFuture
    }
    let limit = firstToken.advanced(byNanoseconds: idle)
    if pausedAt == .distantFuture, end == .distantFuture { return limit }
    let flow = firstToken.nanoseconds(to: end) &- pauseNanoseconds
    let gap = usage.outputTokens > 1 ? flow / Int64(usage.outputTokens - 1) : 0
    if gap > idle { return limit }
    return pauseNanoseconds > idle ? pausedAt.advanced(byNanoseconds: idle) : .distantFuture
  }
}
