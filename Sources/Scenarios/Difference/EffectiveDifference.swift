import Settings

/// One value in which two policies differ, after `extends`.
public struct PolicyDifference: Sendable, Hashable {
  /// The key path inside a policy, such as `attempts.retry.max`.
  public var path: String
  /// The value of the first policy as text; nil if it is silent.
  public var before: String?
  /// The value of the second policy as text; nil if it is silent.
  public var after: String?

  /// Makes a difference.
  public init(path: String, before: String?, after: String?) {
    self.path = path
    self.before = before
    self.after = after
  }
}

extension Scenario {
  /// The values in which two policies differ, in the order of the first's file, then of the
  /// second's.
  ///
  /// Objects are compared key by key; lists and choices as wholes, so that a route that changes its
  /// kind is one difference. What is written differently but means the same (`"60s"`, `"1m"`) counts
  /// as a difference.
  public static func effectiveDifference(_ first: Policy, _ second: Policy) -> [PolicyDifference] {
    var found: [PolicyDifference] = []
    compare(first.setting, second.setting, keys: [], path: "", into: &found)
    return found
  }

  private static func compare(
    _ before: Setting?, _ after: Setting?, keys: [String], path: String,
    into found: inout [PolicyDifference]
  ) {
    let old = before?.members
    let new = after?.members
    let isWhole = !keys.isEmpty && MergeRules.isChoice(["policies", "name"] + keys)
    if !isWhole, let old, let new {
      for member in old {
        compare(
          member.value, after?[member.key], keys: keys + [member.key],
          path: SettingPath.joining(path, key: member.key), into: &found)
      }
      for member in new where before?[member.key] == nil {
        compare(
          nil, member.value, keys: keys + [member.key],
          path: SettingPath.joining(path, key: member.key), into: &found)
      }
      return
    }
    let (left, right) = (before.flatMap(\.shortText), after.flatMap(\.shortText))
    if left != right { found.append(PolicyDifference(path: path, before: left, after: right)) }
  }
}

extension Setting {
  /// The value on one line, as JSON5 with unquoted keys; nil for null.
  var shortText: String? {
    switch content {
    case .null: nil
    case .bool(let flag): flag ? "true" : "false"
    case .number(_, let literal): literal
    case .string(let text): Setting.quoted(text)
    case .array(let elements):
      "[" + elements.map { $0.shortText ?? "null" }.joined(separator: ", ") + "]"
    case .object(let members):
      members.isEmpty
        ? "{}"
        : "{ "
          + members.map { "\(Setting.bareKey($0.key)): \($0.value.shortText ?? "null")" }
          .joined(separator: ", ") + " }"
    }
  }

  private static func bareKey(_ key: String) -> String {
    let isPlain =
      !key.isEmpty
      && key.utf8.allSatisfy { byte in
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      }
    return isPlain ? key : Setting.quoted(key)
  }
}
