public import Settings
import Vocabulary

/// The prompt caches of known providers.
///
/// Sources, read 2026-11. OpenAI: developers.openai.com/docs/guides/prompt-caching and Azure's page of
/// the same rule: 1,024 tokens; in memory 5 to 10 idle minutes, an hour at most, the default up to
/// gpt-5.4; at most 24 hours for what is newer, or where a call asks for it. That a prefix above some 15
/// requests a minute spreads over machines, and misses, is not modelled. Steps of 128 tokens are from
/// its earlier page, as remembered. Anthropic: minima from
/// docs.orq.ai/docs/proxy/prompt-caching (secondary): 1,024, but 2,048 for Sonnet 4.6 and 4,096 for Opus
/// 4.5, 4.6 and Haiku 4.5, which `minimum` says; lifetimes and rates from portkey.ai/docs (secondary).
/// vLLM: docs.vllm.ai, design/prefix_caching: hashes of whole blocks, least recently used first; 16
/// tokens is its usual block.
public enum PromptCachePresets {
  /// The registry behind `promptCache`.
  public static let registry = Registry<PromptCachePlan>(
    "prompt cache",
    [
      .init(
        "openai", "automatic; from 1,024 tokens in steps of 128; gone after 5 idle minutes",
        source: "developers.openai.com/docs/guides/prompt-caching, read 2026-11: 5 to 10 minutes"
      ) { (s) throws(SettingError) in try PromptCachePlan(reading: &s, PromptCachePlan()) },
      .init(
        "openai-24h", "as openai, for a day: the rule of models after gpt-5.4, or on request",
        source: "developers.openai.com/docs/guides/prompt-caching, read 2026-11: at most 24 hours"
      ) { (s) throws(SettingError) in
        try PromptCachePlan(reading: &s, PromptCachePlan(ttl: .seconds(86_400)))
      },
      .init(
        "anthropic", "from 1,024 tokens; 5 minutes, refreshed by use; writes are billed",
        source: "portkey.ai and docs.orq.ai on Anthropic's, read 2026-11, secondary: minimum 2,048"
          + " for Sonnet 4.6, 4,096 for Opus 4.5, 4.6 and Haiku 4.5"
      ) { (s) throws(SettingError) in
        try PromptCachePlan(reading: &s, PromptCachePlan(block: 1, reportsWrites: true))
      },
      .init(
        "anthropic-1h", "as anthropic, for an hour, at a dearer write",
        source: "portkey.ai/docs on Anthropic's, read 2026-11, secondary"
      ) { (s) throws(SettingError) in
        try PromptCachePlan(
          reading: &s, PromptCachePlan(ttl: .seconds(3600), block: 1, reportsWrites: true))
      },
      .init(
        "vllm", "automatic prefix caching in blocks of 16 tokens, bounded by memory alone",
        source: "docs.vllm.ai, design/prefix_caching, read 2026-11"
      ) { (s) throws(SettingError) in
        try PromptCachePlan(reading: &s, PromptCachePlan(ttl: nil, minimum: 16, block: 16))
      },
      .init("own", "a cache with parameters of its own; silence is as openai") {
        (s) throws(SettingError) in try PromptCachePlan(reading: &s, PromptCachePlan())
      },
    ])
}

extension PromptCachePlan {
  /// Reads a cache; silence means what `usual` says.
  init(reading s: inout SettingsReader, _ usual: PromptCachePlan) throws(SettingError) {
    self = usual
    if let ttl = try s.optionalDuration(
      "ttl", in: .milliseconds(1) ... .seconds(31_536_000),
      "for how long an entry lives after its last use")
    {
      self.ttl = ttl
    }
    minimum = UInt32(
      try s.integer(
        "minimum", default: Int(usual.minimum), in: 1...1_000_000_000, unit: "tokens",
        "the shortest beginning that is kept or found"))
    block = UInt32(
      try s.integer(
        "block", default: Int(usual.block), in: 1...1_000_000, unit: "tokens",
        "beginnings count in whole blocks of so many"))
    capacity = try s.optionalInteger(
      "capacity", in: 1...1_000_000_000_000, unit: "tokens",
      "the most that is kept, the least recently used going first"
    ).map(Int64.init)
    reportsWrites = try s.flag(
      "writes", default: usual.reportsWrites,
      "whether tokens that are newly kept are reported and billed as written")
    pool = try s.optionalText(
      "pool", "the deployments that name the same pool share one cache")
  }
}
