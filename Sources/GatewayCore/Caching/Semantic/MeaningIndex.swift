import Vocabulary

/// The index of a semantic cache by itself: entries by number, each with the direction of a vector.
///
/// What a tool needs that measures look-ups or tries thresholds; a gateway's own index keeps answers
/// and tags besides.
/// - Complexity: as `VectorIndex`.
public struct MeaningIndex: ~Copyable {
  private var index: VectorIndex
  private let vector: UnsafeMutablePointer<UnitVectors.Block>
  private let dimensions: Int

  /// An empty index of vectors with so many numbers, a multiple of 16.
  public init(dimensions: Int) {
    self.dimensions = dimensions
    index = VectorIndex(dimensions: dimensions)
    vector = .allocate(capacity: dimensions / 16)
    vector.initialize(repeating: UnitVectors.Block(repeating: 0), count: dimensions / 16)
  }

  deinit { vector.deallocate() }

  /// Adds an entry; nothing happens if the vector has another size or no direction.
  public mutating func add(_ entry: UInt32, _ numbers: Span<Float>) {
    if take(numbers) { index.add(entry, UnsafePointer(vector), tag: 0) }
  }

  /// The most similar entry whose cosine to a vector is at least so much, and that cosine.
  public mutating func find(
    _ numbers: Span<Float>, atLeast floor: Float
  ) -> (entry: UInt32, cosine: Float)? {
    guard take(numbers),
      let match = index.find(UnsafePointer(vector), tag: 0, atLeast: floor)
    else { return nil }
    return (match.entry, match.similarity)
  }

  private func take(_ numbers: Span<Float>) -> Bool {
    guard numbers.count == dimensions else { return false }
    for block in 0..<dimensions / 16 {
      for lane in 0..<16 { vector[block][lane] = numbers[block * 16 + lane] }
    }
    return UnitVectors.normalise(vector, blocks: dimensions / 16)
  }
}
