import Chance
import Vocabulary

/// How many tokens a prompt or an answer has.
///
/// A continuous law gives 1 + ⌊x⌋ tokens, so there is at least one; a bare number and a law of whole
/// numbers (measured values, Zipf) give what they say. What exceeds `most` becomes `most`, which
/// puts an atom there, as context limits do in the recorded traces.
struct TokenLaw: Sendable {
  private enum Rule: UInt8 {
    case recorded, exact, drawn, counted
  }

  private let rule: Rule
  private let count: UInt32
  private let law: Sampler
  /// More tokens than this become this.
  let most: UInt32

  private init(_ rule: Rule, count: UInt32 = 0, law: Sampler = .constant(0), most: UInt32) {
    self.rule = rule
    self.count = count
    self.law = law
    self.most = most
  }

  /// What the trace says.
  static func recorded(most: UInt32 = .max) -> TokenLaw { TokenLaw(.recorded, most: most) }
  /// Always the same.
  static func exact(_ count: UInt32, most: UInt32 = .max) -> TokenLaw {
    TokenLaw(.exact, count: min(count, most), most: most)
  }
  /// Drawn from a continuous law.
  static func drawn(_ law: Sampler, most: UInt32 = .max) -> TokenLaw {
    TokenLaw(.drawn, law: law, most: most)
  }
  /// Drawn from a law of whole numbers.
  static func counted(_ law: Sampler, most: UInt32 = .max) -> TokenLaw {
    TokenLaw(.counted, law: law, most: most)
  }

  /// The tokens for a call; `recorded` is what the trace says.
  @inline(__always)
  func tokens(
    _ key: ChanceKey, _ call: CallKey, counter: UInt32 = 0, recorded: UInt32
  ) -> UInt32 {
    switch rule {
    case .recorded: return min(recorded, most)
    case .exact: return count
    case .drawn:
      let value = law.quantile(key.uniform(call: call, counter: counter))
      guard value > 0 else { return min(1, most) }
      return value < Double(UInt32.max - 1) ? min(UInt32(value) &+ 1, most) : most
    case .counted:
      let value = law.quantile(key.uniform(call: call, counter: counter))
      guard value > 0 else { return 0 }
      return value < Double(UInt32.max) ? min(UInt32(value), most) : most
    }
  }
}
