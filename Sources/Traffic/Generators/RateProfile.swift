import Vocabulary

/// How the arrival rate goes up and down over time: straight lines between points.
///
/// A profile is a factor on a stream's rate: before the first point the first value holds, after
/// the last point the last one.
public struct RateProfile: Sendable, Hashable {
  /// One corner of the line.
  public struct Point: Sendable, Hashable {
    /// When, counted from the zero of the scenario file.
    public let at: Duration
    /// The factor on the rate, at least 0.
    public let factor: Double

    /// Makes a corner.
    public init(at: Duration, factor: Double) {
      self.at = at
      self.factor = factor
    }
  }

  /// The corners; their times increase.
  public let points: [Point]

  /// Makes a profile of corners; `nil` if there is none, times do not increase or a factor is
  /// negative or not finite.
  public init?(_ points: [Point]) {
    guard let first = points.first, first.factor >= 0, first.factor.isFinite else { return nil }
    for (a, b) in zip(points, points.dropFirst()) {
      guard a.at < b.at, b.factor >= 0, b.factor.isFinite else { return nil }
    }
    self.points = points
  }

  /// The rate that never changes.
  public static var constant: RateProfile { RateProfile(only: Point(at: .zero, factor: 1)) }

  private init(only point: Point) { points = [point] }

  /// The factor at a time after the scenario file's zero.
  public func factor(at time: Duration) -> Double {
    guard let next = points.firstIndex(where: { $0.at > time }) else {
      return points.last?.factor ?? 1
    }
    if next == 0 { return points[0].factor }
    let (a, b) = (points[next - 1], points[next])
    let share = (time - a.at).inSeconds / (b.at - a.at).inSeconds
    return a.factor + (b.factor - a.factor) * share
  }
}

/// Turns a clock that runs with the expected number of arrivals into the run's clock.
///
/// A renewal process of unit rate on the clock Λ(t) = ∫₀ᵗ λ has the rate λ(t) on the run's clock.
/// λ is piecewise linear, so in a segment with rate a at its start and slope b the time after y
/// more expected arrivals is τ = 2y / (a + √(a² + 2by)): the root of aτ + bτ²/2 = y in the form
/// that does not cancel.
/// - Complexity: amortised O(1) a call; calls must not go back.
struct TimeWarp: Sendable {
  private struct Segment {
    /// Seconds after the start of the stream.
    var start: Double
    var length: Double
    /// Arrivals per second at the start, and its change per second.
    var rate: Double
    var slope: Double
    /// Expected arrivals before the segment.
    var before: Double
    /// Expected arrivals in the segment.
    var within: Double
  }

  private let segments: [Segment]
  private var current = 0
  /// The current segment, and the expected arrivals at its end.
  private var segment: Segment
  private var past: Double
  private var latest: Int64 = 0
  /// Nanoseconds per expected arrival if the rate never changes.
  private let steady: Double?

  /// - Parameters:
  ///   - rate: arrivals per second where the profile is 1.
  ///   - profile: the factor on the rate.
  ///   - lead: time from the stream's start to the zero from which the profile counts.
  init(rate: Double, profile: RateProfile, lead: Duration) {
    var segments: [Segment] = []
    var expected = 0.0
    func add(from start: Double, to end: Double, _ first: Double, _ last: Double) {
      let length = end - start
      let within = length < .infinity ? rate * (first + last) / 2 * length : .infinity
      let slope = length < .infinity ? rate * (last - first) / length : 0
      segments.append(
        Segment(
          start: start, length: length, rate: rate * first, slope: slope, before: expected,
          within: within))
      expected += within
    }
    let start = Duration.zero - lead
    var (at, factor) = (0.0, profile.factor(at: start))
    for point in profile.points where point.at > start {
      let next = (point.at - start).inSeconds
      add(from: at, to: next, factor, point.factor)
      (at, factor) = (next, point.factor)
    }
    add(from: at, to: .infinity, factor, factor)
    self.segments = segments
    segment = segments[0]
    past = segments.count > 1 ? segments[0].before + segments[0].within : .infinity
    steady = segments.count == 1 && segments[0].rate > 0 ? 1e9 / segments[0].rate : nil
  }

  /// Nanoseconds from the stream's start to the moment with `expected` expected arrivals behind
  /// it; `nil` if that never comes.
  @inline(__always)
  mutating func nanoseconds(after expected: Double) -> Int64? {
    let time = if let steady { expected * steady } else { seconds(after: expected) * 1e9 }
    guard time < 9.2e18 else { return nil }
    latest = max(latest, Int64(time))
    return latest
  }

  @inline(__always)
  private mutating func seconds(after expected: Double) -> Double {
    if expected >= past { advance(to: expected) }
    let missing = max(0, expected - segment.before)
    // The same number as below: √(a²) is a, and both halves are doubled exactly.
    if segment.slope == 0, segment.rate > 0 {
      return segment.start + min(segment.length, missing / segment.rate)
    }
    let root = segment.rate * segment.rate + 2 * segment.slope * missing
    let divisor = segment.rate + max(0, root).squareRoot()
    if divisor > 0 { return segment.start + min(segment.length, 2 * missing / divisor) }
    return segment.length < .infinity ? segment.start + segment.length : .infinity
  }

  @inline(never)
  private mutating func advance(to expected: Double) {
    while current < segments.count - 1,
      expected >= segments[current].before + segments[current].within
    {
      current += 1
    }
    segment = segments[current]
    past = current < segments.count - 1 ? segment.before + segment.within : .infinity
  }
}
