import Vocabulary

/// What a client remembers of a call while it waits for the answer.
///
/// It travels with the arrival and comes back with the answer, so memory is held for what is in
/// flight only. Open-loop clients leave it as it is.
@frozen
public struct CallMemory: BitwiseCopyable, Sendable {
  /// When the call arrived: the arrival of its first try.
  public var began = Instant.start
  /// When the client's patience with the call ends.
  public var leaves = Instant.distantFuture
  /// Which of the user's calls it is, from 0; of streams with users.
  public var number: UInt64 = 0
  /// The user, from 0; of streams with users.
  public var user: UInt32 = 0
  /// How many more calls the user's session will have; of streams with users.
  public var turnsLeft: UInt32 = 0
  /// How many of the user's calls have failed in a row; of streams with users.
  public var failures: UInt32 = 0
  /// Whether the client's own timeout ended the try before; of clients that try again.
  public var timedOut = false
  /// Whether the body of the call had been sent before by another call; set by the driver.
  public var repeats = false

  /// A blank memory.
  @inlinable public init() {}
}
