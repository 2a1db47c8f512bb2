import Settings
import Testing
import Vocabulary

@testable import GatewayCore

/// RFC 8289, section 5, as its pseudo-code stands there, over a list of arrival times.
private struct SlowCoDel {
  let target: Int64
  let interval: Int64
  var queue: [Int64] = []
  var firstAboveTime: Int64 = 0
  var dropNext: Int64 = 0
  var count: Int64 = 0
  var lastCount: Int64 = 0
  var dropping = false
  var dropped: [Int64] = []

  private func controlLaw(_ t: Int64, _ count: Int64) -> Int64 {
    t + Int64(Double(interval) / Double(count).squareRoot())
  }

  private mutating func doDequeue(_ now: Int64) -> (packet: Int64?, okToDrop: Bool) {
    guard !queue.isEmpty else {
      firstAboveTime = 0
      return (nil, false)
    }
    let packet = queue.removeFirst()
    if now - packet < target || queue.count <= 1 {
      firstAboveTime = 0
      return (packet, false)
    }
    if firstAboveTime == 0 {
      firstAboveTime = now + interval
      return (packet, false)
    }
    return (packet, now >= firstAboveTime)
  }

  mutating func dequeue(_ now: Int64) -> Int64? {
    var r = doDequeue(now)
    if dropping {
      if !r.okToDrop { dropping = false }
      while now >= dropNext, dropping {
        if let packet = r.packet { dropped.append(packet) }
        r = doDequeue(now)
        if !r.okToDrop {
          dropping = false
        } else {
          count += 1
          dropNext = controlLaw(dropNext, count)
        }
      }
    } else if r.okToDrop {
      if let packet = r.packet { dropped.append(packet) }
      r = doDequeue(now)
      dropping = true
      let delta = count - lastCount
      count = 1
      if delta > 1, now - dropNext < 16 * interval { count = delta }
      dropNext = controlLaw(now, count)
      lastCount = count
    }
    return r.packet
  }
}

@Suite("Controlled delay")
struct CoDelTests {
  private let rule = CoDel.Rule(target: .milliseconds(5), interval: .milliseconds(100))

  @Test("drops what the pseudo-code of RFC 8289 drops, over random streams", .tags(.fact))
  func twin() {
    var drops = 0
    forEverySeed(0..<60) { seed, random in
      var slow = SlowCoDel(target: rule.target, interval: rule.interval)
      var codel = CoDel()
      var line: [Int64] = []
      var dropped: [Int64] = []
      var now: Int64 = 1
      let load = Double.random(in: 0.7...1.6, using: &random)
      for step in 0..<2_000 {
        now += Int64.random(in: 0...2_000_000, using: &random)
        // Load comes and goes, so that dropping begins anew.
        let heavy = (step / 500) % 2 == 0 ? load : 0.5
        if Double.random(in: 0...1 + heavy, using: &random) < heavy {
          slow.queue.append(now)
          line.append(now)
        } else if !line.isEmpty {
          let passed = slow.dequeue(now)
          codel.begin()
          var mine: Int64?
          while let first = line.first {
            let drops = codel.drops(
              waited: now - first, left: line.count - 1, at: Instant(nanoseconds: now), rule)
            line.removeFirst()
            if !drops {
              mine = first
              break
            }
            dropped.append(first)
            if line.isEmpty { codel.ranOut() }
          }
          #expect(mine == passed, "seed \(seed), step \(step)")
          #expect(line == slow.queue)
        }
      }
      #expect(dropped == slow.dropped, "seed \(seed)")
      drops += dropped.count
    }
    #expect(drops > 1_000)
  }

  @Test(
    "RFC 8289: drops come at intervals of interval / √count while the line stands", .tags(.fact))
  func controlLaw() {
    var codel = CoDel()
    var times: [Int64] = []
    // A line in which everybody has waited for 20 ms, asked every millisecond.
    for millisecond in 0..<1_000 {
      let now = at(.milliseconds(millisecond))
      codel.begin()
      if codel.drops(waited: 20_000_000, left: 50, at: now, rule) {
        times.append(Int64(millisecond))
        while codel.drops(waited: 20_000_000, left: 50, at: now, rule) {}
      }
    }
    // The first a whole interval after the wait was first above target; then 100, 70.7, 57.7, 50 …
    var expected = [100.0]
    for count in 1..<times.count {
      expected.append(expected[count - 1] + 100 / Double(count).squareRoot())
    }
    for (time, exact) in zip(times, expected) { #expect(abs(Double(time) - exact) <= 1.01) }
    #expect(times.count > 20)
  }

  @Test("lets a burst pass that is served within an interval")
  func burst() {
    var codel = CoDel()
    for place in 0..<90 {
      codel.begin()
      let drops = codel.drops(
        waited: Int64(place) * 1_000_000, left: 90 - place, at: at(.milliseconds(place)), rule)
      #expect(!drops)
    }
  }

  @Test("lets the last two of a line pass, however long they have waited")
  func last() {
    var codel = CoDel()
    for second in 0..<10 {
      codel.begin()
      let drops = codel.drops(waited: 5_000_000_000, left: 1, at: at(.seconds(second)), rule)
      #expect(!drops)
    }
  }
}
