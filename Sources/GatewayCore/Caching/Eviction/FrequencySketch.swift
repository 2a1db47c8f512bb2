/// How often keys were seen lately, in four bytes a counter place: an estimate that is never too low
/// within its sample.
///
/// A doorkeeper (a Bloom filter with two places a key) takes the first sight of a key, so that the
/// many that are seen once do not fill the sketch; further sights count in a count-min sketch of
/// four rows up to 15. After `10 × capacity` sights all counters are halved and the doorkeeper is
/// emptied: the past fades. Source: G. Einziger, R. Friedman, B. Manes, "TinyLFU: a highly efficient
/// cache admission policy", ACM TOS 13(4), 2017, §3; row and sample sizes as in Caffeine.
/// - Complexity: O(1) a sight, amortised over the halving.
struct FrequencySketch: Sendable {
  private let mask: UInt64
  private let sample: Int
  private var counters: [UInt8]
  private var doorkeeper: [UInt64]
  private(set) var seen = 0

  /// A sketch for about so many entries.
  init(entries: Int, sampleFactor: Int = 10) {
    var width = 8
    while width < entries { width *= 2 }
    mask = UInt64(width - 1)
    sample = max(10, entries * sampleFactor)
    counters = Array(repeating: 0, count: width * 4)
    // 32 bits a place.
    doorkeeper = Array(repeating: 0, count: width / 2)
  }

  /// Scatters a key; all places of it come from this word.
  static func scattered(_ key: UInt64) -> UInt64 {
    var z = key &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// The place of a scattered key in a row, before it is cut to the width.
  static func place(_ word: UInt64, row: UInt64) -> UInt64 {
    ((word &+ row &* 0xD6E8_FEB8_6659_FD93) &* (0xA24B_AED4_963E_E407 &+ row &* 2)) >> 20
  }

  /// How often a key was seen lately, at most 16.
  func frequency(of key: UInt64) -> Int {
    let word = FrequencySketch.scattered(key)
    var least = UInt8.max
    for row in 0..<UInt64(4) {
      let place = FrequencySketch.place(word, row: row) & mask
      least = min(least, counters[Int(row * (mask + 1) + place)])
    }
    return Int(least) + (isKnown(word) ? 1 : 0)
  }

  /// A key is seen.
  mutating func see(_ key: UInt64) {
    let word = FrequencySketch.scattered(key)
    if isKnown(word) {
      for row in 0..<UInt64(4) {
        let place = Int(row * (mask + 1) + FrequencySketch.place(word, row: row) & mask)
        if counters[place] < 15 { counters[place] += 1 }
      }
    } else {
      for half in 0..<2 {
        let bit = door(word, half)
        doorkeeper[bit >> 6] |= 1 << UInt64(bit & 63)
      }
    }
    seen += 1
    if seen >= sample { fade() }
  }

  private func door(_ word: UInt64, _ half: Int) -> Int {
    let bits = UInt64(doorkeeper.count * 64 - 1)
    return Int((half == 0 ? word : word >> 32 | word << 32) & bits)
  }

  private func isKnown(_ word: UInt64) -> Bool {
    let (one, other) = (door(word, 0), door(word, 1))
    return doorkeeper[one >> 6] >> UInt64(one & 63) & 1 == 1
      && doorkeeper[other >> 6] >> UInt64(other & 63) & 1 == 1
  }

  private mutating func fade() {
    for place in counters.indices { counters[place] >>= 1 }
    for place in doorkeeper.indices { doorkeeper[place] = 0 }
    seen /= 2
  }
}
