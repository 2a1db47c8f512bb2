/// A law of random numbers that turns one uniform number into one value.
///
/// The inverse transform is monotone: a larger uniform never gives a smaller value. So the same
/// uniform means "the same luck" under two policies or two settings of a parameter, which is what
/// lets paired comparisons meet the same world.
public protocol Distribution: Sendable {
  /// The value below which a share `u` of the values lies.
  /// - Parameter u: A number in (0, 1).
  func quantile(_ u: Double) -> Double

  /// The share of values that are at most `x`.
  func cumulative(_ x: Double) -> Double

  /// The expected value; `nil` where it is not finite or not known.
  var mean: Double? { get }
}
