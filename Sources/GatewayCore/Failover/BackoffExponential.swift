import Settings
import Vocabulary

// Grows by a factor with each retry: min(to, max(least, from × factorⁿ)) before the (n+1)-th.
// Source: M. Brooker, "Exponential backoff and jitter", AWS Architecture Blog (2015); the floor is
// LiteLLM's `retry_after`: min(max(0.5 · 2ⁿ, retry_after), 8) seconds.

extension Backoff {
  /// The wait before retry number `n`, before its bounds; by repeated multiplication.
  func exponential(_ n: Int) -> Double {
    var wait = Double(from)
    if step != 1 {
      for _ in 0..<min(n, 64) where wait < Double(to) { wait *= step }
    }
    return wait
  }

  static let exponentialEntry = Registry<Backoff>.Entry(
    "exponential", "grows by a factor with each retry, up to a maximum",
    source: "AWS Architecture Blog 2015",
    make: { s throws(SettingError) in
      let from = try wait(&s, "from", "the wait before the first retry")
      let to = try longest(&s, from: from)
      return Backoff(
        growth: .exponential, from: from, to: to,
        step: try s.number("factor", default: 2, in: 1...100, "growth per retry"),
        least: try s.duration(
          "least", default: .zero, in: .zero ... .seconds(86_400),
          "no wait is shorter, before jitter"
        ).nanoseconds,
        jitter: try jitter(&s, default: "full"))
    })
}
