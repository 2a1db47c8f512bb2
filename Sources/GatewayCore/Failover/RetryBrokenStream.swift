import Settings
import Vocabulary

/// What becomes of an answer that breaks after the client has seen its beginning.
///
/// *fail*: the client gets what there was and an error. *restart*: the failure goes through the
/// retries and fallbacks of the route as if nothing had been sent, and the client's stream goes on
/// from the next attempt: either from the start (what was sent is paid twice), or from where it
/// broke off (`continue`): the next attempt gets what was sent as further input tokens and has only
/// the rest to write. Source: LiteLLM carries the content so far into its mid-stream fallbacks.
public struct BrokenStreamRule: BitwiseCopyable, Sendable {
  /// How often an answer may be restarted; 0 for never.
  var max: UInt8 = 0
  var continues = false
  var on = OutcomeSet.transient

  /// The registry.
  public static let registry = Registry<BrokenStreamRule>(
    "treatment of a broken stream",
    [
      .init(
        "fail", "the client gets what there was and an error",
        make: { _ throws(SettingError) in BrokenStreamRule() }),
      .init(
        "restart", "the stream goes on from another attempt", source: "LiteLLM, OpenRouter: fail",
        make: { s throws(SettingError) in
          BrokenStreamRule(
            max: UInt8(try s.integer("max", default: 1, in: 1...15, "restarts of one answer")),
            continues: try s.flag(
              "continue", default: false,
              "go on where it broke: what was sent is further input of the next attempt"),
            on: try OutcomeSet(
              reading: &s, "on", default: .transient,
              "429, 5xx, timeout, connection, broken, malformed",
              "outcomes that restart a stream."))
        }),
    ])
}

/// Keeps attempts from starting that could not end in time.
///
/// A deployment is left out for a request whose deadline comes before now + the time that an
/// attempt there takes at least: a stated minimum, or a low quantile of what it has shown.
public struct FinishRule: BitwiseCopyable, Sendable {
  /// The stated minimum in nanoseconds; also while no quantile is known.
  var atLeast: Int64
  /// The observed quantile; -1 if none.
  var observed: Int16 = -1
}

extension RouteTree {
  /// Takes back that anything always fits.
  mutating func doubtAll() {
    for number in nodes.indices { nodes[number].alwaysFit = false }
  }
}

/// A finish rule as a file states it.
public struct StatedFinish {
  var rule: FinishRule
  var observed: ObservedRule?

  /// Reads a rule.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    rule = FinishRule(
      atLeast: try s.duration(
        "atLeast", default: .zero, in: .zero ... .seconds(3_600),
        "an attempt takes no less; also while the quantile is not known"
      ).nanoseconds)
    observed = try s.object(
      "observed",
      "an attempt takes no less than this quantile of the deployment's own times, as this replica has"
        + " seen them (local by design)",
      { r throws(SettingError) -> ObservedRule in
        try ObservedRule(reading: &r, quantile: 0.05, of: .endToEnd)
      })
  }
}
