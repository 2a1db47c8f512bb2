/// The cells in which simulated and real do not agree, by name and by reason.
struct RealityMisses {
  /// The fitted half's own quantile lies outside the judging half's interval too: chance, and drift
  /// of the endpoint in the hours between.
  var halvesDiffer: [String]
  /// The fitted half's own quantile lies inside, the law's just outside: the last percent or two
  /// between a lognormal of two quantiles as drawn and the sample (finite draws, rounding), at
  /// endpoints whose times lie so close together that the interval is narrower still.
  var lawDiffers: [String]

  static let llmperf = RealityMisses(
    halvesDiffer: [
      "anyscale 13b, first token p50",
      "lepton 13b, per token p95",
      "lepton 70b, per token p95",
      "lepton 7b, first token p50",
      "lepton 7b, per token p95",
      "perplexity 70b, first token p95",
      "replicate 13b, first token p50",
      "replicate 7b, per token p50",
      "replicate 7b, per token p95",
      "together 13b, per token p50",
      "together 13b, per token p95",
      "together 70b, first token p95",
    ],
    lawDiffers: [
      "fireworks 70b, first token p50"
    ])

  static let thefastest = RealityMisses(
    halvesDiffer: [
      "openai/gpt-4-turbo, per token p95",
      "azure.scentralus/gpt-4-0125-preview, first token p50",
      "azure.westus/gpt-4-1106-preview, per token p50",
      "azure.frcentral/gpt-4-1106-preview, first token p50",
      "azure.secentral/gpt-4-1106-preview, per token p95",
      "anthropic/claude-2.1, per token p95",
      "cohere/command-r, first token p50",
      "cohere/command-r, first token p95",
      "cohere/command-light, first token p95",
      "fireworks.ai/mixtral-8x7b-instruct, first token p50",
      "together.ai/llama-2-13b-chat, per token p50",
      "google/gemini-pro, per token p50",
      "google/gemini-pro, per token p95",
      "anyscale.com/mixtral-8x7b-instruct, first token p50",
      "anyscale.com/mixtral-8x7b-instruct, first token p95",
      "groq.com/mixtral-8x7b-instruct, per token p95",
      "anyscale.com/llama-3-70b-chat, first token p50",
      "fireworks.ai/llama-3-70b-chat, first token p95",
      "fireworks.ai/llama-3-70b-chat, per token p50",
      "fireworks.ai/llama-3-70b-chat, per token p95",
      "groq.com/llama-3-70b-chat, per token p50",
      "databricks.com/llama-2-70b-chat, first token p95",
      "fireworks.ai/llama-2-70b-chat, first token p95",
      "fireworks.ai/llama-2-13b-chat, first token p50",
      "fireworks.ai/llama-2-13b-chat, first token p95",
      "cloudflare.com/llama-3-8b-chat, first token p95",
      "cloudflare.com/llama-3-8b-chat, per token p95",
      "fireworks.ai/llama-3-8b-chat, first token p50",
      "fireworks.ai/llama-3-8b-chat, per token p50",
      "groq.com/llama-3-8b-chat, first token p95",
      "together.ai/llama-3-8b-chat, first token p95",
      "together.ai/llama-3-8b-chat, per token p50",
      "cloudflare.com/llama-2-7b-chat, first token p50",
      "fireworks.ai/llama-2-7b-chat, first token p95",
    ],
    lawDiffers: [
      "azure.scentralus/gpt-4-0125-preview, per token p50",
      "openai/gpt-3.5-turbo-1106, first token p95",
      "anthropic/claude-3-opus-20240229, per token p50",
      "cohere/command-r-plus, per token p50",
    ])
}
