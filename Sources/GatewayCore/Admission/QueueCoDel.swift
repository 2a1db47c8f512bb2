import Settings
import Vocabulary

/// Controlled delay: sheds from a line that has stood too long, at a rate that grows while it does.
///
/// The line is good while at least one request in every `interval` has waited for less than
/// `target`. When the wait of those that leave has been above `target` for a whole interval, the
/// next is dropped, and while it stays above further ones at
///     next ← next + interval / √count,
/// so that drops come ever closer; a wait below target, or a line of at most one, ends it. If it
/// starts again soon (16 intervals) it starts near the count it had reached. This is RFC 8289,
/// section 5 (K. Nichols, V. Jacobson, A. McGregor, J. Iyengar, 2018), request for packet: "at most
/// MAXPACKET bytes are left" is "at most one request is left". The RFC's names: `firstAbove` is
/// first_above_time_, `next` drop_next_, `lastCount` lastcount_.
/// - Complexity: O(1), one square root a drop.
public struct CoDel: BitwiseCopyable, Sendable {
  /// The setpoint and the control interval.
  public struct Rule: BitwiseCopyable, Sendable, Equatable {
    /// Nanoseconds that a request may wait in a standing line.
    public var target: Int64
    /// Nanoseconds for which it must have stood.
    public var interval: Int64

    /// Reads target and interval.
    public init(reading s: inout SettingsReader) throws(SettingError) {
      target = try s.duration(
        "target", default: .milliseconds(5), in: .microseconds(1) ... .seconds(3_600),
        "the wait that a standing line may have"
      ).nanoseconds
      interval = try s.duration(
        "interval", default: .milliseconds(100), in: .microseconds(1) ... .seconds(3_600),
        "for how long it must have stood; about the longest time to react"
      ).nanoseconds
    }

    init(target: Duration, interval: Duration) {
      self.target = target.nanoseconds
      self.interval = interval.nanoseconds
    }
  }

  /// Where in one dequeue it stands: a dequeue drops none, some, and then lets one pass.
  private enum Step: UInt8, BitwiseCopyable { case first, dropped, entered }

  private var firstAbove = Instant.distantPast
  private var next = Instant.start
  private(set) var count: UInt32 = 0
  private var lastCount: UInt32 = 0
  private(set) var isDropping = false
  private var step = Step.first

  init() {}

  /// A dequeue begins.
  mutating func begin() { step = .first }

  /// Whether the request that would leave now is dropped instead; asked again for the one after it.
  ///
  /// - Parameters:
  ///   - waited: Nanoseconds that it has waited.
  ///   - left: How many are left behind it.
  mutating func drops(waited: Int64, left: Int, at now: Instant, _ rule: Rule) -> Bool {
    let mayDrop = isAbove(waited, left, now, rule)
    switch step {
    case .first where isDropping:
      guard mayDrop else {
        isDropping = false
        return false
      }
      return dropIfDue(now)
    case .first:
      guard mayDrop else { return false }
      step = .entered
      isDropping = true
      let delta = Int64(count) - Int64(lastCount)
      let isRecent = next.nanoseconds(to: now) < 16 * rule.interval
      count = delta > 1 && isRecent ? UInt32(delta) : 1
      next = CoDel.controlLaw(now, count, rule)
      lastCount = count
      return true
    case .dropped:
      guard mayDrop else {
        isDropping = false
        return false
      }
      count &+= 1
      next = CoDel.controlLaw(next, count, rule)
      return dropIfDue(now)
    case .entered: return false
    }
  }

  /// Nobody waits any more.
  mutating func ranOut() {
    firstAbove = .distantPast
    if step != .entered { isDropping = false }
  }

  private mutating func dropIfDue(_ now: Instant) -> Bool {
    guard now >= next else { return false }
    step = .dropped
    return true
  }

  private mutating func isAbove(_ waited: Int64, _ left: Int, _ now: Instant, _ rule: Rule) -> Bool
  {
    if waited < rule.target || left <= 1 {
      firstAbove = .distantPast
      return false
    }
    if firstAbove == .distantPast {
      firstAbove = now.advanced(byNanoseconds: rule.interval)
      return false
    }
    return now >= firstAbove
  }

  /// t + interval / √count.
  static func controlLaw(_ time: Instant, _ count: UInt32, _ rule: Rule) -> Instant {
    time.advanced(byNanoseconds: Int64(Double(rule.interval) / Double(count).squareRoot()))
  }
}
