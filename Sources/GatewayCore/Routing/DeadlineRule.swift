import Settings
import Vocabulary

/// The deadlines of attempts, nearest level of the tree first.
public struct DeadlineRule: BitwiseCopyable, Sendable, Hashable {
  var firstToken: UInt32 = .max
  var idle: UInt32 = .max
  /// Nanoseconds; `.max` for none.
  var total: Int64 = .max

  init() {}

  /// Reads what is stated, over what the level above says.
  init(reading s: inout SettingsReader, over outer: DeadlineRule) throws(SettingError) {
    self = outer
    let longest: Duration = .seconds(4_000)
    if let value = try s.optionalDuration(
      "firstToken", in: .milliseconds(1)...longest,
      "until the first token must have come; for streamed answers")
    {
      firstToken = Deadlines.microseconds(value)
    }
    if let value = try s.optionalDuration(
      "idle", in: .milliseconds(1)...longest, "longest pause between two tokens")
    {
      idle = Deadlines.microseconds(value)
    }
    if let value = try s.optionalDuration(
      "total", in: .milliseconds(1) ... .seconds(86_400), "until an attempt must have ended")
    {
      total = value.nanoseconds
    }
  }
}
