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
        make: { s throws(SettingError) in
          try Stateless.nothing.refuseState(&s)
          return try WeightedRandom(reading: &s)
        }),
      .init(
        "smooth-weighted-round-robin", "takes turns ∝ weight, evenly spread",
        source: "nginx smooth weighted round-robin",
        make: { s throws(SettingError) in
          try Stateless.turn.refuseState(&s)
          return try SmoothWeightedRoundRobin(reading: &s)
        }),
      .init(
        "least-in-flight", "fewest attempts in flight per weight",
        source: "Kong least-connections; LiteLLM least-busy",
        make: { s throws(SettingError) in
          try Stateless.inFlight.refuseState(&s)
          return try LeastInFlight(reading: &s)
        }),
      .init(
        "least-tokens-in-flight", "fewest tokens in flight per weight",
        source: "least work left (Harchol-Balter 2013); vLLM router",
        make: { s throws(SettingError) in
          try Stateless.inFlight.refuseState(&s)
          return try LeastTokensInFlight(reading: &s)
        }),
      .init(
        "power-of-two", "the less loaded of two random children", source: "Mitzenmacher 2001",
        make: { s throws(SettingError) in
          try Stateless.inFlight.refuseState(&s)
          return PowerOfD()
        }),
      .init(
        "power-of-d", "the least loaded of d random children, by attempts or tokens",
        source: "Mitzenmacher 2001", shorthand: "d",
        make: { s throws(SettingError) in
          try Stateless.inFlight.refuseState(&s)
          return try PowerOfD(reading: &s)
        }),
      .init(
        "peak-ewma", "latency average that jumps to peaks, times load",
        source: "Finagle PeakEwma; tower peak_ewma",
        make: { s throws(SettingError) in try PeakEWMA(reading: &s) }),
      .init(
        "ewma", "plain latency average per weight, new children at their peers' mean",
        source: "Kong core latency balancer",
        make: { s throws(SettingError) in try EWMA(reading: &s) }),
      .init(
        "lowest-latency", "lowest mean or percentile over a window, with a buffer to explore",
        source: "LiteLLM latency-based-routing; OpenRouter sort: latency; Kong lowest-latency",
        make: { s throws(SettingError) in try LowestLatency(reading: &s) }),
      .init(
        "prequal", "fastest of those that are not among the busiest",
        source: "Wydrowski et al., NSDI 2024",
        make: { s throws(SettingError) in try Prequal(reading: &s) }),
      .init(
        "cheapest", "lowest price for this request by the gateway's sheets",
        source: "OpenRouter sort: price; LiteLLM cost-based-routing",
        make: { s throws(SettingError) in try Cheapest(reading: &s) }),
      .init(
        "price-weighted", "draws a child with probability ∝ 1/price², after an outage last",
        source: "OpenRouter price-based load balancing", shorthand: "exponent",
        make: { s throws(SettingError) in try PriceWeighted(reading: &s) }),
      .init(
        "lowest-usage", "fewest tokens, requests or dollars in the window, per weight",
        source: "Kong lowest-usage; LiteLLM usage-based-routing",
        make: { s throws(SettingError) in try LowestUsage(reading: &s) }),
      .init(
        "bounded-load-hash", "the same child for the same key, unless it has too much in flight",
        source: "Mirrokni, Thorup, Zadimoghaddam, SODA 2018", shorthand: "by",
        make: { s throws(SettingError) in
          try Stateless.inFlight.refuseState(&s)
          return try BoundedLoadHash(reading: &s)
        }),
      .init(
        "cheapest-within", "the cheapest that keeps P(signal ≤ x) ≥ y, else the most likely",
        source: "OpenRouter preferred_max_latency; Wilson 1927",
        make: { s throws(SettingError) in try CheapestWithin(reading: &s) }),
      .init(
        "adaptive-weights", "weights computed every 5 s from errors and latency, with a floor",
        source: "Bifrost adaptive load balancing",
        make: { s throws(SettingError) in try AdaptiveWeights(reading: &s) }),
      .init(
        "epsilon-greedy", "the best mean reward, and with probability ε any child",
        source: "Sutton & Barto §2.2", shorthand: "epsilon",
        make: { s throws(SettingError) in try EpsilonGreedy(reading: &s) }),
      .init(
        "ucb1", "the best mean reward plus a bonus for what is unknown",
        source: "Auer, Cesa-Bianchi, Fischer 2002",
        make: { s throws(SettingError) in try UCB1(reading: &s) }),
      .init(
        "thompson-sampling", "the best of one plausible mean reward drawn for each child",
        source: "Thompson 1933; Chapelle & Li 2011",
        make: { s throws(SettingError) in try ThompsonSampling(reading: &s) }),
    ])

  /// What the bandits among them may want more of.
  public static let rewards = Registry<Void>(
    Reward.registry.kind,
    Reward.registry.entries.map { entry in
      Registry<Void>.Entry(entry.name, entry.summary, source: entry.source) {
        s throws(SettingError) in _ = try entry.make(&s)
      }
    })
}

/// Why a strategy has no state that replicas could share.
private enum Stateless {
  /// It learns nothing.
  case nothing
  /// Whose turn it is: each replica's own by nature.
  case turn
  /// It counts what is in flight, which has messages of its own.
  case inFlight

  func refuseState(_ s: inout SettingsReader) throws(SettingError) {
    switch self {
    case .nothing:
      try StateScope.refuse(
        &s, because: "it learns nothing from attempts",
        next: "leave \"state\" out, or use a strategy that learns, such as lowest-latency or ewma")
    case .turn:
      try StateScope.refuse(
        &s, because: "whose turn it is belongs to each replica by nature",
        next: "leave \"state\" out: N replicas that take turns share alike in the long run")
    case .inFlight:
      try StateScope.refuse(
        &s,
        because: "what is in flight is told wherever replicas gossip, and nothing else is counted",
        next: "leave \"state\" out, and say gateway: { state: { gossiped: { lag: \"50ms\" } } }")
    }
  }
}
