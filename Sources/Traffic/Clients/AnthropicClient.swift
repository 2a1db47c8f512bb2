import Settings

// The Anthropic Python library, made by the same generator as OpenAI's: the same defaults.

extension ClientPresets {
  static let anthropicEntry = Registry<ClientBehaviour>.Entry(
    "anthropic-sdk",
    "The Anthropic Python library: 2 retries, 0.5 s to 8 s, a quarter of jitter, 10 min.",
    source: "anthropic-sdk-python src/anthropic/_constants.py, read 2026-11"
  ) { (s) throws(SettingError) in
    try ClientBehaviour.read(
      &s,
      standard: ClientBehaviour(
        retries: .stainless, timeout: .seconds(600), connectTimeout: .seconds(5)))
  }
}
