import Vocabulary

/// The requests that wait for admission, in lines; see `QueueRule` for the rules.
///
/// It knows order and room, nothing of limits: who judges requests tells it who waits for which
/// bucket, and asks who is next there. One ordered set holds all lines under the key (line,
/// priority, turn, number of arrival), so that either end of a line, and the place of a request
/// that moves to another line, are found in O(log n); a list for each priority, in order of
/// arrival, finds who has to make room in O(1).
struct AdmissionQueue: ~Copyable {
  /// A request that waits.
  struct Waiter: BitwiseCopyable {
    var slot: UInt32
    var line: UInt32
    /// 255 − priority, so that the first comes first.
    var level: UInt8
    /// The order within its level: its turn and the number of its arrival.
    var order: UInt128
    var since: Instant
    /// When it is shed if it still waits.
    var latest: Instant
    /// What refused it last, and when that said it would pass.
    var blocker: QueueBlocker
    var older: UInt32
    var newer: UInt32
  }

  struct Line: BitwiseCopyable {
    var count: UInt32 = 0
    /// How many of it have stepped out, and how many may at a time.
    var out: UInt16 = 0
    var window: UInt16 = 1
    var isStirred = false
  }

  let rule: QueueRule
  private var waiters: Slab<Waiter>
  private var tree = QueueTree()
  private var lines = Buffer<Line>()
  private var codels = Buffer<CoDel>(capacity: 1)
  private var stirred = Buffer<UInt32>()
  private var nextStirred = 0
  private var oldest = Buffer<UInt32>(capacity: 256)
  private var newest = Buffer<UInt32>(capacity: 256)
  private var levels = SIMD4<UInt64>(repeating: 0)
  private var arrivals: UInt64 = 0
  // Turns: when each tenant's last request began, plus one; and the turn that is being served.
  private var finished = Buffer<UInt64>(capacity: 1)
  private var turn: UInt64 = 0
  private var latestFinish: UInt64 = 0
  var service: QueueService

  init(_ rule: QueueRule, lines count: Int, tenants: Int) {
    self.rule = rule
    service = QueueService(quantile: rule.serviceQuantile)
    let nobody = QueueBlocker(subject: .max, line: 0, permit: -1, retryAt: .distantFuture)
    waiters = Slab(
      blank: Waiter(
        slot: .max, line: 0, level: 0, order: 0, since: .start, latest: .start, blocker: nobody,
        older: .max, newer: .max))
    lines.fill(upTo: rule.overtakes ? max(1, count) : 1, with: Line())
    if rule.codel != nil { codels.fill(upTo: lines.count, with: CoDel()) }
    oldest.fill(upTo: 256, with: .max)
    newest.fill(upTo: 256, with: .max)
    finished.fill(upTo: rule.fair == nil ? 0 : max(1, tenants), with: 0)
  }

  // MARK: Asking

  /// How many wait.
  @inline(__always) var count: Int { tree.count }

  /// The line in which those wait who were refused by a bucket.
  @inline(__always)
  func line(_ bucket: UInt32) -> UInt32 { rule.overtakes ? bucket : 0 }

  /// How many wait in a line.
  @inline(__always)
  func count(_ line: UInt32) -> Int { Int(lines[Int(line)].count) }

  /// A request that waits.
  func waiter(_ number: UInt32) -> Waiter { waiters[number] }

  /// Whether a line is served last come, first served.
  @inline(__always)
  private func isLIFO(_ line: UInt32) -> Bool {
    switch rule.order {
    case .fifo: false
    case .lifo: true
    case .adaptive: count(line) > rule.lifoAbove
    }
  }

  /// Who is next in a line.
  func next(_ line: UInt32) -> UInt32? {
    guard count(line) > 0, let first = tree.first(from: UInt128(line) << 96) else { return nil }
    guard isLIFO(line) else { return first }
    // The newest of the best priority.
    let level = UInt128(waiters[first].level)
    return tree.last(upTo: (UInt128(line) << 96) | (((level + 1) << 88) - 1))
  }

