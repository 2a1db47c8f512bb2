import Chance
import Settings
import Vocabulary

/// Users who wait for the answer before they ask again: a closed loop.
///
/// N users with think time Z and response time R make X = N / (R + Z) calls a second (the
/// interactive response time law, Denning and Buzen, 1978): a slow gateway meets fewer calls, which
/// no open-loop stream shows.
public struct UserLaws: Sendable {
  /// How many users there are.
  var count = 1
  /// Nanoseconds from an answer to the user's next call.
  var think = Sampler.constant(0)
  /// The calls of a session; `nil` for a session without end.
  var turns: Sampler?
  /// Nanoseconds from the end of a session to the next one's first call; `nil`: the user is gone.
  var away: Sampler?
  /// New tokens per turn: the prompt grows with the session; `nil`: each call has its own prompt.
  var added: TokenLaw?
  /// After how many calls in a row that failed the user ends the session; `nil`: never.
  var givesUpAfter: UInt32?

  init() {}

  init(reading s: inout SettingsReader) throws(SettingError) {
    count = try s.integer("count", in: 1...1_000_000, "how many users there are")
    think = try Distributions.readDuration(
      "think", from: &s, "time from an answer to the same user's next call")
    turns = try Distributions.readOptionalNumber(
      "turns", from: &s, "calls of a session, rounded; silence: a session without end")
    givesUpAfter = try s.optionalInteger(
      "givesUpAfter", in: 1...1_000_000,
      "the user ends the session after that many failed calls in a row; silence: never"
    ).map { UInt32($0) }
    let returns = s.has("away")
    away = try Distributions.readOptionalDuration(
      "away", from: &s,
      "time from the end of a session to the user's next one; silence: the user does not come back")
    try s.require(
      !returns || turns != nil || givesUpAfter != nil, "away",
      expected: "no `away` without `turns` or `givesUpAfter`: such a session has no end")
    added = try TokenLaw.read(
      "added", from: &s,
      "new tokens per turn: the prompt grows by them and the answer; silence: a prompt per call")
  }
}
