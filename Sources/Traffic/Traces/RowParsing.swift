/// Turns one line of a trace into a row, as its format says.
struct RowParsing: Sendable {
  private let clock: TraceFormat.Clock
  /// What column `i` of a CSV holds; `.max` for nothing.
  private var roles: [UInt8] = []
  /// JSON lines: the keys that are looked for, as UTF-8, and what they hold.
  private var keys: [(name: [UInt8], role: TraceFormat.Role)] = []
  /// What finds the ids behind names, for each role of `TraceFormat.Role.names`.
  private let lookups: [NameLookup]
  /// One bit a role that each row must have.
  private var needed: UInt16 = 0

  /// Makes a parser of CSV rows whose column `i` holds `roles[i]`.
  init(csv roles: [TraceFormat.Role?], format: TraceFormat, lookups: [NameLookup]) {
    self.lookups = lookups
    clock = format.clock
    self.roles = roles.map { $0?.rawValue ?? .max }
    needed = Self.needed(format)
  }

  /// Makes a parser of JSON objects, one a line.
  init(jsonLines format: TraceFormat, lookups: [NameLookup]) {
    self.lookups = lookups
    clock = format.clock
    keys = format.columns.map { (Array($0.name.utf8), $0.role) }
    needed = Self.needed(format)
  }

  private static func needed(_ format: TraceFormat) -> UInt16 {
    format.columns.reduce(0) { $1.isOptional ? $0 : $0 | 1 << $1.role.rawValue }
  }

  /// Reads the fields of the CSV line in `start..<end`.
  @inline(__always)
  func csv(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int, dates: inout DateTimeParsing,
    into row: inout TraceRow
  ) -> RowFault? {
    var position = start
    var seen: UInt16 = 0
    for role in roles {
      if position > end { break }
      var stop = position
      if stop < end, bytes[stop] == UInt8(ascii: "\"") {
        stop += 1
        while stop < end, bytes[stop] != UInt8(ascii: "\"") { stop += 1 }
      }
      while stop < end, bytes[stop] != UInt8(ascii: ",") { stop += 1 }
      if let role = TraceFormat.Role(rawValue: role) {
        if let fault = field(bytes, position, stop, role, &dates, into: &row) { return fault }
        seen |= 1 << role.rawValue
      }
      position = stop + 1
    }
    return missing(seen)
  }

  /// Reads the members at the top level of the JSON object in `start..<end`.
  func json(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int, dates: inout DateTimeParsing,
    into row: inout TraceRow
  ) -> RowFault? {
    var seen: UInt16 = 0
    var position = JSONScanning.pastSpace(bytes, start, end)
    guard position < end, bytes[position] == UInt8(ascii: "{") else {
      return RowFault(.notAnObject)
    }
    position = JSONScanning.pastSpace(bytes, position + 1, end)
    while position < end, bytes[position] == UInt8(ascii: "\"") {
      let keyEnd = JSONScanning.pastValue(bytes, position, end)
      var value = JSONScanning.pastSpace(bytes, keyEnd, end)
      guard value < end, bytes[value] == UInt8(ascii: ":") else { return RowFault(.notAnObject) }
      value = JSONScanning.pastSpace(bytes, value + 1, end)
      let valueEnd = JSONScanning.pastValue(bytes, value, end)
      if valueEnd == value { return RowFault(.notAnObject) }
      if let role = role(bytes, position + 1, keyEnd - 1) {
        if let fault = field(bytes, value, valueEnd, role, &dates, into: &row) { return fault }
        seen |= 1 << role.rawValue
      }
      position = JSONScanning.pastSpace(bytes, valueEnd, end)
      guard position < end, bytes[position] == UInt8(ascii: ",") else { break }
      position = JSONScanning.pastSpace(bytes, position + 1, end)
    }
    guard position < end, bytes[position] == UInt8(ascii: "}") else {
      return RowFault(.notAnObject)
    }
    return missing(seen)
  }

  private func role(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int
  ) -> TraceFormat.Role? {
    search: for key in keys where key.name.count == end - start {
      for i in 0..<key.name.count where key.name[i] != bytes[start + i] { continue search }
      return key.role
    }
    return nil
  }

