public import Vocabulary

// Amounts per period of the calendar: rates whose period is kept as it was written.

extension Units {
  static let amountForm = "an amount per time such as \"100/min\", \"600/10s\", \"10k/month\""
  static let moneyRateForm = "money per time such as \"$5/min\", \"$40k/month\", \"$100/30d\""

  /// Reads a count per period: `100/min`, `0.5/s`, `10k/month`.
  public static func amount(_ text: String) throws(Failure) -> PeriodicAmount {
    let (left, period) = try parts(text, expected: amountForm)
    if let period, let count = try? integer(left) {
      guard count >= 0 else { throw Failure(expected: amountForm, reason: "negative") }
      return PeriodicAmount(count: Int64(count), per: period)
    }
    // A fraction of a thing per period is so many things per more periods.
    let rate: Rate
    do { rate = try Units.rate(text) } catch {
      throw Failure(expected: amountForm, reason: error.reason)
    }
    return PeriodicAmount(
      count: rate.count, per: CalendarPeriod(length: .nanoseconds(rate.periodNanoseconds)))
  }

  /// Reads money per period in picodollars: `$5/min`, `$40k/month`.
  public static func moneyAmount(_ text: String) throws(Failure) -> PeriodicAmount {
    let (left, period) = try parts(text, expected: moneyRateForm)
    guard let period else {
      throw Failure(expected: moneyRateForm, reason: "no period that is known")
    }
    do { return PeriodicAmount(count: try money(left).picodollars, per: period) } catch {
      throw Failure(expected: moneyRateForm, reason: error.reason)
    }
  }

  private static func parts(
    _ text: String, expected: String
  ) throws(Failure) -> (left: String, period: CalendarPeriod?) {
    guard let slash = text.utf8.firstIndex(of: 0x2F) else {
      throw Failure(expected: expected, reason: "no \"/\"")
    }
    return (String(text[..<slash]), period(String(text[text.index(after: slash)...])))
  }

  /// A period by its name, or as a duration.
  static func period(_ name: String) -> CalendarPeriod? {
    switch name {
    case "w", "week": return .week
    case "month": return .month
    case "y", "year": return .year
    default: break
    }
    if let unit = durationUnits.first(where: { $0.name == name }) {
      return CalendarPeriod(length: .nanoseconds(Int64(unit.nanoseconds)))
    }
    guard let duration = try? duration(name), duration > .zero else { return nil }
    return CalendarPeriod(length: duration)
  }
}

extension Quantity where Value == PeriodicAmount {
  static func amount(isMoney: Bool) -> Quantity {
    let form = isMoney ? Units.moneyRateForm : Units.amountForm
    return Quantity(
      kind: .rate, unit: isMoney ? "$" : nil, expected: form,
      standIn: PeriodicAmount(count: 1, per: CalendarPeriod(length: .seconds(1))),
      text: { "\($0.count)/\($0.period.kind)" }
    ) { (setting) throws(SettingError) in
      try setting.parsed(
        isMoney ? Units.moneyAmount : Units.amount, try setting.literal(expected: form))
    }
  }
}

extension SettingsReader {
  /// Reads an amount per period of the calendar; nil when silent.
  public mutating func optionalAmount(
    _ key: String, isMoney: Bool = false, _ doc: String
  ) throws(SettingError) -> PeriodicAmount? {
    try optionalValue(key, .amount(isMoney: isMoney), doc)
  }
}

extension Setting {
  /// The node as an amount per period of the calendar.
  public func amount(isMoney: Bool = false) throws(SettingError) -> PeriodicAmount {
    try Quantity.amount(isMoney: isMoney).value(of: self)
  }
}
