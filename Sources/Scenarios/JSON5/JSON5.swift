public import Settings

/// The reader of JSON5 text with exact positions.
///
/// Reads all of JSON5 1.0.0 (comments, trailing commas, unquoted keys, single quotes, hexadecimal
/// numbers, leading and trailing points, line continuations), with these differences, each an error
/// that says why: no `Infinity` and `NaN`, no key twice in an object, no escapes in unquoted keys,
/// at most 128 levels deep, no key path above 1000 bytes. The text must be UTF-8, with or without a byte order mark. Any input
/// gives a value or one error; none crashes.
/// - Complexity: O(bytes).
public enum JSON5 {
  /// The most levels of objects and lists.
  static let depthLimit = 128
  /// The most bytes of a key path: every value holds its own, so long ones would fill the memory.
  static let pathLimit = 1000

  /// Reads one value.
  public static func parse(bytes: [UInt8], file: String) throws(SettingError) -> Setting {
    if let offset = firstInvalidUTF8(bytes) {
      var line = 1
      var column = 1
      for byte in bytes[..<offset] {
        if byte == 0x0A {
          line += 1
          column = 1
        } else if byte & 0xC0 != 0x80 {
          column += 1
        }
      }
      let digits = String(bytes[offset], radix: 16, uppercase: true)
      throw SettingError(
        at: Position(file: file, line: line, column: column), path: "",
        "byte 0x\(digits.utf8.count == 1 ? "0" : "")\(digits) at offset \(offset) is not UTF-8",
        next: "save the file as UTF-8 text")
    }
    var parser = JSON5Parser(bytes: bytes, file: file)
    return try parser.document()
  }

  /// Reads one value, for texts that come from the command line.
  public static func parse(text: String, file: String) throws(SettingError) -> Setting {
    try parse(bytes: Array(text.utf8), file: file)
  }

  /// The offset of the first byte that no UTF-8 text has there; nil if all is well.
  ///
  /// The table of well-formed sequences is Unicode 15, table 3-7: no overlong forms, no surrogates,
  /// nothing above U+10FFFF.
  static func firstInvalidUTF8(_ bytes: [UInt8]) -> Int? {
    var index = 0
    while index < bytes.count {
      let lead = bytes[index]
      if lead < 0x80 {
        index += 1
        continue
      }
      let length: Int
      var second: ClosedRange<UInt8> = 0x80...0xBF
      switch lead {
      case 0xC2...0xDF: length = 2
      case 0xE0: (length, second) = (3, 0xA0...0xBF)
      case 0xED: (length, second) = (3, 0x80...0x9F)
      case 0xE1...0xEF: length = 3
      case 0xF0: (length, second) = (4, 0x90...0xBF)
      case 0xF4: (length, second) = (4, 0x80...0x8F)
      case 0xF1...0xF3: length = 4
      default: return index
      }
      guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return index }
      for next in bytes[(index + 2)..<(index + length)] where next & 0xC0 != 0x80 { return index }
      index += length
    }
    return nil
  }
}
