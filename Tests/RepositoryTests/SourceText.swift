/// A source file as the checks of this target read it.
struct SourceText {
  /// Path from the project's root.
  let path: String
  /// The file as it is.
  let raw: [UInt8]
  /// The same bytes with every comment and every string literal blanked, line for line.
  let code: [UInt8]

  init(path: String, bytes: [UInt8]) {
    self.path = path
    raw = bytes
    code = Self.blanked(bytes)
  }

  /// The code's lines, numbered from 1.
  var lines: [(number: Int, text: String)] { Self.lines(of: code) }

  /// The raw lines, numbered from 1.
  var rawLines: [(number: Int, text: String)] { Self.lines(of: raw) }

  private static func lines(of bytes: [UInt8]) -> [(number: Int, text: String)] {
    bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
      .map { ($0.offset + 1, String(decoding: $0.element, as: UTF8.self)) }
  }

  /// Blanks comments and string literals; keeps line ends, so that positions stay true.
  ///
  /// Knows line comments, nested block comments, plain, multi-line and raw strings. What stands in
  /// an interpolation is blanked with its string. One pass, O(bytes).
  static func blanked(_ bytes: [UInt8]) -> [UInt8] {
    var scanner = Scanner(bytes: bytes, output: bytes)
    scanner.scan()
    return scanner.output
  }
}

private struct Scanner {
  let bytes: [UInt8]
  var output: [UInt8]
  var at = 0

  init(bytes: [UInt8], output: [UInt8]) {
    self.bytes = bytes
    self.output = output
  }

  mutating func scan() {
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "/") where starts("//"): skipLine()
      case UInt8(ascii: "/") where starts("/*"): skipBlock()
      case UInt8(ascii: "\""): skipString(hashes: 0)
      case UInt8(ascii: "#"):
        let hashes = run(of: UInt8(ascii: "#"))
        if at + hashes < bytes.count, bytes[at + hashes] == UInt8(ascii: "\"") {
          at += hashes
          skipString(hashes: hashes)
        } else {
          at += hashes
        }
      default: at += 1
      }
    }
  }

  func starts(_ text: StaticString, from offset: Int = 0) -> Bool {
    guard at + offset + text.utf8CodeUnitCount <= bytes.count else { return false }
    for index in 0..<text.utf8CodeUnitCount
    where bytes[at + offset + index] != text.utf8Start[index] { return false }
    return true
  }

  func run(of byte: UInt8) -> Int {
    var count = 0
    while at + count < bytes.count, bytes[at + count] == byte { count += 1 }
    return count
  }

  mutating func blank(_ count: Int = 1) {
    for _ in 0..<count where at < bytes.count {
      if bytes[at] != UInt8(ascii: "\n") { output[at] = UInt8(ascii: " ") }
      at += 1
    }
  }

  mutating func skipLine() {
    while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { blank() }
  }

  mutating func skipBlock() {
    var depth = 0
    repeat {
      if starts("/*") {
        depth += 1
        blank(2)
      } else if starts("*/") {
        depth -= 1
        blank(2)
      } else {
        blank()
      }
    } while depth > 0 && at < bytes.count
  }

  /// Blanks what stands between the quotes; the quotes themselves stay.
  mutating func skipString(hashes: Int) {
    let quotes = starts("\"\"\"") ? 3 : 1
    at += quotes
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: "\\"), closes(hashes: hashes, after: 1) {
        blank(2 + hashes)
      } else if bytes[at] == UInt8(ascii: "\""), quotes == 1 || starts("\"\"\""),
        closes(hashes: hashes, after: quotes)
      {
        at += quotes + hashes
        return
      } else if quotes == 1, bytes[at] == UInt8(ascii: "\n") {
        return
      } else {
        blank()
      }
    }
  }

  func closes(hashes: Int, after offset: Int) -> Bool {
    for index in 0..<hashes {
      let place = at + offset + index
      if place >= bytes.count || bytes[place] != UInt8(ascii: "#") { return false }
    }
    return true
  }
}
