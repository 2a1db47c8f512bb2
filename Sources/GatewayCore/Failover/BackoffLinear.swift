import Settings
import Vocabulary

// Grows by the same amount with each retry: min(to, from + n × step) before the (n+1)-th.
// Source: Cloudflare AI Gateway, `cf-aig-backoff: linear` (step = the first wait).

extension Backoff {
  /// The wait before retry number `n`, before its bounds.
  func linear(_ n: Int) -> Double { Double(from) + Double(min(n, 64)) * step }

  static let linearEntry = Registry<Backoff>.Entry(
    "linear", "grows by the same amount with each retry, up to a maximum",
    source: "Cloudflare AI Gateway, retries",
    make: { s throws(SettingError) in
      let from = try wait(&s, "from", "the wait before the first retry")
      let step = try s.optionalDuration(
        "step", in: .zero ... .seconds(86_400), "growth per retry; the first wait if not said")
      return Backoff(
        growth: .linear, from: from, to: try longest(&s, from: from),
        step: Double(step?.nanoseconds ?? from), jitter: try jitter(&s, default: "none"))
    })
}
