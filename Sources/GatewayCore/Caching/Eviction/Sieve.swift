import Settings

/// First in, first out, with a second chance in place: a hand walks from the oldest to the newest
/// entry, spares those that were used since it last came by, and takes the first that was not.
///
/// A spared entry loses its mark and keeps its place, so new entries that nobody uses go quickly
/// while the old and popular stay. Past the newest the hand begins anew at the oldest. Source:
/// Y. Zhang et al., "SIEVE is simpler than LRU", NSDI 2024, algorithm 1.
/// - Complexity: a hit writes one bit; a victim O(1) amortised.
struct Sieve: Eviction {
  private var links = EntryLinks()
  private var line = EntryLine()
  private var marked: [Bool] = []
  private var hand = UInt32.max

  /// There is nothing to choose.
  init(reading s: inout SettingsReader) throws(SettingError) {}

  mutating func prepare(capacity: Int, entries: Int) {}

  mutating func used(_ entry: UInt32) { marked[Int(entry)] = true }

  mutating func victim(for size: Int) -> UInt32 {
    var entry = hand == .max ? line.oldest : hand
    while marked[Int(entry)] {
      marked[Int(entry)] = false
      let next = links.newer(than: entry)
      entry = next == .max ? line.oldest : next
    }
    hand = entry
    return entry
  }

  mutating func stored(_ entry: UInt32, key: UInt64, size: Int) {
    while marked.count <= Int(entry) { marked.append(false) }
    marked[Int(entry)] = false
    links.append(entry, to: &line)
  }

  mutating func removed(_ entry: UInt32) {
    if hand == entry { hand = links.newer(than: entry) }
    links.remove(entry, from: &line)
  }
}
