import Vocabulary

/// The factor on a quota over time, in steps: incidents multiply, whole parts per million.
///
/// Polylines become steps of one second (or of a ten-thousandth of a longer slope), each with the
/// value at its middle, so that a refill is an exact integer sum over steps.
struct CapacitySteps: Sendable {
  static let one: Int64 = 1_000_000
  private static let grid: Int64 = 1_000_000_000
  private static let mostCells: Int64 = 10_000

  /// A stretch from `start` to the next step's start; before the first step the factor is 1.
  struct Step: BitwiseCopyable {
    var start: Int64
    var factor: Int64
  }

  let steps: [Step]

  /// The factor that `incidents` make together.
  init(_ incidents: [IncidentPlan]) {
    var cuts: [Int64] = []
    for incident in incidents {
      guard let line = incident.quota else { continue }
      let (from, until) = (incident.from.nanoseconds, incident.until.nanoseconds)
      cuts += [from, until]
      for (a, b) in zip(line.knots, line.knots.dropFirst()) {
        let (start, end) = (from &+ a.offset, min(from &+ b.offset, until))
        guard start < end else { continue }
        cuts.append(start)
        guard a.value != b.value else { continue }
        let cell = max(Self.grid, (end - start) / Self.mostCells)
        cuts += stride(from: start, to: end, by: Int(cell))
        cuts.append(end)
      }
    }
    cuts.sort()
    var steps: [Step] = []
    for (index, start) in cuts.enumerated() {
      let end = index + 1 < cuts.count ? cuts[index + 1] : Int64.max
      guard start < end else { continue }
      let factor = Self.factor(of: incidents, at: end == .max ? start : start + (end - start) / 2)
      if factor != (steps.last?.factor ?? Self.one) {
        steps.append(Step(start: start, factor: factor))
      }
    }
    self.steps = steps
  }

  private static func factor(of incidents: [IncidentPlan], at instant: Int64) -> Int64 {
    var product = 1.0
    for incident in incidents {
      guard let line = incident.quota, instant >= incident.from.nanoseconds,
        instant < incident.until.nanoseconds
      else { continue }
      product *= line.value(at: instant - incident.from.nanoseconds)
    }
    return Int64(min(max(product, 0), 1000) * Double(one) + 0.5)
  }

  /// Whether the factor is always 1.
  var isEmpty: Bool { steps.isEmpty }

  /// The number of steps that have begun by `instant`: 0 is the time before the first.
  /// - Complexity: O(log steps).
  func place(at instant: Int64) -> Int {
    var (low, high) = (0, steps.count)
    while low < high {
      let middle = (low + high) / 2
      if steps[middle].start <= instant { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The factor in a place.
  func factor(in place: Int) -> Int64 { place == 0 ? Self.one : steps[place - 1].factor }

  /// When a place ends.
  func end(of place: Int) -> Int64 { place < steps.count ? steps[place].start : .max }

  /// The factor at an instant.
  func factor(at instant: Int64) -> Int64 { isEmpty ? Self.one : factor(in: place(at: instant)) }
}
