import Vocabulary

/// A count of tokens that may grow by a factor from window to window: a limit on acceleration.
///
///     limit of a window = max(what is always allowed, factor × tokens of the window before)
///
/// A rule in the spirit of Anthropic's note that sharp ramps can draw 429s within the stated limits;
/// how it is judged there is not published (platform.claude.com/docs/en/api/rate-limits, copy of
/// 2026-08, read 2026-11: "acceleration limits").
/// - Complexity: O(1) per judgement.
struct RampWindow: QuotaLevel {
  private let length: Int64
  private let factor: Double
  private let from: Int64
  private var index: Int64 = 0
  private var before: Int64 = 0
  private var used: Int64 = 0

  init(_ plan: QuotaPlan.Acceleration) {
    length = max(1, plan.window.nanoseconds)
    factor = plan.factor
    from = plan.from
  }

  /// Opens the window that holds `now`, if it is another one.
  mutating func advance(to now: Int64, steps: CapacitySteps) {
    let current = max(0, now) / length
    guard current > index else { return }
    before = current == index + 1 ? used : 0
    used = 0
    index = current
  }

  /// Whether an instant lies in the window that is counted now.
  func counts(_ instant: Int64) -> Bool { max(0, instant) / length == index }

  /// Whether `permits` more fit; the window must have been advanced.
  func holds(_ permits: Int64, factor _: Int64) -> Bool {
    let most = min(Double(before) * factor, 4e18)
    return used + permits <= max(from, Int64(most))
  }

  /// Counts permits, or gives them back if the number is negative.
  mutating func take(_ permits: Int64) { used += permits }

  /// Nanoseconds until the next window; whether it lets so many in is not known.
  func wait(for permits: Int64, factor: Int64, at now: Int64) -> Int64? {
    (index + 1) * length - now
  }
}
