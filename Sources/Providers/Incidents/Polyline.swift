/// A number that changes over time: straight lines between knots, level before the first and after
/// the last.
/// - Complexity: `value(at:)` O(log knots).
public struct Polyline: Sendable, Hashable {
  /// A corner of the line.
  public struct Knot: Sendable, Hashable {
    /// Nanoseconds since the line's own zero (for an incident: its beginning).
    public var offset: Int64
    /// The value there.
    public var value: Double

    /// Makes a knot.
    public init(offset: Int64, value: Double) {
      self.offset = offset
      self.value = value
    }
  }

  /// The knots, at least one, in increasing order of their offsets.
  public let knots: [Knot]

  /// A number that does not change.
  public init(_ value: Double) { knots = [Knot(offset: 0, value: value)] }

  /// A line through knots; `nil` if there are none or their offsets do not increase strictly.
  public init?(knots: [Knot]) {
    guard !knots.isEmpty else { return nil }
    for (earlier, later) in zip(knots, knots.dropFirst()) where earlier.offset >= later.offset {
      return nil
    }
    self.knots = knots
  }

  /// Whether the number never changes.
  public var isConstant: Bool { knots.allSatisfy { $0.value == knots[0].value } }

  /// The offset of the last knot in nanoseconds.
  public var lastOffset: Int64 { knots[knots.count - 1].offset }

  /// The value `offset` nanoseconds after the line's zero.
  public func value(at offset: Int64) -> Double {
    if knots.count == 1 || offset <= knots[0].offset { return knots[0].value }
    var low = 0
    var high = knots.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if knots[middle].offset <= offset { low = middle } else { high = middle }
    }
    let from = knots[low]
    guard high < knots.count else { return from.value }
    let to = knots[high]
    let share = Double(offset - from.offset) / Double(to.offset - from.offset)
    return from.value + (to.value - from.value) * share
  }
}
