import Vocabulary

/// The beginnings that one pool of deployments has kept: an entry for each piece, in order of use.
///
/// A piece's key stands for all that comes before it too, so a beginning is found piece by piece until
/// one is missing, too old, or only partly there. A piece may grow: the next turn of a conversation
/// finds what the last one left and makes it longer. Of one prompt the end is used before the
/// beginning, so that ends are forgotten first.
/// - Complexity: O(pieces) per prompt, without allocation once grown; memory follows what lives.
struct PromptCache: ~Copyable, @unchecked Sendable {
  struct Entry: BitwiseCopyable {
    var key: UInt64
    var tokens: UInt32
    var newer: Int32
    var older: Int32
    var used: Int64
  }

  /// What a prompt finds.
  struct Finding: Equatable {
    /// Tokens read from the cache.
    var cached: UInt32 = 0
    /// Tokens that are newly kept, and reported as written.
    var written: UInt32 = 0
    /// Pieces found, of how many.
    var pieces = 0
  }

  private let ttl: Int64
  private let minimum: UInt32
  private let block: UInt32
  private let capacity: Int64
  private let reportsWrites: Bool
  private var entries = Buffer<Entry>()
  private var free = Buffer<Int32>()
  /// Open addressing with linear probing: places of entries plus one; a power of two.
  private var table = Buffer<Int32>()
  private var count = 0
  private var newest: Int32 = -1
  private var oldest: Int32 = -1
  private var held: Int64 = 0

  init(_ plan: PromptCachePlan) {
    ttl = plan.ttl?.nanoseconds ?? .max
    minimum = plan.minimum
    block = plan.block
    capacity = plan.capacity ?? .max
    reportsWrites = plan.reportsWrites
    table.fill(upTo: 64, with: 0)
  }

  /// Entries that are kept.
  var size: Int { count }

  /// What a prompt of `tokens` finds at `now`; nothing changes.
  mutating func look(
    _ pieces: UnsafeBufferPointer<PrefixPiece>, tokens: UInt32, at now: Int64
  ) -> Finding {
    var finding = Finding()
    var found: UInt64 = 0
    for piece in pieces {
      let place = self.place(of: piece.key)
      guard place >= 0, now &- entries[place].used <= ttl else { break }
      finding.pieces += 1
      found += UInt64(min(piece.tokens, entries[place].tokens))
      if entries[place].tokens < piece.tokens { break }
    }
    let whole = UInt32(min(found, UInt64(tokens))) / block * block
    if whole >= minimum { finding.cached = whole }
    let kept = tokens / block * block
    if reportsWrites, kept >= minimum { finding.written = kept - min(kept, finding.cached) }
    return finding
  }

  /// Keeps a prompt that has been computed.
  mutating func keep(
    _ pieces: UnsafeBufferPointer<PrefixPiece>, tokens: UInt32, at now: Int64
  ) {
    guard tokens >= minimum else { return }
    for index in pieces.indices.reversed() { touch(pieces[index], at: now) }
    while oldest >= 0, held > capacity || isOver(entries[Int(oldest)], now) { forget(Int(oldest)) }
  }

  private func isOver(_ entry: Entry, _ now: Int64) -> Bool { now &- entry.used > ttl }

  private mutating func touch(_ piece: PrefixPiece, at now: Int64) {
    var place = self.place(of: piece.key)
    if place >= 0 {
      unlink(place)
      let isStale = isOver(entries[place], now)
      held &-= Int64(entries[place].tokens)
      entries[place].tokens =
        isStale ? piece.tokens : max(entries[place].tokens, piece.tokens)
    } else {
      let entry = Entry(key: piece.key, tokens: piece.tokens, newer: -1, older: -1, used: now)
      if free.isEmpty {
        place = entries.count
        entries.append(entry)
      } else {
        place = Int(free.removeLast())
        entries[place] = entry
      }
      insert(place)
    }
    held &+= Int64(entries[place].tokens)
    entries[place].used = now
    entries[place].older = newest
    entries[place].newer = -1
    if newest >= 0 { entries[Int(newest)].newer = Int32(place) } else { oldest = Int32(place) }
    newest = Int32(place)
  }

  private mutating func unlink(_ place: Int) {
    let (newer, older) = (entries[place].newer, entries[place].older)
    if newer >= 0 { entries[Int(newer)].older = older } else { newest = older }
    if older >= 0 { entries[Int(older)].newer = newer } else { oldest = newer }
  }

  private mutating func forget(_ place: Int) {
    unlink(place)
    held &-= Int64(entries[place].tokens)
    remove(place)
    free.append(Int32(place))
  }

  // MARK: The table

  private func bucket(of key: UInt64) -> Int {
    let mixed = (key ^ key >> 32) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: mixed >> 20) & (table.count - 1)
  }

  private mutating func place(of key: UInt64) -> Int {
    var bucket = bucket(of: key)
    while table[bucket] != 0 {
      let place = Int(table[bucket]) - 1
      if entries[place].key == key { return place }
      bucket = (bucket + 1) & (table.count - 1)
    }
    return -1
  }

  private mutating func insert(_ place: Int) {
    count += 1
    if count * 2 > table.count { grow() }
    var bucket = bucket(of: entries[place].key)
    while table[bucket] != 0 { bucket = (bucket + 1) & (table.count - 1) }
    table[bucket] = Int32(place + 1)
  }

  /// Takes an entry out of the table; those behind it move up, so that no grave is left.
  private mutating func remove(_ place: Int) {
    let mask = table.count - 1
    var hole = bucket(of: entries[place].key)
    while Int(table[hole]) != place + 1 { hole = (hole + 1) & mask }
    var next = (hole + 1) & mask
    while table[next] != 0 {
      let home = bucket(of: entries[Int(table[next]) - 1].key)
      if (next - home) & mask >= (next - hole) & mask {
        table[hole] = table[next]
        hole = next
      }
      next = (next + 1) & mask
    }
    table[hole] = 0
    count -= 1
  }

  private mutating func grow() {
    let size = table.count * 2
    let old = table.withSpan { span in span.indices.map { span[$0] } }
    table.removeAll()
    table.fill(upTo: size, with: 0)
    for entry in old where entry != 0 {
      var bucket = bucket(of: entries[Int(entry) - 1].key)
      while table[bucket] != 0 { bucket = (bucket + 1) & (size - 1) }
      table[bucket] = entry
    }
  }
}
