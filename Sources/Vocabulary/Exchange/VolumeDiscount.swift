/// A discount that grows with what has been bought since the month began.
///
/// The step that a bill finds when it is made counts for the whole bill. A commitment is one of 100 %
/// on what it covers: what has been paid for ahead is not billed again. It is paid by the hour in
/// the books, so it covers by the hour as well: by an instant, the part of the month's cover that has
/// gone by since the run or the month began (since the month began if an opening is said). What is
/// not used is not lost before the month ends. So a run of a day tells a day's share of the month.
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
  /// What a month's commitment covers, in picodollars at list price; `nil` for no commitment.
  public var cover: Int128?

  /// Makes a discount.
  public init(measure: Measure, steps: [Step], opening: Int128 = 0) {
    self.measure = measure
    self.steps = steps
    self.opening = opening
  }

  /// Makes a commitment that covers so much in a month.
  public init(cover: Int128, opening: Int128 = 0) {
    self.init(measure: .spend, steps: [], opening: opening)
    self.cover = cover
  }

  /// The factor after an amount, in millionths.
  func millionths(after amount: Int128, at instant: Instant, _ calendar: Calendar) -> Int64 {
    guard let cover else {
      return steps.last { $0.from <= amount }?.millionths ?? 1_000_000
    }
    return amount <= covered(cover, by: instant, calendar) ? 0 : 1_000_000
  }

  /// What the month's cover comes to by an instant.
  private func covered(_ cover: Int128, by instant: Instant, _ calendar: Calendar) -> Int128 {
    let month = calendar.startOfMonth(at: instant)
    let from = opening > 0 ? month : max(month, .start)
    let length = month.nanoseconds(to: calendar.startOfMonth(at: instant, adding: 1))
    return cover * Int128(from.nanoseconds(to: instant)) / Int128(length)
  }

  /// The least factor, in millionths.
  public var least: Int64 {
    cover == nil ? steps.reduce(1_000_000) { min($0, $1.millionths) } : 0
  }
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
