import Settings
import Vocabulary

extension Polyline {
  /// Reads a number, or numbers over the time since a beginning: `{ "0m": "0%", "8m": "95%" }`.
  init(
    _ setting: Setting, value: (Setting) throws(SettingError) -> Double
  ) throws(SettingError) {
    guard !setting.isDescribing, let members = setting.members else {
      self.init(try value(setting))
      return
    }
    var knots: [Knot] = []
    for member in members where !member.value.isNull {
      let offset = try Self.offset(member)
      if let last = knots.last, offset <= last.offset {
        throw SettingError(
          at: member.keyPosition, path: member.value.path, found: "\"\(member.key)\"",
          expected: "a time later than the one before it")
      }
      knots.append(Knot(offset: offset, value: try value(member.value)))
    }
    guard let line = Polyline(knots: knots) else {
      throw SettingError(at: setting, expected: "at least one time, as in { \"0m\": 0, \"8m\": 1 }")
    }
    self = line
  }

  private static func offset(_ member: Setting.Member) throws(SettingError) -> Int64 {
    let key = Setting(.string(member.key), at: member.keyPosition, path: member.value.path)
    return try key.duration().nanoseconds
  }
}
