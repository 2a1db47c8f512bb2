import Chance
import Vocabulary

/// A rule for how much may be in flight at once, which may learn from what has ended.
///
/// One value a bucket. The gateway counts what is in flight; the algorithm only says how much it
/// may be, and is told of each end that says something about the load.
public protocol ConcurrencyLimit: Sendable {
  /// How much may be in flight now; at least 1.
  var limit: Int { get }
  /// Whether it wants to be told of ends.
  var adapts: Bool { get }
  /// Learns from something that has ended.
  mutating func ended(_ sample: ConcurrencySample)
}

extension ConcurrencyLimit {
  /// A limit that never changes.
  public var adapts: Bool { false }
  /// Learns nothing.
  public mutating func ended(_ sample: ConcurrencySample) {}
}

/// What an end says about the load.
public struct ConcurrencySample: BitwiseCopyable, Sendable {
  /// From admission to the end, in nanoseconds; at least 1.
  public var elapsed: Int64
  /// How many were in flight just after its admission, itself included.
  public var inFlight: Int
  /// Whether it ended as an overloaded server ends requests.
  public var dropped: Bool
  /// A uniform in (0, 1), for algorithms that leave something to chance.
  public var uniform: Double

  /// Makes a sample.
  public init(elapsed: Int64, inFlight: Int, dropped: Bool = false, uniform: Double = 0.5) {
    self.elapsed = max(1, elapsed)
    self.inFlight = inFlight
    self.dropped = dropped
    self.uniform = uniform
  }
}
