import GatewayCore
import Vocabulary

// Records leave in batches; what is open at the end is counted.

extension Simulation {
  mutating func flush() {
    let sink = self.sink
    if !output.attempts.isEmpty {
      output.attempts.withSpan { records in
        attemptTruths.withSpan { sink.consume(attempts: records, truths: $0) }
      }
      output.attempts.removeAll()
      attemptTruths.removeAll()
    }
    if !output.sideCalls.isEmpty {
      output.sideCalls.withSpan { records in
        sideTruths.withSpan { sink.consume(sideCalls: records, truths: $0) }
      }
      output.sideCalls.removeAll()
      sideTruths.removeAll()
    }
    if !output.requests.isEmpty {
      output.requests.withSpan { records in
        requestTruths.withSpan { sink.consume(requests: records, truths: $0) }
      }
      output.requests.removeAll()
      requestTruths.removeAll()
    }
    if !output.notes.isEmpty {
      output.notes.withSpan { sink.consume(notes: $0) }
      output.notes.removeAll()
    }
  }

  /// Counts what is still open when the run ends.
  mutating func close() {
    let end = now
    chargeStanding()
    var open = 0
    var ages: Int128 = 0
    for index in 0..<calls.count where calls[index].isOpen {
      open += 1
      ages += Int128(calls[index].arrived.nanoseconds(to: end))
    }
    // Who has knocked where nobody is, and still waits for a connection.
    for place in 0..<returning.count where returning[place].knocked != .distantFuture {
      open += 1
      ages += Int128(returning[place].knocked.nanoseconds(to: end))
    }
    tally.requests.close(at: end, open: open, ages: ages)
    if let calls = tally.calls {
      tally.calls?.close(at: end, open: calls.entered - calls.left, ages: 0)
    }
    tally.sideCalls.close(at: end, open: tally.sideCalls.entered - tally.sideCalls.left, ages: 0)
    var counts = [Int](repeating: 0, count: tally.deployments.count)
    var inFlight = [Int128](repeating: 0, count: tally.deployments.count)
    for index in 0..<flights.count where flights[index].isLive {
      let deployment = Int(flights[index].deployment.index)
      counts[deployment] += 1
      inFlight[deployment] += Int128(flights[index].started.nanoseconds(to: end))
    }
    for index in tally.deployments.indices {
      tally.deployments[index] = stations[index]
      tally.deployments[index].close(at: end, open: counts[index], ages: inFlight[index])
    }
  }
}
