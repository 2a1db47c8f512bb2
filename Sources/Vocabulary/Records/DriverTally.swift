/// What the driver of a run counts by itself, so that the laws can compare it with the records.
///
/// The driver fills it from arrivals, commands and its own events, never from a record's fields:
/// the books and the check of the books are kept by different code.
public struct DriverTally: Sendable {
  /// The requests that the gateway held: entered at the arrival, left when their record appeared.
  public var requests: StationTally
  /// The requests that clients waited for: entered at the arrival, left at `finishAnswer`; `nil`
  /// if the driver does not count them.
  public var answers: StationTally?
  /// The calls of clients: entered at the first try, left at the end of the last; `nil` if the
  /// driver does not count them, because no client comes back.
  public var calls: StationTally?
  /// The attempts at each deployment: entered at `startAttempt`, left at the end of the attempt.
  public var deployments: [StationTally]
  /// The side calls: entered at `startSideCall`, left at their end.
  public var sideCalls = StationTally()
  /// Charges that no attempt bears, for the measured interval (capacity by the hour).
  public var standingCharges: MoneyTotal
  /// Of these, what each deployment cost for being there.
  public var standing: [StandingTally] = []
  /// Of these, the side calls that belong to no request.
  public var standingSideCalls = MoneyTotal.zero

  /// Makes a tally of an empty gateway.
  public init(deployments: Int, answers: Bool = false) {
    requests = StationTally()
    self.answers = answers ? StationTally() : nil
    self.deployments = Array(repeating: StationTally(), count: deployments)
    standingCharges = .zero
  }
}

/// What one deployment cost for being there.
public struct StandingTally: Sendable {
  /// What the provider charged.
  public var charge = MoneyTotal.zero
  /// What the gateway takes it for.
  public var estimate = MoneyTotal.zero
  /// ∫ units dt, in unit-nanoseconds.
  public var unitNanoseconds: Int128 = 0

  /// Makes the tally of one that costs nothing.
  public init() {}
}

/// What enters and leaves one station, and the exact integral of the number in between.
///
/// L(t) changes only when something enters or leaves, so ∫ L dt is the sum of L × Δt over the
/// stretches between changes: whole nanosecond·requests, exact in 128 bits.
/// - Complexity: O(1) a change.
@frozen
public struct StationTally: BitwiseCopyable, Sendable {
  /// How many entered.
  public var entered: Int
  /// How many left.
  public var left: Int
  /// ∫ (entered − left) dt until `changed`, in nanosecond·requests.
  public var integral: Int128
  /// When the integral was last brought up to date.
  public var changed: Instant
  /// How many have no record at the end of the run.
  public var open: Int
  /// The sum, over those without a record, of the nanoseconds that they had been inside by the end
  /// of the run.
  public var openAges: Int128

  /// Makes the tally of an empty station at the start of the run.
  @inlinable
  public init() {
    entered = 0
    left = 0
    integral = 0
    changed = .start
    open = 0
    openAges = 0
  }

  /// Something enters.
  @inlinable @inline(__always)
  public mutating func enter(at now: Instant) {
    advance(to: now)
    entered &+= 1
  }

  /// Something leaves.
  @inlinable @inline(__always)
  public mutating func leave(at now: Instant) {
    advance(to: now)
    left &+= 1
  }

  /// Ends the run: `open` things without a record, which had been inside for `ages` in all.
  @inlinable
  public mutating func close(at end: Instant, open: Int, ages: Int128) {
    advance(to: end)
    self.open = open
    openAges = ages
  }

  /// Brings the integral up to date.
  @inlinable @inline(__always)
  public mutating func advance(to now: Instant) {
    let elapsed = now.nanoseconds &- changed.nanoseconds
    let product = Int64(entered &- left).multipliedFullWidth(by: elapsed)
    integral &+= (Int128(product.high) << 64) | Int128(product.low)
    changed = now
  }
}
