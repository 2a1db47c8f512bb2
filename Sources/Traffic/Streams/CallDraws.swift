import Chance
import Vocabulary

// What is drawn for some streams only; held by reference, because a law is large.

/// The questions that bodies ask: held by reference, because a law is large.
final class QuestionDraws: Sendable {
  private let ranks: Zipf
  private let key: ChanceKey

  init(_ ranks: Zipf, _ key: ChanceKey) {
    self.ranks = ranks
    self.key = key
  }

  /// The question that a body asks: the same for all calls with that body.
  func question(of body: CallKey) -> UInt32 { UInt32(ranks.rank(key.uniform(call: body))) }
}

/// How hard bodies are: held by reference, because few streams say it.
final class DifficultyDraws: Sendable {
  private let law: Sampler
  private let key: ChanceKey

  init(_ law: Sampler, _ key: ChanceKey) {
    self.law = law
    self.key = key
  }

  /// How hard a body is, as `Truth` counts it: the same for all calls with that body.
  func difficulty(of body: CallKey) -> UInt32 {
    Truth.difficulty(law.quantile(key.uniform(call: body)))
  }
}

/// How long clients wait for the answer of a call: held by reference, because few streams draw it.
final class PatienceDraws: Sendable {
  private let law: Sampler
  private let key: ChanceKey

  /// `nil` for a law that needs no draw.
  init?(_ law: Sampler, _ key: ChanceKey) {
    if case .constant = law { return nil }
    self.law = law
    self.key = key
  }

  /// Nanoseconds that the client of a call waits for its answer, over all tries.
  func patience(of call: CallKey) -> Int64 {
    PatienceDraws.whole(law.quantile(key.uniform(call: call)))
  }

  /// The nanoseconds of a constant law; the longest possible for any other.
  static func constant(_ law: Sampler) -> Int64 {
    if case .constant(let value) = law { whole(value) } else { .max }
  }

  private static func whole(_ nanoseconds: Double) -> Int64 {
    Int64(min(max(nanoseconds, 1), 4e18))
  }
}
