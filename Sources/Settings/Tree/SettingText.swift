extension Setting {
  /// The tree as JSON5, two spaces a level, ending in a line end; it reads back to the same tree.
  ///
  /// With `origins`, each value that holds no other is followed by the `file:line` it came from:
  /// what `check --resolved` shows.
  public func json5(origins: Bool = false) -> String {
    var writer = SettingWriter(isStrict: false, showsOrigins: origins)
    writer.write(self, depth: 0, tail: "")
    return writer.text
  }

  /// The tree as plain JSON, two spaces a level, ending in a line end.
  public func json() -> String {
    var writer = SettingWriter(isStrict: true, showsOrigins: false)
    writer.write(self, depth: 0, tail: "")
    return writer.text
  }
}

/// Writes a tree line by line; the same tree gives the same bytes.
private struct SettingWriter {
  /// Plain JSON: all keys quoted, no comma before a closing bracket, no comments.
  let isStrict: Bool
  let showsOrigins: Bool
  var text = ""
  /// What the current line holds before the value that comes next.
  private var head = ""

  init(isStrict: Bool, showsOrigins: Bool) {
    self.isStrict = isStrict
    self.showsOrigins = showsOrigins
  }

  mutating func write(_ setting: Setting, depth: Int, tail: String) {
    if let line = oneLine(setting, width: 90 - head.unicodeScalars.count) {
      text += head + line + tail
      if showsOrigins {
        text += "  // " + String(origin(setting.position).map { $0.isNewline ? " " : $0 })
      }
      text += "\n"
      return
    }
    let margin = String(repeating: "  ", count: depth + 1)
    switch setting.content {
    case .object(let members):
      text += head + "{\n"
      for (index, member) in members.enumerated() {
        head = "\(margin)\(key(member.key)): "
        write(member.value, depth: depth + 1, tail: comma(index, of: members.count))
      }
      text += "\(margin.dropLast(2))}\(tail)\n"
    case .array(let elements):
      text += head + "[\n"
      for (index, element) in elements.enumerated() {
        head = margin
        write(element, depth: depth + 1, tail: comma(index, of: elements.count))
      }
      text += "\(margin.dropLast(2))]\(tail)\n"
    case .null, .bool, .number, .string: break
    }
  }

  private func comma(_ index: Int, of count: Int) -> String {
    isStrict && index == count - 1 ? "" : ","
  }

  /// A value on one line if it is a scalar, empty, or a short list of scalars of one origin.
  private func oneLine(_ setting: Setting, width: Int) -> String? {
    switch setting.content {
    case .object(let members): return members.isEmpty ? "{}" : nil
    case .array(let elements):
      var parts: [String] = []
      for element in elements {
        if element.members != nil || element.elements != nil { return nil }
        if showsOrigins, origin(element.position) != origin(setting.position) { return nil }
        parts.append(scalar(element))
      }
      let line = "[\(parts.joined(separator: ", "))]"
      return parts.isEmpty || line.unicodeScalars.count <= width ? line : nil
    case .null, .bool, .number, .string: return scalar(setting)
    }
  }

  private func origin(_ position: Position) -> String {
    position.line > 0 ? "\(position.file):\(position.line)" : position.file
  }

  private func scalar(_ setting: Setting) -> String {
    switch setting.content {
    case .null, .object, .array: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .number(let value, let literal):
      isStrict && !isPlainNumber(literal) ? Units.text(value) : literal
    case .string(let text): Setting.quoted(text)
    }
  }

  private func key(_ key: String) -> String {
    !isStrict && SettingPath.isPlain(key) && !key.utf8.contains(0x2D) ? key : Setting.quoted(key)
  }

  /// Whether JSON has the number as it is written in JSON5.
  private func isPlainNumber(_ literal: String) -> Bool {
    let bytes = Array(literal.utf8)
    let first = bytes.first == 0x2D ? bytes.dropFirst().first : bytes.first
    guard let first, (0x30...0x39).contains(first), let last = bytes.last else { return false }
    return (0x30...0x39).contains(last) && !literal.contains("x") && !literal.contains("X")
      && !literal.contains(".e") && !literal.contains(".E")
  }
}
