import Vocabulary

/// A client whose calls follow a renewal process.
struct GeneratedClient: Client {
  private var process: ArrivalProcess
  private let stamp: Stamp
  private var draws = CallDraws()
  private var times = [Int64](repeating: 0, count: CallDraws.count)
  private let start: Instant
  private let end: Instant

  init(
    process: ArrivalProcess, stamp: Stamp, from start: Instant, until end: Instant
  ) {
    self.process = process
    self.stamp = stamp
    self.start = start
    self.end = end
  }

  mutating func next(into arrival: inout Arrival) throws(TrafficError) -> Bool {
    let number = process.number
    guard let after = process.next() else { return false }
    let now = start.advanced(byNanoseconds: after)
    guard now < end else { return false }
    let place = CallDraws.place(of: number)
    if place == 0 { stamp.lookAhead(from: number, into: &draws) }
    stamp.fill(&arrival, at: now, number: number, draws.calls[place])
    return true
  }

  mutating func fill(_ arrivals: inout MutableSpan<Arrival>) throws(TrafficError) -> Int {
    var count = 0
    while count < arrivals.count {
      let number = process.number
      let place = CallDraws.place(of: number)
      if place == 0 { stamp.lookAhead(from: number, into: &draws) }
      let most = min(arrivals.count - count, CallDraws.count - place)
      let made = process.next(most, into: &times)
      for step in 0..<made {
        let now = start.advanced(byNanoseconds: times[step])
        guard now < end else { return count }
        stamp.fill(
          &arrivals[count], at: now, number: number &+ UInt64(step), draws.calls[place &+ step])
        count += 1
      }
      if made < most { return count }
    }
    return count
  }
}
