public import Settings
import Vocabulary

/// The tiers of providers that `quotas` can name: requests and tokens a minute, and the rule.
///
/// Source: `rate_limits.csv`, whose rows say where they come from: Anthropic's from api-evangelist
/// (2026-05-22, secondary, generated), but Start, Build and Scale, which have replaced the numbered
/// ones, and the rule from platform.claude.com/docs/en/api/rate-limits (primary, copy of 2026-08, read
/// 2026-11): input is estimated at the start and corrected, without what the cache gave; output counts
/// as it is made and `max_tokens` is not reserved; beyond the tier's money a 429 without
/// `Retry-After`. OpenAI's from
/// api-evangelist (2026-05-04) and hivebook.wiki (secondary, approximate); Gemini's from a stored copy
/// of its page (2025-05, primary but old) and litellm 1.109.1; Azure's from a book (secondary).
public enum QuotaTiers {
  /// The registry behind `tier`.
  public static let registry = Registry<QuotaPlan>(
    "quota tier",
    rows.map { row in
      Registry.Entry(row.name, row.summary, source: row.source) {
        (_) throws(SettingError) in row.plan
      }
    } + [
      Registry.Entry(
        "azure/standard",
        "tokens as bought, 6 requests a minute for 1,000 of them, judged over 10 s; secondary",
        source: "tesematree.com, extract of a book", shorthand: "tokens"
      ) { (s) throws(SettingError) in
        let tokens = try s.rate("tokens", "the tokens per time that have been bought")
        let requests = Rate(
          count: tokens.count * 6, per: .nanoseconds(tokens.periodNanoseconds * 1000))
        return QuotaPlan(
          name: "", meters: [.init(.requests, rate: requests), .init(.tokens, rate: tokens)],
          charge: .reserve, window: .seconds(10))
      }
    ])

  /// One row: thousands of tokens a minute.
  private struct Row: Sendable {
    var name: String
    var requests: Int64
    var tokens: Int64 = 0
    var input: Int64 = 0
    var output: Int64 = 0
    var requestsPerDay: Int64 = 0
    var monthlyDollars: Int64 = 0
    var source: String

    private var provider: Substring { name.prefix { $0 != "/" } }

    var summary: String {
      var parts = ["\(requests) requests a minute"]
      if tokens > 0 { parts.append("\(tokens)k tokens") }
      if input > 0 { parts.append("\(input)k input tokens") }
      if output > 0 { parts.append("\(output)k output tokens") }
      if requestsPerDay > 0 { parts.append("\(requestsPerDay) requests a day") }
      if monthlyDollars > 0 { parts.append("$\(monthlyDollars) a month") }
      return parts.joined(separator: ", ")
    }

    var plan: QuotaPlan {
      var meters = [QuotaPlan.Meter(.requests, rate: .perMinute(requests))]
      for (unit, count) in [
        (QuotaPlan.Unit.tokens, tokens), (.inputTokens, input), (.outputTokens, output),
      ] where count > 0 { meters.append(.init(unit, rate: .perMinute(count * 1000))) }
      if requestsPerDay > 0 {
        var daily = QuotaPlan.Meter(
          .requests, rate: Rate(count: requestsPerDay, per: .seconds(86_400)))
        daily.isDaily = true
        meters.append(daily)
      }
      var plan = QuotaPlan(name: "", meters: meters, charge: .reconcile)
      switch provider {
      case "anthropic":
        plan.weights.countsCached = false
        plan.charge = .produced
      case "openai":
        plan.window = .seconds(60)
        plan.countsRefused = true
      default:
        // Midnight in California, without its summer time.
        plan.calendar = Calendar(epochSecondsAtStart: 0, offsetSeconds: -8 * 3600)
      }
      if monthlyDollars > 0 {
        plan.spend = PeriodicAmount(count: monthlyDollars * 1_000_000_000_000, per: .month)
      }
      return plan
    }
  }

  private static let anthropic = "api-evangelist/anthropic 0d6695b, 2026-05-22, secondary"
  private static let claude = "platform.claude.com, rate-limits, copy of 2026-08, primary"
  private static let openai = "api-evangelist/openai 0047de3, 2026-05-04, secondary"
  private static let hivebook = "hivebook.wiki, 2026, secondary and approximate"
  private static let gemini = "ai.google.dev, stored 2025-05, primary but old"
  private static let litellm = "litellm 1.109.1 price map, secondary"

  private static let rows: [Row] = [
    // The tiers since 2026, the same for Opus 4.5 to 5, Sonnet 4.5 to 5 and Haiku 4.5.
    Row(name: "anthropic/start", requests: 1000, input: 2000, output: 400, source: claude),
    Row(name: "anthropic/build", requests: 5000, input: 5000, output: 1000, source: claude),
    Row(name: "anthropic/scale", requests: 10_000, input: 10_000, output: 2000, source: claude),
    // The numbered tiers of before. Without a model: Sonnet 4.
    Row(
      name: "anthropic/tier-1", requests: 50, input: 30, output: 8, monthlyDollars: 500,
      source: anthropic),
    Row(name: "anthropic/tier-2", requests: 1000, input: 450, output: 90, source: anthropic),
    Row(name: "anthropic/tier-3", requests: 2000, input: 800, output: 160, source: anthropic),
    Row(name: "anthropic/tier-4", requests: 4000, input: 2000, output: 400, source: anthropic),
    Row(
      name: "anthropic/tier-1/opus", requests: 50, input: 500, output: 80, monthlyDollars: 500,
      source: anthropic),
    Row(name: "anthropic/tier-2/opus", requests: 1000, input: 2000, output: 200, source: anthropic),
    Row(name: "anthropic/tier-3/opus", requests: 2000, input: 5000, output: 400, source: anthropic),
    Row(
      name: "anthropic/tier-4/opus", requests: 4000, input: 10_000, output: 800, source: anthropic),
    Row(
      name: "anthropic/tier-1/haiku", requests: 50, input: 50, output: 10, monthlyDollars: 500,
      source: anthropic),
    Row(
      name: "anthropic/tier-4/haiku", requests: 4000, input: 4000, output: 800, source: anthropic),
    // Without a model: the class of gpt-4.1.
    Row(name: "openai/tier-1", requests: 1000, tokens: 500, source: hivebook),
    Row(name: "openai/tier-2", requests: 2000, tokens: 1000, source: hivebook),
    Row(name: "openai/tier-3", requests: 5000, tokens: 2000, source: hivebook),
    Row(name: "openai/tier-4", requests: 10_000, tokens: 5000, source: hivebook),
    Row(name: "openai/tier-5", requests: 10_000, tokens: 10_000, source: hivebook),
    Row(name: "openai/tier-1/gpt-5", requests: 1000, tokens: 500, source: openai),
    Row(name: "openai/tier-5/gpt-5", requests: 10_000, tokens: 5000, source: openai),
    Row(
      name: "gemini/free/2.5-flash", requests: 10, input: 250, requestsPerDay: 500, source: gemini),
    Row(
      name: "gemini/tier-1/2.5-flash", requests: 1000, input: 1000, requestsPerDay: 10_000,
      source: gemini),
    Row(
      name: "gemini/tier-1/2.5-pro", requests: 150, input: 2000, requestsPerDay: 1000,
      source: gemini),
    Row(name: "gemini/paid/2.5-pro", requests: 2000, input: 800, source: litellm),
    Row(name: "gemini/paid/2.5-flash", requests: 100_000, input: 8000, source: litellm),
  ]
}
