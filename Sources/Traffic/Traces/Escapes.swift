/// JSON's escapes, undone: "Z\\u00fcrich" is the name "Zürich".
enum Escapes {
  /// The text without escapes; `nil` if there are none, or what they say is no text.
  static func undone(_ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int) -> [UInt8]? {
    var isPlain = true
    for position in start..<end where bytes[position] == UInt8(ascii: "\\") { isPlain = false }
    if isPlain { return nil }
    var text: [UInt8] = []
    var units: [UInt16] = []
    var position = start
    while position < end {
      guard bytes[position] == UInt8(ascii: "\\") else {
        flush(&units, into: &text)
        text.append(bytes[position])
        position += 1
        continue
      }
      guard position + 1 < end else { return nil }
      if bytes[position + 1] == UInt8(ascii: "u") {
        guard let unit = hex(bytes, position + 2, end) else { return nil }
        units.append(unit)
        position += 6
        continue
      }
      flush(&units, into: &text)
      switch bytes[position + 1] {
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "r"): text.append(0x0D)
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "f"): text.append(0x0C)
      case let other: text.append(other)
      }
      position += 2
    }
    flush(&units, into: &text)
    return text
  }

  /// Four hexadecimal digits.
  private static func hex(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int
  ) -> UInt16? {
    guard start + 4 <= end else { return nil }
    var value: UInt16 = 0
    for place in start..<start + 4 {
      let byte = bytes[place] | 0x20
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt16(byte - 0x30)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt16(byte - 0x57)
      default: return nil
      }
    }
    return value
  }

  /// Adds what was escaped as UTF-16.
  private static func flush(_ units: inout [UInt16], into text: inout [UInt8]) {
    if units.isEmpty { return }
    text += String(decoding: units, as: UTF16.self).utf8
    units.removeAll(keepingCapacity: true)
  }
}
