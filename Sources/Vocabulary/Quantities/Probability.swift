/// A checked probability or share: a number in [0, 1].
@frozen
public struct Probability: BitwiseCopyable, Sendable, Hashable, Comparable {
  /// The number in [0, 1].
  public let value: Double

  /// Makes a probability; `nil` outside [0, 1] and for NaN.
  @inlinable
  public init?(_ value: Double) {
    guard value >= 0, value <= 1 else { return nil }
    self.value = value
  }

  /// Makes a probability from a number that is moved into [0, 1] if it lies outside; NaN is 0.
  @inlinable
  public init(clamping value: Double) {
    self.value = value > 0 ? (value < 1 ? value : 1) : 0
  }

  /// Never.
  @inlinable public static var never: Probability { Probability(clamping: 0) }
  /// Always.
  @inlinable public static var always: Probability { Probability(clamping: 1) }

  /// Whether `left` is less likely.
  @inlinable
  public static func < (left: Probability, right: Probability) -> Bool { left.value < right.value }
}
