import Vocabulary

/// Reads the fields of a trace row from bytes: counts, times, scores.
///
/// Plain loops over a bounds-checked `Span`: no strings, no allocation, no exceptions.
enum FieldParsing {
  @inline(__always)
  static func digit(_ byte: UInt8) -> Int64? {
    let value = byte &- 0x30
    return value < 10 ? Int64(value) : nil
  }

  /// A whole number in 32 bits; "374.0" counts as whole, because spreadsheets write that.
  @inline(__always)
  static func count(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int, _ role: TraceFormat.Role,
    into result: inout UInt32
  ) -> RowFault? {
    var position = start
    var value: UInt64 = 0
    while position < end {
      let next = bytes[position] &- 0x30
      if next >= 10 { break }
      value = value &* 10 &+ UInt64(next)
      if value > UInt64(UInt32.max) {
        return RowFault(.outOfRange, role, start: start, end: end)
      }
      position += 1
    }
    if position == start || position < end && !isZeroFraction(bytes, position, end) {
      return RowFault(.notACount, role, start: start, end: end)
    }
    result = UInt32(truncatingIfNeeded: value)
    return nil
  }

  static func isZeroFraction(_ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    guard bytes[start] == UInt8(ascii: ".") else { return false }
    for position in start + 1..<end where bytes[position] != 0x30 { return false }
    return true
  }

  /// A decimal number of units, in nanoseconds; decimals below a nanosecond are cut off.
  @inline(__always)
  static func scaled(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int, unit: Int64,
    into result: inout Int64
  ) -> RowFault? {
    var position = start
    var value: Int64 = 0
    var digits = 0
    while position < end, let next = digit(bytes[position]) {
      let (ten, o1) = value.multipliedReportingOverflow(by: 10)
      let (sum, o2) = ten.addingReportingOverflow(next)
      if o1 || o2 { return RowFault(.outOfRange, .time, start: start, end: end) }
      value = sum
      digits += 1
      position += 1
    }
    let (whole, overflow) = value.multipliedReportingOverflow(by: unit)
    if overflow { return RowFault(.outOfRange, .time, start: start, end: end) }
    var fraction: Int64 = 0
    if position < end, bytes[position] == UInt8(ascii: ".") {
      position += 1
      // A unit is a power of ten or a multiple of one, so each digit's share is exact.
      var share = unit
      while position < end, let next = digit(bytes[position]) {
        share = share % 10 == 0 ? share / 10 : 0
        fraction += next * share
        digits += 1
        position += 1
      }
    }
    let (sum, carry) = whole.addingReportingOverflow(fraction)
    if carry { return RowFault(.outOfRange, .time, start: start, end: end) }
    if digits == 0 || position < end { return RowFault(.notATime, .time, start: start, end: end) }
    result = sum
    return nil
  }

  /// A number from 0 to 1, such as 0.11593 or 9.1e-05, in parts of 2³¹ to the nearest.
  ///
  /// Up to 15 digits give the number that a scenario's reader makes of the same text, so that a
  /// score that equals a threshold in writing equals it.
  static func difficulty(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int, into result: inout UInt32
  ) -> RowFault? {
    let fault = RowFault(.notAShare, .difficulty, start: start, end: end)
    var position = start
    var mantissa: Int64 = 0
    var digits = 0
    var places = 0
    var isAfterPoint = false
    while position < end {
      if let next = digit(bytes[position]) {
        digits += 1
        // Digits behind the eighteenth are below every resolution.
        if mantissa < 100_000_000_000_000_000 {
          mantissa = mantissa * 10 + next
          if isAfterPoint { places += 1 }
        } else if !isAfterPoint {
          return fault
        }
      } else if bytes[position] == UInt8(ascii: "."), !isAfterPoint {
        isAfterPoint = true
      } else {
        break
      }
      position += 1
    }
    guard digits > 0 else { return fault }
    if position < end {
      guard bytes[position] | 0x20 == UInt8(ascii: "e"),
        let power = power(bytes, position + 1, end)
      else { return fault }
      places -= power
    }
    // Only a zero has places before the point; powers of ten up to 10²² are exact.
    guard places >= 0 || mantissa == 0 else { return fault }
    var value = Double(mantissa)
    while places > 0, value > 0 {
      var ten = 1.0
      for _ in 0..<min(places, 22) { ten *= 10 }
      value /= ten
      places -= min(places, 22)
    }
    guard value <= 1 else { return fault }
    result = Truth.difficulty(value)
    return nil
  }

  /// A power of ten of at most three digits, with or without a sign.
  private static func power(_ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
    var position = start
    let isNegative = position < end && bytes[position] == UInt8(ascii: "-")
    if isNegative || position < end && bytes[position] == UInt8(ascii: "+") { position += 1 }
    guard position < end, end - position <= 3 else { return nil }
    var power = 0
    while position < end {
      guard let next = digit(bytes[position]) else { return nil }
      power = power * 10 + Int(next)
      position += 1
    }
    return isNegative ? -power : power
  }

  /// A hash of the bytes of a field: what `NameHash` makes of the same text.
  static func hash(_ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for position in start..<end {
      hash = (hash ^ UInt64(bytes[position])) &* 0x0000_0100_0000_01B3
    }
    hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
    return hash ^ (hash >> 31)
  }
}
