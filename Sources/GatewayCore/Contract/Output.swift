import Vocabulary

/// What the core has to say: commands, records, notes.
///
/// One reusable value per driver.
///
/// The driver carries the commands out and empties them after each call; records and notes may
/// gather and be handed on in batches.
public struct Output: ~Copyable {
  /// What the driver shall do, in order.
  public var commands = Buffer<Command>(capacity: 64)
  /// Requests that have settled.
  public var requests = Buffer<RequestRecord>(capacity: 1024)
  /// Attempts that have settled.
  public var attempts = Buffer<AttemptRecord>(capacity: 1024)
  /// Side calls that have ended.
  public var sideCalls = Buffer<SideCallRecord>(capacity: 64)
  /// What strategies of other replicas are told, where a command names its place; emptied by the
  /// driver together with the commands.
  public var lessons = Buffer<Lesson>(capacity: 1)
  /// What the core notes.
  public var notes = Buffer<Note>(capacity: 1024)
  /// The number of the request whose candidates, scores and verdicts are noted too.
  public var explained: UInt64?

  /// Makes an empty output; `explaining` asks for the full story of one request.
  public init(explaining request: UInt64? = nil) { explained = request }

  /// Whether every decision about the request with `number` shall be noted.
  @inlinable @inline(__always)
  public func explains(_ number: UInt64) -> Bool { explained == number }
}
