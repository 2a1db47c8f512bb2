/// Reads one object key by key; or, in describe mode, hears which keys would be read.
///
/// A configurable type declares its parameters once, in `init(reading s: inout SettingsReader)`:
///
///     decay = try s.duration("decay", default: .seconds(10), "time constant of the average")
///
/// Run on a file, that decodes and checks. Run on `SettingsReader.describing()`, the same code
/// yields `described`: required keys give harmless stand-ins (the default, else one unit moved into
/// the bounds; an empty text), `optional…` forms give nil, lists and entries run their body once.
/// Checks that tie several keys together belong into `require(_:_:expected:)`, which is silent then.
///
/// Silence means off: a key that is absent, or null, gives the default, nil from an `optional…`
/// form, or the error "missing". A key that nobody has asked for is an error of `finish()`, which
/// `object`, `Setting.object` and `Registry` call themselves.
public struct SettingsReader {
  /// The object that is read; a stand-in in describe mode.
  public let setting: Setting
  private let members: [Setting.Member]
  /// Hears what is asked for; nil when a file is read.
  let describer: Describer?
  private var known: [String] = []

  /// Makes a reader of an object; of a stand-in, a reader in describe mode.
  public init(_ setting: Setting) throws(SettingError) {
    self.setting = setting
    if let outer = setting.describer {
      let inner = Describer(trail: outer.trail)
      outer.add(ParameterDescription(key: "", kind: .object, doc: ""), inner: inner)
      describer = inner
      members = []
      return
    }
    guard let members = setting.members else {
      throw SettingError(at: setting, expected: "an object { … }")
    }
    self.members = members
    describer = nil
  }

  init(describer: Describer) {
    setting = .standIn(describer)
    members = []
    self.describer = describer
  }

  /// Makes a reader in describe mode.
  public static func describing() -> SettingsReader { SettingsReader(describer: Describer()) }

  /// Whether parameters are being described and no file is read.
  public var isDescribing: Bool { describer != nil }

  /// What has been asked for, in order; empty when a file is read.
  public var described: [ParameterDescription] { describer?.descriptions ?? [] }

  /// The keys that the object has, in order; without those that are null.
  public var keys: [String] { members.filter { !$0.value.isNull }.map(\.key) }

  /// Whether the object has that key and it is not null; never in describe mode.
  ///
  /// Prefer the `optional…` forms: what is read only if `has` says so is not described.
  public func has(_ key: String) -> Bool {
    members.contains { $0.key == key && !$0.value.isNull }
  }

  /// The value of a key that is then known; nil if absent or null.
  mutating func take(_ key: String) -> Setting? {
    if !known.contains(key) { known.append(key) }
    guard let value = members.first(where: { $0.key == key })?.value, !value.isNull else {
      return nil
    }
    return value
  }

  mutating func value<Value>(
    _ key: String, default silence: Value?, _ quantity: Quantity<Value>, _ doc: String
  ) throws(SettingError) -> Value {
    if let describer {
      var description = quantity.description(key, doc)
      description.isRequired = silence == nil
      description.defaultText = silence.map(quantity.text)
      describer.add(description)
      return silence ?? quantity.standIn
    }
    guard let setting = take(key) else {
      guard let silence else { throw missing(key, expected: quantity.expected) }
      return silence
    }
    return try quantity.read(setting)
  }

  mutating func optionalValue<Value>(
    _ key: String, _ quantity: Quantity<Value>, _ doc: String
  ) throws(SettingError) -> Value? {
    if let describer {
      describer.add(quantity.description(key, doc))
      return nil
    }
    guard let setting = take(key) else { return nil }
    return try quantity.read(setting)
  }

  /// The value of a key as it stands in the file, nil when absent; a stand-in in describe mode.
  ///
  /// What the stand-in is asked for describes the parameter. nil in describe mode too if the same
  /// key is being described further up.
  public mutating func raw(_ key: String, _ doc: String) throws(SettingError) -> Setting? {
    guard let describer else { return take(key) }
    return standIn(key, .anything, doc, describer)
  }

  /// Adds a parameter with parts; a stand-in for its value, nil if it contains itself.
  func standIn(
    _ key: String, _ kind: ParameterDescription.Kind, _ doc: String, isRequired: Bool = false,
    _ describer: Describer
  ) -> Setting? {
    var description = ParameterDescription(key: key, kind: kind, doc: doc)
    description.isRequired = isRequired
    let inner = describer.below("\(key)\n\(doc)")
    description.isRecursive = inner == nil
    describer.add(description, inner: inner)
    return inner.map(Setting.standIn)
  }

  /// Throws an error about `key` unless `condition` holds; silent in describe mode.
  ///
  /// For checks that tie several keys together, or one key to what the reader cannot know.
  public func require(
    _ condition: @autoclosure () -> Bool, _ key: String, expected: @autoclosure () -> String,
    next: String? = nil
  ) throws(SettingError) {
    if isDescribing || condition() { return }
    throw error(key, expected: expected(), next: next)
  }

  /// The error that the value of `key` is not what is expected; "missing" if the key is absent.
  public func error(
    _ key: String, expected: String, suggestion: String? = nil, allowed: [String] = [],
    next: String? = nil
  ) -> SettingError {
    guard let value = members.first(where: { $0.key == key })?.value, !value.isNull else {
      return missing(key, expected: expected, allowed: allowed, next: next)
    }
    return SettingError(
      at: value, expected: expected, suggestion: suggestion, allowed: allowed, next: next)
  }

  /// The error that `key` is missing.
  public func missing(
    _ key: String, expected: String, allowed: [String] = [], next: String? = nil
  ) -> SettingError {
    SettingError(
      at: setting.position, path: setting.path,
      "missing \(Setting.quoted(key)): expected \(expected)", allowed: allowed, next: next)
  }

  /// Throws an error about the first key that nobody has asked for.
  public mutating func finish() throws(SettingError) {
    if isDescribing { return }
    for member in members where !known.contains(member.key) {
      throw SettingError(
        at: member.keyPosition, path: SettingPath.joining(setting.path, key: member.key),
        "unknown key \(Setting.quoted(Setting.shortened(member.key)))"
          + (known.isEmpty ? ": no keys are allowed here" : ""),
        suggestion: Nearest.spelling(
          of: member.key, among: known.filter { key in !members.contains { $0.key == key } }),
        allowed: known)
    }
  }
}
