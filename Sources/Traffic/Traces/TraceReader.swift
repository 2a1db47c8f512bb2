/// Reads a recorded trace row by row, in constant memory.
///
/// The file comes in chunks of one mebibyte; whole lines are parsed in place, the broken line at
/// the end of a chunk is moved to the front of the next one. Line ends are LF or CRLF; the last may
/// be missing; blank lines are passed over. A copy of a reader reads on by itself.
/// - Complexity: O(bytes), 1 MiB of memory, no allocation per row.
public struct TraceReader: Sendable {
  /// The size of a chunk, and so the longest line.
  static let chunk = 1 << 20

  /// The path, for messages.
  public let path: String
  /// The format.
  public let format: TraceFormat
  /// How many rows have been left out because they were malformed.
  public private(set) var skippedRows = 0
  /// The number of the line that was read last, from 1.
  public private(set) var line = 0

  /// The blocks of the prompt of the row that was read last; empty if the trace does not say, or
  /// nobody wants to know.
  public private(set) var blocks: [UInt64] = []
  /// Whether the blocks are read.
  public var readsBlocks = false

  private let skipsBadRows: Bool
  /// What finds the ids behind the names of who asked; empty if the trace names nobody.
  private let lookups: [NameLookup]
  private let file: ReadableFile
  private var buffer = [UInt8](repeating: 0, count: TraceReader.chunk)
  private var offset = 0
  private var filled = 0
  private var position = 0
  /// Lines that begin before this index end before it.
  private var complete = 0
  private var atEnd = false
  private var parsing: RowParsing
  private var dates = DateTimeParsing()
  private var latest = Int64.min

  /// Opens a trace and reads its header line, if it has one.
  ///
  /// - Parameters:
  ///   - skipsBadRows: whether malformed rows are left out and counted.
  ///   - names: the names that rows may give; columns of names are passed over without it.
  public init(
    path: String, format: TraceFormat, skipsBadRows: Bool = false, names: TrafficNames? = nil
  ) throws(TrafficError) {
    try self.init(
      path: path, format: format, skipsBadRows: skipsBadRows,
      lookups: names.map { TraceReader.lookups(format, $0) } ?? [])
  }

  private init(
    path: String, format: TraceFormat, skipsBadRows: Bool, lookups: [NameLookup]
  ) throws(TrafficError) {
    self.path = path
    self.format = format
    self.skipsBadRows = skipsBadRows
    self.lookups = lookups
    file = try ReadableFile(path: path)
    parsing = RowParsing(jsonLines: format, lookups: lookups)
    try refill()
    if filled >= 3, buffer[0] == 0xEF, buffer[1] == 0xBB, buffer[2] == 0xBF { position = 3 }
    if format.shape == .csv { try readHeader() }
  }

  /// Overwrites `row` with the next row; `false` at the end of the trace.
  public mutating func next(into row: inout TraceRow) throws(TrafficError) -> Bool {
    while true {
      if position >= complete {
        try refill()
        if position >= complete { return false }
      }
      let start = position
      var fault: RowFault?
      let end = Self.lineEnd(buffer.span, start, complete)
      position = end + 1
      line += 1
      var last = end
      if last > start, buffer[last - 1] == 0x0D { last -= 1 }
      if last == start { continue }
      row = TraceRow()
      var dates = self.dates
      switch format.shape {
      case .csv: fault = parsing.csv(buffer.span, start, last, dates: &dates, into: &row)
      case .jsonLines: fault = parsing.json(buffer.span, start, last, dates: &dates, into: &row)
      }
      self.dates = dates
      if fault == nil {
        if row.time >= latest {
          latest = row.time
          if row.blocksEnd > 0 { takeBlocks(of: &row) }
          return true
        }
        fault = RowFault(.decreasing, start: start, end: last)
      }
      if let fault, !skipsBadRows { throw error(fault) }
      skippedRows += 1
    }
  }

  /// Goes back to the first row; rows left out are counted again.
  public mutating func rewind() throws(TrafficError) {
    let readsBlocks = readsBlocks
    self = try TraceReader(
      path: path, format: format, skipsBadRows: skipsBadRows, lookups: lookups)
    self.readsBlocks = readsBlocks
  }

