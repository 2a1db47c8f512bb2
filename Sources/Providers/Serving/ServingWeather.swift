/// What incidents make of a self-hosted deployment over time, in steps.
///
/// `slow` multiplies all times. `quota` is the share of the replicas that take new work (rounded up):
/// a slow loss of capacity. `inFlight: stall` stops the whole deployment until the incident is over.
/// Polylines become steps of one second (or of a ten-thousandth of a longer slope), each with the
/// value at its middle.
struct ServingWeather: Sendable {
  /// A stretch from `start` to the next step's start.
  struct Step: Sendable {
    var start: Int64
    /// The factor on all times; infinite while everything stands still.
    var slow = 1.0
    /// The share of the replicas that take new work.
    var share = 1.0
  }

  private static let grid: Int64 = 1_000_000_000
  private static let mostCells: Int64 = 10_000

  private let steps: [Step]

  init(_ strikes: [Strike]) {
    var cuts: [Int64] = []
    for strike in strikes {
      let stalls = strike.incident.inFlight == .stall
      let lines = [strike.incident.slow, strike.incident.quota].compactMap { $0 }
      guard stalls || !lines.isEmpty else { continue }
      cuts += [strike.from, strike.until]
      for line in lines {
        for (a, b) in zip(line.knots, line.knots.dropFirst()) {
          let (start, end) = (strike.from &+ a.offset, min(strike.from &+ b.offset, strike.until))
          guard start < end else { continue }
          cuts.append(start)
          guard a.value != b.value else { continue }
          cuts += stride(
            from: start, to: end, by: Int(max(Self.grid, (end - start) / Self.mostCells)))
          cuts.append(end)
        }
      }
    }
    cuts.sort()
    var steps = [Step(start: .min)]
    for (place, start) in cuts.enumerated() where place == 0 || cuts[place - 1] != start {
      let end = cuts[place...].first { $0 > start } ?? .max
      var step = Step(start: start)
      let middle = end == .max ? start : start + (end - start) / 2
      for strike in strikes where strike.isActive(at: middle) {
        step.slow *= strike.slow(at: middle)
        step.share *= strike.incident.quota?.value(at: middle - strike.from) ?? 1
        if strike.incident.inFlight == .stall { step.slow = .infinity }
      }
      steps.append(step)
    }
    self.steps = steps
  }

  /// Whether the weather never changes.
  var isCalm: Bool { steps.count == 1 }

  /// The place of the step that holds an instant.
  /// - Complexity: O(log steps).
  func place(at instant: Int64) -> Int {
    var (low, high) = (0, steps.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if steps[middle].start <= instant { low = middle } else { high = middle }
    }
    return low
  }

  /// The step in a place.
  subscript(place: Int) -> Step { steps[place] }

  /// When a place ends.
  func end(of place: Int) -> Int64 { place + 1 < steps.count ? steps[place + 1].start : .max }
}
