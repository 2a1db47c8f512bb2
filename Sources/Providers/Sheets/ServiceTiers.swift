import Settings

/// A service tier as a deployment uses it.
struct ServiceTierUse: Sendable, Hashable {
  var tier: ServiceTier
  /// The factor on all its times.
  var slow: Double
}

/// The service tiers that `serviceTier` can name.
///
/// Their rates are the price list's. Providers say in words how they serve (priority ahead of others,
/// flex when there is room, batch within a day) and publish no number, so the factor on the times is
/// the file's, and 1 if it is silent.
enum ServiceTiers {
  static let registry = Registry<ServiceTierUse>(
    "service tier",
    [
      entry(.standard, "the ordinary rates"),
      entry(.batch, "answers within a day, at about half the rates"),
      entry(.flex, "answers when there is room, at about half the rates"),
      entry(.priority, "answers ahead of others, at about twice the rates"),
    ])

  private static func entry(
    _ tier: ServiceTier, _ summary: String
  ) -> Registry<ServiceTierUse>.Entry {
    .init(
      tier.rawValue, summary,
      source: "price curves of LiteLLM's book: batch and flex 0.5, "
        + "priority 1.75 to 2", shorthand: "slow"
    ) { (s) throws(SettingError) in
      ServiceTierUse(
        tier: tier,
        slow: try s.number(
          "slow", default: 1, in: 0.01...10_000,
          "the factor on all its times; silence: as the standard tier, for none is published"))
    }
  }
}
