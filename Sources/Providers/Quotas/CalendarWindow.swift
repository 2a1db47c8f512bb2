import Vocabulary

/// A count that starts anew with every period of the calendar: a day, a month.
/// - Complexity: O(1) per judgement; some tens of divisions when a period begins.
struct CalendarWindow: QuotaLevel {
  private let limit: Int64
  private let period: CalendarPeriod
  private let calendar: Calendar
  private var start: Int64 = .min
  private var end: Int64 = .min
  private var used: Int64 = 0

  init(limit: Int64, of period: CalendarPeriod, _ calendar: Calendar) {
    self.limit = limit
    self.period = period
    self.calendar = calendar
  }

  /// Opens the period that holds `now`, if it is another one.
  mutating func advance(to now: Int64, steps: CapacitySteps) { advance(to: now) }

  /// Opens the period that holds `now`, if it is another one.
  mutating func advance(to now: Int64) {
    guard now >= end else { return }
    let (start, end) = period.interval(at: Instant(nanoseconds: now), calendar)
    self.start = start.nanoseconds
    self.end = end.nanoseconds
    used = 0
  }

  /// Whether an instant lies in the period that is counted now.
  func counts(_ instant: Int64) -> Bool { start <= instant && instant < end }

  /// Whether `permits` more fit; the period must have been advanced.
  func holds(_ permits: Int64, factor: Int64) -> Bool { holds(permits) }

  /// Whether `permits` more fit; the period must have been advanced.
  func holds(_ permits: Int64) -> Bool { permits <= limit && used <= limit - permits }

  /// Counts permits, or gives them back if the number is negative.
  mutating func take(_ permits: Int64) { used &+= permits }

  /// Nanoseconds until the next period; `nil` if `permits` never fit in one.
  func wait(for permits: Int64, factor: Int64, at now: Int64) -> Int64? {
    permits > limit ? nil : end - now
  }
}
