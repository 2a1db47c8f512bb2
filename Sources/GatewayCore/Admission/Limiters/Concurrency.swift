import Vocabulary

/// So many permits at a time: taken when work begins, given back when it has settled.
///
/// A request beyond the number is refused at once; nobody can say when one will end, so it names no
/// instant (`distantFuture`).
/// - Source: LiteLLM `max_parallel_requests` (rejects at once, no queue); the adaptive limits (AIMD,
///   Vegas, Gradient2) change `most` of the same state.
/// - Envelope: at most `most` are out at any instant.
/// - Complexity: O(1).
public struct Concurrency: Limiter, BitwiseCopyable, Equatable {
  private var out: Int64 = 0
  private var now: Instant = .start

  /// The rule that many states share.
  public struct Rule: BitwiseCopyable, Sendable, Hashable {
    /// Permits that may be out.
    public let most: Int64

    /// A rule; `nil` if `most` is not positive.
    public init?(most: Int64) {
      guard most > 0 else { return nil }
      self.most = most
    }
  }

  /// Nothing is out.
  public init(_ rule: Rule) {}

  /// Time changes nothing.
  @inline(__always)
  public mutating func refill(_ rule: Rule, at now: Instant) { self.now = max(self.now, now) }

  /// Whether so many more may be out.
  @inline(__always)
  public func holds(_ permits: Int64, _ rule: Rule) -> Bool { out &+ permits <= rule.most }

  /// Now or never: time alone frees nothing.
  public func instant(holding permits: Int64, _ rule: Rule) -> Instant {
    holds(permits, rule) ? now : .distantFuture
  }

  /// Takes permits.
  @inline(__always)
  public mutating func charge(_ permits: Int64, _ rule: Rule) { out &+= permits }

  /// Gives permits back.
  @inline(__always)
  public mutating func giveBack(_ permits: Int64, chargedAt charged: Instant, _ rule: Rule) {
    out = max(0, out &- permits)
  }

  /// How many more may be out.
  public func permits(_ rule: Rule) -> Int64 { rule.most - out }
}
