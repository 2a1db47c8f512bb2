import Vocabulary

/// Writes one JSON object to a line, into a buffer that is handed on when it is full.
///
/// A line is a flat row of columns, or a span of OpenTelemetry's protocol with the columns as its
/// attributes. Numbers are exact: whole numbers, or decimals made of integers (nanoseconds,
/// picodollars), so that no rounding enters and equal rows are equal bytes.
struct LineWriter {
  /// What a row is as a span: a trace is a request, its attempts are the children of its root.
  struct Span {
    var name: String
    var trace: (UInt64, UInt64)
    var id: UInt64
    var parent: UInt64?
    /// 2 for the gateway's side of a request, 3 for an attempt (OTLP `SpanKind`).
    var kind: Int
    /// Nanoseconds of Unix time.
    var start: Int64
    var end: Int64
    var hasFailed: Bool
  }

  /// Bytes that are gathered before they are handed on.
  static let full = 1 << 16

  private var bytes: [UInt8] = []
  private var isFirst = true
  let format: LogFormat
  private let write: (UnsafeRawBufferPointer) -> Void

  init(_ format: LogFormat = .jsonl, _ write: @escaping (UnsafeRawBufferPointer) -> Void) {
    self.write = write
    self.format = format
    bytes.reserveCapacity(LineWriter.full + 4096)
  }

  /// Begins a line; `span` says what it is in a format of spans.
  mutating func begin(_ span: @autoclosure () -> Span? = nil) {
    if format == .otlp, let span = span() { beginSpan(span) } else { append("{") }
    isFirst = true
  }

  mutating func end() {
    append(format == .otlp ? "]}]}]}]}\n" : "}\n")
    if bytes.count >= LineWriter.full { flush() }
  }

  mutating func flush() {
    guard !bytes.isEmpty else { return }
    bytes.withUnsafeBytes(write)
    bytes.removeAll(keepingCapacity: true)
  }

  mutating func add(_ name: String, _ text: String) {
    key(name, "stringValue")
    quote(text)
    close()
  }

  mutating func add(_ name: String, _ value: Int) {
    key(name, "intValue")
    // Protocol buffers' JSON writes 64-bit integers as text.
    append(format == .otlp ? "\"\(value)\"" : String(value))
    close()
  }

  mutating func add(_ name: String, _ flag: Bool) {
    key(name, "boolValue")
    append(flag ? "true" : "false")
    close()
  }

  mutating func add(_ name: String, _ texts: [String]) {
    key(name, "arrayValue")
    append(format == .otlp ? "{\"values\":[" : "[")
    for (index, text) in texts.enumerated() {
      if index > 0 { append(",") }
      if format == .otlp { append("{\"stringValue\":") }
      quote(text)
      if format == .otlp { append("}") }
    }
    append(format == .otlp ? "]}" : "]")
    close()
  }

  /// Adds `value` ÷ 10^`digits` as an exact decimal.
  mutating func add(_ name: String, _ value: Int64, decimals digits: Int) {
    key(name, "doubleValue")
    defer { close() }
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

  private mutating func key(_ name: String, _ type: StaticString) {
    if !isFirst { append(",") }
    isFirst = false
    if format == .otlp { append("{\"key\":") }
    quote(name)
    append(format == .otlp ? ",\"value\":{\"\(type)\":" : ":")
  }

  /// Ends a value.
  private mutating func close() { if format == .otlp { append("}}") } }

  /// The head of a line that holds one span: `TracesData` of OTLP's JSON encoding.
  private mutating func beginSpan(_ span: Span) {
    append("{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",")
    append("\"value\":{\"stringValue\":\"gateway-lab\"}}]},\"scopeSpans\":[{\"scope\":")
    append("{\"name\":\"gateway-lab\"},\"spans\":[{\"traceId\":\"")
    append(LineWriter.hex(span.trace.0) + LineWriter.hex(span.trace.1))
    append("\",\"spanId\":\"" + LineWriter.hex(span.id))
    if let parent = span.parent { append("\",\"parentSpanId\":\"" + LineWriter.hex(parent)) }
    append("\",\"name\":")
    quote(span.name)
    append(",\"kind\":\(span.kind),\"startTimeUnixNano\":\"\(span.start)\",")
    append("\"endTimeUnixNano\":\"\(span.end)\",\"status\":")
    append(span.hasFailed ? "{\"code\":2}" : "{}")
    append(",\"attributes\":[")
  }

  private static func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

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