  /// Reads the whole numbers between the brackets; whatever else stands there only parts them.
  private mutating func takeBlocks(of row: inout TraceRow) {
    blocks.removeAll(keepingCapacity: true)
    if readsBlocks {
      var value: UInt64 = 0
      var isInside = false
      for position in Int(row.blocksStart)..<Int(row.blocksEnd) {
        if let digit = FieldParsing.digit(buffer[position]) {
          value = value &* 10 &+ UInt64(digit)
          isInside = true
        } else if isInside {
          blocks.append(TraceReader.mixed(value))
          (value, isInside) = (0, false)
        }
      }
      if isInside { blocks.append(TraceReader.mixed(value)) }
    }
    (row.blocksStart, row.blocksEnd) = (0, 0)
  }

  /// A number of a block as a key among all keys.
  private static func mixed(_ value: UInt64) -> UInt64 {
    let hash = (value &+ 1) &* 0x9E37_79B9_7F4A_7C15
    return hash ^ (hash >> 29)
  }

  @inline(__always)
  private static func lineEnd(_ bytes: borrowing Span<UInt8>, _ start: Int, _ limit: Int) -> Int {
    var position = start
    while position < limit, bytes[position] != 0x0A { position += 1 }
    return position
  }

  private mutating func refill() throws(TrafficError) {
    let tail = filled - position
    if position > 0, tail > 0 {
      buffer.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        base.copyMemory(from: base + position, byteCount: tail)
      }
    }
    (position, filled, complete) = (0, max(0, tail), 0)
    while !atEnd {
      let got = try file.read(into: &buffer, from: filled, count: Self.chunk, at: offset)
      offset += got
      if got == 0 {
        atEnd = filled < buffer.count
        if !atEnd {
          throw .malformed(file: path, line: line + 1, reason: "a line longer than a mebibyte")
        }
        break
      }
      filled += got
      var end = filled
      while end > filled - got, buffer[end - 1] != 0x0A { end -= 1 }
      if end > filled - got {
        complete = end
        return
      }
    }
    complete = filled
  }

  private mutating func readHeader() throws(TrafficError) {
    let end = Self.lineEnd(buffer.span, position, complete)
    let text = String(decoding: buffer[position..<end], as: UTF8.self)
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map {
      String($0.filter { !"\"\r\u{FEFF}".contains($0) }.trimmed)
    }
    var roles: [TraceFormat.Role?] = []
    let hasHeader = names.first?.unicodeScalars.first.map { !("0"..."9").contains($0) } ?? false
    for column in format.columns {
      var place = column.place
      if hasHeader {
        place = names.firstIndex { $0.lowercased() == column.name.lowercased() }
        if place == nil, !column.isOptional {
          throw .malformed(
            file: path, line: 1,
            reason: "there is no column \"\(column.name)\" among "
              + names.map { "\"\($0)\"" }.joined(separator: ", "))
        }
      } else if place == nil, !column.isOptional {
        throw .malformed(
          file: path, line: 1,
          reason: "expected a header line that names the column \"\(column.name)\"")
      }
      guard let place else { continue }
      while roles.count <= place { roles.append(nil) }
      roles[place] = column.role
    }
    if hasHeader {
      position = min(end + 1, complete)
      line = 1
    }
    parsing = RowParsing(csv: roles, format: format, lookups: lookups)
  }

  /// A look-up for each role that names somebody.
  private static func lookups(_ format: TraceFormat, _ names: TrafficNames) -> [NameLookup] {
    let columns = format.names
    guard !columns.isEmpty else { return [] }
    return TraceFormat.Role.names.map { role in
      guard let column = columns.first(where: { $0.role == role }),
        let table = names.table(of: role)
      else { return NameLookup(NameTable(kind: "", limit: 0, isOpen: false)) }
      return NameLookup(table, undeclared: column.undeclared)
    }
  }

  private func error(_ fault: RowFault) -> TrafficError {
    let column = format.columns.first { $0.role == fault.role }?.name ?? "\(fault.role)"
    let end = min(fault.end, fault.start + 60)
    let field = String(decoding: buffer[fault.start..<max(fault.start, end)], as: UTF8.self)
    let place = TraceFormat.Role.names.firstIndex(of: fault.role)
    if let place, lookups.indices.contains(place) {
      let table = lookups[place].table
      if fault.reason == .severalMembers {
        return .severalMembers(
          file: path, line: line, column: column, name: field,
          count: table.group(named: field)?.count ?? 0)
      }
      if fault.reason == .unknownName {
        return .unknownName(
          file: path, line: line, column: column, role: "\(fault.role)", name: field,
          declared: table.names.filter { $0 != TrafficNames.none })
      }
    }
    return .malformed(file: path, line: line, reason: fault.text(column: column, field: field))
  }
}

extension String {
  /// The string without blanks at its ends.
  fileprivate var trimmed: Substring {
    var text = Substring(self)
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return text
  }
}
