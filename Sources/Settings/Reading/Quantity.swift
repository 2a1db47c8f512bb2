import Vocabulary

/// How one kind of value is read, bounded, described and stood in for.
struct Quantity<Value> {
  var kind: ParameterDescription.Kind
  var unit: String?
  /// What a value looks like, for errors: `a duration such as "200ms"`.
  var expected: String
  var boundsText: String?
  var lowest: Double?
  var highest: Double?
  var names: [String] = []
  /// What describe mode hands out.
  var standIn: Value
  /// How a default is written.
  var text: (Value) -> String
  var read: (Setting) throws(SettingError) -> Value

  func description(_ key: String, _ doc: String) -> ParameterDescription {
    var description = ParameterDescription(key: key, kind: kind, unit: unit, doc: doc)
    description.boundsText = boundsText
    description.lowest = lowest
    description.highest = highest
    description.names = names
    return description
  }

  /// The value of a node; in describe mode the stand-in.
  func value(of setting: Setting) throws(SettingError) -> Value {
    if let describer = setting.describer {
      describer.add(description("", ""))
      return standIn
    }
    return try read(setting)
  }
}

/// Which values are allowed, in the words of errors and tables.
struct Bounds<Value: Comparable> {
  var range: ClosedRange<Value>
  /// The range that needs no words.
  var whole: ClosedRange<Value>
  var text: (Value) -> String

  var words: String? {
    switch (range.lowerBound > whole.lowerBound, range.upperBound < whole.upperBound) {
    case (false, false): nil
    case (true, false): "at least \(text(range.lowerBound))"
    case (false, true): "at most \(text(range.upperBound))"
    case (true, true): "from \(text(range.lowerBound)) to \(text(range.upperBound))"
    }
  }

  func clamped(_ value: Value) -> Value {
    min(max(value, range.lowerBound), range.upperBound)
  }

  func checked(_ value: Value, noun: String, _ setting: Setting) throws(SettingError) -> Value {
    guard !range.contains(value) else { return value }
    throw SettingError(
      at: setting,
      expected: "\(noun) "
        + (words ?? "from \(text(range.lowerBound)) to \(text(range.upperBound))"))
  }
}

extension SettingError {
  init(at setting: Setting, _ failure: Units.Failure) {
    self.init(
      at: setting.position, path: setting.path,
      found: setting.found + (failure.reason.map { " (\($0))" } ?? ""),
      expected: failure.expected)
  }
}

extension Setting {
  /// The literal of a node that holds a string.
  func literal(expected: String) throws(SettingError) -> String {
    guard case .string(let text) = content else {
      var error = SettingError(at: self, expected: expected)
      if case .number(_, let literal) = content {
        error.next = "write the number with its unit, in quotes; \(literal) has none"
      }
      throw error
    }
    return text
  }

  func parsed<Value>(
    _ parse: (String) throws(Units.Failure) -> Value, _ text: String
  ) throws(SettingError) -> Value {
    do { return try parse(text) } catch { throw SettingError(at: self, error) }
  }
}
