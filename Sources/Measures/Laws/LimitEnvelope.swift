import Vocabulary

/// What a limit promises never to exceed, published by whoever configured it, checked by the laws.
public struct LimitEnvelope: Sendable, Hashable {
  /// The form of the promise.
  public enum Shape: Sendable, Hashable {
    /// In every stretch of t: at most `burst` + `rate` × t.
    case bucket(rate: Rate, burst: Int64)
    /// In every window of `length`, counted from `origin`: at most `most`.
    case window(origin: Instant, length: Duration, most: Int64)
    /// In every window between neighbours of `starts` (calendar days, months): at most `most`.
    case windows(starts: [Instant], most: Int64)
    /// At every instant: at most `most` charged and not yet reconciled.
    case inFlight(most: Int64)
    /// Nothing: a shadow, or a limit that charges what it refuses.
    case none
  }

  /// The form.
  public var shape: Shape
  /// How many permits more the moment of charging allows: what may be in flight at a charge-after.
  public var slack: Int64
  /// Whether each replica keeps the promise by itself (local state) or all of them together.
  public var perReplica: Bool
  /// Whether each charge is a reservation, which a `reconciled` note of the same request closes.
  public var reserves: Bool

  /// Makes an envelope of any form.
  public init(
    _ shape: Shape, slack: Int64 = 0, perReplica: Bool = true, reserves: Bool = false
  ) {
    self.shape = shape
    self.slack = slack
    self.perReplica = perReplica
    self.reserves = reserves
  }

  /// Makes the envelope of a token bucket.
  public init(
    rate: Rate, burst: Int64, slack: Int64 = 0, perReplica: Bool = true, reserves: Bool = false
  ) {
    self.init(
      .bucket(rate: rate, burst: burst), slack: slack, perReplica: perReplica, reserves: reserves)
  }
}
