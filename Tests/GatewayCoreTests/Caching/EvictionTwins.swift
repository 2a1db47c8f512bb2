@testable import GatewayCore

/// A cache of keys in the slow, obvious way: whole lists, searched from the front.
protocol Twin {
  init(capacity: Int)
  /// Whether the key is there; a hit is a use.
  mutating func look(_ key: UInt64) -> Bool
  /// Stores a key that is not there.
  mutating func store(_ key: UInt64)
  /// Forgets a key, because it has expired.
  mutating func expire(_ key: UInt64)
  var keys: Set<UInt64> { get }
}

struct RecencyTwin: Twin {
  let capacity: Int
  var list: [UInt64] = []  // oldest first
  init(capacity: Int) { self.capacity = capacity }
  mutating func look(_ key: UInt64) -> Bool {
    guard let place = list.firstIndex(of: key) else { return false }
    list.append(list.remove(at: place))
    return true
  }
  mutating func store(_ key: UInt64) {
    if list.count == capacity { list.removeFirst() }
    list.append(key)
  }
  mutating func expire(_ key: UInt64) { list.removeAll { $0 == key } }
  var keys: Set<UInt64> { Set(list) }
}

struct QueueTwin: Twin {
  let capacity: Int
  var list: [UInt64] = []
  init(capacity: Int) { self.capacity = capacity }
  mutating func look(_ key: UInt64) -> Bool { list.contains(key) }
  mutating func store(_ key: UInt64) {
    if list.count == capacity { list.removeFirst() }
    list.append(key)
  }
  mutating func expire(_ key: UInt64) { list.removeAll { $0 == key } }
  var keys: Set<UInt64> { Set(list) }
}

struct SieveTwin: Twin {
  let capacity: Int
  var list: [(key: UInt64, used: Bool)] = []  // oldest first
  var hand: UInt64?
  init(capacity: Int) { self.capacity = capacity }
  mutating func look(_ key: UInt64) -> Bool {
    guard let place = list.firstIndex(where: { $0.key == key }) else { return false }
    list[place].used = true
    return true
  }
  mutating func store(_ key: UInt64) {
    if list.count == capacity {
      var place = hand.flatMap { hand in list.firstIndex { $0.key == hand } } ?? 0
      while list[place].used {
        list[place].used = false
        place = (place + 1) % list.count
      }
      hand = place + 1 < list.count ? list[place + 1].key : nil
      list.remove(at: place)
    }
    list.append((key, false))
  }
  mutating func expire(_ key: UInt64) {
    guard let place = list.firstIndex(where: { $0.key == key }) else { return }
    if hand == key { hand = place + 1 < list.count ? list[place + 1].key : nil }
    list.remove(at: place)
  }
  var keys: Set<UInt64> { Set(list.map(\.key)) }
}

/// Algorithm 1 of the paper, line by line.
struct S3FIFOTwin: Twin {
  let capacity: Int
  let smallLimit: Int
  var small: [UInt64] = []  // oldest first
  var main: [UInt64] = []
  var uses: [UInt64: Int] = [:]
  var departures: [UInt64] = []
  var struck: Set<Int> = []
  init(capacity: Int) {
    self.capacity = capacity
    smallLimit = max(1, Int(Double(capacity) * 0.1))
  }
  mutating func look(_ key: UInt64) -> Bool {
    guard let used = uses[key] else { return false }
    uses[key] = min(3, used + 1)
    return true
  }
  mutating func store(_ key: UInt64) {
    while small.count + main.count >= capacity { evict() }
    let remembered = departures.suffix(capacity - smallLimit)
    if let place = remembered.lastIndex(of: key), !struck.contains(place) {
      struck.insert(place)
      main.append(key)
    } else {
      small.append(key)
    }
    uses[key] = 0
  }
  mutating func evict() {
    if small.count >= smallLimit { evictSmall() } else { evictMain() }
  }
  mutating func evictSmall() {
    var evicted = false
    while !evicted, !small.isEmpty {
      let key = small.removeFirst()
      if uses[key, default: 0] > 1 {
        main.append(key)
        uses[key] = 0
        if main.count > capacity - smallLimit {
          evictMain()
          evicted = true
        }
      } else {
        departures.append(key)
        uses[key] = nil
        evicted = true
      }
    }
  }
  mutating func evictMain() {
    while !main.isEmpty {
      let key = main.removeFirst()
      if uses[key, default: 0] > 0 {
        main.append(key)
        uses[key, default: 0] -= 1
      } else {
        uses[key] = nil
        return
      }
    }
  }
  mutating func expire(_ key: UInt64) {
    small.removeAll { $0 == key }
    main.removeAll { $0 == key }
    uses[key] = nil
  }
  var keys: Set<UInt64> { Set(small + main) }
}

/// Window, probation and protected lists, and whole tables of counters.
struct TinyLFUTwin: Twin {
  let capacity: Int
  let windowLimit: Int
  let protectedLimit: Int
  let width: UInt64
  var window: [UInt64] = []  // oldest first
  var probation: [UInt64] = []
  var protected: [UInt64] = []
  var rows: [[Int]]
  var known: Set<Int> = []
  var seen = 0
  init(capacity: Int) {
    self.capacity = capacity
    windowLimit = max(1, Int(Double(capacity) * 0.01))
    protectedLimit = Int(Double(capacity - windowLimit) * 0.8)
    var width: UInt64 = 8
    while width < UInt64(capacity) { width *= 2 }
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
    if seen >= max(10, capacity * 10) {
      rows = rows.map { $0.map { $0 / 2 } }
      known = []
      seen /= 2
    }
  }
  mutating func look(_ key: UInt64) -> Bool {
    guard keys.contains(key) else { return false }
    see(key)
    if let place = window.firstIndex(of: key) {
      window.append(window.remove(at: place))
    } else if let place = protected.firstIndex(of: key) {
      protected.append(protected.remove(at: place))
    } else if let place = probation.firstIndex(of: key) {
      protected.append(probation.remove(at: place))
      while protected.count > protectedLimit { probation.append(protected.removeFirst()) }
    }
    return true
  }
  mutating func store(_ key: UInt64) {
    see(key)
    if keys.count == capacity {
      if window.count == windowLimit {
        let candidate = window.removeFirst()
        if let resident = probation.first ?? protected.first,
          frequency(candidate) > frequency(resident)
        {
          if probation.isEmpty { protected.removeFirst() } else { probation.removeFirst() }
          probation.append(candidate)
        }
      } else if !probation.isEmpty {
        probation.removeFirst()
      } else {
        protected.removeFirst()
      }
    }
    window.append(key)
    while window.count > windowLimit { probation.append(window.removeFirst()) }
  }
  mutating func expire(_ key: UInt64) {
    window.removeAll { $0 == key }
    probation.removeAll { $0 == key }
    protected.removeAll { $0 == key }
  }
  var keys: Set<UInt64> { Set(window + probation + protected) }
}
