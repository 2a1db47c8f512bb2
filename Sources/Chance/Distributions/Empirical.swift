/// The law of a sample: each of its values is equally likely.
public struct Empirical: Distribution {
  private let sorted: [Double]
  private let average: Double

  /// Makes the law of a sample; `nil` if it is empty or holds what is not finite.
  public init?(_ values: [Double]) {
    guard !values.isEmpty, values.allSatisfy(\.isFinite) else { return nil }
    sorted = values.sorted()
    average = sorted.reduce(0) { $0 + $1 / Double(values.count) }
  }

  /// The value below or at which a share `u` of the sample lies: the ⌈u·n⌉-th smallest.
  public func quantile(_ u: Double) -> Double {
    let count = sorted.count
    let index = Int((u * Double(count)).rounded(.up)) - 1
    return sorted[min(max(index, 0), count - 1)]
  }

  /// The share of values that are at most `x`.
  public func cumulative(_ x: Double) -> Double {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] <= x { low = middle + 1 } else { high = middle }
    }
    return Double(low) / Double(sorted.count)
  }

  /// The mean of the sample.
  public var mean: Double? { average }
}
