import Vocabulary

/// A source of calls: one named stream of traffic.
///
/// A client is a state machine of the world. The driver asks for the next arrival, and tells the
/// client how its requests ended. An *open-loop* client (a trace, a renewal process) ignores the
/// answers: that is what keeps the same world under every policy. One that listens may come back:
/// with another try of the same call, or with the user's next call. What follows from an answer is
/// the value of `answered`, never of `next`, so arrivals that follow from nothing can be made ahead.
public protocol Client: Sendable {
  /// Overwrites `arrival` with the next one that follows from no answer; `false` at the end.
  ///
  /// The instants never decrease. `arrival.request.number` is left to the driver.
  mutating func next(into arrival: inout Arrival) throws(TrafficError) -> Bool

  /// Overwrites the first of `arrivals` with the next ones and says how many; fewer than there is
  /// room for at the end of the stream.
  ///
  /// One dynamic call makes many arrivals.
  mutating func fill(_ arrivals: inout MutableSpan<Arrival>) throws(TrafficError) -> Int

  /// Tells how a request of its ended for it, and asks what it does then.
  ///
  /// A client that comes back overwrites `arrival`, at an instant that is not before `end.at`.
  /// - Parameter arrival: the request's own arrival, as the client gave it.
  mutating func answered(_ arrival: inout Arrival, _ end: AnswerEnd) -> Sequel

  /// Whether it wants to know how its requests ended: an open-loop client does not.
  var listens: Bool { get }

  /// How long it tries to connect to a gateway that does not answer; `nil`: as long as its system.
  var connectTimeout: Duration? { get }

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
  public mutating func answered(_ arrival: inout Arrival, _ end: AnswerEnd) -> Sequel { .none }
  /// The system decides.
  public var connectTimeout: Duration? { nil }
  /// Open-loop clients do not listen.
  public var listens: Bool { false }
  /// No rows are left out.
  public var skippedRows: Int { 0 }
}

/// What a client does after an answer.
@frozen
public enum Sequel: UInt8, BitwiseCopyable, Sendable, Hashable {
  /// Nothing: the call has ended.
  case none
  /// Another try of the same call.
  case again
  /// The call has ended, and the same user's next call will arrive.
  case next
}
