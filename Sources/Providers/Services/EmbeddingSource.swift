public import Chance
public import Vocabulary

/// Where the vectors of embeddings come from: a place a cluster, and a little noise a call.
///
///     v = normalised(centre(cluster) + spread · noise(call))
///
/// Centre and noise are vectors of independent standard normals; the noise is scaled so that the
/// cosine of a call and its cluster's centre is 1/√(1 + spread²). Two calls of one cluster then have
/// a cosine of about 1/(1 + spread²), two of different clusters about 0 ± 1/√64.
/// - Complexity: O(64) a vector.
public struct EmbeddingSource: Sendable {
  /// Numbers in a vector.
  public static let dimensions = 64

  private let key: ChanceKey
  private let spread: Double

  /// A source for one replication.
  public init(chance: Chance, spread: Double = 0.2) {
    key = chance.key(.embedding)
    self.spread = spread
  }

  /// Writes the vector of a call's text.
  ///
  /// A text that belongs to no cluster (0) is a cluster of its own.
  public func write(cluster: UInt32, call: CallKey, into vector: inout MutableSpan<Float>) {
    let centre = cluster == 0 ? call : CallKey(bits: UInt64(cluster))
    var sum = 0.0
    for place in 0..<Self.dimensions {
      let mean = Elementary.normalQuantile(
        key.uniform(call: centre, ordinal: cluster == 0 ? 2 : 0, counter: UInt32(place)))
      let noise = Elementary.normalQuantile(
        key.uniform(call: call, ordinal: 1, counter: UInt32(place)))
      let value = mean + spread * noise
      vector[place] = Float(value)
      sum += value * value
    }
    let scale = Float(1 / sum.squareRoot())
    for place in 0..<Self.dimensions { vector[place] *= scale }
  }
}
