public import Vocabulary

// Reading one node as a quantity; what a list's or an object's elements are read with.

extension Setting {
  /// The node as a duration.
  public func duration(
    in bounds: ClosedRange<Duration> = .anyDuration
  ) throws(SettingError) -> Duration {
    try Quantity.duration(in: bounds).value(of: self)
  }

  /// The duration that a key of `entries` stands for, as in a polyline `{"0m": "0%", "8m": "95%"}`.
  ///
  /// The node is the key's value. Nothing in describe mode.
  public func duration(
    ofKey key: String, in bounds: ClosedRange<Duration> = .anyDuration
  ) throws(SettingError) -> Duration {
    if isDescribing { return .zero }
    let name = Setting(.string(key), at: position, path: path)
    return try name.duration(in: bounds)
  }

  /// The node as a whole number.
  public func integer(in bounds: ClosedRange<Int> = .min ... .max) throws(SettingError) -> Int {
    try Quantity.integer(in: bounds, unit: nil).value(of: self)
  }

  /// The node as a number.
  public func number(
    in bounds: ClosedRange<Double> = .anyNumber
  ) throws(SettingError) -> Double {
    try Quantity.number(in: bounds, unit: nil).value(of: self)
  }

  /// The node as a share.
  public func share(
    in bounds: ClosedRange<Probability> = .never ... .always
  ) throws(SettingError) -> Probability {
    try Quantity.share(in: bounds).value(of: self)
  }

  /// The node as a rate.
  public func rate() throws(SettingError) -> Rate { try Quantity.rate.value(of: self) }

  /// The node as a price of tokens.
  public func tokenPrice() throws(SettingError) -> TokenPrice {
    try Quantity.tokenPrice.value(of: self)
  }

  /// The node as an amount of money.
  public func money() throws(SettingError) -> Money { try Quantity.money.value(of: self) }

  /// The node as a truth value.
  public func flag() throws(SettingError) -> Bool { try Quantity.flag.value(of: self) }

  /// The node as text.
  public func text() throws(SettingError) -> String { try Quantity.text.value(of: self) }

  /// The index of the name that the node holds.
  public func name(among names: [String], kind: String) throws(SettingError) -> Int {
    try Quantity.name(among: names, kind: kind).value(of: self)
  }

  /// The text if the node holds one, else nil; in describe mode nil, and text is noted as a form.
  ///
  /// For values of several forms: `if let name = value.ifText() { … } else { object … }`. A switch
  /// over `content` sees only the stand-in's object, and its other forms are not described.
  public func ifText(_ doc: String = "") -> String? {
    if isDescribing { allow(ParameterDescription(key: "", kind: .text, doc: doc)) }
    if case .string(let text) = content { return text }
    return nil
  }

  /// The number if the node holds one, else nil; in describe mode nil, and a number is a form.
  public func ifNumber(_ doc: String = "") -> Double? {
    if isDescribing { allow(ParameterDescription(key: "", kind: .number, doc: doc)) }
    if case .number(let number, _) = content { return number }
    return nil
  }

  /// Notes in describe mode that the node may have this form; does nothing else.
  public func allow(_ form: ParameterDescription) {
    describer?.add(form)
  }

  /// Reads the node as an object with `body`; keys that `body` does not ask for are errors.
  public func object<R>(
    _ body: (inout SettingsReader) throws(SettingError) -> R
  ) throws(SettingError) -> R {
    var reader = try SettingsReader(self)
    let result = try body(&reader)
    try reader.finish()
    return result
  }
}
