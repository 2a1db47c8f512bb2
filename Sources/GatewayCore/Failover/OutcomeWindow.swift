import Vocabulary

/// Counts outcomes and failures over a time: sliding in steps, or tumbling.
///
/// Sliding: the last `steps` steps of length ÷ steps each, the one that has begun included.
/// Tumbling: since the last multiple of the length.
/// - Complexity: O(1); at most `steps` to pass after a pause.
struct OutcomeWindow: Sendable, Hashable {
  private struct Counts: BitwiseCopyable, Sendable, Hashable {
    var outcomes = 0
    var failures = 0
  }

  private let step: Int64
  private var counts: [Counts]
  private var current: Int64 = .min
  private(set) var outcomes = 0
  private(set) var failures = 0

  init(nanoseconds: Int64, steps: Int) {
    step = max(1, nanoseconds / Int64(steps))
    counts = Array(repeating: Counts(), count: steps)
  }

  /// Failures ÷ outcomes; 0 without outcomes.
  var ratio: Double { outcomes == 0 ? 0 : Double(failures) / Double(outcomes) }

  mutating func add(failed: Bool, at now: Instant) {
    advance(to: now)
    let place = Int(current % Int64(counts.count))
    counts[place].outcomes += 1
    outcomes += 1
    guard failed else { return }
    counts[place].failures += 1
    failures += 1
  }

  mutating func forget() {
    for place in counts.indices { counts[place] = Counts() }
    outcomes = 0
    failures = 0
    current = .min
  }

  mutating func advance(to now: Instant) {
    let target = now.nanoseconds / step
    guard target > current else { return }
    if current == .min || target - current >= Int64(counts.count) {
      if outcomes > 0 { forget() }
      current = target
      return
    }
    while current < target {
      current += 1
      let place = Int(current % Int64(counts.count))
      outcomes -= counts[place].outcomes
      failures -= counts[place].failures
      counts[place] = Counts()
    }
  }
}
