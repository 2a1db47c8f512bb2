public import Vocabulary

extension SettingsReader {
  /// Reads a duration: `"200ms"`, `"1.5s"`, `"8h"`.
  public mutating func duration(
    _ key: String, default silence: Duration? = nil,
    in bounds: ClosedRange<Duration> = .anyDuration, _ doc: String
  ) throws(SettingError) -> Duration {
    try value(key, default: silence, .duration(in: bounds), doc)
  }

  /// Reads a duration; nil when silent.
  public mutating func optionalDuration(
    _ key: String, in bounds: ClosedRange<Duration> = .anyDuration, _ doc: String
  ) throws(SettingError) -> Duration? {
    try optionalValue(key, .duration(in: bounds), doc)
  }

  /// Reads a whole number: `200000`, `"200k"`, `"1M"`.
  public mutating func integer(
    _ key: String, default silence: Int? = nil, in bounds: ClosedRange<Int> = .min ... .max,
    unit: String? = nil, _ doc: String
  ) throws(SettingError) -> Int {
    try value(key, default: silence, .integer(in: bounds, unit: unit), doc)
  }

  /// Reads a whole number; nil when silent.
  public mutating func optionalInteger(
    _ key: String, in bounds: ClosedRange<Int> = .min ... .max, unit: String? = nil, _ doc: String
  ) throws(SettingError) -> Int? {
    try optionalValue(key, .integer(in: bounds, unit: unit), doc)
  }

  /// Reads a number: `1.5`, `"200k"`.
  public mutating func number(
    _ key: String, default silence: Double? = nil, in bounds: ClosedRange<Double> = .anyNumber,
    unit: String? = nil, _ doc: String
  ) throws(SettingError) -> Double {
    try value(key, default: silence, .number(in: bounds, unit: unit), doc)
  }

  /// Reads a number; nil when silent.
  public mutating func optionalNumber(
    _ key: String, in bounds: ClosedRange<Double> = .anyNumber, unit: String? = nil, _ doc: String
  ) throws(SettingError) -> Double? {
    try optionalValue(key, .number(in: bounds, unit: unit), doc)
  }

  /// Reads a share: `"0.2%"`, `0.002`.
  public mutating func share(
    _ key: String, default silence: Probability? = nil,
    in bounds: ClosedRange<Probability> = .never ... .always, _ doc: String
  ) throws(SettingError) -> Probability {
    try value(key, default: silence, .share(in: bounds), doc)
  }

  /// Reads a share; nil when silent.
  public mutating func optionalShare(
    _ key: String, in bounds: ClosedRange<Probability> = .never ... .always, _ doc: String
  ) throws(SettingError) -> Probability? {
    try optionalValue(key, .share(in: bounds), doc)
  }

  /// Reads a rate: `"4/s"`, `"6k/min"`, `"1M/day"`.
  public mutating func rate(
    _ key: String, default silence: Rate? = nil, _ doc: String
  ) throws(SettingError) -> Rate {
    try value(key, default: silence, .rate, doc)
  }

  /// Reads a rate; nil when silent.
  public mutating func optionalRate(
    _ key: String, _ doc: String
  ) throws(SettingError) -> Rate? {
    try optionalValue(key, .rate, doc)
  }

  /// Reads a price of tokens: `"$2.50/M"`.
  public mutating func tokenPrice(
    _ key: String, default silence: TokenPrice? = nil, _ doc: String
  ) throws(SettingError) -> TokenPrice {
    try value(key, default: silence, .tokenPrice, doc)
  }

  /// Reads a price of tokens; nil when silent.
  public mutating func optionalTokenPrice(
    _ key: String, _ doc: String
  ) throws(SettingError) -> TokenPrice? {
    try optionalValue(key, .tokenPrice, doc)
  }

  /// Reads an amount of money: `"$31k"`, `"$0.02"`.
  public mutating func money(
    _ key: String, default silence: Money? = nil, _ doc: String
  ) throws(SettingError) -> Money {
    try value(key, default: silence, .money, doc)
  }

  /// Reads an amount of money; nil when silent.
  public mutating func optionalMoney(
    _ key: String, _ doc: String
  ) throws(SettingError) -> Money? {
    try optionalValue(key, .money, doc)
  }

  /// Reads `true` or `false`.
  public mutating func flag(
    _ key: String, default silence: Bool? = nil, _ doc: String
  ) throws(SettingError) -> Bool {
    try value(key, default: silence, .flag, doc)
  }

  /// Reads `true` or `false`; nil when silent.
  public mutating func optionalFlag(
    _ key: String, _ doc: String
  ) throws(SettingError) -> Bool? {
    try optionalValue(key, .flag, doc)
  }

  /// Reads text.
  public mutating func text(
    _ key: String, default silence: String? = nil, _ doc: String
  ) throws(SettingError) -> String {
    try value(key, default: silence, .text, doc)
  }

  /// Reads text; nil when silent.
  public mutating func optionalText(
    _ key: String, _ doc: String
  ) throws(SettingError) -> String? {
    try optionalValue(key, .text, doc)
  }

  /// Reads one of `names` and returns its index; 0 in describe mode, also if there are no names.
  public mutating func name(
    _ key: String, default silence: String? = nil, among names: [String], kind: String,
    _ doc: String
  ) throws(SettingError) -> Int {
    let index = silence.flatMap { names.firstIndex(of: $0) }
    if let silence, index == nil, !isDescribing, take(key) == nil {
      throw SettingError(at: setting, unknown: kind, name: silence, among: names)
    }
    return try value(key, default: index, .name(among: names, kind: kind), doc)
  }

  /// Reads one of `names` and returns its index; nil when silent.
  public mutating func optionalName(
    _ key: String, among names: [String], kind: String, _ doc: String
  ) throws(SettingError) -> Int? {
    try optionalValue(key, .name(among: names, kind: kind), doc)
  }
}
