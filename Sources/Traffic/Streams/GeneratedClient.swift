import Vocabulary

/// A client whose calls follow a renewal process.
struct GeneratedClient: Client {
  private var process: ArrivalProcess
  private let stamp: Stamp
  private var draws = CallDraws()
  private let start: Instant
  private let end: Instant
  let patience: Duration?

  init(
    process: ArrivalProcess, stamp: Stamp, from start: Instant, until end: Instant,
    patience: Duration?
  ) {
    self.process = process
    self.stamp = stamp
    self.start = start
    self.end = end
    self.patience = patience
  }

  mutating func next(into arrival: inout Arrival) throws(TrafficError) -> Bool {
    let number = process.number
    guard let after = process.next() else { return false }
    let now = start.advanced(byNanoseconds: after)
    guard now < end else { return false }
    if CallDraws.place(of: number) == 0 { stamp.lookAhead(from: number, into: &draws) }
    stamp.fill(&arrival, at: now, number: number, draws: draws)
    return true
  }
}
