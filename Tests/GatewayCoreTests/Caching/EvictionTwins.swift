@testable import GatewayCore

/// A cache of keys in the slow, obvious way: whole lists, searched from the front.
protocol Twin {
  /// A cache of so many units, which are about so many entries.
  init(capacity: Int, entries: Int)
  /// Whether the key is there; a hit is a use.
  mutating func look(_ key: UInt64) -> Bool
  /// Stores a key that is not there and takes so many units; who had to go for it, in order.
  @discardableResult
  mutating func store(_ key: UInt64, size: Int) -> [UInt64]
  /// Forgets a key, because it has expired.
  mutating func expire(_ key: UInt64)
  var keys: Set<UInt64> { get }
}

extension Twin {
  init(capacity: Int) { self.init(capacity: capacity, entries: capacity) }
  mutating func store(_ key: UInt64) { store(key, size: 1) }
}

/// What stands in a list, the oldest first.
struct Standing {
  var key: UInt64
  var size: Int
  var used = false
}

extension [Standing] {
  var total: Int { reduce(0) { $0 + $1.size } }
  func place(of key: UInt64) -> Int? { firstIndex { $0.key == key } }
  mutating func drop(_ key: UInt64) { removeAll { $0.key == key } }
}

/// One list, of which the first goes.
protocol ListTwin: Twin {
  var capacity: Int { get }
  var list: [Standing] { get set }
}

extension ListTwin {
  mutating func store(_ key: UInt64, size: Int) -> [UInt64] {
    var gone: [UInt64] = []
    while list.total + size > capacity { gone.append(list.removeFirst().key) }
    list.append(Standing(key: key, size: size))
    return gone
  }
  mutating func expire(_ key: UInt64) { list.drop(key) }
  var keys: Set<UInt64> { Set(list.map(\.key)) }
}

struct RecencyTwin: ListTwin {
  let capacity: Int
  var list: [Standing] = []
  init(capacity: Int, entries: Int) { self.capacity = capacity }
  mutating func look(_ key: UInt64) -> Bool {
    guard let place = list.place(of: key) else { return false }
    list.append(list.remove(at: place))
    return true
  }
}

struct QueueTwin: ListTwin {
  let capacity: Int
  var list: [Standing] = []
  init(capacity: Int, entries: Int) { self.capacity = capacity }
  mutating func look(_ key: UInt64) -> Bool { list.place(of: key) != nil }
}

struct SieveTwin: Twin {
  let capacity: Int
  var list: [Standing] = []
  var hand: UInt64?
  init(capacity: Int, entries: Int) { self.capacity = capacity }
  mutating func look(_ key: UInt64) -> Bool {
    guard let place = list.place(of: key) else { return false }
    list[place].used = true
    return true
  }
  mutating func store(_ key: UInt64, size: Int) -> [UInt64] {
    var gone: [UInt64] = []
    while list.total + size > capacity {
      var place = hand.flatMap { list.place(of: $0) } ?? 0
      while list[place].used {
        list[place].used = false
        place = (place + 1) % list.count
      }
      hand = place + 1 < list.count ? list[place + 1].key : nil
      gone.append(list.remove(at: place).key)
    }
    list.append(Standing(key: key, size: size))
    return gone
  }
  mutating func expire(_ key: UInt64) {
    guard let place = list.place(of: key) else { return }
    if hand == key { hand = place + 1 < list.count ? list[place + 1].key : nil }
    list.remove(at: place)
  }
  var keys: Set<UInt64> { Set(list.map(\.key)) }
}

/// Algorithm 1 of the paper, line by line.
struct S3FIFOTwin: Twin {
  let capacity: Int
  let smallLimit: Int
  var small: [Standing] = []
  var main: [Standing] = []
  var uses: [UInt64: Int] = [:]
  var departures: [Standing] = []
  var gone: [UInt64] = []
  init(capacity: Int, entries: Int) {
    self.capacity = capacity
    smallLimit = max(1, Int(Double(capacity) * 0.1))
  }
  mutating func look(_ key: UInt64) -> Bool {
    guard let used = uses[key] else { return false }
    uses[key] = min(3, used + 1)
    return true
  }
  mutating func store(_ key: UInt64, size: Int) -> [UInt64] {
    gone = []
    while small.total + main.total + size > capacity { evict() }
    if remembers(key) {
      main.append(Standing(key: key, size: size))
    } else {
      small.append(Standing(key: key, size: size))
    }
    uses[key] = 0
    return gone
  }
  /// Whether a key is among the latest departures that would fill the main queue; it is struck out.
  mutating func remembers(_ key: UInt64) -> Bool {
    var room = capacity - smallLimit
    for place in departures.indices.reversed() {
      room -= departures[place].size
      if room < 0 { return false }
      if departures[place].key == key, !departures[place].used {
        departures[place].used = true
        return true
      }
    }
    return false
  }
  mutating func evict() {
    if small.total >= smallLimit || main.isEmpty { evictSmall() } else { evictMain() }
  }
  mutating func evictSmall() {
    while !small.isEmpty {
      let first = small.removeFirst()
      guard uses[first.key, default: 0] > 1 else {
        // What is larger than the memory is not remembered, and displaces nobody there.
        if first.size <= capacity - smallLimit { departures.append(first) }
        uses[first.key] = nil
        gone.append(first.key)
        return
      }
      main.append(first)
      uses[first.key] = 0
      if main.total > capacity - smallLimit { return evictMain() }
    }
  }
  mutating func evictMain() {
    while !main.isEmpty {
      let first = main.removeFirst()
      guard uses[first.key, default: 0] > 0 else {
        uses[first.key] = nil
        gone.append(first.key)
        return
      }
      main.append(first)
      uses[first.key, default: 0] -= 1
    }
  }
  mutating func expire(_ key: UInt64) {
    small.drop(key)
    main.drop(key)
    uses[key] = nil
  }
  var keys: Set<UInt64> { Set((small + main).map(\.key)) }
}

