// Bodies are written `{ s throws(SettingError) in … }`: without the annotation Swift 6 takes a closure
// to throw `any Error`. A function or initialiser fits as it is: `try s.list("over", "…", Route.init)`.

extension SettingsReader {
  /// Reads one of a registry's entries: `"full"` or `{full: {…}}`.
  public mutating func choice<E>(
    _ key: String, from registry: Registry<E>, default silence: String? = nil, _ doc: String
  ) throws(SettingError) -> E {
    if let describer {
      var description = registry.description(key, doc)
      description.isRequired = silence == nil
      description.defaultText = silence
      describer.add(description)
      return try registry.standIn(preferring: silence, trail: describer.trail)
    }
    if let setting = take(key) { return try registry.make(from: setting) }
    guard let silence else {
      throw missing(key, expected: "a \(registry.kind)", allowed: registry.names)
    }
    let path = SettingPath.joining(setting.path, key: key)
    return try registry.make(from: Setting(.string(silence), at: setting.position, path: path))
  }

  /// Reads one of a registry's entries; nil when silent.
  public mutating func optionalChoice<E>(
    _ key: String, from registry: Registry<E>, _ doc: String
  ) throws(SettingError) -> E? {
    if let describer {
      describer.add(registry.description(key, doc))
      return nil
    }
    guard let setting = take(key) else { return nil }
    return try registry.make(from: setting)
  }

  /// Reads an object with `body` and checks that `body` knows all its keys; nil when absent.
  public mutating func object<R>(
    _ key: String, _ doc: String,
    _ body: (inout SettingsReader) throws(SettingError) -> R
  ) throws(SettingError) -> R? {
    if let describer {
      guard var reader = inner(key, doc, isRequired: false, describer) else { return nil }
      do { return try body(&reader) } catch { return nil }
    }
    guard let setting = take(key) else { return nil }
    return try setting.object(body)
  }

  /// Reads an object with `body` and checks that `body` knows all its keys; absent is an error.
  public mutating func requiredObject<R>(
    _ key: String, _ doc: String,
    _ body: (inout SettingsReader) throws(SettingError) -> R
  ) throws(SettingError) -> R {
    if let describer {
      guard var reader = inner(key, doc, isRequired: true, describer) else {
        throw SettingError(at: setting, "\(Setting.quoted(key)) contains itself without end")
      }
      return try body(&reader)
    }
    guard let setting = take(key) else { throw missing(key, expected: "an object { … }") }
    return try setting.object(body)
  }

  private func inner(
    _ key: String, _ doc: String, isRequired: Bool, _ describer: Describer
  ) -> SettingsReader? {
    let inner = describer.below("\(key)\n\(doc)")
    var description = ParameterDescription(key: key, kind: .object, doc: doc)
    description.isRequired = isRequired
    description.isRecursive = inner == nil
    describer.add(description, inner: inner)
    return inner.map { SettingsReader(describer: $0) }
  }

  /// Reads a list's elements with `body`; empty when absent.
  ///
  /// A value that is no list counts as a list of one.
  public mutating func list<R>(
    _ key: String, _ doc: String, _ body: (Setting) throws(SettingError) -> R
  ) throws(SettingError) -> [R] {
    if let describer {
      guard let element = standIn(key, .list, doc, describer) else { return [] }
      do { return [try body(element)] } catch { return [] }
    }
    guard let setting = take(key) else { return [] }
    guard let elements = setting.elements else { return [try body(setting)] }
    var results: [R] = []
    results.reserveCapacity(elements.count)
    for element in elements { results.append(try body(element)) }
    return results
  }

  /// Reads a list of texts, or one text; empty when absent.
  public mutating func texts(_ key: String, _ doc: String) throws(SettingError) -> [String] {
    try list(key, doc) { element throws(SettingError) in try element.text() }
  }

  /// Reads an object whose keys the user names, in the file's order; empty when absent.
  ///
  /// Keys that are null are left out. In describe mode the name is `"name"`.
  public mutating func entries<R>(
    _ key: String, _ doc: String, _ body: (String, Setting) throws(SettingError) -> R
  ) throws(SettingError) -> [(name: String, value: R)] {
    if let describer {
      guard let element = standIn(key, .entries, doc, describer) else { return [] }
      do { return [("name", try body("name", element))] } catch { return [] }
    }
    guard let setting = take(key) else { return [] }
    guard let members = setting.members else {
      throw SettingError(at: setting, expected: "an object of named values { name: … }")
    }
    var results: [(name: String, value: R)] = []
    for member in members where !member.value.isNull {
      results.append((member.key, try body(member.key, member.value)))
    }
    return results
  }
}
