public import Settings
import Vocabulary

/// Models whose provisioned throughput is known: input tokens a minute that a unit works off.
///
/// Source: azure-ai-docs at 9544cd5, how-to-provisioned-throughput-onboarding (primary; in
/// `rate_limits.csv`). The weight of output tokens, by the same page: since GPT-4.1 the ratio of the
/// list prices (azure-ai-docs 99513a1), 3 for GPT-4o and 4o mini (before 5c68e4e of April 2025); cached
/// tokens weigh nothing. Both read 2026-11. The price is the global hourly one that the discounts of reservations imply (derived, 2026-03); a
/// regional unit is $2.
public enum ProvisionedPresets {
  /// What is known of a model.
  public struct Preset: Sendable {
    /// Input tokens a minute for a unit.
    public var tokensPerUnit: Int64
    /// Input tokens that an output token counts as.
    public var outputWeight: Double
    /// Dollars for a unit and hour.
    public var dollarsPerUnitHour: Double
  }

  /// The registry behind `provisioned: { model: … }`.
  public static let registry = Registry<Preset>(
    "provisioned model",
    rows.map { row in
      Registry.Entry(
        row.name, "\(row.tokens) input tokens a minute for a unit",
        source: "azure-ai-docs 9544cd5 (2026), weights 99513a1 and 5c68e4e; price derived"
      ) { (_) throws(SettingError) in
        Preset(tokensPerUnit: row.tokens, outputWeight: row.weight, dollarsPerUnitHour: 1)
      }
    })

  private static let rows: [(name: String, tokens: Int64, weight: Double)] = [
    ("azure/gpt-5", 4750, 8), ("azure/gpt-5.4", 2400, 6), ("azure/gpt-5-mini", 23_750, 8),
    ("azure/gpt-4.1", 3000, 4), ("azure/gpt-4.1-mini", 14_900, 4),
    ("azure/gpt-4.1-nano", 59_400, 4), ("azure/gpt-4o", 2500, 3), ("azure/gpt-4o-mini", 37_000, 3),
  ]
}

extension ProvisionedPlan {
  /// Reads the `provisioned` of a deployment, and what a unit costs an hour.
  public static func read(
    _ s: inout SettingsReader
  ) throws(SettingError) -> (plan: ProvisionedPlan, perUnitHour: Money) {
    let preset = try s.optionalChoice(
      "model", from: ProvisionedPresets.registry, "a model whose throughput is known")
    let units = try s.integer("units", in: 1...1_000_000, "how many units are bought")
    let tokens = try s.optionalInteger(
      "tokensPerUnit", in: 1...1_000_000_000,
      "input tokens that a unit works off in a minute; silence means the model's")
    try s.require(
      tokens != nil || preset != nil, "tokensPerUnit", expected: "tokens a minute, or a model")
    let price = try s.optionalMoney(
      "perUnitHour",
      "what a unit costs an hour; silence means the model's price")
    try s.require(
      price != nil || preset != nil, "perUnitHour", expected: "a price such as \"$1\"",
      next: "say what a unit costs; silence about a price is not zero")
    let plan = ProvisionedPlan(
      units: units, tokensPerUnit: tokens.map(Int64.init) ?? preset?.tokensPerUnit ?? 1,
      outputWeight: try s.optionalNumber(
        "outputWeight", in: 0...1000,
        "input tokens that an output token counts as; silence means "
          + "the model's, else 4") ?? preset?.outputWeight ?? 4,
      cachedWeight: try s.number(
        "cachedWeight", default: 0, in: 0...1000, "input tokens that a cached one counts as"),
      burst: try s.duration(
        "burst", default: .seconds(60), in: .milliseconds(1) ... .seconds(86_400),
        "for how long the units must work to empty a full bucket"),
      answers: try s.duration(
        "answers", default: Fault.usualDelay, in: .zero ... .seconds(3600),
        "how long a refusal takes"))
    let presetPrice = preset.map { Money(picodollars: Int64($0.dollarsPerUnitHour * 1e12 + 0.5)) }
    return (plan, price ?? presetPrice ?? .zero)
  }
}