  @inline(__always)
  private func missing(_ seen: UInt16) -> RowFault? {
    if seen & needed == needed { return nil }
    let role = TraceFormat.Role(rawValue: UInt8((needed & ~seen).trailingZeroBitCount))
    return RowFault(.fewColumns, role ?? .time)
  }

  @inline(__always)
  private func field(
    _ bytes: borrowing Span<UInt8>, _ from: Int, _ to: Int, _ role: TraceFormat.Role,
    _ dates: inout DateTimeParsing, into row: inout TraceRow
  ) -> RowFault? {
    var (start, end) = (from, to)
    while start < end, Self.isTrimmed(bytes[start]) { start += 1 }
    while start < end, Self.isTrimmed(bytes[end - 1]) { end -= 1 }
    switch role {
    case .time:
      switch clock {
      case .dateTime: return dates.parse(bytes, start, end, into: &row.time)
      case .count(let unit):
        return FieldParsing.scaled(bytes, start, end, unit: unit, into: &row.time)
      }
    case .input: return FieldParsing.count(bytes, start, end, role, into: &row.inputTokens)
    case .output: return FieldParsing.count(bytes, start, end, role, into: &row.outputTokens)
    case .cached: return FieldParsing.count(bytes, start, end, role, into: &row.cachedTokens)
    case .conversation:
      row.conversation = start == end ? 0 : max(1, FieldParsing.hash(bytes, start, end))
      return nil
    case .blocks:
      row.body = start == end ? 0 : max(1, FieldParsing.hash(bytes, start, end))
      (row.blocksStart, row.blocksEnd) = (Int32(start), Int32(end))
      return nil
    case .difficulty: return FieldParsing.difficulty(bytes, start, end, into: &row.difficulty)
    case .body:
      row.body = start == end ? 0 : max(1, FieldParsing.hash(bytes, start, end))
      return nil
    case .team, .user, .key, .feature, .alias:
      // JSON's null has no quotation marks.
      if start == end || from == start && Self.isNull(bytes, start, end) { return nil }
      return name(bytes, start, end, role, into: &row)
    }
  }

  /// Finds the id behind a name.
  @inline(never)
  private func name(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int, _ role: TraceFormat.Role,
    into row: inout TraceRow
  ) -> RowFault? {
    let place = Int(role.rawValue - TraceFormat.Role.team.rawValue)
    guard lookups.indices.contains(place) else { return nil }
    let found = lookups[place].find(bytes, start, end)
    guard case .one(let id, let hash) = found else {
      let reason = found == .several ? RowFault.Reason.severalMembers : .unknownName
      return RowFault(reason, role, start: start, end: end)
    }
    switch role {
    case .team: row.team = id
    case .user: row.user = id
    case .key: row.key = id
    case .feature: row.feature = id
    default: (row.alias, row.aliasHash) = (id + 1, hash)
    }
    return nil
  }

  private static func isNull(_ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    end - start == 4 && bytes[start] == UInt8(ascii: "n") && bytes[start + 1] == UInt8(ascii: "u")
      && bytes[start + 2] == UInt8(ascii: "l") && bytes[start + 3] == UInt8(ascii: "l")
  }

  @inline(__always)
  private static func isTrimmed(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\t")
  }
}

/// Finds the ends of JSON values without understanding them.
enum JSONScanning {
  /// The first position from `start` that is no white space.
  static func pastSpace(_ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int) -> Int {
    var position = start
    while position < end, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
    return position
  }

  /// The position behind the value that begins at `start`; `start` itself if there is none.
  static func pastValue(_ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int) -> Int {
    var position = start
    var depth = 0
    while position < end {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        while position < end, bytes[position] != UInt8(ascii: "\"") {
          position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        position = min(position + 1, end)
        if depth == 0 { return position }
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        position += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return position }
        depth -= 1
        position += 1
        if depth == 0 { return position }
      case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x09:
        if depth == 0 { return position }
        position += 1
      default: position += 1
      }
    }
    return position
  }
}
