import Settings

/// Where two settings differ.
enum SettingDifferences {
  /// The paths at which two trees say different things.
  ///
  /// In the order of the first, then of what only the second has. Objects are compared key by key, everything else as a whole.
  static func between(_ baseline: Setting, _ policy: Setting) -> [SettingDifference] {
    var found: [SettingDifference] = []
    compare(baseline, policy, at: "", into: &found)
    return found
  }

  private static func compare(
    _ left: Setting?, _ right: Setting?, at path: String, into found: inout [SettingDifference]
  ) {
    if let first = left?.members, let second = right?.members {
      for member in first {
        compare(
          member.value, right?[member.key], at: SettingPath.joining(path, key: member.key),
          into: &found)
      }
      for member in second where left?[member.key] == nil {
        compare(
          nil, member.value, at: SettingPath.joining(path, key: member.key), into: &found)
      }
      return
    }
    let (first, second) = (text(left), text(right))
    if first != second {
      found.append(SettingDifference(path: path, baseline: first, policy: second))
    }
  }

  private static func text(_ setting: Setting?) -> String? {
    guard let setting, !setting.isNull else { return nil }
    var text = setting.json5()
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
