/// Entries in a line, from the oldest to the newest.
struct EntryLine: BitwiseCopyable, Sendable {
  var newest = UInt32.max
  var oldest = UInt32.max
  /// The sum of the sizes.
  var size = 0

  /// Whether nobody stands in it.
  @inline(__always) var isEmpty: Bool { newest == .max }
}

/// The neighbours of every entry; several lines of one policy share it, as an entry stands in one.
///
/// - Complexity: O(1); memory of 8 bytes per entry.
struct EntryLinks: Sendable {
  struct Link: BitwiseCopyable, Sendable {
    var newer = UInt32.max
    var older = UInt32.max
  }

  private var links: [Link] = []

  /// The next newer entry; `.max` for the newest.
  @inline(__always)
  func newer(than entry: UInt32) -> UInt32 { links[Int(entry)].newer }

  /// Puts an entry at the newest end of a line.
  @inline(__always)
  mutating func append(_ entry: UInt32, to line: inout EntryLine, size: Int = 1) {
    while links.count <= Int(entry) { links.append(Link()) }
    links[Int(entry)] = Link(newer: .max, older: line.newest)
    if line.newest != .max {
      links[Int(line.newest)].newer = entry
    } else {
      line.oldest = entry
    }
    line.newest = entry
    line.size &+= size
  }

  /// Takes an entry out of its line.
  @inline(__always)
  mutating func remove(_ entry: UInt32, from line: inout EntryLine, size: Int = 1) {
    let link = links[Int(entry)]
    if link.newer != .max {
      links[Int(link.newer)].older = link.older
    } else {
      line.newest = link.older
    }
    if link.older != .max {
      links[Int(link.older)].newer = link.newer
    } else {
      line.oldest = link.newer
    }
    line.size &-= size
  }
}
