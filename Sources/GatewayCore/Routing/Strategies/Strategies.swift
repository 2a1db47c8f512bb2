import Settings

/// The registry of balancing strategies: help, validation, schema, tests and tables read it.
public enum Strategies {
  /// All strategies; the order is that of the catalogue.
  public static let registry = Registry<any Strategy>(
    kind: "strategy",
    entries: [
      .init(
        name: "weighted-random", summary: "draws a child with probability ∝ weight",
        source: "Portkey loadbalance; LiteLLM simple-shuffle",
        make: { s throws(SettingError) in try WeightedRandom(reading: &s) }),
      .init(
        name: "smooth-weighted-round-robin", summary: "takes turns ∝ weight, evenly spread",
        source: "nginx smooth weighted round-robin",
        make: { s throws(SettingError) in try SmoothWeightedRoundRobin(reading: &s) }),
      .init(
        name: "least-in-flight", summary: "fewest attempts in flight per weight",
        source: "Kong least-connections; LiteLLM least-busy",
        make: { s throws(SettingError) in try LeastInFlight(reading: &s) }),
      .init(
        name: "power-of-two", summary: "the less loaded of two random children",
        source: "Mitzenmacher 2001",
        make: { s throws(SettingError) in try PowerOfTwo(reading: &s) }),
      .init(
        name: "peak-ewma", summary: "latency average that jumps to peaks, times load",
        source: "Finagle PeakEwma; tower peak_ewma",
        make: { s throws(SettingError) in try PeakEWMA(reading: &s) }),
      .init(
        name: "cheapest", summary: "lowest price for this request by the gateway's sheets",
        source: "OpenRouter sort: price; LiteLLM cost-based-routing",
        make: { s throws(SettingError) in try Cheapest(reading: &s) }),
    ])
}
