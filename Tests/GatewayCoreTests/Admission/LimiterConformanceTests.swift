import Settings
import Testing
import Vocabulary

@testable import GatewayCore

/// One limiter of any kind, for tests that do not care which.
struct AnyLimiter {
  var holds: (Int64, Instant) -> Bool
  var charge: (Int64) -> Void
  var giveBack: (Int64, Instant, Instant) -> Void
  var refused: () -> Void
  var instant: (Int64) -> Instant
  var permits: () -> Int64
  /// A copy of the present state.
  var copy: () -> AnyLimiter

  init<L: Limiter>(_ rule: L.Rule, _ type: L.Type) { self.init(L(rule), rule) }

  private init<L: Limiter>(_ fresh: L, _ rule: L.Rule) {
    var state = fresh
    holds = { permits, now in
      state.refill(rule, at: now)
      return state.holds(permits, rule)
    }
    charge = { state.charge($0, rule) }
    giveBack = { permits, charged, now in
      state.refill(rule, at: now)
      state.giveBack(permits, chargedAt: charged, rule)
    }
    refused = { state.refused(rule) }
    instant = { state.instant(holding: $0, rule) }
    permits = { state.permits(rule) }
    copy = { AnyLimiter(state, rule) }
  }

  init(_ rule: LimiterRule) {
    switch rule {
    case .tokenBucket(let rule): self.init(rule, TokenBucket.self)
    case .integerBucket(let rule): self.init(rule, IntegerBucket.self)
    case .gcra(let rule): self.init(rule, GCRA.self)
    case .fixedWindow(let rule): self.init(rule, FixedWindow.self)
    case .slidingWindow(let rule): self.init(rule, SlidingWindow.self)
    case .slidingLog(let rule): self.init(rule, SlidingLog.self)
    case .concurrency(let rule): self.init(rule, Concurrency.self)
    }
  }
}

/// Every way of writing `by`, parameters included.
let everyLimiter: [String] = [
  "token-bucket", "integer-bucket", "integer-bucket kind", "gcra", "fixed-window",
  "fixed-window firstUse", "sliding-window", "sliding-log", "sliding-log small",
]

func limiterSetting(_ name: String) -> Setting {
  switch name {
  case "integer-bucket kind":
    ["integer-bucket": ["keepsFraction": true, "empties": false, "forgives": false]]
  case "fixed-window firstUse": ["fixed-window": ["align": "firstUse"]]
  case "sliding-log small": ["sliding-log": ["entries": 3]]
  default: Setting(.string(name))
  }
}

func limiter(_ name: String, _ allowance: Allowance) throws -> LimiterRule {
  var allowance = allowance
  if name == "token-bucket" { allowance.burst = allowance.count }
  let made = try Limiters.registry.make(from: limiterSetting(name))(allowance)
  guard case .rule(let rule) = made else { throw Impossible() }
  return rule
}

struct Impossible: Error {}

@Suite("Every limiter")
struct LimiterConformanceTests {
  private func allowance(_ random: inout SplitMix64) -> Allowance {
    let length = Int64.random(in: 1...2_000, using: &random)
    return Allowance(
      count: Int64.random(in: 1...min(12, length), using: &random),
      period: CalendarPeriod(length: .nanoseconds(length)), burst: nil,
      calendar: Calendar(
        epochSecondsAtStart: Int64.random(in: 0...2_000_000_000, using: &random),
        offsetSeconds: 3_600))
  }

  @Test("is in the table of these tests")
  func complete() {
    let tested = Set(everyLimiter.compactMap { $0.split(separator: " ").first.map(String.init) })
    #expect(tested == Set(Limiters.registry.names))
    #expect(Limiters.registry.audit().isEmpty)
  }

