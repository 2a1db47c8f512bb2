import Testing
import Vocabulary

@Suite("A calendar")
struct CalendarTests {
  /// Days from 1970-01-01 (GNU date), year, month, day.
  static let table: [(days: Int64, year: Int, month: Int, day: Int)] = [
    (0, 1970, 1, 1), (-1, 1969, 12, 31), (59, 1970, 3, 1), (789, 1972, 2, 29),
    (790, 1972, 3, 1), (10_957, 2000, 1, 1), (11_016, 2000, 2, 29), (11_017, 2000, 3, 1),
    (19_782, 2024, 2, 29), (20_514, 2026, 3, 2), (47_540, 2100, 2, 28), (47_541, 2100, 3, 1),
    (-25_509, 1900, 2, 28), (-25_508, 1900, 3, 1), (-135_081, 1600, 2, 29), (-719_468, 0, 3, 1),
    (-719_528, 0, 1, 1), (-719_529, -1, 12, 31), (2_932_896, 9999, 12, 31),
  ]

  @Test("counts the days of known dates, and finds the dates of known days")
  func knownDates() {
    for row in CalendarTests.table {
      #expect(Calendar.days(fromYear: row.year, month: row.month, day: row.day) == row.days)
      let civil = Calendar.civil(fromDays: row.days)
      #expect((civil.year, civil.month, civil.day) == (row.year, row.month, row.day))
    }
  }

  @Test("goes through every day of eight centuries without a gap")
  func everyDay() {
    var expected = Calendar.days(fromYear: 1600, month: 1, day: 1)
    for year in 1600..<2400 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      for month in 1...12 {
        let length = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
        for day in [1, length] {
          #expect(
            Calendar.days(fromYear: year, month: month, day: day) == expected + Int64(day) - 1)
          let civil = Calendar.civil(fromDays: expected + Int64(day) - 1)
          #expect((civil.year, civil.month, civil.day) == (year, month, day))
        }
        expected += Int64(length)
      }
    }
  }

  @Test("says date, time and weekday at an instant, at its own offset from UTC")
  func atOffset() {
    // 2026-03-02T07:00+01:00, a Monday.
    let calendar = Calendar(epochSecondsAtStart: 1_772_431_200, offsetSeconds: 3_600)
    let start = calendar.date(at: .start)
    #expect((start.year, start.month, start.day, start.hour) == (2026, 3, 2, 7))
    #expect((start.minute, start.second, start.weekday) == (0, 0, 1))
    let before = calendar.date(at: Instant(nanoseconds: -1))
    #expect((before.hour, before.minute, before.second) == (6, 59, 59))
    let early = calendar.date(at: Instant.start.advanced(by: .seconds(-7 * 3_600 - 1)))
    #expect((early.month, early.day, early.hour, early.weekday) == (3, 1, 23, 0))
  }

  @Test("finds the start of the day and of months before and after")
  func boundaries() {
    let calendar = Calendar(epochSecondsAtStart: 1_772_431_200, offsetSeconds: 3_600)
    let now = Instant.start.advanced(by: .seconds(3 * 86_400 + 17))
    #expect(
      calendar.startOfDay(at: now) == Instant.start.advanced(by: .seconds((3 * 24 - 7) * 3_600)))
    for (months, year, month) in [(0, 2026, 3), (-3, 2025, 12), (10, 2027, 1), (-27, 2023, 12)] {
      let first = calendar.date(at: calendar.startOfMonth(at: now, adding: months))
      #expect((first.year, first.month, first.day, first.hour) == (year, month, 1, 0))
    }
  }
}
