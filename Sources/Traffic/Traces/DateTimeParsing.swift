import Vocabulary

/// Reads civil dates and times such as "2023-11-16 18:15:46.6805900+01:00" from bytes.
///
/// Days come from the civil date by `Calendar.days`, once per date: traces hold many rows a day.
/// Accepted are the years 1970 to 2200, "T" or a space between date and time, any number of
/// decimals (cut off at a nanosecond), and no zone, "Z", "+01:00", "+0100" or "+01".
struct DateTimeParsing: Sendable {
  private var cachedDate: Int64 = -1
  private var cachedDays: Int64 = 0

  /// The nanoseconds since 1970 that the field stands for.
  @inline(__always)
  mutating func parse(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int, into result: inout Int64
  ) -> RowFault? {
    let fault = RowFault(.notADate, .time, start: start, end: end)
    guard end - start >= 19,
      let year = Self.four(bytes, start), bytes[start + 4] == UInt8(ascii: "-"),
      let month = Self.two(bytes, start + 5), bytes[start + 7] == UInt8(ascii: "-"),
      let day = Self.two(bytes, start + 8),
      bytes[start + 10] == UInt8(ascii: " ") || bytes[start + 10] == UInt8(ascii: "T"),
      let hour = Self.two(bytes, start + 11), bytes[start + 13] == UInt8(ascii: ":"),
      let minute = Self.two(bytes, start + 14), bytes[start + 16] == UInt8(ascii: ":"),
      let second = Self.two(bytes, start + 17),
      hour < 24, minute < 60, second < 60
    else { return fault }
    let date = year * 10_000 + month * 100 + day
    if date != cachedDate {
      guard Self.isDate(year, month, day) else {
        return RowFault(.outOfRange, .time, start: start, end: end)
      }
      cachedDays = Calendar.days(fromYear: Int(year), month: Int(month), day: Int(day))
      cachedDate = date
    }
    var position = start + 19
    var fraction: Int64 = 0
    if position < end, bytes[position] == UInt8(ascii: ".") {
      position += 1
      let first = position
      var share: Int64 = 100_000_000
      while position < end, let next = FieldParsing.digit(bytes[position]) {
        fraction += next * share
        share /= 10
        position += 1
      }
      if position == first { return fault }
    }
    var seconds = cachedDays * 86_400 + hour * 3_600 + minute * 60 + second
    if position < end {
      guard let offset = Self.zone(bytes, position, end) else { return fault }
      seconds -= offset
    }
    result = seconds * 1_000_000_000 + fraction
    return nil
  }

  @inline(__always)
  private static func two(_ bytes: borrowing Span<UInt8>, _ at: Int) -> Int64? {
    let (tens, ones) = (bytes[at] &- 0x30, bytes[at + 1] &- 0x30)
    return tens < 10 && ones < 10 ? Int64(tens) * 10 + Int64(ones) : nil
  }

  @inline(__always)
  private static func four(_ bytes: borrowing Span<UInt8>, _ at: Int) -> Int64? {
    guard let high = two(bytes, at), let low = two(bytes, at + 2) else { return nil }
    return high * 100 + low
  }

  private static func isDate(_ year: Int64, _ month: Int64, _ day: Int64) -> Bool {
    guard year >= 1970, year <= 2200, month >= 1, month <= 12, day >= 1 else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days: Int64 =
      switch month {
      case 2: isLeap ? 29 : 28
      case 4, 6, 9, 11: 30
      default: 31
      }
    return day <= days
  }

  private static func zone(_ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int) -> Int64? {
    let length = end - start
    if length == 1 { return bytes[start] == UInt8(ascii: "Z") ? 0 : nil }
    let sign: Int64
    switch bytes[start] {
    case UInt8(ascii: "+"): sign = 1
    case UInt8(ascii: "-"): sign = -1
    default: return nil
    }
    guard length >= 3, let hours = two(bytes, start + 1), hours < 24 else { return nil }
    if length == 3 { return sign * hours * 3_600 }
    let minutesAt = bytes[start + 3] == UInt8(ascii: ":") ? start + 4 : start + 3
    guard end - minutesAt == 2, let minutes = two(bytes, minutesAt), minutes < 60 else {
      return nil
    }
    return sign * (hours * 3_600 + minutes * 60)
  }
}
