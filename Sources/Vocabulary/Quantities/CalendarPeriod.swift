/// A stretch of the calendar that comes again: a day, a week, a month, a year, or so many hours.
///
/// A period of fixed length is counted from local midnight of 1970-01-01, so a minute begins at
/// each full minute and "3d" goes on for ever in steps of three days. Source: the reset rules of
/// Portkey (weekly: Sunday 00:00 UTC; monthly: the 1st; custom: 1 to 365 days) and of AWS usage
/// plans (DAY, WEEK, MONTH).
@frozen
public struct CalendarPeriod: BitwiseCopyable, Sendable, Hashable {
  /// What kind of stretch.
  @frozen
  public enum Kind: UInt8, BitwiseCopyable, Sendable, Hashable, CaseIterable {
    /// So many nanoseconds.
    case length
    /// From a weekday to the same weekday.
    case week
    /// From the 1st to the 1st.
    case month
    /// From 1 January to 1 January.
    case year
  }

  /// What kind of stretch.
  public let kind: Kind
  /// The weekday a week starts on, 0 for Sunday to 6 for Saturday.
  public let weekday: UInt8
  /// Nanoseconds of a stretch of fixed length.
  public let length: Int64

  /// A stretch of fixed length; at least a nanosecond.
  public init(length: Duration) {
    kind = .length
    weekday = 0
    self.length = max(1, length.nanoseconds)
  }

  private init(_ kind: Kind, weekday: UInt8 = 0) {
    self.kind = kind
    self.weekday = weekday
    length = 0
  }

  /// A civil day.
  public static var day: CalendarPeriod { CalendarPeriod(length: .seconds(86_400)) }
  /// A week from Sunday to Sunday.
  public static var week: CalendarPeriod { .week(from: 0) }
  /// A week that starts on a weekday, 0 for Sunday.
  public static func week(from weekday: Int) -> CalendarPeriod {
    CalendarPeriod(.week, weekday: UInt8(max(0, min(6, weekday))))
  }
  /// A civil month.
  public static var month: CalendarPeriod { CalendarPeriod(.month) }
  /// A civil year.
  public static var year: CalendarPeriod { CalendarPeriod(.year) }

  /// The period that holds an instant: its begin, and the begin of the next.
  /// - Complexity: O(1), some tens of divisions; meant for the change of a period.
  public func interval(
    at instant: Instant, _ calendar: Calendar
  ) -> (start: Instant, end: Instant) {
    switch kind {
    case .length:
      let phase = calendar.phase(of: length)
      let moved = Int128(instant.nanoseconds) + Int128(phase)
      let passed = moved >= 0 ? moved % Int128(length) : (moved % Int128(length) + Int128(length))
      let start = instant.advanced(byNanoseconds: -Int64(passed % Int128(length)))
      return (start, start.advanced(byNanoseconds: length))
    case .week:
      let day = calendar.startOfDay(at: instant)
      let since = (calendar.date(at: instant).weekday - Int(weekday) + 7) % 7
      let start = day.advanced(by: .seconds(-86_400 * since))
      return (start, start.advanced(by: .seconds(7 * 86_400)))
    case .month:
      return (calendar.startOfMonth(at: instant), calendar.startOfMonth(at: instant, adding: 1))
    case .year:
      let month = calendar.date(at: instant).month
      return (
        calendar.startOfMonth(at: instant, adding: 1 - month),
        calendar.startOfMonth(at: instant, adding: 13 - month)
      )
    }
  }

  /// The shortest that such a stretch can be, in nanoseconds.
  public var shortest: Int64 {
    let day: Int64 = 86_400_000_000_000
    return switch kind {
    case .length: length
    case .week: 7 * day
    case .month: 28 * day
    case .year: 365 * day
    }
  }
}

/// An amount in each period of the calendar: 100 a minute, $40,000 a month.
@frozen
public struct PeriodicAmount: BitwiseCopyable, Sendable, Hashable {
  /// How much; picodollars for money.
  public var count: Int64
  /// In each of which stretches.
  public var period: CalendarPeriod

  /// Makes an amount.
  @inlinable
  public init(count: Int64, per period: CalendarPeriod) {
    self.count = count
    self.period = period
  }
}
