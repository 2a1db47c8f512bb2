import Settings

// The Vercel AI SDK with its defaults: at most 2 retries after 2 s and 4 s, no jitter, no timeout.
// A Retry-After is waited instead if it is below 60 s.

extension ClientPresets {
  static let vercelEntry = Registry<ClientBehaviour>.Entry(
    "vercel-ai-sdk", "The Vercel AI SDK: 2 retries after 2 s and 4 s, no jitter, no timeout.",
    source: "vercel/ai packages/ai/src/util/retry-with-exponential-backoff.ts, read 2026-11"
  ) { (s) throws(SettingError) in
    var retries = ClientRetries.stainless
    (retries.from, retries.to, retries.jitter) = (2_000_000_000, 60_000_000_000, 0)
    return try ClientBehaviour.read(&s, standard: ClientBehaviour(retries: retries))
  }
}
