import Settings

/// Reads valid UTF-8 bytes from front to back; recursion is bounded by the depth limit.
struct JSON5Parser {
  let bytes: [UInt8]
  let file: String
  /// The next byte to read.
  var offset = 0
  private var line = 1
  /// A place on the current line whose column is known, so that columns cost O(bytes) in all.
  private var columnOffset = 0
  private var column = 1

  init(bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  /// The whole file: one value and nothing after it.
  mutating func document() throws(SettingError) -> Setting {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      offset = 3
      columnOffset = 3
    }
    try skipSpace(path: "")
    if next == nil {
      throw problem("the file is empty", path: "", next: "write at least {}")
    }
    let value = try value(path: "", depth: 0)
    try skipSpace(path: "")
    if next != nil {
      throw problem("found \(foundHere()) after the end of the value", path: "")
    }
    return value
  }

  // MARK: Values

  mutating func value(path: String, depth: Int) throws(SettingError) -> Setting {
    let start = place()
    func setting(_ content: Setting.Content) -> Setting { Setting(content, at: start, path: path) }
    switch next {
    case 0x7B: return setting(.object(try members(path: path, depth: depth + 1, from: start)))
    case 0x5B: return setting(.array(try elements(path: path, depth: depth + 1, from: start)))
    case 0x22, 0x27: return setting(.string(try string(path: path)))
    case 0x2B?, 0x2D?, 0x2E?, (0x30...0x39)?:
      let (number, literal) = try number(path: path)
      return setting(.number(number, literal: literal))
    case let byte? where isWordStart(byte): return setting(try bareWord(path: path))
    default: throw problem("found \(foundHere()), expected a value", path: path)
    }
  }

  private mutating func members(
    path: String, depth: Int, from start: Position
  ) throws(SettingError) -> [Setting.Member] {
    try checkDepth(depth, path: path)
    offset += 1
    var members: [Setting.Member] = []
    var places: [String: Position] = [:]
    while true {
      try skipSpace(path: path)
      if take(0x7D) { return members }
      if next == nil { throw unclosed("object", start, path: path) }
      let keyPosition = place()
      let key = try key(path: path)
      let below = SettingPath.joining(path, key: key)
      if below.utf8.count > JSON5.pathLimit {
        throw SettingError(
          at: keyPosition, path: Setting.cut(below),
          "the key path is longer than \(JSON5.pathLimit) bytes")
      }
      if let first = places.updateValue(keyPosition, forKey: key) {
        throw SettingError(
          at: keyPosition, path: below,
          "the key \(Setting.quoted(key)) is already at \(first.line):\(first.column)",
          next: "keep one of the two")
      }
      try skipSpace(path: below)
      if next == nil { throw unclosed("object", start, path: below) }
      guard take(0x3A) else {
        throw problem(
          "found \(foundHere()), expected \":\" after the key \(Setting.quoted(key))", path: below)
      }
      try skipSpace(path: below)
      if next == nil { throw unclosed("object", start, path: below) }
      let value = try value(path: below, depth: depth)
      members.append(Setting.Member(key: key, keyPosition: keyPosition, value: value))
      try skipSpace(path: path)
      if take(0x2C) || next == 0x7D { continue }
      if next == nil { throw unclosed("object", start, path: path) }
      throw problem(
        "found \(foundHere()), expected \",\" or the \"}\" of the object opened at "
          + "\(start.line):\(start.column)", path: path)
    }
  }

  private mutating func elements(
    path: String, depth: Int, from start: Position
  ) throws(SettingError) -> [Setting] {
    try checkDepth(depth, path: path)
    offset += 1
    var elements: [Setting] = []
    while true {
      try skipSpace(path: path)
      if take(0x5D) { return elements }
      if next == nil { throw unclosed("list", start, path: path) }
      elements.append(
        try value(path: SettingPath.joining(path, index: elements.count), depth: depth))
      try skipSpace(path: path)
      if take(0x2C) || next == 0x5D { continue }
      if next == nil { throw unclosed("list", start, path: path) }
      throw problem(
        "found \(foundHere()), expected \",\" or the \"]\" of the list opened at "
          + "\(start.line):\(start.column)", path: path)
    }
  }

  private mutating func key(path: String) throws(SettingError) -> String {
    switch next {
    case 0x22, 0x27: return try string(path: path)
    case let byte? where isWordStart(byte):
      let start = place()
      let name = word()
      if next == 0x2D {
        let whole = name + word(with: "-")
        throw SettingError(
          at: start, path: path, "a key with \"-\" needs quotes",
          next: "write \(Setting.quoted(Setting.shortened(whole)))")
      }
      return name
    case (0x30...0x39)?:
      let start = place()
      let digits = word(with: ".-")
      throw SettingError(
        at: start, path: path, "a key that starts with a digit needs quotes",
        next: "write \(Setting.quoted(Setting.shortened(digits)))")
    default: throw problem("found \(foundHere()), expected a key or \"}\"", path: path)
    }
  }