  /// Whether a request that arrives now would be before all that wait in a line.
  func isFirst(_ request: borrowing Request, _ line: UInt32) -> Bool {
    guard let next = next(line) else { return true }
    let level = level(of: request)
    if level != waiters[next].level { return level < waiters[next].level }
    if isLIFO(line) { return true }
    return order(of: request) < waiters[next].order
  }

  /// Whether a newcomer finds room; who has to go for it, if somebody has to.
  enum Room: Equatable {
    case free
    case inPlaceOf(UInt32)
    case none
  }

  func room(for request: borrowing Request) -> Room {
    if count < rule.capacity { return .free }
    // The lowest priority is the highest level.
    var worst = -1
    for word in stride(from: 3, through: 0, by: -1) where levels[word] != 0 {
      worst = word * 64 + 63 - levels[word].leadingZeroBitCount
      break
    }
    guard worst >= 0 else { return .none }
    let level = Int(level(of: request))
    let lastFirst =
      rule.order == .lifo || (rule.order == .adaptive && count > rule.lifoAbove)
    if level < worst { return .inPlaceOf(lastFirst ? oldest[worst] : newest[worst]) }
    if level == worst, lastFirst { return .inPlaceOf(oldest[worst]) }
    return .none
  }

  // MARK: Changing

  /// Takes a request in; the caller has made room.
  mutating func enter(
    _ request: borrowing Request, slot: UInt32, _ blocker: QueueBlocker, since now: Instant,
    latest: Instant
  ) -> UInt32 {
    if count == 0 { turn = max(turn, latestFinish) }
    let order = order(of: request)
    if let tenant = tenant(of: request) {
      finished[tenant] = UInt64(truncatingIfNeeded: order >> 48) + 1
      latestFinish = max(latestFinish, finished[tenant])
    }
    arrivals &+= 1
    let level = level(of: request)
    let number = waiters.take()
    waiters[number] = Waiter(
      slot: slot, line: line(blocker.line), level: level, order: order, since: now, latest: latest,
      blocker: blocker, older: newest[Int(level)], newer: .max)
    if newest[Int(level)] != .max {
      waiters[newest[Int(level)]].newer = number
    } else {
      oldest[Int(level)] = number
      levels[Int(level) >> 6] |= 1 << UInt64(level & 63)
    }
    newest[Int(level)] = number
    insert(number)
    return number
  }

  /// A request was refused again, by this or by another bucket, where it takes its place by its
  /// arrival.
  mutating func refused(_ number: UInt32, _ blocker: QueueBlocker) {
    waiters[number].blocker = blocker
    guard line(blocker.line) != waiters[number].line else { return }
    withdraw(number)
    waiters[number].line = line(blocker.line)
    insert(number)
  }

  /// A request leaves: admitted, or for good.
  mutating func leave(_ number: UInt32, admitted: Bool) {
    withdraw(number)
    unlink(number)
    if admitted { takeTurn(number) }
    waiters.give(number)
  }

  private mutating func takeTurn(_ number: UInt32) {
    guard rule.fair != nil else { return }
    turn = max(turn, UInt64(truncatingIfNeeded: waiters[number].order >> 48))
  }

  /// Takes a request out of those of its priority.
  private mutating func unlink(_ number: UInt32) {
    let waiter = waiters[number]
    let level = Int(waiter.level)
    if waiter.older != .max {
      waiters[waiter.older].newer = waiter.newer
    } else {
      oldest[level] = waiter.newer
    }
    if waiter.newer != .max {
      waiters[waiter.newer].older = waiter.older
    } else {
      newest[level] = waiter.older
    }
    if oldest[level] == .max { levels[level >> 6] &= ~(1 << UInt64(level & 63)) }
  }

  // MARK: Stepping out

  /// Whether another of a line may step out.
  @inline(__always)
  func letsOut(_ line: UInt32) -> Bool { lines[Int(line)].out < lines[Int(line)].window }

  /// A request steps out, to be judged by somebody outside; its place is kept.
  mutating func stepOut(_ number: UInt32) {
    withdraw(number)
    unlink(number)
    lines[Int(waiters[number].line)].out += 1
  }

