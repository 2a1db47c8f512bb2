/// Prices that one number a token cannot say: they depend on the length of the prompt, the hour, the
/// volume of the month, or the date.
///
/// A bill is the rates of the stretch of time and of the tier, times the factor of the hour, times
/// the factor of the month's volume, rounded once, half to even. The instant that counts is the
/// attempt's start. *Whole* tiers (the rule of OpenAI, Google and Anthropic) reprice the whole
/// request, output included, as soon as the prompt is longer than the threshold: a step in the
/// bill. *Marginal* ones price only the tokens beyond it, which are the end of the prompt: fresh
/// ones before written ones before cached ones, and leave the output alone.
/// - Complexity: O(stretches + tiers + hours + steps) a bill.
public struct PriceCurve: Sendable, Hashable {
  /// Rates for prompts longer than a threshold.
  public struct Tier: Sendable, Hashable {
    /// The most input tokens that the rates before it are for.
    public var above: UInt32
    /// Its rates.
    public var sheet: PriceSheet

    /// Makes a tier.
    public init(above: UInt32, sheet: PriceSheet) {
      self.above = above
      self.sheet = sheet
    }
  }

  /// The rates from some instant on.
  public struct Stretch: Sendable, Hashable {
    /// When they come into force.
    public var from: Instant
    /// The rates of a prompt of ordinary length.
    public var sheet: PriceSheet
    /// The rates of longer ones, by rising threshold.
    public var tiers: [Tier]

    /// Makes a stretch.
    public init(from: Instant = .distantPast, sheet: PriceSheet, tiers: [Tier] = []) {
      self.from = from
      self.sheet = sheet
      self.tiers = tiers
    }
  }

  /// Hours of the day, in seconds after midnight, with a factor on all rates.
  public struct Hours: Sendable, Hashable {
    /// When they begin.
    public var from: Int
    /// When they end; before `from` if they go over midnight.
    public var until: Int
    /// The factor, in millionths.
    public var millionths: Int64

    /// Makes hours.
    public init(from: Int, until: Int, millionths: Int64) {
      self.from = from
      self.until = until
      self.millionths = millionths
    }

    /// Whether a second of the day is one of them.
    public func contains(_ second: Int) -> Bool {
      from <= until ? from <= second && second < until : second >= from || second < until
    }
  }

  /// The rates over time, at least one stretch, in order.
  public var stretches: [Stretch]
  /// Whether tiers price only what lies beyond their thresholds.
  public var isMarginal: Bool
  /// The hours with a factor of their own; the first that covers the instant counts.
  public var hours: [Hours]
  /// Where the day, and the month of the volume, begin.
  public var calendar: Calendar
  /// The discounts of the month's volume, if there are any.
  public var volume: VolumeDiscount?

  /// Makes a curve.
  public init(
    stretches: [Stretch], isMarginal: Bool = false, hours: [Hours] = [],
    calendar: Calendar = Calendar(epochSecondsAtStart: 0, offsetSeconds: 0),
    volume: VolumeDiscount? = nil
  ) {
    self.stretches = stretches
    self.isMarginal = isMarginal
    self.hours = hours
    self.calendar = calendar
    self.volume = volume
  }

  /// Whether a plain sheet says the same.
  public var isPlain: Bool {
    stretches.count == 1 && stretches[0].tiers.isEmpty && hours.isEmpty && volume == nil
  }

  /// The bill of an attempt that started at `instant`, after what the month's ledger holds.
  public func bill(
    for usage: Usage, at instant: Instant, after ledger: VolumeLedger = VolumeLedger()
  ) -> Money {
    let discounted = volume.map {
      $0.millionths(after: ledger.amount(at: instant, $0, calendar), at: instant, calendar)
    }
    return bill(for: usage, stretch(at: instant), factor(at: instant), discounted ?? Self.one)
  }

  /// The bill without the month's discount: what the ledger adds up.
  public func listBill(for usage: Usage, at instant: Instant) -> Money {
    bill(for: usage, stretch(at: instant), factor(at: instant), Self.one)
  }

  /// The least that `usage` could be billed at any hour, date and volume.
  public func leastBill(for usage: Usage) -> Money {
    let factor = hours.reduce(Self.one) { min($0, $1.millionths) }
    let discounted = volume?.least ?? Self.one
    return stretches.map { bill(for: usage, $0, factor, discounted) }.min() ?? .zero
  }

  /// The highest rate of each kind at any length, hour and date: no bill is above it.
  public var dearest: PriceSheet {
    let factor = hours.reduce(Self.one) { max($0, $1.millionths) }
    let sheets = stretches.flatMap { [$0.sheet] + $0.tiers.map(\.sheet) }
    func highest(_ rate: (PriceSheet) -> TokenPrice) -> TokenPrice {
      let most = sheets.map { rate($0).femtodollars }.max() ?? 0
      let (quotient, remainder) = (Int128(most) * Int128(factor))
        .quotientAndRemainder(dividingBy: Int128(Self.one))
      return TokenPrice(femtodollars: Int64(clamping: remainder == 0 ? quotient : quotient + 1))
    }
    return PriceSheet(
      input: highest(\.input), cachedInput: highest(\.cachedInput),
      cacheWrite: highest(\.cacheWrite), output: highest(\.output))
  }

  /// The rates of a prompt of ordinary length at an instant.
  public func sheet(at instant: Instant) -> PriceSheet { stretch(at: instant).sheet }

  private static var one: Int64 { 1_000_000 }

  private func stretch(at instant: Instant) -> Stretch {
    stretches.last { $0.from <= instant } ?? stretches[0]
  }

  private func factor(at instant: Instant) -> Int64 {
    if hours.isEmpty { return Self.one }
    let date = calendar.date(at: instant)
    let second = date.hour * 3600 + date.minute * 60 + date.second
    return hours.first { $0.contains(second) }?.millionths ?? Self.one
  }

  private func bill(
    for usage: Usage, _ stretch: Stretch, _ hour: Int64, _ volume: Int64
  ) -> Money {
    var amount = Int128(0)
    if isMarginal {
      var rest = usage
      for tier in stretch.tiers.reversed() where rest.inputTokens > tier.above {
        amount += tier.sheet.femtodollars(for: rest.removeInput(beyond: tier.above))
      }
      amount += stretch.sheet.femtodollars(for: rest)
    } else {
      let tier = stretch.tiers.last { $0.above < usage.inputTokens }
      amount = (tier?.sheet ?? stretch.sheet).femtodollars(for: usage)
    }
    return Money(
      roundingHalfEven: amount * Int128(hour) * Int128(volume), over: 1_000_000_000_000_000)
  }
}

extension Usage {
  /// Takes away the input tokens beyond `most`, the end of the prompt first; returns them.
  fileprivate mutating func removeInput(beyond most: UInt32) -> Usage {
    let cached = min(cachedInputTokens, inputTokens)
    let written = min(cacheWriteTokens, inputTokens - cached)
    let kept = Usage(
      inputTokens: most, cachedInputTokens: min(cached, most),
      cacheWriteTokens: min(written, most - min(cached, most)), outputTokens: outputTokens)
    let tail = Usage(
      inputTokens: inputTokens - most, cachedInputTokens: cached - kept.cachedInputTokens,
      cacheWriteTokens: written - kept.cacheWriteTokens)
    self = kept
    return tail
  }
}
