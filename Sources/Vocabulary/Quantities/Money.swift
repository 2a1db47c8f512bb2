/// One amount of money: whole picodollars (10⁻¹² US dollars) in 64 bits.
///
/// A token at $0.15 per million is 150,000 picodollars. One amount reaches ±9.2 million dollars;
/// sums are `MoneyTotal`. Amounts are rounded once, half to even, where a sheet makes a bill.
@frozen
public struct Money: BitwiseCopyable, Sendable, Hashable, Comparable {
  /// The amount in picodollars.
  public var picodollars: Int64

  /// Makes an amount of `picodollars`.
  @inlinable @inline(__always)
  public init(picodollars: Int64) { self.picodollars = picodollars }

  /// Nothing.
  @inlinable public static var zero: Money { Money(picodollars: 0) }

  /// The amount in dollars, for statistics and reports only.
  @inlinable public var dollars: Double { Double(picodollars) / 1e12 }

  /// Whether `left` is the smaller amount.
  @inlinable @inline(__always)
  public static func < (left: Money, right: Money) -> Bool { left.picodollars < right.picodollars }

  /// The sum, saturating.
  @inlinable @inline(__always)
  public static func + (left: Money, right: Money) -> Money {
    let (sum, overflow) = left.picodollars.addingReportingOverflow(right.picodollars)
    if overflow { return Money(picodollars: right.picodollars > 0 ? .max : .min) }
    return Money(picodollars: sum)
  }

  /// The difference, saturating.
  @inlinable @inline(__always)
  public static func - (left: Money, right: Money) -> Money {
    let (difference, overflow) = left.picodollars.subtractingReportingOverflow(right.picodollars)
    if overflow { return Money(picodollars: right.picodollars > 0 ? .min : .max) }
    return Money(picodollars: difference)
  }

  /// Adds `right` to `left`, saturating.
  @inlinable @inline(__always)
  public static func += (left: inout Money, right: Money) { left = left + right }
}

/// An exact sum of amounts: whole picodollars in 128 bits.
@frozen
public struct MoneyTotal: BitwiseCopyable, Sendable, Hashable, Comparable {
  /// The sum in picodollars.
  public var picodollars: Int128

  /// Makes a sum of `picodollars`.
  @inlinable
  public init(picodollars: Int128) { self.picodollars = picodollars }

  /// Nothing.
  @inlinable public static var zero: MoneyTotal { MoneyTotal(picodollars: 0) }

  /// The sum in dollars, for statistics and reports only.
  @inlinable public var dollars: Double { Double(picodollars) / 1e12 }

  /// Whether `left` is the smaller sum.
  @inlinable
  public static func < (left: MoneyTotal, right: MoneyTotal) -> Bool {
    left.picodollars < right.picodollars
  }

  /// Adds one amount, exactly.
  @inlinable @inline(__always)
  public static func += (total: inout MoneyTotal, amount: Money) {
    total.picodollars &+= Int128(amount.picodollars)
  }

  /// Adds another sum, exactly.
  @inlinable
  public static func += (total: inout MoneyTotal, other: MoneyTotal) {
    total.picodollars &+= other.picodollars
  }

  /// The exact difference of two sums.
  @inlinable
  public static func - (left: MoneyTotal, right: MoneyTotal) -> MoneyTotal {
    MoneyTotal(picodollars: left.picodollars &- right.picodollars)
  }
}

/// What one token costs: whole femtodollars (10⁻¹⁵ US dollars) per token.
///
/// $1 per million tokens is 10⁹ femtodollars a token, so every vendor's price down to a billionth
/// of a dollar per million is exact.
@frozen
public struct TokenPrice: BitwiseCopyable, Sendable, Hashable, Comparable {
  /// Femtodollars per token.
  public var femtodollars: Int64

  /// Makes a price of `femtodollars` per token.
  @inlinable
  public init(femtodollars: Int64) { self.femtodollars = femtodollars }

  /// Free.
  @inlinable public static var zero: TokenPrice { TokenPrice(femtodollars: 0) }

  /// The price in dollars per million tokens, for reports only.
  @inlinable public var dollarsPerMillion: Double { Double(femtodollars) / 1e9 }

  /// Whether `left` is the lower price.
  @inlinable
  public static func < (left: TokenPrice, right: TokenPrice) -> Bool {
    left.femtodollars < right.femtodollars
  }
}
