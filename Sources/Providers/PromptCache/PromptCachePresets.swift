public import Settings
import Vocabulary

/// The prompt caches of known providers.
///
/// From the providers' pages as remembered, not checked against a fetched text; the numbers of blocks
/// and minima are of 2025.
public enum PromptCachePresets {
  /// The registry behind `promptCache`.
  public static let registry = Registry<PromptCachePlan>(
    "prompt cache",
    [
      .init(
        "openai", "automatic; from 1,024 tokens in steps of 128; gone after 5 idle minutes",
        source: "OpenAI, prompt caching guide, as remembered (5 to 10 minutes of inactivity)"
      ) { (s) throws(SettingError) in try PromptCachePlan(reading: &s, PromptCachePlan()) },
      .init(
        "anthropic", "from 1,024 tokens; 5 minutes, refreshed by use; writes are billed",
        source: "Anthropic, prompt caching guide, as remembered"
      ) { (s) throws(SettingError) in
        try PromptCachePlan(reading: &s, PromptCachePlan(block: 1, reportsWrites: true))
      },
      .init(
        "anthropic-1h", "as anthropic, for an hour, at a dearer write",
        source: "Anthropic, prompt caching guide, as remembered"
      ) { (s) throws(SettingError) in
        try PromptCachePlan(
          reading: &s, PromptCachePlan(ttl: .seconds(3600), block: 1, reportsWrites: true))
      },
      .init(
        "vllm", "automatic prefix caching in blocks of 16 tokens, bounded by memory alone",
        source: "vLLM, automatic prefix caching, as remembered"
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
