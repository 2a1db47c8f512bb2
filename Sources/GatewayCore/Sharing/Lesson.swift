import Vocabulary

/// What one replica tells the others for the sake of a strategy: how an attempt has ended, or that it
/// has started.
///
/// Who hears it learns from it as from its own, at the instant at which it hears; what is in flight it
/// counts by other messages (`Delta`), and there only its own. It does not fit a command, so it waits
/// in `Output.lessons` and `Command.publishLesson` names its place.
@frozen
public struct Lesson: BitwiseCopyable, Sendable {
  /// What the attempt has shown; nothing if it has only started.
  public var observation: AttemptObservation
  /// Whose it is: which strategy of the policy.
  public var strategy: UInt16
  /// Below which of its children.
  public var child: UInt8
  /// How many children it has.
  public var childCount: UInt8
  /// How many policies the sender had taken over.
  public var policy: UInt8
  /// How it goes.
  public var way: Delta.Way
  /// Whether the attempt has only started.
  public var isStart: Bool

  init(
    _ observation: AttemptObservation?, of child: UInt8, _ childCount: UInt8, strategy: UInt16,
    policy: UInt8, way: Delta.Way
  ) {
    self.observation =
      observation ?? AttemptObservation(outcome: .succeeded, elapsed: 0, untilFirstToken: 0)
    isStart = observation == nil
    self.child = child
    self.childCount = childCount
    self.strategy = strategy
    self.policy = policy
    self.way = way
  }
}
