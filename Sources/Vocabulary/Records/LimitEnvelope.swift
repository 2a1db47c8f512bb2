/// What a limit promises never to exceed, published by whoever configured it, checked by the laws.
///
/// A limit that charges after the fact keeps the promise for what it *admits*: it admits nothing
/// while its state is used up; what was in flight then is charged on top, however much it is.
public struct LimitEnvelope: Sendable, Hashable {
  /// The form of the promise.
  public enum Shape: Sendable, Hashable {
    /// In every stretch of t: at most `burst` + `rate` × t.
    case bucket(rate: Rate, burst: Int64)
    /// In every window of `length`, counted from `origin`: at most `most`.
    case window(origin: Instant, length: Duration, most: Int64)
    /// In every window between neighbours of `starts`: at most `most`.
    case windows(starts: [Instant], most: Int64)
    /// In every period of the calendar: at most `most`.
    case calendar(CalendarPeriod, Calendar, most: Int64)
    /// In every window of `length` that begins with the first charge after the last one: at most
    /// `most`.
    case firstUse(length: Duration, most: Int64)
    /// At every charge: this window's sum + the last one's × (1 − elapsed / length) is at most
    /// `most`; windows of `length` from `origin`.
    case estimate(origin: Instant, length: Duration, most: Int64)
    /// At every instant: at most `most` charged and not yet reconciled.
    case inFlight(most: Int64)
    /// Nothing: a shadow, or a limit that never refuses.
    case none
  }

  /// The form.
  public var shape: Shape
  /// How many permits more the state's scope allows.
  public var slack: Int64
  /// Whether each replica keeps the promise by itself (local or gossiped state) or all of them
  /// together (a central store).
  public var perReplica: Bool
  /// For gossiped state: how many permits beyond the shape all replicas together may admit, because
  /// each learns of the others with a lag; `nil` if nothing better than × replicas is promised.
  public var fleetSlack: Int64?
  /// Whether each charge is a reservation, which a `reconciled` note of the same request closes.
  public var reserves: Bool
  /// Whether charges come at the end, for requests that were admitted (and noted with a charge of
  /// 0) while the promise left at least one permit.
  public var chargesAfter: Bool
  /// Whether what was charged beyond the promise is forgiven: a bucket that is never in debt.
  public var forgives: Bool

  /// Makes an envelope of any form.
  public init(
    _ shape: Shape, slack: Int64 = 0, perReplica: Bool = true, reserves: Bool = false,
    chargesAfter: Bool = false, forgives: Bool = false
  ) {
    self.shape = shape
    self.slack = slack
    self.perReplica = perReplica
    self.reserves = reserves
    self.chargesAfter = chargesAfter
    self.forgives = forgives
  }

  /// Makes the envelope of a token bucket.
  public init(
    rate: Rate, burst: Int64, slack: Int64 = 0, perReplica: Bool = true, reserves: Bool = false
  ) {
    self.init(
      .bucket(rate: rate, burst: burst), slack: slack, perReplica: perReplica, reserves: reserves)
  }

  /// The most that any stretch of `length`, both ends included, may admit over `replicas`.
  ///
  /// `inFlight` is what may be admitted and not yet charged, for a limit that charges after the
  /// fact. `nil`: no bound.
  public func most(
    in length: Duration, replicas: Int = 1, inFlight: Int64 = 0
  ) -> Int128? {
    let nanoseconds = Int128(max(0, length.nanoseconds))
    /// How many windows, at least `window` long, a stretch may touch.
    func touched(_ window: Int64) -> Int128 { nanoseconds / Int128(max(1, window)) + 2 }
    let alone: Int128
    switch shape {
    case .bucket(let rate, let burst):
      alone =
        Int128(burst) + nanoseconds * Int128(rate.count) / Int128(rate.periodNanoseconds)
    case .window(_, let window, let most), .firstUse(let window, let most),
      .estimate(_, let window, let most):
      alone = touched(window.nanoseconds) * Int128(most)
    case .calendar(let period, _, let most):
      alone = touched(period.shortest) * Int128(most)
    case .windows(let starts, let most):
      alone = Int128(starts.count + 1) * Int128(most)
    case .inFlight, .none:
      return nil
    }
    let afterwards = chargesAfter ? Int128(inFlight) : 0
    let several = perReplica ? Int128(max(1, replicas)) : 1
    let apart = (alone + Int128(slack)) * several
    guard let fleetSlack else { return apart + afterwards }
    return min(apart, alone + Int128(slack) + Int128(fleetSlack)) + afterwards
  }
}
