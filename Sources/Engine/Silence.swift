import Providers
import Vocabulary

extension Promise {
  /// When the stream will first have been silent for longer than `idle` nanoseconds;
  /// `distantFuture` if never. Tokens come evenly between the first and the end.
  @inline(__always)
  func silence(longerThan idle: Int64) -> Instant {
    let limit = firstToken.advanced(byNanoseconds: idle)
    if end == .distantFuture { return limit }
    guard usage.outputTokens > 1 else { return end <= limit ? .distantFuture : limit }
    let gap = firstToken.nanoseconds(to: end) / Int64(usage.outputTokens - 1)
    return gap > idle ? limit : .distantFuture
  }
}
