import Vocabulary

// The kinds of quantities, each defined once for all ways of reading it.

extension Quantity where Value == Duration {
  static func duration(in range: ClosedRange<Duration>) -> Quantity {
    let bounds = Bounds(range: range, whole: .anyDuration) { Units.text($0) }
    return Quantity(
      kind: .duration, expected: Units.durationForm, boundsText: bounds.words,
      standIn: bounds.clamped(.seconds(1)), text: { Units.text($0) }
    ) { (setting) throws(SettingError) in
      let text = try setting.literal(expected: Units.durationForm)
      return try bounds.checked(
        try setting.parsed(Units.duration, text), noun: "a duration", setting)
    }
  }
}

extension Quantity where Value == Int {
  static func integer(in range: ClosedRange<Int>, unit: String?) -> Quantity {
    let bounds = Bounds(range: range, whole: .min ... .max) { "\($0)" }
    return Quantity(
      kind: .integer, unit: unit, expected: Units.countForm, boundsText: bounds.words,
      lowest: range.lowerBound == .min ? nil : Double(range.lowerBound),
      highest: range.upperBound == .max ? nil : Double(range.upperBound),
      standIn: bounds.clamped(1), text: { "\($0)" }
    ) { (setting) throws(SettingError) in
      let text = try setting.numeral(expected: Units.countForm)
      return try bounds.checked(
        try setting.parsed(Units.integer, text), noun: "a whole number", setting)
    }
  }

  static func name(among names: [String], kind: String) -> Quantity {
    Quantity(
      kind: .name, expected: "the name of a \(kind)", names: names, standIn: 0,
      text: { names.indices.contains($0) ? names[$0] : "" }
    ) { (setting) throws(SettingError) in
      guard case .string(let name) = setting.content else {
        throw SettingError(at: setting, expected: "the name of a \(kind)", allowed: names)
      }
      guard let index = names.firstIndex(of: name) else {
        throw SettingError(at: setting, unknown: kind, name: name, among: names)
      }
      return index
    }
  }
}

extension Quantity where Value == Double {
  static func number(in range: ClosedRange<Double>, unit: String?) -> Quantity {
    let bounds = Bounds(range: range, whole: .anyNumber) { Units.text($0) }
    return Quantity(
      kind: .number, unit: unit, expected: Units.numberForm, boundsText: bounds.words,
      lowest: range.lowerBound > -Double.greatestFiniteMagnitude ? range.lowerBound : nil,
      highest: range.upperBound < Double.greatestFiniteMagnitude ? range.upperBound : nil,
      standIn: bounds.clamped(1), text: { Units.text($0) }
    ) { (setting) throws(SettingError) in
      let value: Double
      if case .number(let number, _) = setting.content {
        value = number
      } else {
        let text = try setting.numeral(expected: Units.numberForm)
        value = try setting.parsed(Units.number, text)
      }
      return try bounds.checked(value, noun: "a number", setting)
    }
  }
}

extension Quantity where Value == Probability {
  static func share(in range: ClosedRange<Probability>) -> Quantity {
    let bounds = Bounds(range: range, whole: .never ... .always) { Units.text($0) }
    return Quantity(
      kind: .share, expected: Units.shareForm, boundsText: bounds.words,
      standIn: bounds.clamped(Probability(clamping: 0.5)), text: { Units.text($0) }
    ) { (setting) throws(SettingError) in
      let text = try setting.numeral(expected: Units.shareForm)
      return try bounds.checked(try setting.parsed(Units.share, text), noun: "a share", setting)
    }
  }
}

extension Quantity where Value == Rate {
  static var rate: Quantity {
    Quantity(
      kind: .rate, expected: Units.rateForm, standIn: .perSecond(1), text: { Units.text($0) }
    ) { (setting) throws(SettingError) in
      try setting.parsed(Units.rate, try setting.literal(expected: Units.rateForm))
    }
  }
}

extension Quantity where Value == TokenPrice {
  static var tokenPrice: Quantity {
    Quantity(
      kind: .tokenPrice, expected: Units.priceForm, standIn: .zero, text: { Units.text($0) }
    ) { (setting) throws(SettingError) in
      try setting.parsed(Units.tokenPrice, try setting.literal(expected: Units.priceForm))
    }
  }
}

extension Quantity where Value == Money {
  static var money: Quantity {
    Quantity(
      kind: .money, expected: Units.moneyForm, standIn: .zero, text: { Units.text($0) }
    ) { (setting) throws(SettingError) in
      try setting.parsed(Units.money, try setting.literal(expected: Units.moneyForm))
    }
  }
}

extension Quantity where Value == Bool {
  static var flag: Quantity {
    Quantity(
      kind: .flag, expected: "true or false", standIn: false, text: { $0 ? "true" : "false" }
    ) { (setting) throws(SettingError) in
      guard case .bool(let flag) = setting.content else {
        throw SettingError(at: setting, expected: "true or false")
      }
      return flag
    }
  }
}

extension Quantity where Value == String {
  static var text: Quantity {
    Quantity(kind: .text, expected: "text in quotes", standIn: "", text: { $0 }) {
      (setting) throws(SettingError) in
      guard case .string(let text) = setting.content else {
        throw SettingError(at: setting, expected: "text in quotes")
      }
      return text
    }
  }
}

extension Setting {
  /// The literal of a node that holds a string or a plain number.
  func numeral(expected: String) throws(SettingError) -> String {
    switch content {
    case .string(let text): return text
    case .number(_, let literal): return literal
    default: throw SettingError(at: self, expected: expected)
    }
  }
}

extension ClosedRange<Duration> {
  /// From nothing to a hundred years.
  public static var anyDuration: ClosedRange<Duration> { .zero ... .seconds(3_153_600_000) }
}

extension ClosedRange<Double> {
  /// Every finite number.
  public static var anyNumber: ClosedRange<Double> {
    -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
  }
}
