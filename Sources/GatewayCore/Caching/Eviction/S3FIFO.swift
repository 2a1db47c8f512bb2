import Settings
import Vocabulary

/// Three static queues: a small one for newcomers, a main one, and a memory of who was sent away.
///
/// A newcomer enters the small queue (a tenth of the capacity). At its end it moves on to the main
/// queue if it was used more than once, else it goes and only its key is remembered; a key that is
/// remembered when it comes back enters the main queue at once. The main queue gives an entry at
/// its end another round for each of its last uses, at most three. Uses are counted up to 3 and
/// forgotten at the move. The memory holds as much as the main queue. Source: J. Yang et al.,
/// "FIFO queues are all you need for cache eviction", SOSP 2023, algorithm 1.
/// - Complexity: a hit writes a counter; a victim O(1) amortised.
struct S3FIFO: Eviction {
  struct Fact: BitwiseCopyable, Sendable {
    var key: UInt64 = 0
    var size: UInt32 = 0
    var uses: UInt8 = 0
    var isMain = false
  }

  private let share: Double
  private var smallLimit = 0
  private var mainLimit = 0
  private var links = EntryLinks()
  private var facts: [Fact] = []
  private var small = EntryLine()
  private var main = EntryLine()
  private var ghosts = GhostList(limit: 0)

  /// Reads the share of the small queue.
  init(reading s: inout SettingsReader) throws(SettingError) {
    share = try s.share(
      "small", default: Probability(clamping: 0.1),
      in: Probability(clamping: 0.001)...Probability(clamping: 0.9),
      "share of the capacity that newcomers wait in"
    ).value
  }

  mutating func prepare(capacity: Int, entries: Int) {
    smallLimit = max(1, Int(Double(capacity) * share))
    mainLimit = max(0, capacity - smallLimit)
    ghosts = GhostList(limit: mainLimit)
  }

  mutating func used(_ entry: UInt32) {
    if facts[Int(entry)].uses < 3 { facts[Int(entry)].uses += 1 }
  }

  mutating func victim(for size: Int) -> UInt32 {
    if small.size >= smallLimit, let gone = fromSmall() { return gone }
    return fromMain() ?? fromSmall() ?? main.oldest
  }

  /// Looks through the small queue; what has proved itself moves on, until something goes.
  private mutating func fromSmall() -> UInt32? {
    while !small.isEmpty {
      let entry = small.oldest
      let fact = facts[Int(entry)]
      guard fact.uses > 1 else {
        ghosts.remember(fact.key, size: Int(fact.size))
        return entry
      }
      links.remove(entry, from: &small, size: Int(fact.size))
      links.append(entry, to: &main, size: Int(fact.size))
      facts[Int(entry)].isMain = true
      facts[Int(entry)].uses = 0
      if main.size > mainLimit, let gone = fromMain() { return gone }
    }
    return nil
  }

  /// Looks through the main queue; every use since the last round is another round.
  private mutating func fromMain() -> UInt32? {
    while !main.isEmpty {
      let entry = main.oldest
      guard facts[Int(entry)].uses > 0 else { return entry }
      facts[Int(entry)].uses -= 1
      let size = Int(facts[Int(entry)].size)
      links.remove(entry, from: &main, size: size)
      links.append(entry, to: &main, size: size)
    }
    return nil
  }

  mutating func stored(_ entry: UInt32, key: UInt64, size: Int) {
    while facts.count <= Int(entry) { facts.append(Fact()) }
    let returns = ghosts.forget(key)
    facts[Int(entry)] = Fact(key: key, size: UInt32(size), uses: 0, isMain: returns)
    if returns {
      links.append(entry, to: &main, size: size)
    } else {
      links.append(entry, to: &small, size: size)
    }
  }

  mutating func removed(_ entry: UInt32) {
    let fact = facts[Int(entry)]
    if fact.isMain {
      links.remove(entry, from: &main, size: Int(fact.size))
    } else {
      links.remove(entry, from: &small, size: Int(fact.size))
    }
  }
}
