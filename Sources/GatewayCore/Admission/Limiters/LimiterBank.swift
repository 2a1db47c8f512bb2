import Vocabulary

/// The states of all limits of a chain, those of one algorithm side by side.
///
/// A place is an algorithm, a rule and a state. The algorithm is chosen by a switch over a byte, so
/// a limit's own code is inlined behind one predictable branch: nothing is dispatched dynamically,
/// retained or allocated.
struct LimiterBank: ~Copyable {
  enum Kind: UInt8, BitwiseCopyable {
    case tokenBucket, integerBucket, gcra, fixedWindow, slidingWindow, slidingLog, concurrency
  }

  /// Where a state and its rule lie.
  struct Place: BitwiseCopyable {
    var kind: Kind
    var rule: UInt32
    var state: Int
  }

  /// The states of one algorithm.
  struct Shelf<L: Limiter & BitwiseCopyable>: ~Copyable {
    var rules = Buffer<L.Rule>(capacity: 1)
    var states = Buffer<L>(capacity: 1)

    mutating func add(_ rule: L.Rule, count: Int) -> (rule: Int, state: Int) {
      let first = states.count
      rules.append(rule)
      states.fill(upTo: first + count, with: L(rule))
      return (rules.count - 1, first)
    }

    @inline(__always)
    mutating func admits(_ place: Place, _ permits: Int64, at now: Instant) -> Bool {
      states[place.state].refill(rules[Int(place.rule)], at: now)
      return states[place.state].holds(permits, rules[Int(place.rule)])
    }

    @inline(__always)
    mutating func charge(_ place: Place, _ permits: Int64) {
      states[place.state].charge(permits, rules[Int(place.rule)])
    }

    mutating func giveBack(_ place: Place, _ permits: Int64, chargedAt: Instant, at now: Instant) {
      states[place.state].refill(rules[Int(place.rule)], at: now)
      states[place.state].giveBack(permits, chargedAt: chargedAt, rules[Int(place.rule)])
    }

    func counts(_ place: Place, chargedAt: Instant) -> Bool {
      states[place.state].counts(chargedAt: chargedAt, rules[Int(place.rule)])
    }

    mutating func refused(_ place: Place) { states[place.state].refused(rules[Int(place.rule)]) }

    func instant(_ place: Place, holding permits: Int64) -> Instant {
      states[place.state].instant(holding: permits, rules[Int(place.rule)])
    }

    func permits(_ place: Place) -> Int64 {
      states[place.state].permits(rules[Int(place.rule)])
    }
  }

  private var tokenBuckets = Shelf<TokenBucket>()
  private var integerBuckets = Shelf<IntegerBucket>()
  private var gcras = Shelf<GCRA>()
  private var fixedWindows = Shelf<FixedWindow>()
  private var slidingWindows = Shelf<SlidingWindow>()
  private var concurrencies = Shelf<Concurrency>()
  private var logs: [SlidingLog] = []
  private var logRules: [SlidingLog.Rule] = []

  /// Adds the fresh states of a limit; the place of the first.
  mutating func add(_ rule: LimiterRule, count: Int) -> Place {
    let kind: Kind
    let at: (rule: Int, state: Int)
    switch rule {
    case .tokenBucket(let rule):
      kind = .tokenBucket
      at = tokenBuckets.add(rule, count: count)
    case .integerBucket(let rule):
      kind = .integerBucket
      at = integerBuckets.add(rule, count: count)
    case .gcra(let rule):
      kind = .gcra
      at = gcras.add(rule, count: count)
    case .fixedWindow(let rule):
      kind = .fixedWindow
      at = fixedWindows.add(rule, count: count)
    case .slidingWindow(let rule):
      kind = .slidingWindow
      at = slidingWindows.add(rule, count: count)
    case .concurrency(let rule):
      kind = .concurrency
      at = concurrencies.add(rule, count: count)
    case .slidingLog(let rule):
      kind = .slidingLog
      at = (logRules.count, logs.count)
      logRules.append(rule)
      for _ in 0..<count { logs.append(SlidingLog(rule)) }
    }
    return Place(kind: kind, rule: UInt32(at.rule), state: at.state)
  }

  /// Gives a fixed window the balance with which it opens.
  mutating func open(_ place: Place, with permits: Int64) {
    guard place.kind == .fixedWindow else { return }
    fixedWindows.states[place.state] = FixedWindow(
      fixedWindows.rules[Int(place.rule)], opening: permits)
  }

