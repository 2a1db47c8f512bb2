import Settings
import Vocabulary

/// Which quantile of which time is observed, over what window.
public struct ObservedRule: BitwiseCopyable, Sendable, Hashable {
  /// The time of an attempt that is observed.
  public enum Signal: Int, BitwiseCopyable, Sendable, CaseIterable {
    /// Until the first token; until the end if the answer is not streamed.
    case firstToken
    /// Until the end.
    case endToEnd
  }

  var share: Double
  var signal: Signal
  var window: Int64
  var minimum: Int

  /// Reads the rule; `standard` is the quantile if the file states none.
  init(
    reading s: inout SettingsReader, quantile standard: Double, of signal: Signal
  ) throws(SettingError) {
    share = try s.share(
      "quantile", default: Probability(standard), "the quantile, always from the fast side"
    ).value
    self.signal =
      Signal(
        rawValue: try s.name(
          "of", default: signal == .firstToken ? "firstToken" : "endToEnd",
          among: ["firstToken", "endToEnd"], kind: "time",
          "the time of an attempt: to its first token (to its end if it is not streamed), or to its"
            + " end")) ?? signal
    window = try s.duration(
      "window", default: .seconds(60), in: .milliseconds(10) ... .seconds(86_400),
      "attempts of this last stretch count, and of as much as one more before it"
    ).nanoseconds
    minimum = try s.integer(
      "minimum", default: 20, in: 1...1_000_000, "samples without which nothing is known")
  }
}

/// A quantile of the times that one deployment has shown lately.
///
/// Idea: a log-linear histogram (16 buckets an octave, from 1 µs to 78 h) for the window that runs
/// and one for the window before; the quantile is read by nearest rank with linear interpolation
/// inside the bucket, so it is off by at most a sixteenth. It is read anew when an eighth more
/// samples have come, a window has ended, or nothing was known. An attempt that was withdrawn or
/// ran into a deadline is a sample of the time that it had taken by then: without these the slow
/// ones, which hedges cut short, would be missing and the quantile would sink towards zero.
/// - Source: log-linear buckets as in HdrHistogram; nearest rank as in LiteLLM's TTFT percentile.
/// - Complexity: O(1) a sample; O(buckets / samples in an eighth) amortised for the reading.
struct ObservedQuantile: Sendable {
  private static let octaves = 38
  private static let floorBits = 10
  static let buckets = octaves * 16

  private let rule: ObservedRule
  private var now: [UInt32]
  private var before: [UInt32]
  private var countNow = 0
  private var countBefore = 0
  private var began: Int64 = 0
  private var fresh = 0
  private var known: Int64 = -1

  init(_ rule: ObservedRule) {
    self.rule = rule
    now = [UInt32](repeating: 0, count: ObservedQuantile.buckets)
    before = now
  }

  /// Adds a time in nanoseconds.
  mutating func add(_ time: Int64, at instant: Instant) {
    rotate(to: instant.nanoseconds)
    now[ObservedQuantile.bucket(time)] += 1
    countNow += 1
    fresh += 1
  }

  /// The quantile in nanoseconds; `nil` while too few samples have been seen.
  mutating func value(at instant: Instant) -> Int64? {
    rotate(to: instant.nanoseconds)
    let count = countNow + countBefore
    guard count >= rule.minimum else { return nil }
    if known < 0 || fresh * 8 >= count { read(count) }
    return known
  }

  private mutating func rotate(to instant: Int64) {
    let elapsed = instant - began
    guard elapsed >= rule.window else { return }
    if elapsed < 2 * rule.window {
      swap(&now, &before)
      countBefore = countNow
    } else {
      for place in before.indices { before[place] = 0 }
      countBefore = 0
    }
    for place in now.indices { now[place] = 0 }
    countNow = 0
    began = instant - elapsed % rule.window
    known = -1
  }

  private mutating func read(_ count: Int) {
    fresh = 0
    let exact = rule.share * Double(count)
    var rank = Int(exact)
    if Double(rank) < exact { rank += 1 }
    rank = min(max(rank, 1), count)
    var below = 0
    for place in 0..<ObservedQuantile.buckets {
      let here = Int(now[place]) + Int(before[place])
      if below + here >= rank {
        let (low, width) = ObservedQuantile.bounds(place)
        known = low + width * Int64(rank - below) / Int64(here)
        return
      }
      below += here
    }
  }

  /// The bucket of a time: its octave and the four bits below its leading one.
  @inline(__always)
  static func bucket(_ time: Int64) -> Int {
    let bits = UInt64(max(time, 1 << Int64(floorBits)))
    let top = 63 - bits.leadingZeroBitCount
    let octave = top - floorBits
    if octave >= octaves { return buckets - 1 }
    return octave * 16 + Int(bits >> UInt64(top - 4) & 15)
  }

  /// The least time of a bucket, and its width.
  static func bounds(_ bucket: Int) -> (low: Int64, width: Int64) {
    let top = Int64(bucket / 16 + floorBits)
    let width = Int64(1) << (top - 4)
    return (Int64(1) << top + Int64(bucket % 16) * width, width)
  }
}
