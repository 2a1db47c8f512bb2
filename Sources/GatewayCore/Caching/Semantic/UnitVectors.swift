/// Arithmetic on vectors of floats whose number is a multiple of 16.
///
/// One SIMD width (16) and one tree of additions, so that the bits of a result depend neither on the
/// machine nor on the optimiser: lanes add up over the blocks in order, then halves onto halves.
enum UnitVectors {
  typealias Block = SIMD16<Float>

  /// The inner product: of unit vectors, the cosine of their angle.
  @inline(__always)
  static func dot(
    _ left: UnsafePointer<Block>, _ right: UnsafePointer<Block>, blocks: Int
  ) -> Float {
    var sum = left[0] * right[0]
    var block = 1
    while block < blocks {
      sum += left[block] * right[block]
      block &+= 1
    }
    let eight = sum.lowHalf + sum.highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }

  /// Scales a vector to length one; `false`, and unchanged, if it has no direction.
  @discardableResult
  static func normalise(_ vector: UnsafeMutablePointer<Block>, blocks: Int) -> Bool {
    let square = dot(vector, vector, blocks: blocks)
    guard square > 1e-12, square < .infinity else { return false }
    let scale = 1 / square.squareRoot()
    for block in 0..<blocks { vector[block] *= scale }
    return true
  }
}
