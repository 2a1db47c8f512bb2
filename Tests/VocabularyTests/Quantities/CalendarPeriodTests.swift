import Testing
import Vocabulary

@Suite("A period of the calendar")
struct CalendarPeriodTests {
  /// The run starts on Monday, 2026-03-02 at 07:00 in UTC+1.
  static let calendar = Calendar(epochSecondsAtStart: 1_772_431_200, offsetSeconds: 3_600)

  private func hours(_ count: Int) -> Instant {
    Instant.start.advanced(by: .seconds(3_600 * count))
  }

  @Test("holds the instant, ends where the next begins, and is never shorter than it says")
  func tiles() {
    var random = SplitMix64(seed: 3)
    let periods: [CalendarPeriod] = [
      .day, .week, .week(from: 1), .month, .year, CalendarPeriod(length: .seconds(60)),
      CalendarPeriod(length: .seconds(7 * 3_600)), CalendarPeriod(length: .nanoseconds(17)),
    ]
    for period in periods {
      for _ in 0..<200 {
        let now = Instant(
          nanoseconds: Int64.random(
            in: -100_000_000_000_000_000...900_000_000_000_000_000, using: &random))
        let (start, end) = period.interval(at: now, Self.calendar)
        #expect(start <= now && now < end)
        #expect(start.nanoseconds(to: end) >= period.shortest)
        #expect(period.interval(at: end, Self.calendar).start == end)
        #expect(period.interval(at: start, Self.calendar).end == end)
      }
    }
  }

  @Test("begins at local midnight, on its weekday, on the 1st")
  func boundaries() {
    let day = CalendarPeriod.day.interval(at: .start, Self.calendar)
    #expect(day.start == hours(-7) && day.end == hours(17))
    let sunday = CalendarPeriod.week.interval(at: .start, Self.calendar)
    #expect(sunday.start == hours(-31) && sunday.end == hours(-31 + 168))
    #expect(CalendarPeriod.week(from: 1).interval(at: .start, Self.calendar).start == hours(-7))
    let month = CalendarPeriod.month.interval(at: .start, Self.calendar)
    #expect(month.start == hours(-31) && month.end == hours(-31 + 31 * 24))
    let year = CalendarPeriod.year.interval(at: .start, Self.calendar)
    #expect(year.start == hours(-31 - 59 * 24) && year.end == hours(-31 + 306 * 24))
  }

  @Test("of a minute begins at each full minute")
  func minutes() {
    let late = Calendar(epochSecondsAtStart: 1_772_431_225, offsetSeconds: 0)
    let minute = CalendarPeriod(length: .seconds(60)).interval(at: .start, late)
    #expect(minute.start == Instant.start.advanced(by: .seconds(-25)))
    #expect(late.phase(of: 60_000_000_000) == 25_000_000_000)
  }
}
