import Settings

/// The registry of balancing strategies: help, validation, schema, tests and tables read it.
public enum Strategies {
  /// All strategies; the order is that of the catalogue.
  public static let registry = Registry<any Strategy>(
    "strategy",
    [
      .init(
        "weighted-random", "draws a child with probability ∝ weight",
        source: "Portkey loadbalance; LiteLLM simple-shuffle",
        make: { s throws(SettingError) in try WeightedRandom(reading: &s) }),
      .init(
        "smooth-weighted-round-robin", "takes turns ∝ weight, evenly spread",
        source: "nginx smooth weighted round-robin",
        make: { s throws(SettingError) in try SmoothWeightedRoundRobin(reading: &s) }),
      .init(
        "least-in-flight", "fewest attempts in flight per weight",
        source: "Kong least-connections; LiteLLM least-busy",
        make: { s throws(SettingError) in try LeastInFlight(reading: &s) }),
      .init(
        "power-of-two", "the less loaded of two random children", source: "Mitzenmacher 2001",
        make: { s throws(SettingError) in try PowerOfTwo(reading: &s) }),
      .init(
        "peak-ewma", "latency average that jumps to peaks, times load",
        source: "Finagle PeakEwma; tower peak_ewma",
        make: { s throws(SettingError) in try PeakEWMA(reading: &s) }),
      .init(
        "cheapest", "lowest price for this request by the gateway's sheets",
        source: "OpenRouter sort: price; LiteLLM cost-based-routing",
        make: { s throws(SettingError) in try Cheapest(reading: &s) }),
    ])
}
