import Chance
import Vocabulary

/// How calls go on as conversations.
///
/// After each turn there is another one with a probability that may depend on the turn, a think
/// time after the one before *arrived* (as recorded traces show it: the answer's time is in it),
/// so conversations stay open-loop and the same under every policy. The prompt of a turn is the
/// prompt and the answer before it plus new tokens.
struct ConversationLaws: Sendable {
  /// The probability of another turn after turn 1, 2, …; the last value holds from there on.
  var again: [Double]
  /// The think time in nanoseconds.
  var think: Sampler
  /// New tokens per turn.
  var added: TokenLaw
  /// For how long the provider keeps the conversation's prefix in its prompt cache; `nil` for not.
  var cachedFor: Duration?
  /// The size of the blocks in which prefixes are cached.
  var block: UInt32 = 128
  /// The most turns.
  var most: UInt32 = 64
}

/// A turn that will come.
struct PendingTurn: BitwiseCopyable {
  var at: Instant
  /// Breaks ties: the order in which turns were made.
  var order: UInt64
  /// The first call of the conversation.
  var first: CallKey
  /// The number of the first call in the stream.
  var root: UInt64
  /// Tokens of the prompt.
  var prompt: UInt32
  /// Of these, tokens the provider has in its cache.
  var cached: UInt32
  /// The turn, from 2.
  var turn: UInt32

  static func precedes(_ left: PendingTurn, _ right: PendingTurn) -> Bool {
    left.at != right.at ? left.at < right.at : left.order < right.order
  }
}

/// Turns that will come, the earliest first: a binary heap.
/// - Complexity: O(log n) per change; no allocation once it has grown to its working size.
struct PendingTurns: Sendable {
  private var turns: [PendingTurn] = []
  private var made: UInt64 = 0

  var earliest: Instant { turns.first?.at ?? .distantFuture }

  mutating func insert(_ turn: PendingTurn) {
    var turn = turn
    turn.order = made
    made &+= 1
    turns.append(turn)
    var child = turns.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard PendingTurn.precedes(turns[child], turns[parent]) else { break }
      turns.swapAt(child, parent)
      child = parent
    }
  }

  mutating func removeEarliest() -> PendingTurn? {
    guard let earliest = turns.first, let last = turns.popLast() else { return nil }
    if turns.isEmpty { return earliest }
    turns[0] = last
    var parent = 0
    while true {
      var least = parent
      let children = 2 * parent + 1
      for child in children..<max(children, min(children + 2, turns.count)) {
        if PendingTurn.precedes(turns[child], turns[least]) { least = child }
      }
      if least == parent { return earliest }
      turns.swapAt(parent, least)
      parent = least
    }
  }
}
