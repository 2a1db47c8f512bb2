import Vocabulary

/// A source of calls: one named stream of traffic.
///
/// A client is a state machine of the world. The driver asks for the next arrival, and tells the
/// client how its calls ended. An *open-loop* client (a trace, a renewal process) ignores the
/// answers: that is what keeps the same world under every policy.
public protocol Client: Sendable {
  /// Overwrites `arrival` with the next one; `false` at the end of the stream.
  ///
  /// The instants never decrease. `arrival.request.number` is left to the driver.
  mutating func next(into arrival: inout Arrival) throws(TrafficError) -> Bool

  /// Overwrites the first of `arrivals` with the next ones and says how many; fewer than there is
  /// room for at the end of the stream.
  ///
  /// Asked of clients that do not listen: their arrivals do not depend on what the driver has not
  /// told yet. One dynamic call makes many arrivals.
  mutating func fill(_ arrivals: inout MutableSpan<Arrival>) throws(TrafficError) -> Int

  /// Tells how one of its calls ended for it.
  mutating func answered(call: CallKey, end: RequestRecord.End, at now: Instant)

  /// Whether it wants to know how its calls ended: an open-loop client does not.
  var listens: Bool { get }

  /// How long the client waits for an answer; `nil` if it waits for ever.
  ///
  /// The deadline that follows from it is already in the request.
  var patience: Duration? { get }

  /// How many malformed rows have been left out so far; 0 for generators.
  var skippedRows: Int { get }
}

extension Client {
  /// Asks for one after the other.
  public mutating func fill(_ arrivals: inout MutableSpan<Arrival>) throws(TrafficError) -> Int {
    var count = 0
    while count < arrivals.count, try next(into: &arrivals[count]) { count += 1 }
    return count
  }

  /// Ignores the answer, as open-loop clients do.
  public mutating func answered(call: CallKey, end: RequestRecord.End, at now: Instant) {}
  /// Open-loop clients do not listen.
  public var listens: Bool { false }
  /// No rows are left out.
  public var skippedRows: Int { 0 }
}
