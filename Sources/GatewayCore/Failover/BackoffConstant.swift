import Settings
import Vocabulary

// Always the same wait. Source: Helicone `constant { delay 1s, max-retries 2 }`.

extension Backoff {
  static let constantEntry = Registry<Backoff>.Entry(
    "constant", "always the same wait", source: "Helicone constant",
    make: { s throws(SettingError) in
      let delay = try wait(&s, "delay", "the wait")
      return Backoff(
        growth: .constant, from: delay, to: delay, jitter: try jitter(&s, default: "none"))
    })
}
