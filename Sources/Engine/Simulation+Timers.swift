import GatewayCore
import Traffic
import Vocabulary

// Timers of the core and the patience of clients.
//
// A set timer is one word where it belongs: the sequence number of its event and its own number. An
// event whose sequence number is not in that word any more (moved, cleared, or of an earlier use of
// the slot) is passed over when it comes up: setting, moving and clearing cost no search.

/// The timers of one request: at most one of each kind.
///
/// Of the four words the last stays unused.
struct RequestTimers: BitwiseCopyable {
  private var words = SIMD4<UInt64>(repeating: .max)

  /// No timer at all.
  init() {}

  /// The number of the timer that an event with a sequence number fires; `nil` if it is stale.
  @inline(__always)
  func number(_ kind: TimerID.Kind, _ sequence: UInt64) -> UInt8? {
    TimerWord.number(words[Int(kind.rawValue)], sequence)
  }

  /// Sets or moves.
  @inline(__always)
  mutating func set(_ timer: TimerID, _ sequence: UInt64) {
    words[Int(timer.kind.rawValue)] = TimerWord.make(timer.number, sequence)
  }

  /// Forgets a timer, unless another of its kind has taken its place.
  @inline(__always)
  mutating func clear(_ timer: TimerID) {
    let place = Int(timer.kind.rawValue)
    if UInt8(truncatingIfNeeded: words[place]) == timer.number { words[place] = .max }
  }

  /// Forgets the timer of a kind: it has fired.
  @inline(__always)
  mutating func fired(_ kind: TimerID.Kind) { words[Int(kind.rawValue)] = .max }
}

/// A set timer in one word; `UInt64.max` is none.
enum TimerWord {
  @inline(__always)
  static func make(_ number: UInt8, _ sequence: UInt64) -> UInt64 {
    (sequence & EventKey.sequenceMask) << 8 | UInt64(number)
  }

  @inline(__always)
  static func number(_ word: UInt64, _ sequence: UInt64) -> UInt8? {
    word >> 8 == sequence ? UInt8(truncatingIfNeeded: word) : nil
  }
}

extension Simulation {
  /// How many polls a replica can have at a time.
  static var pollNumbers: Int { 256 }

  /// Sets or moves a timer.
  mutating func set(_ timer: TimerID, at instant: Instant, _ replica: Int) {
    if timer.kind == .poll {
      setPoll(timer.number, at: instant, replica)
    } else {
      let index = Int(timer.request.slot) &* replicas &+ replica
      calls[index].timers.set(timer, sequence)
      queue.push(
        EventKey(.timer(timer.kind), at: max(now, instant), sequence: sequence, slot: index).bits)
    }
    sequence &+= 1
  }

  /// Forgets a timer.
  mutating func clear(_ timer: TimerID, _ replica: Int) {
    if timer.kind == .poll {
      let place = replica &* Simulation.pollNumbers &+ Int(timer.number)
      if place < polls.count { polls[place] = .max }
    } else {
      calls[Int(timer.request.slot) &* replicas &+ replica].timers.clear(timer)
    }
  }

  /// A timer of a request is due.
  mutating func timer(_ kind: TimerID.Kind, _ key: EventKey) throws(TrafficError) {
    let index = key.slot
    guard calls[index].isOpen, let number = calls[index].timers.number(kind, key.sequence) else {
      return
    }
    calls[index].timers.fired(kind)
    let id = RequestID(slot: UInt32(index / replicas), generation: calls[index].generation)
    gateways[index % replicas].handle(
      .timerFired(TimerID(kind, of: id, number: number)), at: now, into: &output)
    try perform(index % replicas)
  }

  @inline(never)
  private mutating func setPoll(_ number: UInt8, at instant: Instant, _ replica: Int) {
    polls.fill(upTo: replicas &* Simulation.pollNumbers, with: .max)
    let place = replica &* Simulation.pollNumbers &+ Int(number)
    polls[place] = TimerWord.make(number, sequence)
    queue.push(EventKey(.poll, at: max(now, instant), sequence: sequence, slot: place).bits)
    queuedPolls &+= 1
  }

  /// A poll of a replica is due.
  mutating func poll(_ key: EventKey) throws(TrafficError) {
    queuedPolls &-= 1
    guard let number = TimerWord.number(polls[key.slot], key.sequence) else { return }
    polls[key.slot] = .max
    // With nothing open and nothing to come there is nothing to look at: without this the last of
    // them would depend on what else is still queued, such as deadlines of attempts that have ended.
    if upcoming.isEmpty, !someReturn, tally.requests.entered == tally.requests.left { return }
    let replica = key.slot / Simulation.pollNumbers
    gateways[replica].handle(
      .timerFired(TimerID(.poll, of: .none, number: number)), at: now, into: &output)
    try perform(replica)
  }

  /// Whether nothing but polls is left to happen, which alone would go on for ever.
  var isOver: Bool {
    upcoming.isEmpty && queue.count == queuedPolls && tally.requests.entered == tally.requests.left
  }

  /// A client's patience is at its end.
  mutating func patience(_ key: EventKey) throws(TrafficError) {
    let index = key.slot
    guard calls[index].isOpen, calls[index].patience == key.sequence else { return }
    let id = RequestID(
      slot: UInt32(index / replicas), generation: calls[index].generation)
    gateways[index % replicas].handle(.abandoned(id), at: now, into: &output)
    try perform(index % replicas)
  }
}
