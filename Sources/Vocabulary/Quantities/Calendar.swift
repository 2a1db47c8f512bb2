/// The civil calendar at a fixed offset from UTC: which day, month and hour an instant falls in.
///
/// Days are counted from the civil date by integer arithmetic (H. Hinnant, "chrono-compatible
/// low-level date algorithms", days_from_civil); there is no zone database and no daylight saving
/// time: the offset is fixed, and said.
public struct Calendar: BitwiseCopyable, Sendable, Hashable {
  /// The civil date and time of day of an instant.
  public struct Date: Sendable, Hashable {
    /// The proleptic Gregorian year.
    public var year: Int
    /// The month, 1 to 12.
    public var month: Int
    /// The day of the month, from 1.
    public var day: Int
    /// The hour, 0 to 23.
    public var hour: Int
    /// The minute, 0 to 59.
    public var minute: Int
    /// The second, 0 to 59.
    public var second: Int
    /// The weekday, 0 for Sunday to 6 for Saturday.
    public var weekday: Int
  }

  /// Seconds from 1970-01-01T00:00:00Z to the run's instant zero.
  public let epochSecondsAtStart: Int64
  /// The offset from UTC in seconds; positive east of Greenwich.
  public let offsetSeconds: Int64

  /// A calendar in which the run's instant zero is `epochSecondsAtStart` of Unix time.
  public init(epochSecondsAtStart: Int64, offsetSeconds: Int64) {
    self.epochSecondsAtStart = epochSecondsAtStart
    self.offsetSeconds = offsetSeconds
  }

  /// The civil date and time of day at `instant`.
  public func date(at instant: Instant) -> Date {
    let local = localSeconds(at: instant)
    let days = Calendar.floorDivide(local, 86_400)
    let second = local - days * 86_400
    let civil = Calendar.civil(fromDays: days)
    return Date(
      year: civil.year, month: civil.month, day: civil.day,
      hour: Int(second / 3600), minute: Int(second / 60 % 60), second: Int(second % 60),
      weekday: Int(Calendar.floorModulo(days + 4, 7)))
  }

  /// The start of the civil day that contains `instant`.
  public func startOfDay(at instant: Instant) -> Instant {
    let days = Calendar.floorDivide(localSeconds(at: instant), 86_400)
    return self.instant(localSeconds: days * 86_400)
  }

  /// The start of the civil month that contains `instant`, moved by `months`.
  public func startOfMonth(at instant: Instant, adding months: Int = 0) -> Instant {
    let now = date(at: instant)
    let index = now.year * 12 + now.month - 1 + months
    let year = Int(Calendar.floorDivide(Int64(index), 12))
    let month = index - year * 12 + 1
    return self.instant(
      localSeconds: Calendar.days(fromYear: year, month: month, day: 1) * 86_400)
  }

  /// Days from 1970-01-01 to a civil date.
  public static func days(fromYear year: Int, month: Int, day: Int) -> Int64 {
    let y = Int64(month <= 2 ? year - 1 : year)
    let era = floorDivide(y, 400)
    let yearOfEra = y - era * 400
    let shifted = Int64(month > 2 ? month - 3 : month + 9)
    let dayOfYear = (153 * shifted + 2) / 5 + Int64(day) - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The civil date of a day counted from 1970-01-01.
  public static func civil(fromDays days: Int64) -> (year: Int, month: Int, day: Int) {
    let z = days + 719_468
    let era = floorDivide(z, 146_097)
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (Int(year), Int(month), Int(day))
  }

  /// Nanoseconds from local midnight of 1970-01-01 to the run's instant zero, modulo `length`.
  ///
  /// With it, windows that are multiples of `length` from that midnight are
  /// ⌊(t + phase) / length⌋.
  public func phase(of length: Int64) -> Int64 {
    let seconds = Int128(epochSecondsAtStart + offsetSeconds)
    let remainder = seconds * 1_000_000_000 % Int128(max(1, length))
    return Int64(remainder < 0 ? remainder + Int128(max(1, length)) : remainder)
  }

  private func localSeconds(at instant: Instant) -> Int64 {
    epochSecondsAtStart + offsetSeconds
      + Calendar.floorDivide(instant.nanoseconds, 1_000_000_000)
  }

  private func instant(localSeconds: Int64) -> Instant {
    let seconds = localSeconds - offsetSeconds - epochSecondsAtStart
    return Instant.start.advanced(by: .seconds(seconds))
  }

  private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
    let quotient = a / b
    return a % b < 0 ? quotient - 1 : quotient
  }

  private static func floorModulo(_ a: Int64, _ b: Int64) -> Int64 { a - floorDivide(a, b) * b }
}