  /// Whether a state would admit so many permits now; lets its time pass.
  @inline(__always)
  mutating func admits(_ place: Place, _ permits: Int64, at now: Instant) -> Bool {
    switch place.kind {
    case .tokenBucket: tokenBuckets.admits(place, permits, at: now)
    default: admitsOther(place, permits, at: now)
    }
  }

  @inline(never)
  private mutating func admitsOther(_ place: Place, _ permits: Int64, at now: Instant) -> Bool {
    switch place.kind {
    case .tokenBucket: return tokenBuckets.admits(place, permits, at: now)
    case .integerBucket: return integerBuckets.admits(place, permits, at: now)
    case .gcra: return gcras.admits(place, permits, at: now)
    case .fixedWindow: return fixedWindows.admits(place, permits, at: now)
    case .slidingWindow: return slidingWindows.admits(place, permits, at: now)
    case .concurrency: return concurrencies.admits(place, permits, at: now)
    case .slidingLog:
      logs[place.state].refill(logRules[Int(place.rule)], at: now)
      return logs[place.state].holds(permits, logRules[Int(place.rule)])
    }
  }

  /// Takes permits from a state whose time has passed.
  @inline(__always)
  mutating func charge(_ place: Place, _ permits: Int64) {
    switch place.kind {
    case .tokenBucket: tokenBuckets.charge(place, permits)
    default: chargeOther(place, permits)
    }
  }

  @inline(never)
  private mutating func chargeOther(_ place: Place, _ permits: Int64) {
    switch place.kind {
    case .tokenBucket: tokenBuckets.charge(place, permits)
    case .integerBucket: integerBuckets.charge(place, permits)
    case .gcra: gcras.charge(place, permits)
    case .fixedWindow: fixedWindows.charge(place, permits)
    case .slidingWindow: slidingWindows.charge(place, permits)
    case .concurrency: concurrencies.charge(place, permits)
    case .slidingLog: logs[place.state].charge(permits, logRules[Int(place.rule)])
    }
  }

  /// Gives permits back that were charged at `charged`.
  mutating func giveBack(
    _ place: Place, _ permits: Int64, chargedAt charged: Instant, at now: Instant
  ) {
    switch place.kind {
    case .tokenBucket: tokenBuckets.giveBack(place, permits, chargedAt: charged, at: now)
    case .integerBucket: integerBuckets.giveBack(place, permits, chargedAt: charged, at: now)
    case .gcra: gcras.giveBack(place, permits, chargedAt: charged, at: now)
    case .fixedWindow: fixedWindows.giveBack(place, permits, chargedAt: charged, at: now)
    case .slidingWindow: slidingWindows.giveBack(place, permits, chargedAt: charged, at: now)
    case .concurrency: concurrencies.giveBack(place, permits, chargedAt: charged, at: now)
    case .slidingLog:
      logs[place.state].refill(logRules[Int(place.rule)], at: now)
      logs[place.state].giveBack(permits, chargedAt: charged, logRules[Int(place.rule)])
    }
  }

  /// Whether what was charged at an instant still counts in a state.
  func counts(_ place: Place, chargedAt charged: Instant) -> Bool {
    switch place.kind {
    case .fixedWindow: fixedWindows.counts(place, chargedAt: charged)
    case .slidingWindow: slidingWindows.counts(place, chargedAt: charged)
    default: true
    }
  }

  /// A state has refused.
  mutating func refused(_ place: Place) {
    if place.kind == .integerBucket { integerBuckets.refused(place) }
  }

  /// When a state will admit so many permits if nothing else comes.
  func instant(_ place: Place, holding permits: Int64) -> Instant {
    switch place.kind {
    case .tokenBucket: tokenBuckets.instant(place, holding: permits)
    case .integerBucket: integerBuckets.instant(place, holding: permits)
    case .gcra: gcras.instant(place, holding: permits)
    case .fixedWindow: fixedWindows.instant(place, holding: permits)
    case .slidingWindow: slidingWindows.instant(place, holding: permits)
    case .concurrency: concurrencies.instant(place, holding: permits)
    case .slidingLog:
      logs[place.state].instant(holding: permits, logRules[Int(place.rule)])
    }
  }

  /// Whole permits that a state holds.
  func permits(_ place: Place) -> Int64 {
    switch place.kind {
    case .tokenBucket: tokenBuckets.permits(place)
    case .integerBucket: integerBuckets.permits(place)
    case .gcra: gcras.permits(place)
    case .fixedWindow: fixedWindows.permits(place)
    case .slidingWindow: slidingWindows.permits(place)
    case .concurrency: concurrencies.permits(place)
    case .slidingLog: logs[place.state].permits(logRules[Int(place.rule)])
    }
  }
}
