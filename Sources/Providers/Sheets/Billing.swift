import Vocabulary

/// What one deployment bills: its sheet, the curve that bends it, and the month's ledger, its own or its
/// account's.
///
/// The instant that counts for a price is the attempt's start. A bill enters the ledger when it is
/// promised; an attempt that is cut takes its promise back and books what it was billed instead.
/// - Complexity: that of the plain sheet unless there is a curve.
struct Billing: Sendable {
  /// The rates as long as nothing but the kind of a token counts.
  let sheet: PriceSheet
  private let curve: PriceCurve?
  private let isPlain: Bool
  private let ledger: AccountLedger

  /// - Parameter account: the ledger that it shares with others; `nil` for one of its own.
  init(_ plan: DeploymentPlan, account: AccountLedger? = nil) {
    ledger = account ?? AccountLedger()
    sheet = plan.price
    curve = plan.curve
    isPlain = plan.curve == nil
  }

  /// The bill of an attempt that started at `start`, booked.
  @inline(__always)
  mutating func charge(_ usage: Usage, startedAt start: Int64) -> Money {
    isPlain ? sheet.bill(for: usage) : chargeCurve(usage, Instant(nanoseconds: start))
  }

  /// The bill of an attempt that was cut, in place of the one that had been promised.
  mutating func charge(
    _ usage: Usage, insteadOf promised: Usage, startedAt start: Int64
  ) -> Money {
    if isPlain { return sheet.bill(for: usage) }
    release(promised, startedAt: start)
    return chargeCurve(usage, Instant(nanoseconds: start))
  }

  /// Takes a promised bill back: nothing is billed.
  mutating func release(_ promised: Usage, startedAt start: Int64) {
    guard let curve, let volume = curve.volume else { return }
    let instant = Instant(nanoseconds: start)
    ledger.volume.book(
      promised, list: curve.listBill(for: promised, at: instant), at: instant, isReversed: true,
      volume, curve.calendar)
  }

  /// The least that the usage of a success could be billed.
  @inline(__always)
  func least(for usage: Usage) -> Money {
    if isPlain { return sheet.bill(for: usage) }
    return curve?.leastBill(for: usage) ?? sheet.bill(for: usage)
  }

  @inline(never)
  private mutating func chargeCurve(_ usage: Usage, _ instant: Instant) -> Money {
    guard let curve else { return sheet.bill(for: usage) }
    let bill = curve.bill(for: usage, at: instant, after: ledger.volume)
    if let volume = curve.volume {
      ledger.volume.book(
        usage, list: curve.listBill(for: usage, at: instant), at: instant, volume, curve.calendar)
    }
    return bill
  }
}
