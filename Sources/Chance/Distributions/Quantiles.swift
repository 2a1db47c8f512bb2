/// The law through given quantiles: straight between them, flat beyond the first and the last.
///
/// It is what a vendor's table of p50, p90, p99 or a histogram says and no more; give 0 % and 100 %
/// to say where the values end.
public struct Quantiles: Distribution {
  private let shares: [Double]
  private let values: [Double]

  /// Makes a law of points (share, value).
  ///
  /// `nil` unless there is a point, shares rise strictly within [0, 1] and values never fall.
  public init?(_ points: [(share: Double, value: Double)]) {
    guard let first = points.first, first.share >= 0 else { return nil }
    for (point, next) in zip(points, points.dropFirst()) {
      guard point.share < next.share, point.value <= next.value else { return nil }
    }
    guard points.allSatisfy({ $0.share <= 1 && $0.value.isFinite }) else { return nil }
    shares = points.map(\.share)
    values = points.map(\.value)
  }

  /// The value below which a share `u` of the values lies.
  public func quantile(_ u: Double) -> Double {
    let above = Quantiles.count(of: shares, below: u)
    if above == 0 { return values[0] }
    if above == shares.count { return values[above - 1] }
    let width = shares[above] - shares[above - 1]
    let part = (u - shares[above - 1]) / width
    return min(values[above - 1] + (values[above] - values[above - 1]) * part, values[above])
  }

  /// The share of values that are at most `x`.
  public func cumulative(_ x: Double) -> Double {
    if x < values[0] { return 0 }
    if x >= values[values.count - 1] { return 1 }
    let above = Quantiles.count(of: values, below: x.nextUp)
    let part = (x - values[above - 1]) / (values[above] - values[above - 1])
    return shares[above - 1] + (shares[above] - shares[above - 1]) * part
  }

  /// The expected value: the area under the quantiles.
  public var mean: Double? {
    var sum = values[0] * shares[0] + values[values.count - 1] * (1 - shares[shares.count - 1])
    for index in shares.indices.dropFirst() {
      let width = shares[index] - shares[index - 1]
      sum += 0.5 * (values[index] + values[index - 1]) * width
    }
    return sum
  }

  private static func count(of sorted: [Double], below limit: Double) -> Int {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < limit { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
