import Vocabulary

/// Writes one JSON object to a line, into a buffer that is handed on when it is full.
///
/// Numbers are exact: whole numbers, or decimals made of integers (nanoseconds, picodollars), so
/// that no rounding enters and equal rows are equal bytes.
struct LineWriter {
  /// Bytes that are gathered before they are handed on.
  static let full = 1 << 16

  private var bytes: [UInt8] = []
  private var isFirst = true
  private let write: (UnsafeRawBufferPointer) -> Void

  init(_ write: @escaping (UnsafeRawBufferPointer) -> Void) {
    self.write = write
    bytes.reserveCapacity(LineWriter.full + 4096)
  }

  mutating func begin() {
    bytes.append(UInt8(ascii: "{"))
    isFirst = true
  }

  mutating func end() {
    bytes.append(UInt8(ascii: "}"))
    bytes.append(UInt8(ascii: "\n"))
    if bytes.count >= LineWriter.full { flush() }
  }

  mutating func flush() {
    guard !bytes.isEmpty else { return }
    bytes.withUnsafeBytes(write)
    bytes.removeAll(keepingCapacity: true)
  }

  mutating func add(_ name: String, _ text: String) {
    key(name)
    quote(text)
  }

  mutating func add(_ name: String, _ value: Int) {
    key(name)
    bytes.append(contentsOf: String(value).utf8)
  }

  mutating func add(_ name: String, _ flag: Bool) {
    key(name)
    bytes.append(contentsOf: (flag ? "true" : "false").utf8)
  }

  mutating func add(_ name: String, _ texts: [String]) {
    key(name)
    bytes.append(UInt8(ascii: "["))
    for (index, text) in texts.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      quote(text)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  /// Adds `value` ÷ 10^`digits` as an exact decimal.
  mutating func add(_ name: String, _ value: Int64, decimals digits: Int) {
    key(name)
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    let text = Array(String(value.magnitude).utf8)
    let whole = max(0, text.count - digits)
    bytes.append(contentsOf: whole > 0 ? text[..<whole] : [UInt8(ascii: "0")])
    var fraction = Array(repeating: UInt8(ascii: "0"), count: max(0, digits - text.count))
    fraction.append(contentsOf: text[whole...])
    while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
    guard !fraction.isEmpty else { return }
    bytes.append(UInt8(ascii: "."))
    bytes.append(contentsOf: fraction)
  }

  private mutating func key(_ name: String) {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    isFirst = false
    quote(name)
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20:
        let hex = String(byte, radix: 16)
        bytes.append(contentsOf: ("\\u00" + (hex.count < 2 ? "0" : "") + hex).utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
