import Settings
import Vocabulary

// Windows of the civil week: `time: { from: "08:00", to: "18:00", days: ["mon", "fri"] }`.
//
// From is included, to is not; a window that ends before it begins goes on past midnight, and then
// `days` are those on which it begins. The offset from UTC is that of the scenario's `starts`.

extension RouteCondition {
  static let days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

  init(time s: inout SettingsReader, _ calendar: Calendar?) throws(SettingError) {
    let from = try TimeOfDay.read("from", &s, "the first second of the window: \"08:00\"")
    let to = try TimeOfDay.read("to", &s, "the end of the window: \"18:00\"; 24:00 for midnight")
    let some = try s.list("days", "days of the week on which it begins: mon, tue, …") {
      value throws(SettingError) -> UInt64 in
      1 << UInt64(try value.name(among: RouteCondition.days, kind: "day"))
    }
    if s.isDescribing {
      self = .all([])
      return
    }
    guard calendar != nil else {
      throw SettingError(
        at: s.setting, "a condition on the civil time needs a calendar",
        next: "say when the scenario begins: starts: \"2026-03-02T07:00+01:00\"")
    }
    let days = some.isEmpty ? 0x7F : some.reduce(0, |)
    let (start, end) = (Int64(from ?? 0), Int64(to ?? 86_400))
    let today = RouteCondition.test(RouteTest(.weekday, bits: days))
    if start < end {
      self = .all([today, .test(RouteTest(.secondOfDay, start...(end - 1)))])
      return
    }
    let after = (days << 1 | days >> 6) & 0x7F
    var parts: [RouteCondition] = [.all([today, .test(RouteTest(.secondOfDay, start...86_399))])]
    if end > 0 {
      parts.append(
        .all([
          .test(RouteTest(.weekday, bits: after)), .test(RouteTest(.secondOfDay, 0...(end - 1))),
        ]))
    }
    self = .any(parts)
  }
}

/// A time of day such as `"08:30"`, in seconds from midnight.
enum TimeOfDay {
  static func read(
    _ key: String, _ s: inout SettingsReader, _ doc: String
  ) throws(SettingError) -> Int? {
    guard let text = try s.optionalText(key, doc) else { return nil }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 2, parts.allSatisfy({ $0.count == 2 }),
      let hour = Int(parts[0]), let minute = Int(parts[1]),
      (0..<60).contains(minute), (0..<24).contains(hour) || (hour == 24 && minute == 0)
    {
      return hour * 3600 + minute * 60
    }
    throw s.error(key, expected: "a time of day from \"00:00\" to \"24:00\"")
  }
}
