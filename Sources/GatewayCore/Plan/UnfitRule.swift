import Settings
import Vocabulary

/// What a request is told when nothing of its route can take it: where gateways differ.
///
/// All down: use one anyway and note it (Portkey; the default), use it also after those that are up
/// have failed (`last`; in a fallback, deployments only), or fail: 503 (Helicone), 500 (Kong),
/// 429 (LiteLLM, when all are cooled down). Filtered out: 503 (OpenRouter), 404 (its account list),
/// 400. A prompt too long for all: as any filter, or as a provider would say it, so that fallbacks
/// for it fire (LiteLLM pre-call checks).
public struct UnfitRule: BitwiseCopyable, Sendable, Hashable {
  /// What happens when every candidate of a route is down.
  public enum AllDown: Int, BitwiseCopyable, Sendable, CaseIterable {
    /// Use one anyway, and note it (Portkey).
    case use
    /// Fail at once (Kong).
    case fail
    /// As `use`, and what is down is tried after the others have failed.
    case last
  }

  /// What happens when all are down.
  public var allDown = AllDown.use
  /// The status then, if they are not used.
  public var down: UInt16 = 503
  /// The status when filters leave nothing.
  public var filtered: UInt16 = 503
  /// Whether a prompt too long for all ends as one that a provider refused.
  public var tellsTooLong = false

  /// All down: use anyway; filtered out: 503.
  public init() {}

  /// Reads `allDown` and `filteredOut`.
  init(reading s: inout SettingsReader) throws(SettingError) {
    let rule = try s.choice(
      "allDown", from: UnfitRule.registry, default: "use", "when every candidate is down")
    self = rule
    let statuses = 400...599
    let read = try s.object("filteredOut", "when filters leave no deployment") {
      f throws(SettingError) -> (Int, Int) in
      (
        try f.integer("status", default: 503, in: statuses, "the status that the client gets"),
        try f.name(
          "tooLong", default: "status", among: ["status", "contextWindow"], kind: "treatment",
          "a prompt too long for all: that status, or a refusal that fallbacks can act on")
      )
    }
    if let read { (filtered, tellsTooLong) = (UInt16(read.0), read.1 == 1) }
  }

  /// The treatments by name.
  public static let registry = Registry<UnfitRule>(
    "treatment",
    [
      .init("use", "uses one anyway, and notes it", source: "Portkey") {
        _ throws(SettingError) in UnfitRule()
      },
      .init(
        "last", "uses one anyway, and tries what is down after the others have failed",
        source: "OpenRouter: providers with a recent outage are used last"
      ) { _ throws(SettingError) in
        var rule = UnfitRule()
        rule.allDown = .last
        return rule
      },
      .init("fail", "fails at once", source: "Kong 500, Helicone 503, LiteLLM 429") {
        s throws(SettingError) in
        var rule = UnfitRule()
        rule.allDown = .fail
        rule.down = UInt16(
          try s.integer("status", default: 503, in: 400...599, "the status that the client gets"))
        return rule
      },
    ])
}
