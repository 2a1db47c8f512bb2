import Settings

/// The entry that has not been used for longest goes.
///
/// One line in order of use. Its hit ratio under independent requests is Che's: a key with
/// probability p is found with 1 − e^(−p·t), where t solves Σ (1 − e^(−p·t)) = capacity (Che, Tung,
/// Wang, IEEE JSAC 20(7), 2002).
/// - Complexity: O(1).
struct LeastRecentlyUsed: Eviction {
  private var links = EntryLinks()
  private var line = EntryLine()

  /// There is nothing to choose.
  init(reading s: inout SettingsReader) throws(SettingError) {}

  init() {}

  mutating func prepare(capacity: Int, entries: Int) {}

  @inline(__always)
  mutating func used(_ entry: UInt32) {
    guard line.newest != entry else { return }
    links.remove(entry, from: &line)
    links.append(entry, to: &line)
  }

  @inline(__always)
  mutating func victim(for size: Int) -> UInt32 { line.oldest }

  @inline(__always)
  mutating func stored(_ entry: UInt32, key: UInt64, size: Int) {
    links.append(entry, to: &line)
  }

  @inline(__always)
  mutating func removed(_ entry: UInt32) { links.remove(entry, from: &line) }
}
