import Vocabulary

/// A count with a limit, as one kind of meter keeps it.
protocol QuotaLevel {
  /// Comes to `now`: refills, or opens a new window.
  mutating func advance(to now: Int64, steps: CapacitySteps)
  /// Whether `permits` more fit, with the quota's limit at `factor` (parts per million).
  func holds(_ permits: Int64, factor: Int64) -> Bool
  /// Nanoseconds until they may fit; `nil` if they never do.
  func wait(for permits: Int64, factor: Int64, at now: Int64) -> Int64?
  /// Counts permits, or gives them back if the number is negative.
  mutating func take(_ permits: Int64)
  /// Whether what was charged at an instant is still counted.
  func counts(_ instant: Int64) -> Bool
}

/// A count that a refusal may use up as well.
protocol RefusalCounting: QuotaLevel {
  /// Counts permits that were refused: as many as are there.
  mutating func waste(_ permits: Int64)
}

extension QuotaMeters where Level: RefusalCounting {
  /// Counts a refused request in each meter of requests.
  mutating func wasteRequest() {
    for index in meters.indices where meters[index].unit == .requests {
      meters[index].level.waste(1)
    }
  }
}

/// The meters of one kind of a quota, changed where they lie.
///
/// A list a kind and not one list of an enum: a payload would be copied out and in at every change.
struct QuotaMeters<Level: QuotaLevel> {
  fileprivate var meters: [(unit: QuotaPlan.Unit, level: Level)] = []

  mutating func add(_ unit: QuotaPlan.Unit, _ level: Level) { meters.append((unit, level)) }

  @inline(__always)
  mutating func advance(to now: Int64, steps: CapacitySteps) {
    for index in meters.indices { meters[index].level.advance(to: now, steps: steps) }
  }

  /// Adds to `wait` what these meters make an attempt wait for.
  @inline(__always)
  func judge(
    _ permits: (QuotaPlan.Unit) -> Int64, factor: Int64, at now: Int64, _ wait: inout QuotaWait
  ) {
    for index in meters.indices {
      let asked = permits(meters[index].unit)
      if meters[index].level.holds(asked, factor: factor) { continue }
      wait.add(meters[index].level.wait(for: asked, factor: factor, at: now))
    }
  }

  @inline(__always)
  mutating func take(_ permits: (QuotaPlan.Unit) -> Int64) {
    for index in meters.indices { meters[index].level.take(permits(meters[index].unit)) }
  }

  /// Settles what an attempt used against what was charged at its start.
  @inline(__always)
  mutating func settle(_ change: (QuotaPlan.Unit) -> Int64, chargedAt instant: Int64) {
    for index in meters.indices where meters[index].unit != .requests {
      let permits = change(meters[index].unit)
      // A refund belongs to the window that was charged; a later one knows nothing of it.
      if permits < 0, !meters[index].level.counts(instant) { continue }
      meters[index].level.take(permits)
    }
  }
}

/// For how long meters make an attempt wait together.
struct QuotaWait {
  /// Whether any refuses.
  private(set) var isRefused = false
  /// Nanoseconds until all may let it in; `nil` if one never does.
  private(set) var nanoseconds: Int64? = 0

  mutating func add(_ wait: Int64?) {
    isRefused = true
    if let soFar = nanoseconds, let wait {
      nanoseconds = max(soFar, wait)
    } else {
      nanoseconds = nil
    }
  }
}