  @Test("admits at the instant that it names, and not a nanosecond before", arguments: everyLimiter)
  func exact(name: String) throws {
    var refusals = 0
    try forEverySeed(0..<150) { seed, random in
      let allowance = allowance(&random)
      let rule = try limiter(name, allowance)
      let state = AnyLimiter(rule)
      var now: Int64 = 0
      for _ in 0..<40 {
        now += Int64.random(in: 0...1_000, using: &random)
        let permits = Int64.random(in: 1...allowance.count, using: &random)
        if state.holds(permits, Instant(nanoseconds: now)) {
          state.charge(permits)
          continue
        }
        state.refused()
        refusals += 1
        let then = state.instant(permits)
        if permits > rule.most {
          #expect(then == .distantFuture, "seed \(seed)")
          continue
        }
        #expect(then.nanoseconds > now, "seed \(seed)")
        #expect(
          !state.copy().holds(permits, then.advanced(byNanoseconds: -1)), "seed \(seed) at \(now)")
        #expect(state.copy().holds(permits, then), "seed \(seed) at \(now)")
      }
    }
    #expect(refusals > 100)
  }

  @Test("admits no more than its envelope in any stretch", arguments: everyLimiter)
  func envelope(name: String) throws {
    try forEverySeed(0..<120) { seed, random in
      let allowance = allowance(&random)
      let rule = try limiter(name, allowance)
      let envelope = LimitRule(.requests, rule).envelope
      let state = AnyLimiter(rule)
      var admitted: [(at: Int64, permits: Int64)] = []
      var now: Int64 = 0
      for _ in 0..<80 {
        now += Int64.random(in: 0...(1 + allowance.period.length / 4), using: &random)
        let permits = Int64.random(in: 1...allowance.count, using: &random)
        guard state.holds(permits, Instant(nanoseconds: now)) else {
          state.refused()
          continue
        }
        state.charge(permits)
        admitted.append((now, permits))
        var sum: Int128 = 0
        for earlier in admitted.reversed() {
          sum += Int128(earlier.permits)
          let most = try #require(envelope.most(in: .nanoseconds(now - earlier.at)))
          #expect(sum <= most, "seed \(seed) at \(now)")
        }
      }
      #expect(!admitted.isEmpty)
    }
  }

  @Test("admits a whole allowance at once when it is fresh", arguments: everyLimiter)
  func promised(name: String) throws {
    for count: Int64 in [1, 7, 500] {
      let allowance = Allowance(
        count: count, period: CalendarPeriod(length: .seconds(60)), burst: nil,
        calendar: Calendar(epochSecondsAtStart: 0, offsetSeconds: 0))
      let rule = try limiter(name, allowance)
      #expect(AnyLimiter(rule).holds(rule.most, at(.seconds(61))))
      #expect(!AnyLimiter(rule).holds(rule.most + 1, at(.seconds(61))))
      #expect(rule.most == count)
    }
  }

  @Test("takes back what it was charged, and never more than it had", arguments: everyLimiter)
  func givesBack(name: String) throws {
    let allowance = Allowance(
      count: 10, period: CalendarPeriod(length: .seconds(60)), burst: nil,
      calendar: Calendar(epochSecondsAtStart: 0, offsetSeconds: 0))
    let rule = try limiter(name, allowance)
    let state = AnyLimiter(rule)
    let most = rule.most
    #expect(state.holds(most, at(.seconds(1))))
    state.charge(most)
    #expect(!state.holds(1, at(.seconds(1))))
    state.giveBack(most, at(.seconds(1)), at(.seconds(1)))
    #expect(state.permits() == most)
    state.giveBack(100, at(.seconds(1)), at(.seconds(1)))
    #expect(state.permits() == most)
  }

  @Test("refuses after any overshoot, until it has passed", arguments: everyLimiter)
  func overshoot(name: String) throws {
    let allowance = Allowance(
      count: 10, period: CalendarPeriod(length: .seconds(10)), burst: nil,
      calendar: Calendar(epochSecondsAtStart: 0, offsetSeconds: 0))
    for much: Int64 in [25, 1_000, 1 << 50, .max] {
      let state = AnyLimiter(try limiter(name, allowance))
      _ = state.holds(1, at(.seconds(1)))
      state.charge(much)
      #expect(!state.holds(1, at(.seconds(1))), "\(much)")
      #expect(state.instant(1) > at(.seconds(1)))
      #expect(state.permits() <= 0)
    }
  }
}

