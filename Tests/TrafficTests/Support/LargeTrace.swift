import Foundation

/// Writes large traces in Azure's format, in constant memory.
enum LargeTrace {
  /// Writes `rows` rows, 700 µs apart, and returns the path.
  static func write(rows: Int, in folder: ScratchFolder) throws -> String {
    let path = folder.path + "/large.csv"
    try Data().write(to: URL(fileURLWithPath: path))
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    defer { try? file.close() }
    var bytes = Array("TIMESTAMP,ContextTokens,GeneratedTokens\r\n".utf8)
    bytes.reserveCapacity(1 << 20 + 64)
    func digits(_ value: Int, _ width: Int) {
      var divisor = 1
      for _ in 1..<width { divisor *= 10 }
      while divisor > 0 {
        bytes.append(UInt8(0x30 + value / divisor % 10))
        divisor /= 10
      }
    }
    for row in 0..<rows {
      let ticks = row * 7_000  // of 100 ns
      let seconds = ticks / 10_000_000
      bytes += "2023-11-".utf8
      digits(1 + seconds / 86_400, 2)
      bytes.append(0x20)
      digits(seconds / 3_600 % 24, 2)
      bytes.append(0x3A)
      digits(seconds / 60 % 60, 2)
      bytes.append(0x3A)
      digits(seconds % 60, 2)
      bytes.append(0x2E)
      digits(ticks % 10_000_000, 7)
      bytes.append(0x2C)
      digits(row % 4_096, 4)
      bytes.append(0x2C)
      digits(row % 500, 3)
      bytes += [0x0D, 0x0A]
      if bytes.count > 1 << 20 {
        try file.write(contentsOf: bytes)
        bytes.removeAll(keepingCapacity: true)
      }
    }
    try file.write(contentsOf: bytes)
    return path
  }

  /// The most memory that the process has had resident, in KiB.
  static var peakMemory: Int {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM") })
    else { return 0 }
    return Int(line.filter(\.isNumber)) ?? 0
  }
}
