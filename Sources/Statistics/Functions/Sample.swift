/// The moments of a list of numbers, summed in their order, so that the bytes never change.
public struct Sample: Sendable, Hashable {
  /// How many numbers.
  public let count: Int
  /// Their mean; 0 for none.
  public let mean: Double
  /// Their variance with the divisor n − 1; 0 for fewer than two.
  public let variance: Double

  /// Takes the moments of `values` in two passes.
  public init(_ values: [Double]) {
    count = values.count
    var sum = 0.0
    for value in values { sum += value }
    let mean = values.isEmpty ? 0 : sum / Double(values.count)
    self.mean = mean
    var squares = 0.0
    for value in values { squares += (value - mean) * (value - mean) }
    variance = values.count < 2 ? 0 : squares / Double(values.count - 1)
  }

  /// The standard deviation.
  public var deviation: Double { variance.squareRoot() }

  /// The standard error of the mean; 0 for none.
  public var standardError: Double {
    count == 0 ? 0 : (variance / Double(count)).squareRoot()
  }
}
