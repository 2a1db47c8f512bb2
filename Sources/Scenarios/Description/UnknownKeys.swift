import Settings

/// Finds a key that nobody knows before a reader misses the one that was meant.
enum UnknownKeys {
  /// Throws an error about the first key that the descriptions do not have.
  static func check(
    _ tree: Setting, _ parameters: [ParameterDescription]
  ) throws(SettingError) {
    var form = ParameterDescription(key: "", kind: .object, doc: "")
    form.nested = parameters
    try check(tree, form)
  }

  private static func check(
    _ setting: Setting, _ form: ParameterDescription
  ) throws(SettingError) {
    if form.isRecursive || setting.isNull { return }
    switch form.kind {
    case .object:
      guard let members = setting.members, !form.nested.isEmpty else { return }
      let names = form.nested.map(\.key)
      for member in members where !member.value.isNull {
        guard let part = form.nested.first(where: { $0.key == member.key }) else {
          throw SettingError(
            at: member.keyPosition, path: SettingPath.joining(setting.path, key: member.key),
            "unknown key \(Setting.quoted(Setting.shortened(member.key)))",
            suggestion: Nearest.spelling(
              of: member.key, among: names.filter { setting[$0] == nil }),
            allowed: names)
        }
        try check(member.value, part)
      }
    case .entries:
      // Only if there is one form: which of several is meant, the reader knows.
      guard form.nested.count == 1 else { return try checkObjects(in: setting.members, form) }
      for member in setting.members ?? [] { try check(member.value, form.nested[0]) }
    case .list:
      guard form.nested.count == 1 else { return }
      for element in setting.elements ?? [setting] { try check(element, form.nested[0]) }
    default: return
    }
  }

  /// Entries that are a bare value or an object: the objects have one form.
  private static func checkObjects(
    in members: [Setting.Member]?, _ form: ParameterDescription
  ) throws(SettingError) {
    let objects = form.nested.filter { $0.kind == .object }
    guard objects.count == 1 else { return }
    for member in members ?? [] where member.value.members != nil {
      try check(member.value, objects[0])
    }
  }
}
