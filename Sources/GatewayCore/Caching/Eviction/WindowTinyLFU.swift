import Settings
import Vocabulary

/// A small window for what is new, and a main part that admits only what is seen more often than
/// what would have to go.
///
/// Newcomers enter the window (1 % of the capacity, least recently used goes first). Who falls out
/// of it meets the main part's next victim: the one that a frequency sketch has seen more often
/// stays; at a tie the newcomer goes. The main part is a segmented LRU: entries begin on probation,
/// a hit promotes them to the protected segment (80 %), whose overflow returns to probation. While
/// there is room nobody is judged. Source: G. Einziger, R. Friedman, B. Manes, "TinyLFU", ACM TOS
/// 13(4), 2017, §4; shares as in Caffeine, without its random tie-break.
/// - Complexity: O(1), amortised over the sketch's halving.
struct WindowTinyLFU: Eviction {
  enum Place: UInt8, BitwiseCopyable, Sendable {
    case window
    case probation
    case protected
  }

  struct Fact: BitwiseCopyable, Sendable {
    var key: UInt64 = 0
    var size: UInt32 = 0
    var place = Place.window
  }

  private let windowShare: Double
  private let protectedShare: Double
  private let sample: Int
  private var windowLimit = 0
  private var protectedLimit = 0
  private var links = EntryLinks()
  private var facts: [Fact] = []
  private var window = EntryLine()
  private var probation = EntryLine()
  private var protected = EntryLine()
  private var sketch = FrequencySketch(entries: 8)

  /// Reads the shares of window and protected segment, and the sample.
  init(reading s: inout SettingsReader) throws(SettingError) {
    windowShare = try s.share(
      "window", default: Probability(clamping: 0.01),
      in: Probability(clamping: 0.0001)...Probability(clamping: 0.99),
      "share of the capacity that is the window"
    ).value
    protectedShare = try s.share(
      "protected", default: Probability(clamping: 0.8),
      in: Probability(clamping: 0.01)...Probability(clamping: 0.99),
      "share of the main part that is protected"
    ).value
    sample = try s.integer(
      "sample", default: 10, in: 1...1000,
      "sights per entry of the capacity until counts are halved")
  }

  mutating func prepare(capacity: Int, entries: Int) {
    windowLimit = max(1, Int(Double(capacity) * windowShare))
    protectedLimit = Int(Double(capacity - windowLimit) * protectedShare)
    sketch = FrequencySketch(entries: entries, sampleFactor: sample)
  }

  mutating func used(_ entry: UInt32) {
    let fact = facts[Int(entry)]
    let size = Int(fact.size)
    sketch.see(fact.key)
    switch fact.place {
    case .window:
      links.remove(entry, from: &window, size: size)
      links.append(entry, to: &window, size: size)
    case .protected:
      links.remove(entry, from: &protected, size: size)
      links.append(entry, to: &protected, size: size)
    case .probation:
      links.remove(entry, from: &probation, size: size)
      links.append(entry, to: &protected, size: size)
      facts[Int(entry)].place = .protected
      while protected.size > protectedLimit {
        let demoted = protected.oldest
        let size = Int(facts[Int(demoted)].size)
        links.remove(demoted, from: &protected, size: size)
        links.append(demoted, to: &probation, size: size)
        facts[Int(demoted)].place = .probation
      }
    }
  }

  mutating func arriving(_ key: UInt64) { sketch.see(key) }

  mutating func victim(for size: Int) -> UInt32 {
    let resident = probation.isEmpty ? protected.oldest : probation.oldest
    guard !window.isEmpty, window.size + size > windowLimit else {
      return resident == .max ? window.oldest : resident
    }
    let candidate = window.oldest
    guard resident != .max else { return candidate }
    let (new, old) = (facts[Int(candidate)].key, facts[Int(resident)].key)
    guard sketch.frequency(of: new) > sketch.frequency(of: old) else { return candidate }
    admit(candidate)
    return resident
  }

  private mutating func admit(_ entry: UInt32) {
    let size = Int(facts[Int(entry)].size)
    links.remove(entry, from: &window, size: size)
    links.append(entry, to: &probation, size: size)
    facts[Int(entry)].place = .probation
  }

  mutating func stored(_ entry: UInt32, key: UInt64, size: Int) {
    while facts.count <= Int(entry) { facts.append(Fact()) }
    facts[Int(entry)] = Fact(key: key, size: UInt32(size), place: .window)
    links.append(entry, to: &window, size: size)
    // There was room: what the window cannot hold moves on unjudged.
    while window.size > windowLimit, window.oldest != entry { admit(window.oldest) }
  }

  mutating func removed(_ entry: UInt32) {
    let fact = facts[Int(entry)]
    switch fact.place {
    case .window: links.remove(entry, from: &window, size: Int(fact.size))
    case .probation: links.remove(entry, from: &probation, size: Int(fact.size))
    case .protected: links.remove(entry, from: &protected, size: Int(fact.size))
    }
  }
}
