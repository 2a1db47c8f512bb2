import Settings

/// Finds the ids behind the names that a trace gives, from their bytes.
///
/// A name is one that the scenario declares for a single id, or a member of a group, written as
/// reports write it: "people/17". Any other is a member of the `undeclared` group, where the format
/// names one: the member at ⌊h·n/2⁶⁴⌋ of its n, h the name's hash, so that a name is the same member
/// in every stream, replication and policy, and nothing is remembered. Two names may meet in one
/// member: of m names n·(1 − (1 − 1/n)ᵐ) members are expected to be used.
/// - Complexity: O(length of the name); memory O(names declared), whatever the trace.
struct NameLookup: Sendable {
  /// What a name is.
  enum Found: Equatable {
    /// An id, and the hash of the name.
    case one(id: UInt32, hash: UInt64)
    /// A group of several.
    case several
    /// Nothing that the scenario declares.
    case nothing
  }

  let table: NameTable
  private let undeclared: NameTable.Group?
  /// Open addressing: the hashes, and beside each the place of its group and 1; 0 for a free place.
  private var hashes: [UInt64]
  private var places: [UInt32]

  /// Prepares the names of a table.
  /// - Parameter group: the group of names that the table does not have.
  init(_ table: NameTable, undeclared group: String? = nil) {
    self.table = table
    undeclared = group.flatMap { table.group(named: $0) }
    var capacity = 8
    while capacity < table.groups.count * 2 { capacity *= 2 }
    hashes = Array(repeating: 0, count: capacity)
    places = Array(repeating: 0, count: capacity)
    for (index, group) in table.groups.enumerated() {
      let bytes = Array(group.name.utf8)
      let hash = FieldParsing.hash(bytes.span, 0, bytes.count)
      var place = Int(truncatingIfNeeded: hash) & (capacity - 1)
      while places[place] != 0 { place = (place + 1) & (capacity - 1) }
      (hashes[place], places[place]) = (hash, UInt32(index + 1))
    }
  }

  /// What the name in `start..<end` is.
  @inline(__always)
  func find(_ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int) -> Found {
    let hash = FieldParsing.hash(bytes, start, end)
    if let index = declared(hash) {
      let (first, count) = (table.groups[index].first, table.groups[index].count)
      return count == 1 ? .one(id: UInt32(truncatingIfNeeded: first), hash: hash) : .several
    }
    return undeclared(bytes, start, end, hash)
  }

  @inline(__always)
  private func declared(_ hash: UInt64) -> Int? {
    var place = Int(truncatingIfNeeded: hash) & (hashes.count - 1)
    while places[place] != 0 {
      if hashes[place] == hash { return Int(places[place]) - 1 }
      place = (place + 1) & (hashes.count - 1)
    }
    return nil
  }

  /// What a name is that stands in no table as it is.
  @inline(never)
  private func undeclared(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int, _ hash: UInt64
  ) -> Found {
    if let id = member(bytes, start, end) { return .one(id: id, hash: hash) }
    if let plain = Escapes.undone(bytes, start, end) { return find(plain.span, 0, plain.count) }
    guard let undeclared else { return .nothing }
    let place = hash.multipliedFullWidth(by: UInt64(undeclared.count)).high
    return .one(id: UInt32(truncatingIfNeeded: UInt64(undeclared.first) + place), hash: hash)
  }

  /// The id of "people/17".
  private func member(_ bytes: borrowing Span<UInt8>, _ start: Int, _ end: Int) -> UInt32? {
    var slash = end - 1
    var number = 0
    var power = 1
    while slash > start, let digit = FieldParsing.digit(bytes[slash]) {
      guard power <= 1_000_000_000 else { return nil }
      number += Int(digit) * power
      power *= 10
      slash -= 1
    }
    guard slash > start, slash < end - 1, bytes[slash] == UInt8(ascii: "/"),
      bytes[slash + 1] != UInt8(ascii: "0"),
      let index = declared(FieldParsing.hash(bytes, start, slash))
    else { return nil }
    let (first, count) = (table.groups[index].first, table.groups[index].count)
    guard count > 1, number <= count else { return nil }
    return UInt32(truncatingIfNeeded: first + number - 1)
  }
}