@Suite("A limiter against its obvious twin")
struct LimiterTwinTests {
  /// Runs a limiter beside a twin that keeps everything that was admitted.
  private func compare(
    _ seeds: Range<UInt64> = 0..<150, _ rule: (inout SplitMix64) throws -> LimiterRule,
    _ fits: (LimiterRule, [(at: Int64, permits: Int64)], Int64, Int64) -> Bool
  ) throws {
    var verdicts = [0, 0]
    try forEverySeed(seeds) { seed, random in
      let rule = try rule(&random)
      let state = AnyLimiter(rule)
      var admitted: [(at: Int64, permits: Int64)] = []
      var now: Int64 = 0
      for _ in 0..<60 {
        now += Int64.random(in: 0...150, using: &random)
        let permits = Int64.random(in: 1...3, using: &random)
        let expected = fits(rule, admitted, now, permits)
        #expect(
          state.holds(permits, Instant(nanoseconds: now)) == expected, "seed \(seed) at \(now)")
        verdicts[expected ? 1 : 0] += 1
        if expected {
          state.charge(permits)
          admitted.append((now, permits))
        }
      }
    }
    #expect(verdicts[0] > 100 && verdicts[1] > 100)
  }

  private func window(_ random: inout SplitMix64) -> (most: Int64, length: Int64) {
    (Int64.random(in: 3...12, using: &random), Int64.random(in: 50...900, using: &random))
  }

  @Test("GCRA decides as the token bucket of the same cell and burst")
  func gcra() throws {
    try forEverySeed(0..<200) { seed, random in
      let cell = Int64.random(in: 1...400, using: &random)
      let burst = Int64.random(in: 1...9, using: &random)
      let rate = Rate(count: 1, per: .nanoseconds(cell))
      let state = AnyLimiter(.gcra(try #require(GCRA.Rule(rate: rate, burst: burst))))
      let twin = AnyLimiter(.tokenBucket(try #require(TokenBucket.Rule(rate: rate, burst: burst))))
      var now: Int64 = 0
      for _ in 0..<60 {
        now += Int64.random(in: 0...(2 * cell), using: &random)
        let permits = Int64.random(in: 1...burst + 1, using: &random)
        let holds = twin.holds(permits, Instant(nanoseconds: now))
        #expect(state.holds(permits, Instant(nanoseconds: now)) == holds, "seed \(seed)")
        #expect(state.permits() == twin.permits(), "seed \(seed)")
        if holds || Int.random(in: 0..<10, using: &random) == 0 {
          state.charge(permits)
          twin.charge(permits)
        }
      }
    }
  }

  @Test("a fixed window counts what was admitted since its last edge")
  func fixed() throws {
    try compare {
      let (most, length) = window(&$0)
      return .fixedWindow(
        try #require(
          FixedWindow.Rule(most: most, period: CalendarPeriod(length: .nanoseconds(length)))))
    } _: { rule, admitted, now, permits in
      guard case .fixedWindow(let rule) = rule else { return false }
      let edge = now / rule.period.length * rule.period.length
      let used = admitted.filter { $0.at >= edge }.reduce(0) { $0 + $1.permits }
      return used + permits <= rule.most
    }
  }

  @Test("a window from first use begins with the first charge after the last one's end")
  func firstUse() throws {
    try compare {
      let (most, length) = window(&$0)
      return .fixedWindow(
        try #require(
          FixedWindow.Rule(
            most: most, period: CalendarPeriod(length: .nanoseconds(length)), fromFirstUse: true)))
    } _: { rule, admitted, now, permits in
      guard case .fixedWindow(let rule) = rule else { return false }
      var start = Int64.min / 2
      var used: Int64 = 0
      for earlier in admitted {
        if earlier.at >= start + rule.period.length {
          start = earlier.at
          used = 0
        }
        used += earlier.permits
      }
      if now >= start + rule.period.length { used = 0 }
      return used + permits <= rule.most
    }
  }

  @Test("a sliding window adds the overlapping share of the last window")
  func sliding() throws {
    try compare {
      let (most, length) = window(&$0)
      return .slidingWindow(
        try #require(SlidingWindow.Rule(most: most, length: .nanoseconds(length))))
    } _: { rule, admitted, now, permits in
      guard case .slidingWindow(let rule) = rule else { return false }
      let index = now / rule.length
      var sums: [Int64] = [0, 0]
      for earlier in admitted where index - earlier.at / rule.length < 2 {
        sums[Int(index - earlier.at / rule.length)] += earlier.permits
      }
      let rest = rule.length - now % rule.length
      return (sums[0] + permits) * rule.length + sums[1] * rest <= rule.most * rule.length
    }
  }

  @Test("a sliding log sums what was admitted less than a length ago")
  func log() throws {
    try compare {
      let (most, length) = window(&$0)
      return .slidingLog(
        try #require(SlidingLog.Rule(most: most, length: .nanoseconds(length), entries: 16)))
    } _: { rule, admitted, now, permits in
      guard case .slidingLog(let rule) = rule else { return false }
      let used = admitted.filter { $0.at + rule.length > now }.reduce(0) { $0 + $1.permits }
      return used + permits <= rule.most
    }
  }

  @Test("an integer bucket gains the whole permits of each pause, and loses the rest")
  func integer() throws {
    try forEverySeed(0..<150) { seed, random in
      let (most, length) = window(&random)
      let rate = Rate(count: most, per: .nanoseconds(length))
      let state = AnyLimiter(
        .integerBucket(
          try #require(IntegerBucket.Rule(rate: rate, capacity: most, empties: false))))
      var level = most
      var now: Int64 = 0
      for _ in 0..<60 {
        let pause = Int64.random(in: 0...150, using: &random)
        now += pause
        level = min(most, level + pause * most / length)
        let permits = Int64.random(in: 1...3, using: &random)
        #expect(
          state.holds(permits, Instant(nanoseconds: now)) == (level >= permits),
          "seed \(seed) at \(now)")
        if level >= permits {
          state.charge(permits)
          level -= permits
        }
      }
    }
  }

}

@Suite("Sliding logs of many tenants")
struct SlidingLogMemoryTests {
  @Test("take memory as they are used")
  func grows() throws {
    let rule = try #require(SlidingLog.Rule(most: 5, length: .seconds(1), entries: 1_000_000))
    // Sixteen terabytes, if each made room for all its entries.
    var logs = (0..<1_000_000).map { _ in SlidingLog(rule) }
    for step in Int64(0)..<20 {
      logs[7].refill(rule, at: Instant(nanoseconds: step * 100_000_000))
      if logs[7].holds(1, rule) { logs[7].charge(1, rule) }
    }
    #expect(logs[7].permits(rule) == 0 && logs[8].permits(rule) == 5)
  }
}
