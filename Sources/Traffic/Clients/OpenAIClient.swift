import Settings

// The OpenAI Python library with its defaults: at most 2 retries, min(0.5 s × 2ⁿ, 8 s) shortened by
// up to a quarter, 10 minutes for a try and 5 s to connect; on 408, 409, 429, 5xx, connection errors and timeouts; a
// Retry-After of 0 < t ≤ 60 s is waited instead. Releases of 2026 take up to 120 s and give up
// beyond: `retries: { retryAfterLimit: "120s", retryAfterBeyond: "end" }`. `x-should-retry` decides
// before any status, where the server sends it: `retries: { shouldRetry: { false: ["spendLimit"] } }`.

extension ClientPresets {
  static let openAIEntry = Registry<ClientBehaviour>.Entry(
    "openai-sdk",
    "The OpenAI Python library: 2 retries, 0.5 s to 8 s, a quarter of jitter, 10 min.",
    source: "openai-python src/openai/_constants.py and _base_client.py, read 2026-11"
  ) { (s) throws(SettingError) in
    try ClientBehaviour.read(
      &s,
      standard: ClientBehaviour(
        retries: .stainless, timeout: .seconds(600), connectTimeout: .seconds(5)))
  }
}
