public import Chance
public import Vocabulary

/// Where the vectors of embeddings come from: a family, a question in it, a text of the question.
///
///     v = normalised(family + familySpread · question + spread · text)       (`Meanings`)
///
/// Each part is a vector of independent standard normals, keyed by the family, by the cluster, and
/// by the text: equal fingerprints, equal vectors.
/// - Complexity: O(64) a vector, with up to three draws a number.
public struct EmbeddingSource: Sendable {
  /// Numbers in a vector.
  public static let dimensions = 64

  private let key: ChanceKey
  private let meanings: Meanings

  /// A source for one replication.
  public init(chance: Chance, meanings: Meanings = Meanings()) {
    key = chance.key(.embedding)
    self.meanings = meanings
  }

  /// Writes the vector of a call's text.
  ///
  /// A text that belongs to no cluster (0) is a question of its own. Without a fingerprint (0) the
  /// text is the call's own.
  public func write(
    cluster: UInt32, call: CallKey, fingerprint: UInt128 = 0, into vector: inout MutableSpan<Float>
  ) {
    let folded =
      UInt64(truncatingIfNeeded: fingerprint) ^ UInt64(truncatingIfNeeded: fingerprint >> 64)
    let text = fingerprint == 0 ? call : CallKey(bits: folded)
    let question = cluster == 0 ? text : CallKey(bits: UInt64(cluster))
    let family = CallKey(bits: UInt64(cluster) / UInt64(max(1, meanings.family)))
    let isAlone = cluster == 0 || meanings.family == 1
    // A question without a family keeps the length that one with a family has.
    let own =
      isAlone
      ? (1 + meanings.familySpread * meanings.familySpread).squareRoot() : meanings.familySpread
    let noise = meanings.spread * (1 + meanings.familySpread * meanings.familySpread).squareRoot()
    var sum = 0.0
    for place in 0..<Self.dimensions {
      let counter = UInt32(place)
      var value = own * draw(question, cluster == 0 ? 2 : 0, counter)
      if !isAlone { value += draw(family, 3, counter) }
      if meanings.spread > 0 { value += noise * draw(text, 1, counter) }
      vector[place] = Float(value)
      sum += value * value
    }
    let scale = Float(1 / sum.squareRoot())
    for place in 0..<Self.dimensions { vector[place] *= scale }
  }

  private func draw(_ of: CallKey, _ ordinal: UInt32, _ counter: UInt32) -> Double {
    Elementary.normalQuantile(key.uniform(call: of, ordinal: ordinal, counter: counter))
  }
}
