import Settings

// Strings and numbers of JSON5.

extension JSON5Parser {
  /// Reads a string in double or single quotes.
  mutating func string(path: String) throws(SettingError) -> String {
    let start = place()
    guard let quote = next else { return "" }
    offset += 1
    var text: [UInt8] = []
    while let byte = next {
      switch byte {
      case quote:
        offset += 1
        return String(decoding: text, as: UTF8.self)
      case 0x5C: try escape(into: &text, path: path)
      case 0x0A, 0x0D:
        throw SettingError(
          at: start, path: path, "the text is not closed on its line",
          next: "close it with \(quote == 0x22 ? "\"" : "'"), or end the line with \\ to go on")
      default:
        text.append(byte)
        offset += 1
      }
    }
    throw SettingError(
      at: start, path: path, "the file ends inside a text",
      next: "close it with \(quote == 0x22 ? "\"" : "'")")
  }

  private mutating func escape(into text: inout [UInt8], path: String) throws(SettingError) {
    let start = place()
    offset += 1
    guard let byte = next else { return }
    switch byte {
    case 0x0A, 0x0D:
      takeLineEnd()
      return
    case 0x75:
      offset += 1
      try unicode(from: start, into: &text, path: path)
      return
    case 0x78:
      offset += 1
      guard let value = hexadecimal(digits: 2) else {
        throw SettingError(at: start, path: path, "\\x needs two hexadecimal digits")
      }
      text.append(contentsOf: Array(String(Unicode.Scalar(UInt8(value))).utf8))
      return
    case 0x62: text.append(0x08)
    case 0x66: text.append(0x0C)
    case 0x6E: text.append(0x0A)
    case 0x72: text.append(0x0D)
    case 0x74: text.append(0x09)
    case 0x76: text.append(0x0B)
    case 0x30 where !(offset + 1 < bytes.count && (0x30...0x39).contains(bytes[offset + 1])):
      text.append(0)
    case 0x30...0x39:
      throw SettingError(at: start, path: path, "no escape of decimal digits: write \\xHH")
    case 0xE2
    where offset + 2 < bytes.count && bytes[offset + 1] == 0x80
      && (0xA8...0xA9).contains(bytes[offset + 2]):
      offset += 2  // A line continuation over U+2028 or U+2029.
    default: text.append(byte)
    }
    offset += 1
  }

  private mutating func unicode(
    from start: Position, into text: inout [UInt8], path: String
  ) throws(SettingError) {
    guard var value = hexadecimal(digits: 4) else {
      throw SettingError(at: start, path: path, "\\u needs four hexadecimal digits")
    }
    if (0xD800...0xDBFF).contains(value), next == 0x5C, offset + 1 < bytes.count,
      bytes[offset + 1] == 0x75
    {
      offset += 2
      if let low = hexadecimal(digits: 4), (0xDC00...0xDFFF).contains(low) {
        value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
      }
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw SettingError(at: start, path: path, "half of a surrogate pair is no character")
    }
    text.append(contentsOf: Array(String(scalar).utf8))
  }

  private mutating func hexadecimal(digits: Int) -> UInt32? {
    guard offset + digits <= bytes.count else { return nil }
    var value: UInt32 = 0
    for byte in bytes[offset..<(offset + digits)] {
      guard let digit = hexadecimalDigit(byte) else { return nil }
      value = value << 4 | digit
    }
    offset += digits
    return value
  }

  private func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte - 0x30)
    case 0x41...0x46: UInt32(byte - 0x41 + 10)
    case 0x61...0x66: UInt32(byte - 0x61 + 10)
    default: nil
    }
  }

  /// Reads a number: its value and how it is written.
  mutating func number(path: String) throws(SettingError) -> (Double, String) {
    let start = place()
    let literal = word(with: "+-.%")
    func wrong(_ problem: String, next: String? = nil) -> SettingError {
      SettingError(at: start, path: path, problem, next: next)
    }
    let shown = Setting.quoted(Setting.shortened(literal))
    let unsigned =
      literal.utf8.first == 0x2B || literal.utf8.first == 0x2D ? literal.dropFirst() : literal[...]
    let signed: Double = literal.utf8.first == 0x2D ? -1 : 1
    switch Form(unsigned.utf8) {
    case .decimal:
      guard let magnitude = Double(String(unsigned)), magnitude.isFinite else {
        throw wrong("the number \(shown) is too large")
      }
      return (signed * magnitude, literal)
    case .hexadecimal:
      guard let value = UInt64(unsigned.dropFirst(2), radix: 16) else {
        throw wrong("the number \(shown) has more than 64 bits")
      }
      return (signed * Double(value), literal)
    case .leadingZero: throw wrong("found \(shown): a number has no leading zeros")
    case .infinite:
      throw wrong(
        "\(literal) is no quantity: numbers are finite here",
        next: "leave the key out: silence means no limit")
    case .unit:
      throw wrong(
        "found \(shown) without quotes, expected a number",
        next: "a number with a unit is a text: \(shown)")
    case .none: throw wrong("found \(shown), expected a number")
    }
  }

  /// What a run of bytes is that starts like a number, without its sign.
  private enum Form {
    case decimal, hexadecimal, leadingZero, infinite, unit, none

    init(_ text: Substring.UTF8View) {
      var rest = text
      if text.elementsEqual("Infinity".utf8) || text.elementsEqual("NaN".utf8) {
        self = .infinite
        return
      }
      if text.starts(with: "0x".utf8) || text.starts(with: "0X".utf8) {
        rest.removeFirst(2)
        let digits = Form.count(&rest) { byte in
          switch byte {
          case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
          default: false
          }
        }
        self = digits > 0 && rest.isEmpty ? .hexadecimal : .none
        return
      }
      let leadsWithZero = rest.first == 0x30
      let whole = Form.count(&rest, Form.isDigit)
      var part = 0
      if rest.first == 0x2E {
        rest.removeFirst()
        part = Form.count(&rest, Form.isDigit)
      }
      guard whole + part > 0 else {
        self = .none
        return
      }
      if let mark = rest.first, mark == 0x65 || mark == 0x45 {
        var power = rest.dropFirst()
        if let sign = power.first, sign == 0x2B || sign == 0x2D { power.removeFirst() }
        if Form.count(&power, Form.isDigit) > 0 { rest = power }
      }
      guard rest.isEmpty else {
        let isUnit = rest.allSatisfy { byte in
          switch byte {
          case 0x41...0x5A, 0x61...0x7A, 0x25, 0x80...0xFF: true
          default: false
          }
        }
        self = isUnit ? .unit : .none
        return
      }
      self = leadsWithZero && whole > 1 ? .leadingZero : .decimal
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private static func count(
      _ rest: inout Substring.UTF8View, _ belongs: (UInt8) -> Bool
    ) -> Int {
      var count = 0
      while let byte = rest.first, belongs(byte) {
        rest.removeFirst()
        count += 1
      }
      return count
    }
  }
}
