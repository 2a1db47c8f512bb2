import Chance
import Settings
import Vocabulary

/// Exponentially weighted moving averages of one signal, one for each child, by elapsed time.
///
/// average′ = average·w + sample·(1 − w) with w = e^(−dt/decay), dt since the child's last sample;
/// *peak* averages are replaced at once by a higher sample. With read-decay a reading is average·w,
/// so that what has not been tried for long looks better and is tried again. A peak average keeps what
/// a reading has left of it: dt is then since its last sample or reading, and a sample is a peak
/// against that. A child without a sample starts at a number, or at the mean of the averages of the
/// children that have one.
/// - Complexity: O(1) a sample and a reading, one `exp` each; O(children) a sample while a child
///   waits to start at its peers' mean.
struct MovingAverages: Sendable {
  private struct Entry: BitwiseCopyable, Sendable {
    var average: Double
    var stamp: Int64
    var isSeen: Bool
  }

  private let decay: Double
  private let initial: Double
  private let readDecay: Bool
  private let fromPeers: Bool
  private let isPeak: Bool
  private var entries: [Entry] = []
  private var unseen = 0

  /// Reads `decay`, `initial`, `coldStart` and `readDecay`.
  init(
    reading s: inout SettingsReader, isPeak: Bool, initial standard: Duration,
    coldStart: String
  ) throws(SettingError) {
    self.isPeak = isPeak
    decay = Double(
      try s.duration(
        "decay", default: .seconds(10), in: .milliseconds(1) ... .seconds(86_400),
        "time constant of the average"
      ).nanoseconds)
    initial = Double(
      try s.duration(
        "initial", default: standard, in: .zero ... .seconds(3600),
        "estimate for a child that has not answered yet"
      ).nanoseconds)
    fromPeers =
      try s.name(
        "coldStart", default: coldStart, among: ["initial", "peers"], kind: "cold start",
        "where a child without a sample starts: at \"initial\", or at the mean of its peers") == 1
    readDecay = try s.flag(
      "readDecay", default: true, "whether an average also decays while nothing is sampled")
  }

  mutating func prepare(_ count: Int) {
    entries = Array(repeating: Entry(average: initial, stamp: 0, isSeen: false), count: count)
    unseen = count
  }

  /// The average of a child as it is read now.
  @inline(__always)
  func value(of child: Int, at now: Instant) -> Double {
    guard readDecay else { return entries[child].average }
    return entries[child].average * weight(since: entries[child].stamp, at: now)
  }

  /// The same for a choice: a peak average remembers that it was read.
  @inline(__always)
  mutating func read(_ child: Int, at now: Instant) -> Double {
    let value = value(of: child, at: now)
    if isPeak, readDecay {
      entries[child].average = value
      entries[child].stamp = max(entries[child].stamp, now.nanoseconds)
    }
    return value
  }

  /// Takes in a sample.
  mutating func add(_ sample: Double, to child: Int, at now: Instant) {
    let average = entries[child].average
    if isPeak, sample > average {
      entries[child].average = sample
    } else {
      let kept = weight(since: entries[child].stamp, at: now)
      entries[child].average = average * kept + sample * (1 - kept)
    }
    entries[child].stamp = now.nanoseconds
    if !entries[child].isSeen {
      entries[child].isSeen = true
      unseen -= 1
    }
    if fromPeers, unseen > 0 { startAtPeers(at: now) }
  }

  /// Forgets a child's samples: it starts again as it did at first.
  mutating func reset(_ child: Int, at now: Instant) {
    if entries[child].isSeen { unseen += 1 }
    entries[child] = Entry(average: initial, stamp: now.nanoseconds, isSeen: false)
    guard fromPeers, unseen < entries.count else { return }
    startAtPeers(at: now)
  }

  private mutating func startAtPeers(at now: Instant) {
    var sum = 0.0
    for entry in entries where entry.isSeen { sum += entry.average }
    let mean = sum / Double(entries.count - unseen)
    for child in entries.indices where !entries[child].isSeen {
      entries[child].average = mean
      entries[child].stamp = now.nanoseconds
    }
  }

  @inline(__always)
  private func weight(since stamp: Int64, at now: Instant) -> Double {
    let elapsed = Double(max(0, now.nanoseconds &- stamp))
    return Elementary.exp(-elapsed / decay)
  }
}