  private mutating func bareWord(path: String) throws(SettingError) -> Setting.Content {
    let start = place()
    let text = word(with: "-")
    switch text {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "Infinity", "NaN":
      throw SettingError(
        at: start, path: path, "\(text) is no quantity: numbers are finite here",
        next: "leave the key out: silence means no limit")
    default:
      throw SettingError(
        at: start, path: path,
        "found the bare word \(Setting.shortened(text)), expected a value",
        next: "text needs quotes: \(Setting.quoted(Setting.shortened(text)))")
    }
  }

  private func checkDepth(_ depth: Int, path: String) throws(SettingError) {
    guard depth > JSON5.depthLimit else { return }
    throw SettingError(
      at: Position(file: file, line: line, column: columnHere), path: Setting.cut(path),
      "more than \(JSON5.depthLimit) levels of objects and lists")
  }

  // MARK: Bytes

  /// The next byte; nil at the end.
  var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  /// Reads `byte` if it is next.
  mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    offset += 1
    return true
  }

  /// Reads letters, digits, `_`, `$` and the bytes of `others`.
  mutating func word(with others: String = "") -> String {
    let start = offset
    while let byte = next, isWordPart(byte) || others.utf8.contains(byte) { offset += 1 }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  func isWordStart(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x41...0x5A, 0x61...0x7A, 0x5F, 0x24: true
    default: byte >= 0x80 && specialSpace == 0
    }
  }

  func isWordPart(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x41...0x5A, 0x61...0x7A, 0x5F, 0x24, 0x30...0x39: true
    default: byte >= 0x80 && specialSpace == 0
    }
  }

  /// How many bytes the space beyond ASCII has that is next; 0 if none is.
  private var specialSpace: Int {
    guard offset + 1 < bytes.count else { return 0 }
    let pair = (bytes[offset], bytes[offset + 1])
    if pair == (0xC2, 0xA0) { return 2 }
    guard offset + 2 < bytes.count else { return 0 }
    switch (pair.0, pair.1, bytes[offset + 2]) {
    case (0xE1, 0x9A, 0x80), (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xA8...0xA9),
      (0xE2, 0x80, 0xAF), (0xE2, 0x81, 0x9F), (0xE3, 0x80, 0x80), (0xEF, 0xBB, 0xBF):
      return 3
    default: return 0
    }
  }

  /// Reads spaces, line ends and comments.
  mutating func skipSpace(path: String) throws(SettingError) {
    while let byte = next {
      switch byte {
      case 0x20, 0x09, 0x0B, 0x0C: offset += 1
      case 0x0A, 0x0D: takeLineEnd()
      case 0x2F:
        let following = offset + 1 < bytes.count ? bytes[offset + 1] : 0
        if following == 0x2F {
          while let byte = next, byte != 0x0A, byte != 0x0D { offset += 1 }
        } else if following == 0x2A {
          try skipBlockComment(path: path)
        } else {
          throw problem("found \"/\", expected a comment as // … or /* … */", path: path)
        }
      case 0x23:
        throw problem("found \"#\": a comment starts with //", path: path)
      case 0x80...0xFF:
        let length = specialSpace
        if length == 0 { return }
        offset += length
      default: return
      }
    }
  }

  private mutating func skipBlockComment(path: String) throws(SettingError) {
    let start = place()
    offset += 2
    while let byte = next {
      if byte == 0x2A, offset + 1 < bytes.count, bytes[offset + 1] == 0x2F {
        offset += 2
        return
      }
      if byte == 0x0A || byte == 0x0D { takeLineEnd() } else { offset += 1 }
    }
    throw SettingError(
      at: start, path: path, "the comment is not closed", next: "close it with */")
  }

  /// Reads `\n`, `\r` or `\r\n` and begins the next line.
  mutating func takeLineEnd() {
    if take(0x0D) { _ = take(0x0A) } else { offset += 1 }
    line += 1
    column = 1
    columnOffset = offset
  }

  // MARK: Places and problems

  private var columnHere: Int {
    var column = column
    for byte in bytes[columnOffset..<offset] where byte & 0xC0 != 0x80 { column += 1 }
    return column
  }

  /// The place of the next byte.
  mutating func place() -> Position {
    column = columnHere
    columnOffset = offset
    return Position(file: file, line: line, column: column)
  }

  /// The next character as an error message shows it.
  func foundHere() -> String {
    guard let byte = next else { return "the end of the file" }
    let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
    let end = min(bytes.count, offset + length)
    return Setting.quoted(String(decoding: bytes[offset..<end], as: UTF8.self))
  }

  mutating func problem(_ text: String, path: String, next: String? = nil) -> SettingError {
    SettingError(at: place(), path: Setting.cut(path), text, next: next)
  }

  private mutating func unclosed(
    _ noun: String, _ start: Position, path: String
  ) -> SettingError {
    let close = noun == "object" ? "}" : "]"
    return problem(
      "the file ends inside the \(noun) opened at \(start.line):\(start.column)", path: path,
      next: "close it with \(close), or get the whole file: it may have been cut off")
  }
}

extension Setting {
  /// The path, cut in the middle if it is too long to read.
  static func cut(_ path: String) -> String {
    guard path.utf8.count > 200 else { return path }
    return "\(path.prefix(100))…\(path.suffix(60))"
  }
}
