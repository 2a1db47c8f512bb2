import Vocabulary

/// Reads the fields of a trace row from bytes: counts, times, dates.
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