  /// A request that had stepped out was refused: it takes its place by its arrival, as the oldest of
  /// its priority.
  mutating func stepIn(_ number: UInt32, _ blocker: QueueBlocker) {
    lines[Int(waiters[number].line)].out -= 1
    lines[Int(waiters[number].line)].window = 1
    waiters[number].blocker = blocker
    waiters[number].line = line(blocker.line)
    let level = Int(waiters[number].level)
    (waiters[number].older, waiters[number].newer) = (.max, oldest[level])
    if oldest[level] != .max {
      waiters[oldest[level]].older = number
    } else {
      newest[level] = number
      levels[level >> 6] |= 1 << UInt64(level & 63)
    }
    oldest[level] = number
    insert(number)
  }

  /// A request that had stepped out does not come back: admitted, or gone.
  ///
  /// Each that is admitted lets one more step out after it.
  mutating func dismiss(_ number: UInt32, admitted: Bool) {
    let line = Int(waiters[number].line)
    lines[line].out -= 1
    if admitted {
      takeTurn(number)
      lines[line].window = min(lines[line].window + 1, AdmissionQueue.widest)
    }
    waiters.give(number)
  }

  /// How many of a line may be out at a time at the most.
  static var widest: UInt16 { 64 }

  /// A dequeue from a line begins: CoDel may drop before somebody passes.
  mutating func beginDequeue(_ line: UInt32) {
    if rule.codel != nil { codels[Int(line)].begin() }
  }

  /// Whether CoDel drops the next in a line.
  mutating func drops(_ number: UInt32, at now: Instant) -> Bool {
    guard let rule = rule.codel else { return false }
    let line = waiters[number].line
    return codels[Int(line)].drops(
      waited: waiters[number].since.nanoseconds(to: now), left: count(line) - 1, at: now, rule)
  }

  /// Something may have come back to a line.
  mutating func stir(_ line: UInt32) {
    guard lines[Int(line)].count > 0, !lines[Int(line)].isStirred else { return }
    lines[Int(line)].isStirred = true
    stirred.append(line)
  }

  /// Takes a line that was stirred.
  mutating func takeStirred() -> UInt32? {
    guard nextStirred < stirred.count else {
      stirred.removeAll()
      nextStirred = 0
      return nil
    }
    let line = stirred[nextStirred]
    nextStirred += 1
    lines[Int(line)].isStirred = false
    return line
  }

  // MARK: Keys

  private mutating func insert(_ number: UInt32) {
    let waiter = waiters[number]
    tree.insert(
      number, (UInt128(waiter.line) << 96) | (UInt128(waiter.level) << 88) | waiter.order)
    lines[Int(waiter.line)].count &+= 1
  }

  private mutating func withdraw(_ number: UInt32) {
    let line = Int(waiters[number].line)
    tree.remove(number)
    lines[line].count &-= 1
    if lines[line].count == 0, rule.codel != nil { codels[line].ranOut() }
  }

  @inline(__always)
  private func level(of request: borrowing Request) -> UInt8 {
    rule.byPriority ? 255 - request.priority : 255
  }

  /// 40 bits for the turn, 48 for the number of the arrival.
  @inline(__always)
  private func order(of request: borrowing Request) -> UInt128 {
    var start: UInt64 = 0
    if let tenant = tenant(of: request) { start = max(turn, finished[tenant]) }
    return (UInt128(start & 0xFF_FFFF_FFFF) << 48) | UInt128(arrivals & 0xFFFF_FFFF_FFFF)
  }

  @inline(__always)
  private func tenant(of request: borrowing Request) -> Int? {
    let index: Int
    switch rule.fair {
    case nil: return nil
    case .key: index = Int(request.identity.key.index)
    case .user: index = Int(request.identity.user.index)
    case .team: index = Int(request.identity.team.index)
    }
    return min(index, finished.count - 1)
  }
}

/// What keeps a request waiting.
struct QueueBlocker: BitwiseCopyable, Equatable {
  /// The limit, as notes and records name it.
  var subject: UInt16
  /// The bucket, among the buckets of all limits.
  var line: UInt32
  /// The bucket among those of what is in flight; −1 for a limit on a rate.
  var permit: Int32
  /// When it will pass, as far as is known.
  var retryAt: Instant
  /// Whether waiting is in vain: it asks for more than the limit ever has, or a budget is spent.
  var isVain = false
}
