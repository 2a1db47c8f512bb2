import Vocabulary

/// One attempt at a self-hosted deployment, from its arrival to its end.
struct ServingJob: BitwiseCopyable {
  enum Place: UInt8 {
    /// The slot is unused.
    case free
    /// On its way to a line: an incident holds it up.
    case delayed
    /// In a line.
    case waiting
    /// Taken by a replica; its prompt is to be computed, or is being computed.
    case coming
    /// In the batch: a token a step.
    case decoding
    /// Withdrawn; the replica lets go of it at the end of the iteration.
    case gone
  }

  var place = Place.free
  var flight: UInt32 = 0
  /// The number of its arrival.
  var number: UInt64 = 0
  /// The replica, or the line while it waits.
  var home: Int32 = 0
  var streams = false
  var priority: UInt8 = 0
  /// Uncached prompt tokens that are still to be computed.
  var toPrefill: Int64 = 0
  /// Prompt tokens in all.
  var prompt: Int64 = 0
  /// Tokens of its answer.
  var output: Int64 = 0
  /// Tokens of memory set aside; where nothing is, those of a context that is to be computed.
  var need: Int64 = 0
  /// Tokens that it had made when it was preempted last.
  var made: Int64 = 0
  /// The number of the step after which it is whole.
  var finish: Int64 = 0
  var begin: Int64 = 0
  var firstToken: Int64 = .max
  /// Which incidents have touched it.
  var incidents: UInt32 = 0
  var ordinal: UInt32 = 0
  var call = CallKey(bits: 0)
  var usage = Usage.none
  /// Whether its answer is worse than it looks.
  var isDegraded = false

  /// Tokens made by the end of step `iteration`, if it is in the batch.
  func made(by iteration: Int64) -> Int64 { output - (finish - iteration) }
}
