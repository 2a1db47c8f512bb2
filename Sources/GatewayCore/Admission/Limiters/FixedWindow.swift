import Vocabulary

/// A counter that starts anew with each window.
///
/// Windows are aligned to the calendar (a minute at each full minute, a month at the 1st, at a
/// fixed offset from UTC), or begin with the first charge after the last one had ended (TensorZero;
/// LiteLLM's "sliding" window is this one too). What is charged after a window has ended counts in
/// the next; what is given back for a window that has ended is forgotten. `opening` is what the
/// first window has already used: AWS' quota offset, a budget's opening balance.
/// - Source: AWS API Gateway usage plans (Quota: limit, period, offset); TensorZero rate limits;
///   LiteLLM proxy `parallel_request_limiter_v3`.
/// - Envelope: `most` in every window; so twice that may come within a stretch of one length.
/// - Complexity: O(1); a change of the calendar's period costs some tens of divisions.
public struct FixedWindow: Limiter, BitwiseCopyable, Equatable {
  private var used: Int64
  /// When the window began; `distantPast` while none has.
  private var start: Instant
  private var end: Instant
  private var now: Instant

  /// The rule that many counters share.
  public struct Rule: BitwiseCopyable, Sendable, Hashable {
    /// Permits of a window.
    public let most: Int64
    /// How long a window is.
    public let period: CalendarPeriod
    /// Whether a window begins with the first charge.
    public let fromFirstUse: Bool
    /// The calendar that windows are aligned to.
    public let calendar: Calendar
    /// What the first window has already used.
    public let opening: Int64

    /// A rule; `nil` if `most` is not positive, or if windows from first use have no fixed length.
    public init?(
      most: Int64, period: CalendarPeriod, fromFirstUse: Bool = false,
      calendar: Calendar = Calendar(epochSecondsAtStart: 0, offsetSeconds: 0), opening: Int64 = 0
    ) {
      guard most > 0, opening >= 0, !fromFirstUse || period.kind == .length else { return nil }
      self.most = most
      self.period = period
      self.fromFirstUse = fromFirstUse
      self.calendar = calendar
      self.opening = opening
    }
  }

  /// A counter that has counted nothing but the opening balance.
  public init(_ rule: Rule) {
    used = rule.opening
    now = .start
    start = .distantPast
    end = .distantPast
    if !rule.fromFirstUse {
      (start, end) = rule.period.interval(at: .start, rule.calendar)
    } else if rule.opening > 0 {
      start = .start
      end = Instant.start.advanced(byNanoseconds: rule.period.length)
    }
  }

  /// The same, with an opening balance of its own.
  public init(_ rule: Rule, opening: Int64) {
    self.init(rule)
    used = opening
  }

  /// Begins a new window if the old one has ended.
  @inline(__always)
  public mutating func refill(_ rule: Rule, at now: Instant) {
    guard now > self.now else { return }
    self.now = now
    if now >= end { turn(rule) }
  }

  @inline(never)
  private mutating func turn(_ rule: Rule) {
    if rule.fromFirstUse {
      if start != .distantPast { used = 0 }
      start = .distantPast
      end = .distantPast
    } else if rule.period.kind == .length, end.nanoseconds(to: now) < rule.period.length {
      used = 0
      start = end
      end = end.advanced(byNanoseconds: rule.period.length)
    } else {
      used = 0
      (start, end) = rule.period.interval(at: now, rule.calendar)
    }
  }

  /// Whether so many fit into this window.
  @inline(__always)
  public func holds(_ permits: Int64, _ rule: Rule) -> Bool {
    let (sum, overflow) = used.addingReportingOverflow(permits)
    return !overflow && sum <= rule.most
  }

  /// Now, or when the next window begins.
  public func instant(holding permits: Int64, _ rule: Rule) -> Instant {
    if holds(permits, rule) { return now }
    return permits <= rule.most ? end : .distantFuture
  }

  /// Counts permits; the first of a window from first use begins it.
  @inline(__always)
  public mutating func charge(_ permits: Int64, _ rule: Rule) {
    if rule.fromFirstUse, start == .distantPast {
      start = now
      end = now.advanced(byNanoseconds: rule.period.length)
    }
    let (sum, overflow) = used.addingReportingOverflow(permits)
    used = overflow ? .max / 2 : sum
  }

  /// Gives permits back if their window is still the present one.
  public mutating func giveBack(_ permits: Int64, chargedAt charged: Instant, _ rule: Rule) {
    guard charged >= start, start != .distantPast else { return }
    used = max(0, used - permits)
  }

  /// Only what was charged in this window; anything may begin one from first use.
  public func counts(chargedAt charged: Instant, _ rule: Rule) -> Bool {
    start == .distantPast || charged >= start
  }

  /// What is left of this window.
  public func permits(_ rule: Rule) -> Int64 { rule.most - used }

  /// What this window has used.
  public var spent: Int64 { used }
}