/// Window, probation and protected lists, and whole tables of counters.
struct TinyLFUTwin: Twin {
  let capacity: Int
  let windowLimit: Int
  let protectedLimit: Int
  let sample: Int
  let width: UInt64
  var window: [Standing] = []
  var probation: [Standing] = []
  var protected: [Standing] = []
  var rows: [[Int]]
  var known: Set<Int> = []
  var seen = 0
  init(capacity: Int, entries: Int) {
    self.capacity = capacity
    windowLimit = max(1, Int(Double(capacity) * 0.01))
    protectedLimit = Int(Double(capacity - windowLimit) * 0.8)
    sample = max(10, entries * 10)
    var width: UInt64 = 8
    while width < UInt64(entries) { width *= 2 }
    self.width = width
    rows = Array(repeating: Array(repeating: 0, count: Int(width)), count: 4)
  }
  func places(_ key: UInt64) -> [Int] {
    (0..<UInt64(4)).map {
      Int(FrequencySketch.place(FrequencySketch.scattered(key), row: $0) % width)
    }
  }
  func doors(_ key: UInt64) -> [Int] {
    let word = FrequencySketch.scattered(key)
    return [Int(word % (width * 32)), Int((word >> 32 | word << 32) % (width * 32))]
  }
  func frequency(_ key: UInt64) -> Int {
    let least = zip(rows, places(key)).map { $0[$1] }.min() ?? 0
    return least + (doors(key).allSatisfy(known.contains) ? 1 : 0)
  }
  mutating func see(_ key: UInt64) {
    if doors(key).allSatisfy(known.contains) {
      for (row, place) in places(key).enumerated() {
        rows[row][place] = min(15, rows[row][place] + 1)
      }
    } else {
      known.formUnion(doors(key))
    }
    seen += 1
    if seen >= sample {
      rows = rows.map { $0.map { $0 / 2 } }
      known = []
      seen /= 2
    }
  }
  mutating func look(_ key: UInt64) -> Bool {
    guard keys.contains(key) else { return false }
    see(key)
    if let place = window.place(of: key) {
      window.append(window.remove(at: place))
    } else if let place = protected.place(of: key) {
      protected.append(protected.remove(at: place))
    } else if let place = probation.place(of: key) {
      protected.append(probation.remove(at: place))
      while protected.total > protectedLimit { probation.append(protected.removeFirst()) }
    }
    return true
  }
  mutating func store(_ key: UInt64, size: Int) -> [UInt64] {
    see(key)
    var gone: [UInt64] = []
    while window.total + probation.total + protected.total + size > capacity {
      gone.append(evict(for: size))
    }
    window.append(Standing(key: key, size: size))
    // There was room: what the window cannot hold moves on unjudged.
    while window.total > windowLimit, window[0].key != key {
      probation.append(window.removeFirst())
    }
    return gone
  }
  mutating func evict(for size: Int) -> UInt64 {
    let resident = probation.first ?? protected.first
    guard let candidate = window.first, window.total + size > windowLimit || resident == nil else {
      return removeResident()
    }
    window.removeFirst()
    guard let resident, frequency(candidate.key) > frequency(resident.key) else {
      return candidate.key
    }
    _ = removeResident()
    probation.append(candidate)
    return resident.key
  }
  mutating func removeResident() -> UInt64 {
    probation.isEmpty ? protected.removeFirst().key : probation.removeFirst().key
  }
  mutating func expire(_ key: UInt64) {
    window.drop(key)
    probation.drop(key)
    protected.drop(key)
  }
  var keys: Set<UInt64> { Set((window + probation + protected).map(\.key)) }
}

/// The twin of an eviction policy, by its name.
func evictionTwin(_ name: String, capacity: Int, entries: Int) -> (any Twin)? {
  let types: [String: any Twin.Type] = [
    "lru": RecencyTwin.self, "fifo": QueueTwin.self, "sieve": SieveTwin.self,
    "s3-fifo": S3FIFOTwin.self, "w-tinylfu": TinyLFUTwin.self,
  ]
  return types[name]?.init(capacity: capacity, entries: entries)
}
