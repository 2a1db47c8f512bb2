import Chance
import Vocabulary

extension LatencyPreset {
  /// Classes of endpoints, each assumed from measured rows near it.
  ///
  /// The spike-and-tail form is that of LLMPerf 2023-12-19 and thefastest.ai 2024-04/05; medians and
  /// paces are moved to what 2026 answers report (gpt-4.1 0.74 s, gpt-5.2 0.70 s,
  /// gemini-3.5-flash-lite 0.67 s, claude-sonnet-4-6 1.32 s; one client, few calls).
  static let classes: [LatencyPreset] = [
    of("fast-open", "open model on fast hardware (Groq-like)", (0.25, 0.25), 0.02, (3.2, 5), 0.002),
    of("hosted-open-70b", "open 70b model at a host", (0.45, 0.25), 0.02, (21, 30), 0.003),
    of("frontier-small", "small model of a frontier vendor", (0.55, 0.30), 0.02, (9, 12), 0.002),
    of("frontier-large", "large model of a frontier vendor", (0.9, 0.35), 0.03, (21, 30), 0.003),
    of(
      "reasoning", "model that thinks before it answers: hidden tokens delay the first one",
      (0.9, 0.35), 0.05, (14, 20), 0.004
    ) { plan in
      // DeepSeek-R1 in ServeGen: hidden share p10 0.37, p50 0.75, p90 0.97.
      plan.reasoning = Quantiles([(0, 0), (0.1, 0.37), (0.5, 0.75), (0.9, 0.97), (1, 0.99)])
        .map { Reasoning(share: .other($0)) }
    },
    of(
      "provisioned", "throughput of one's own (PTU-like)", (0.4, 0.15), 0.005, (14, 20), 0.0005),
    of(
      "serverless-cold", "model that is loaded when it is asked for", (1.2, 0.25), 0.08, (63, 100),
      0.01
    ) { plan in
      plan.coldStart = ColdStart(
        idle: .seconds(600), takes: .lognormal(median: 20e9, sigma: 0.7))
    },
  ]

  private static func of(
    _ name: String, _ summary: String, _ first: (median: Double, sigma: Double), _ tail: Double,
    _ gap: (median: Double, p95: Double), _ errors: Double,
    _ more: (inout LatencyPlan) -> Void = { _ in }
  ) -> LatencyPreset {
    var plan = LatencyPlan(
      first: first, tail: SlowTail(share: Probability(clamping: tail)),
      gap: (gap.median / 1e3, gap.p95 / 1e3))
    more(&plan)
    func share(_ part: Double) -> Probability { Probability(clamping: errors * part) }
    return LatencyPreset(
      name: name, summary: summary,
      source: "assumed, from LLMPerf 2023-12-19, thefastest.ai 2024-04/05 and single calls of 2026",
      date: "2026-11-22", isAssumed: true, latency: plan,
      faults: [
        Fault(.status(500), share: share(0.6), delay: .after(Fault.usualDelay)),
        Fault(.status(503), share: share(0.3), delay: .after(Fault.usualDelay)),
        Fault(.connection, share: share(0.1), delay: .after(Fault.usualDelay)),
      ])
  }
}
