import Vocabulary

extension LatencyPreset {
  /// Endpoints that were measured: a spike and a tail fitted to the times to the first token by
  /// expectation–maximisation in logarithms, and the median and 95 % quantile of the time per token.
  ///
  /// LLMPerf: 5 calls at once, 550 tokens in and 150 out, us-west-2. thefastest.ai: 20 tokens out, from
  /// three regions, so the network and its regions are inside. Correlations are those of the normal
  /// scores. Nothing is known of their faults.
  static let measured: [LatencyPreset] = [
    llmperf("anyscale-llama2-7b-2023", (0.197, 0.05), (0.39, 1.32, 0.23), (18.1, 19.9), -0.15),
    llmperf("anyscale-llama2-13b-2023", (0.202, 0.06), (0.18, 1.46, 0.27), (6.8, 8.9), -0.12),
    llmperf("anyscale-llama2-70b-2023", (0.195, 0.05), (0.48, 1.55, 0.18), (13.8, 20.5), -0.05),
    llmperf("bedrock-llama2-13b-2023", (0.265, 0.06), (0.33, 1.51, 0.55), (24.9, 25.1), -0.04),
    llmperf("bedrock-llama2-70b-2023", (0.382, 0.03), (0.42, 1.13, 0.23), (43.9, 49.5), 0.05),
    llmperf("fireworks-llama2-7b-2023", (0.334, 0.04), (0.31, 0.87, 0.38), (11.1, 11.6), -0.27),
    llmperf("fireworks-llama2-13b-2023", (0.376, 0.09), (0.49, 1.42, 0.10), (20.9, 21.8), -0.11),
    llmperf("fireworks-llama2-70b-2023", (0.483, 0.21), (0.05, 1.80, 0.10), (21.6, 24.5), -0.03),
    llmperf("groq-llama2-70b-2023", (0.206, 0.11), (0.22, 1.46, 0.10), (3.7, 4.5), 0.21),
    llmperf("perplexity-llama2-70b-2023", (0.354, 0.09), (0.27, 1.67, 0.10), (30.5, 35.6), -0.09),
    llmperf("replicate-llama2-7b-2023", (1.868, 0.52), (0.49, 2.68, 0.21), (10.4, 11.1), -0.05),
    llmperf("replicate-llama2-13b-2023", (3.145, 0.78), (0.49, 2.36, 0.48), (20.9, 21.4), -0.11),
    llmperf("replicate-llama2-70b-2023", (1.252, 0.24), (0.15, 15.36, 0.80), (85.6, 90.6), -0.40),
    llmperf("together-llama2-7b-2023", (0.482, 0.09), (0.37, 1.55, 0.12), (9.9, 13.2), 0),
    llmperf("together-llama2-13b-2023", (0.532, 0.16), (0.03, 20.17, 2.14), (6.4, 7.6), 0.01),
    llmperf("together-llama2-70b-2023", (0.540, 0.07), (0.49, 1.26, 0.10), (11.5, 14.9), 0.09),
    fastest("gpt-4-turbo-2024", (0.562, 0.18), (0.18, 1.73, 0.12), (32.6, 78.6), -0.19),
    fastest("azure-gpt-4-turbo-2024", (0.439, 0.41), (0.23, 2.33, 0.10), (62.5, 184.4), 0.01),
    fastest("gpt-3.5-turbo-2024", (0.432, 0.28), (0.23, 2.20, 0.12), (14.7, 22.1), -0.22),
    fastest("azure-gpt-3.5-turbo-2024", (0.133, 0.34), (0.11, 2.15, 0.10), (17.1, 52.0), -0.32),
    fastest("claude-3-opus-2024", (1.025, 0.13), (0.49, 1.26, 0.10), (24.7, 58.6), -0.41),
    fastest("claude-3-sonnet-2024", (0.647, 0.19), (0.25, 1.87, 0.10), (13.3, 27.4), -0.40),
    fastest("claude-3-haiku-2024", (0.331, 0.14), (0.29, 2.46, 0.22), (9.6, 38.5), -0.18),
    fastest("command-r-plus-2024", (0.199, 0.32), (0.17, 3.39, 0.15), (32.8, 60.8), -0.33),
    fastest("gemini-pro-2024", (1.001, 0.08), (0.23, 1.45, 0.13), (2.1, 2.6), 0.04),
    fastest("gemini-1.5-pro-2024", (1.570, 0.08), (0.44, 1.22, 0.23), (2.2, 2.6), -0.15),
    fastest("anyscale-llama3-70b-2024", (0.571, 0.54), (0.05, 9.19, 0.28), (70.4, 141.9), -0.06),
    fastest("fireworks-llama3-70b-2024", (0.225, 0.23), (0.19, 4.14, 0.11), (6.0, 40.7), -0.44),
    fastest("groq-llama3-70b-2024", (0.347, 0.71), (0.04, 35.17, 0.22), (2.4, 41.0), -0.42),
    fastest("perplexity-llama3-70b-2024", (0.179, 0.36), (0.06, 4.49, 0.13), (31.2, 55.5), -0.55),
    fastest("together-llama3-70b-2024", (0.402, 0.22), (0.44, 2.43, 0.68), (9.7, 14.8), 0.27),
    fastest("cloudflare-llama3-8b-2024", (0.640, 0.51), (0.35, 1.01, 0.17), (64.0, 76.4), 0.03),
  ]

  private static func llmperf(
    _ name: String, _ first: (Double, Double), _ tail: (Double, Double, Double),
    _ gap: (Double, Double), _ correlation: Double
  ) -> LatencyPreset {
    of(
      name, first, tail, gap, correlation, "2023-12-19",
      "LLMPerf leaderboard, raw individual results (ray-project, Apache-2.0)")
  }

  private static func fastest(
    _ name: String, _ first: (Double, Double), _ tail: (Double, Double, Double),
    _ gap: (Double, Double), _ correlation: Double
  ) -> LatencyPreset {
    of(
      name, first, tail, gap, correlation, "2024-05-03",
      "thefastest.ai measurements 2024-04-15 to 2024-05-03 (fixie-ai, MIT)")
  }

  private static func of(
    _ name: String, _ first: (Double, Double), _ tail: (Double, Double, Double),
    _ gap: (Double, Double), _ correlation: Double, _ date: String, _ source: String
  ) -> LatencyPreset {
    LatencyPreset(
      name: name, summary: "measured endpoint", source: source, date: date, isAssumed: false,
      latency: LatencyPlan(
        first: (first.0, first.1),
        tail: SlowTail(
          share: Probability(clamping: tail.0), factor: tail.1, sigma: tail.2),
        gap: (gap.0 / 1e3, gap.1 / 1e3), correlation: correlation),
      faults: [])
  }
}
