/// The algorithms of one kind, by name: the one line that makes a new algorithm known everywhere.
///
/// One rule for all choices in a file: a name, or an object with that name as its only key and the
/// parameters as its value: `"full"`, `{full: {base: "200ms"}}`. An entry with a `shorthand` also
/// takes a bare value for that one parameter: `{consecutiveFailures: 5}`.
public struct Registry<Element>: Sendable {
  /// One algorithm.
  public struct Entry: Sendable {
    /// The name by which a file chooses it.
    public let name: String
    /// What it is, in one sentence.
    public let summary: String
    /// Where the rule comes from: a paper, a product's documentation.
    public let source: String?
    /// The parameter that a bare value sets.
    public let shorthand: String?
    /// Reads its parameters and makes it.
    public let make: @Sendable (inout SettingsReader) throws(SettingError) -> Element

    /// Makes an entry.
    public init(
      _ name: String, _ summary: String, source: String? = nil, shorthand: String? = nil,
      make: @escaping @Sendable (inout SettingsReader) throws(SettingError) -> Element
    ) {
      self.name = name
      self.summary = summary
      self.source = source
      self.shorthand = shorthand
      self.make = make
    }
  }

  /// What the entries are: `router`, `distribution`.
  public let kind: String
  /// The entries; their order is that of every list and table.
  public let entries: [Entry]

  /// Makes a registry.
  public init(_ kind: String, _ entries: [Entry]) {
    self.kind = kind
    self.entries = entries
  }

  /// The names in order.
  public var names: [String] { entries.map(\.name) }

  /// The entry of that name.
  public subscript(name: String) -> Entry? { entries.first { $0.name == name } }

  /// Makes what a node chooses: a name, or an object with the name as its only key.
  public func make(from setting: Setting) throws(SettingError) -> Element {
    if let describer = setting.describer {
      describer.add(description("", ""))
      return try standIn(preferring: nil, trail: describer.trail)
    }
    let present = setting.members.map { $0.filter { !$0.value.isNull } } ?? []
    switch setting.content {
    case .string(let name):
      guard let entry = self[name] else { throw unknown(name, at: setting) }
      let none = Setting(.object([]), at: setting.position, path: setting.path)
      return try make(entry, from: none)
    case .object where present.count == 1:
      let member = present[0]
      guard let entry = self[member.key] else {
        let place = Setting(
          .null, at: member.keyPosition,
          path: SettingPath.joining(setting.path, key: member.key))
        throw unknown(member.key, at: place)
      }
      return try make(entry, from: member.value)
    case .object:
      throw SettingError(
        at: setting,
        expected: "one \(kind): a name, or { name: { parameters } } with one name",
        allowed: names)
    default:
      throw SettingError(
        at: setting, expected: "\(kind.withArticle): a name, or { name: { parameters } }",
        allowed: names)
    }
  }

  /// Makes the entry `name` with the parameters of a node.
  public func make(_ name: String, from parameters: Setting) throws(SettingError) -> Element {
    guard let entry = self[name] else { throw unknown(name, at: parameters) }
    return try make(entry, from: parameters)
  }

  private func make(_ entry: Entry, from parameters: Setting) throws(SettingError) -> Element {
    var parameters = parameters
    if parameters.members == nil, let key = entry.shorthand {
      var value = parameters
      value.path = SettingPath.joining(parameters.path, key: key)
      parameters.content = .object([
        Setting.Member(key: key, keyPosition: value.position, value: value)
      ])
    }
    var reader = try SettingsReader(parameters)
    let element = try entry.make(&reader)
    try reader.finish()
    return element
  }

  private func unknown(_ name: String, at setting: Setting) -> SettingError {
    SettingError(at: setting, unknown: kind, name: name, among: names)
  }
}

extension Registry {
  /// The parameters of the entry `name`; empty if there is no such entry.
  ///
  /// If the entry's code cannot run through without a file, these are the parameters it asked for
  /// until then; `audit` says so.
  public func describe(_ name: String) -> [ParameterDescription] {
    guard let entry = self[name] else { return [] }
    var reader = SettingsReader(describer: Describer(trail: [mark(entry)]))
    do { _ = try entry.make(&reader) } catch {}
    return reader.described
  }

  /// The entries whose code does not run through in describe mode, and why; for a test.
  public func audit() -> [(name: String, error: SettingError)] {
    var failures: [(name: String, error: SettingError)] = []
    for entry in entries {
      var reader = SettingsReader(describer: Describer(trail: [mark(entry)]))
      do { _ = try entry.make(&reader) } catch { failures.append((entry.name, error)) }
    }
    return failures
  }

  /// The entries as a choice whose parameters are described when asked for.
  public var choice: ChoiceDescription {
    ChoiceDescription(
      kind: kind,
      options: entries.map { entry in
        ChoiceDescription.Option(
          name: entry.name, summary: entry.summary, source: entry.source,
          shorthand: entry.shorthand, describe: { describe(entry.name) })
      })
  }

  func description(_ key: String, _ doc: String) -> ParameterDescription {
    var description = ParameterDescription(key: key, kind: .choice, doc: doc)
    description.choice = choice
    return description
  }

  /// An element that stands in for a choice: of the preferred entry, else of the first that can be
  /// made without a file and is not being made further up.
  func standIn(preferring name: String?, trail: [String]) throws(SettingError) -> Element {
    let preferred = entries.filter { $0.name == name }
    for entry in preferred + entries.filter({ $0.name != name }) {
      let mark = mark(entry)
      if trail.contains(mark) || trail.count >= 24 { continue }
      var reader = SettingsReader(describer: Describer(trail: trail + [mark]))
      do { return try entry.make(&reader) } catch {}
    }
    throw SettingError(
      at: .code, path: "", "no \(kind) can be described without a file",
      next: "give the registry \(Setting.quoted(kind)) an entry that contains no \(kind)")
  }

  private func mark(_ entry: Entry) -> String { "\(kind)/\(entry.name)" }
}
