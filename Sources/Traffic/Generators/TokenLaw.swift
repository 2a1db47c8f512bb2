import Chance
import Vocabulary

/// How many tokens a prompt or an answer has.
///
/// A continuous law gives 1 + ⌊x⌋ tokens, so there is at least one; a bare number and a law of whole
/// numbers (measured values, Zipf) give what they say. What exceeds `most` becomes `most`, which
/// puts an atom there, as context limits do in the recorded traces.
struct TokenLaw: Sendable {
  enum Rule: Sendable {
    /// What the trace says.
    case recorded
    /// Always the same.
    case exact(UInt32)
    /// Drawn from a continuous law.
    case drawn(Sampler)
    /// Drawn from a law of whole numbers.
    case counted(Sampler)
  }

  var rule: Rule
  var most: UInt32 = .max

  /// The tokens for a uniform number; `recorded` is what the trace says.
  @inline(__always)
  func tokens(
    _ key: ChanceKey, _ call: CallKey, counter: UInt32 = 0, recorded: UInt32
  ) -> UInt32 {
    switch rule {
    case .recorded: return min(recorded, most)
    case .exact(let count): return min(count, most)
    case .drawn(let sampler):
      let value = sampler.quantile(key.uniform(call: call, counter: counter))
      guard value > 0 else { return min(1, most) }
      return value < Double(UInt32.max - 1) ? min(UInt32(value) + 1, most) : most
    case .counted(let sampler):
      let value = sampler.quantile(key.uniform(call: call, counter: counter))
      guard value > 0 else { return 0 }
      return value < Double(UInt32.max) ? min(UInt32(value), most) : most
    }
  }
}
