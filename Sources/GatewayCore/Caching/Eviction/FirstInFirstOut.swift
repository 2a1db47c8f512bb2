import Settings

/// The entry that was stored first goes, however often it is used.
///
/// What it costs in hits is what the other policies must beat: under independent requests its hit
/// ratio is that of random eviction (Fricker, Robert, Roberts, ITC 24, 2012). With one time to live
/// it is also LiteLLM's in-memory rule, which evicts what expires earliest.
/// - Complexity: O(1), and nothing at a hit.
struct FirstInFirstOut: Eviction {
  private var links = EntryLinks()
  private var line = EntryLine()

  /// There is nothing to choose.
  init(reading s: inout SettingsReader) throws(SettingError) {}

  mutating func prepare(capacity: Int, entries: Int) {}

  mutating func used(_ entry: UInt32) {}

  mutating func victim(for size: Int) -> UInt32 { line.oldest }

  mutating func stored(_ entry: UInt32, key: UInt64, size: Int) {
    links.append(entry, to: &line)
  }

  mutating func removed(_ entry: UInt32) { links.remove(entry, from: &line) }
}
