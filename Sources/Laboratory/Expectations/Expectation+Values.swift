import Measures
import Scenarios
import Vocabulary

// What a line of `expect` measures in one run.

extension Expectation {
  /// Its value in one run; `nil` if there was nothing to measure, infinite for a time that never
  /// came.
  /// - Parameters:
  ///   - place: its place in `expect`.
  ///   - first: the place of its first slice.
  func value(_ outcome: RunOutcome, at place: Int, firstSlice first: Int) -> Double? {
    let totals = outcome.totals
    switch reading {
    case .whole:
      return value(slices.indices.compactMap { group(totals, first + $0) })
    case .windows(let minutes):
      return worst(slices.indices.compactMap { self.minutes(totals, first + $0) }, minutes)
    case .detection:
      return outcome.detected.indices.contains(place) ? outcome.detected[place] : nil
    case .recovery(let recovery):
      return minutes(totals, first).flatMap(recovery.seconds)
    }
  }

  /// The value of the groups of its slices.
  func value(_ groups: [Group]) -> Double? {
    guard groups.count == slices.count, let part = groups.first else { return nil }
    guard base != nil else { return measure.value(part) }
    let whole = groups[1].tally.arrived
    return whole > 0 ? Double(part.tally.arrived) / Double(whole) : nil
  }

  private func group(_ totals: RunTotals, _ index: Int) -> Group? {
    guard totals.slices.indices.contains(index) else { return nil }
    var group = totals.slices[index]
    // Charges that no attempt bears belong to all requests together.
    if slice.isWhole { group.standingCharges = totals.standingCharges }
    return group
  }

  private func minutes(_ totals: RunTotals, _ index: Int) -> Minutes? {
    totals.sliceMinutes.indices.contains(index) ? totals.sliceMinutes[index] : nil
  }

  /// The worst value over so many minutes in a row that lie wholly in the line's interval.
  private func worst(_ kept: [Minutes], _ length: Int) -> Double? {
    guard kept.count == slices.count, let first = kept.first else { return nil }
    let range = first.indices(from: slice.from, to: slice.to)
    var worst: Double?
    for start in range where start + length <= range.upperBound {
      guard let value = value(kept.map { $0.group(start..<start + length) }) else { continue }
      worst = worst.map { isAtLeast ? min($0, value) : max($0, value) } ?? value
    }
    return worst
  }
}

extension Recovery {
  /// Seconds from the incident's end to the first of enough minutes in which the measure is back;
  /// infinite if there are none, `nil` if nothing is known from before the incident.
  func seconds(_ kept: Minutes) -> Double? {
    let before = kept.indices(from: .start, to: from)
    guard let normal = measure.value(kept.group(before)) else { return nil }
    let room = isRelative ? tolerance * normal.magnitude : tolerance
    var good = 0
    for index in kept.indices(from: until, to: .distantFuture) {
      // A minute without requests tells nothing, and does not interrupt.
      let value = measure.value(kept.group(index..<index + 1))
      let isBack =
        value.map { measure.better == .higher ? $0 >= normal - room : $0 <= normal + room } ?? true
      good = isBack ? good + 1 : 0
      if good == minutes {
        return Double(until.nanoseconds(to: kept.start(of: index + 1 - minutes))) / 1e9
      }
    }
    return .infinity
  }
}
