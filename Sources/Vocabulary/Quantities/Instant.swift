/// A point on the run's clock: whole nanoseconds since the start of the run.
///
/// The start of the run is the start of the warm-up; a scenario file counts from the end of the
/// warm-up, and the compiled scenario adds the difference once. Integer time makes ties and order
/// exact and the same on every machine. Arithmetic saturates at `distantFuture` and `distantPast`,
/// so "never" is an instant like any other.
/// - Bounds: ±292 years.
@frozen
public struct Instant: InstantProtocol, BitwiseCopyable, Sendable, Hashable {
  /// Nanoseconds since the start of the run.
  public var nanoseconds: Int64

  /// Makes the instant that lies `nanoseconds` after the start of the run.
  @inlinable @inline(__always)
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The start of the run.
  @inlinable public static var start: Instant { Instant(nanoseconds: 0) }
  /// Later than everything; "never".
  @inlinable public static var distantFuture: Instant { Instant(nanoseconds: .max) }
  /// Earlier than everything; "not yet".
  @inlinable public static var distantPast: Instant { Instant(nanoseconds: .min) }

  /// The instant `duration` later, saturating.
  @inlinable
  public func advanced(by duration: Duration) -> Instant {
    advanced(byNanoseconds: duration.nanoseconds)
  }

  /// The instant `delta` nanoseconds later, saturating.
  ///
  /// The form for hot paths.
  @inlinable @inline(__always)
  public func advanced(byNanoseconds delta: Int64) -> Instant {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(delta)
    if overflow { return delta > 0 ? .distantFuture : .distantPast }
    return Instant(nanoseconds: sum)
  }

  /// The duration from this instant to `other`.
  @inlinable
  public func duration(to other: Instant) -> Duration {
    .nanoseconds(nanoseconds(to: other))
  }

  /// Nanoseconds from this instant to `other`, saturating.
  @inlinable @inline(__always)
  public func nanoseconds(to other: Instant) -> Int64 {
    let (difference, overflow) = other.nanoseconds.subtractingReportingOverflow(nanoseconds)
    if overflow { return other.nanoseconds > nanoseconds ? .max : .min }
    return difference
  }

  /// Whether `left` comes before `right`.
  @inlinable @inline(__always)
  public static func < (left: Instant, right: Instant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}

extension Duration {
  /// The duration in whole nanoseconds, rounded towards zero, saturating at ±292 years.
  @inlinable
  public var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds > 0 ? .max : .min }
    let (sum, carry) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    if carry { return seconds > 0 ? .max : .min }
    return sum
  }

  /// The duration in seconds, for statistics and reports only.
  @inlinable
  public var inSeconds: Double { Double(nanoseconds) / 1e9 }
}
