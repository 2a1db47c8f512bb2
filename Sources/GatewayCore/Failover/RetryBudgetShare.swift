import Settings
import Vocabulary

/// Bounds retries to a share of first attempts plus a floor per second, over a sliding window.
///
/// A retry is allowed while, with it, retries ≤ share × first attempts + floor × window, both
/// counted over the last `window` in ten steps, the one that has begun included. A permit is the
/// step in which it was taken. Source: Twitter Finagle `RetryBudget` (20 %, 10 per second, 10 s);
/// Google SRE book, chapter 22.
/// - Complexity: O(1); at most ten steps to pass after a pause.
public struct ShareRetryBudget: RetryBudget {
  /// Whose attempts and retries it counts.
  public var scope = StateScope.local
  private let share: Double
  private let floor: Double
  private let step: Int64
  private var firsts = [Int](repeating: 0, count: 10)
  private var retries = [Int](repeating: 0, count: 10)
  private var sumFirsts = 0
  private var sumRetries = 0
  private var current: Int64 = 0

  /// Reads share, floor and window.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    let stated = try s.optionalShare("share", "retries per first attempt")
    guard stated != nil || s.isDescribing else {
      throw SettingError(
        at: s.setting.position, path: s.setting.path, found: "no share",
        expected: "a share of first attempts such as share: \"20%\", or a rule")
    }
    share = stated?.value ?? 0
    let rate = try s.optionalRate("floor", "retries per time that are always allowed")
    let window = try s.duration(
      "window", default: .seconds(10), in: .milliseconds(10) ... .seconds(3600),
      "over what time attempts are counted")
    step = Swift.max(1, window.nanoseconds / 10)
    floor = (rate?.perSecond ?? 0) * Double(window.nanoseconds) / 1e9
  }

  static let entry = Registry<any RetryBudget>.Entry(
    "share", "a share of first attempts and a floor per time", source: "Finagle RetryBudget",
    shorthand: "share",
    make: { s throws(SettingError) in try ShareRetryBudget(reading: &s) })

  /// Counts first attempts.
  public var countsFirstAttempts: Bool { true }
  /// Counts a first attempt.
  public mutating func firstAttempt(at now: Instant) {
    advance(to: now)
    firsts[Int(current % 10)] += 1
    sumFirsts += 1
  }

  /// Takes a permit, the present step, if the window allows another retry.
  public mutating func takeRetry(after outcome: Outcome, at now: Instant) -> Int64? {
    advance(to: now)
    guard Double(sumRetries) + 1 <= share * Double(sumFirsts) + floor else { return nil }
    retries[Int(current % 10)] += 1
    sumRetries += 1
    return current
  }

  /// Counts another replica's retry in the step in which it was allowed.
  public mutating func heardRetry(_ permit: Int64, at now: Instant) {
    advance(to: now)
    guard isInWindow(permit) else { return }
    retries[Int(permit % 10)] += 1
    sumRetries += 1
  }

  /// Takes a permit back into its step.
  public mutating func giveBack(_ permit: Int64, at now: Instant) {
    advance(to: now)
    // What was taken elsewhere may not have been heard of.
    guard isInWindow(permit), retries[Int(permit % 10)] > 0 else { return }
    retries[Int(permit % 10)] -= 1
    sumRetries -= 1
  }

  private func isInWindow(_ permit: Int64) -> Bool {
    permit >= 0 && permit > current - 10 && permit <= current
  }

  private mutating func advance(to now: Instant) {
    let target = now.nanoseconds / step
    guard target > current else { return }
    if target - current >= 10 {
      for i in 0..<10 {
        firsts[i] = 0
        retries[i] = 0
      }
      sumFirsts = 0
      sumRetries = 0
      current = target
      return
    }
    while current < target {
      current += 1
      let i = Int(current % 10)
      sumFirsts -= firsts[i]
      sumRetries -= retries[i]
      firsts[i] = 0
      retries[i] = 0
    }
  }
}
