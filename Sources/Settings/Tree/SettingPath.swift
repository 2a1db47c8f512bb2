/// The way to a node: names and indices, read from and written as `policies.today.limits[0]`.
///
/// Names of letters, digits, `_`, `$` and `-` follow a dot, all others stand in quoted brackets:
/// `deployments["openai/gpt-5-mini"].price.input`.
public struct SettingPath: Sendable, Hashable, CustomStringConvertible {
  /// One step down.
  public enum Step: Sendable, Hashable {
    /// To an object's member.
    case key(String)
    /// To an array's element.
    case index(Int)
  }

  /// The steps from the root.
  public var steps: [Step]

  /// Makes a way of its steps.
  public init(_ steps: [Step]) { self.steps = steps }

  /// Reads `a.b["c d"][0]`; `nil` if it is not written like that.
  public init?(_ text: String) {
    steps = []
    var rest = Substring(text).unicodeScalars
    var first = true
    while let scalar = rest.first {
      if scalar == "[" {
        rest.removeFirst()
        guard let step = SettingPath.bracketed(&rest) else { return nil }
        steps.append(step)
      } else {
        if scalar == "." {
          if first { return nil }
          rest.removeFirst()
        } else if !first {
          return nil
        }
        let name = rest.prefix { $0 != "." && $0 != "[" && $0 != "]" && $0 != "\"" }
        if name.isEmpty { return nil }
        rest.removeFirst(name.count)
        steps.append(.key(String(name)))
      }
      first = false
    }
    if steps.isEmpty { return nil }
  }

  private static func bracketed(_ rest: inout Substring.UnicodeScalarView) -> Step? {
    guard let quote = rest.first else { return nil }
    guard quote == "\"" || quote == "'" else {
      let digits = rest.prefix { $0 != "]" }
      rest.removeFirst(digits.count)
      guard rest.popFirst() == "]", let index = Int(String(digits)), index >= 0 else { return nil }
      return .index(index)
    }
    rest.removeFirst()
    var name = ""
    while let scalar = rest.popFirst() {
      if scalar == quote { return rest.popFirst() == "]" ? .key(name) : nil }
      if scalar == "\\" {
        guard let escaped = rest.popFirst() else { return nil }
        name.unicodeScalars.append(escaped)
      } else {
        name.unicodeScalars.append(scalar)
      }
    }
    return nil
  }

  /// The way as text.
  public var description: String {
    steps.reduce("") { path, step in
      switch step {
      case .key(let key): SettingPath.joining(path, key: key)
      case .index(let index): "\(path)[\(index)]"
      }
    }
  }

  /// The way to the member `key` of the node at `path`.
  public static func joining(_ path: String, key: String) -> String {
    if isPlain(key) { return path.isEmpty ? key : "\(path).\(key)" }
    return "\(path)[\(Setting.quoted(key))]"
  }

  /// The way to the element `index` of the node at `path`.
  public static func joining(_ path: String, index: Int) -> String { "\(path)[\(index)]" }

  static func isPlain(_ key: String) -> Bool {
    var isFirst = true
    for byte in key.utf8 {
      switch byte {
      case 0x41...0x5A, 0x61...0x7A, 0x5F, 0x24: break
      case 0x30...0x39, 0x2D: if isFirst { return false }
      default: return false
      }
      isFirst = false
    }
    return !isFirst
  }
}

extension Setting {
  /// The node with its path, and those of all nodes below it, counted from `path`.
  public func moved(to path: String) -> Setting {
    var copy = self
    copy.path = path
    switch content {
    case .array(let elements):
      copy.content = .array(
        elements.enumerated().map { $1.moved(to: SettingPath.joining(path, index: $0)) })
    case .object(let members):
      copy.content = .object(
        members.map { member in
          var member = member
          member.value = member.value.moved(to: SettingPath.joining(path, key: member.key))
          return member
        })
    case .null, .bool, .number, .string: break
    }
    return copy
  }

  /// The node at the end of `way`, counted from this node; `nil` if there is none.
  public func node(at way: SettingPath) -> Setting? {
    var node = self
    for step in way.steps {
      switch (step, node.content) {
      case (.key(let key), .object(let members)):
        guard let next = members.first(where: { $0.key == key }) else { return nil }
        node = next.value
      case (.index(let index), .array(let elements)):
        guard elements.indices.contains(index) else { return nil }
        node = elements[index]
      default: return nil
      }
    }
    return node
  }

  /// The tree with `value` at the end of `way`: replaces what is there, adds missing objects.
  ///
  /// - Throws: if the way leads through a value that is no object, or past a list's end.
  public func replacing(_ way: SettingPath, with value: Setting) throws(SettingError) -> Setting {
    try replacing(way.steps[...], with: value)
  }

  private func replacing(
    _ steps: ArraySlice<SettingPath.Step>, with value: Setting
  ) throws(SettingError) -> Setting {
    guard let step = steps.first else { return value.moved(to: path) }
    var copy = self
    switch (step, content) {
    case (.key(let key), .object(var members)):
      let below = SettingPath.joining(path, key: key)
      if let index = members.firstIndex(where: { $0.key == key }) {
        members[index].value =
          try members[index].value.replacing(steps.dropFirst(), with: value)
      } else {
        let empty = Setting(.object([]), at: value.position, path: below)
        members.append(
          Member(
            key: key, keyPosition: value.position,
            value: try empty.replacing(steps.dropFirst(), with: value)))
      }
      copy.content = .object(members)
    case (.key(let key), .null):
      let object = Setting(.object([]), at: value.position, path: path)
      return try object.replacing([.key(key)] + steps.dropFirst(), with: value)
    case (.index(let index), .array(var elements)):
      guard elements.indices.contains(index) else {
        throw SettingError(
          at: value.position, path: path, "no element \(index) in a list of \(elements.count)")
      }
      elements[index] = try elements[index].replacing(steps.dropFirst(), with: value)
      copy.content = .array(elements)
    case (.key(let key), _):
      throw SettingError(
        at: value.position, path: path, found: found,
        expected: "an object, to set \(Setting.quoted(key)) in it")
    case (.index(let index), _):
      throw SettingError(
        at: value.position, path: path, found: found,
        expected: "a list, to set its element \(index)")
    }
    return copy
  }
}
