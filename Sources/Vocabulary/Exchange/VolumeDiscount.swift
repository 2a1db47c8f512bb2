/// A discount that grows with what has been bought since the month began.
///
/// The step that a bill finds when it is made counts for the whole bill. Committed use is the same
/// with a first step of 100 %: what has been paid for ahead is not billed again.
public struct VolumeDiscount: Sendable, Hashable {
  /// What is added up.
  public enum Measure: UInt8, Sendable, Hashable, CaseIterable {
    /// Picodollars at list price.
    case spend
    /// Input and output tokens.
    case tokens
  }

  /// From an amount on, a factor on the bill.
  public struct Step: Sendable, Hashable {
    /// The amount, in picodollars or tokens.
    public var from: Int128
    /// The factor, in millionths.
    public var millionths: Int64

    /// Makes a step.
    public init(from: Int128, millionths: Int64) {
      self.from = from
      self.millionths = millionths
    }
  }

  /// What is added up.
  public var measure: Measure
  /// The steps, by rising amount.
  public var steps: [Step]
  /// What had been bought in the month before the run began.
  public var opening: Int128

  /// Makes a discount.
  public init(measure: Measure, steps: [Step], opening: Int128 = 0) {
    self.measure = measure
    self.steps = steps
    self.opening = opening
  }

  /// The factor after an amount, in millionths.
  public func millionths(after amount: Int128) -> Int64 {
    steps.last { $0.from <= amount }?.millionths ?? 1_000_000
  }

  /// The least factor, in millionths.
  public var least: Int64 { steps.reduce(1_000_000) { min($0, $1.millionths) } }
}

/// What has been bought since the month began: the state behind a `VolumeDiscount`.
public struct VolumeLedger: Sendable, Hashable {
  private var month: Instant?
  private var until: Instant = .distantFuture
  private var bought: Int128 = 0

  /// A ledger at the beginning of the run.
  public init() {}

  /// What has been bought by `instant` in its month.
  public func amount(
    at instant: Instant, _ discount: VolumeDiscount, _ calendar: Calendar
  ) -> Int128 {
    guard month != nil else { return discount.opening }
    return instant < until ? bought : 0
  }

  /// Books a purchase at its list price, or takes one back.
  public mutating func book(
    _ usage: Usage, list: Money, at instant: Instant, isReversed: Bool = false,
    _ discount: VolumeDiscount, _ calendar: Calendar
  ) {
    if month == nil || instant >= until {
      bought = month == nil ? discount.opening : 0
      month = calendar.startOfMonth(at: instant)
      until = calendar.startOfMonth(at: instant, adding: 1)
    }
    let amount =
      switch discount.measure {
      case .spend: Int128(list.picodollars)
      case .tokens: Int128(usage.inputTokens) + Int128(usage.outputTokens)
      }
    bought = max(0, bought + (isReversed ? -amount : amount))
  }
}
