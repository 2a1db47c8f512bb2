public import Settings
public import Vocabulary

extension ServingPlan {
  /// Reads the `serving` of a deployment, and what a replica costs an hour.
  public static func read(
    _ s: inout SettingsReader
  ) throws(SettingError) -> (plan: ServingPlan, perReplicaHour: Money) {
    let preset = try s.optionalChoice(
      "model", from: ServingPresets.registry,
      "a measured model on a kind of machine: speed, memory and price of a replica")
    let own = try s.object(
      "speed", "how fast a replica is, if no measured model says it, or instead of what it says"
    ) { (s) throws(SettingError) in try ServingSpeed(reading: &s) }
    try s.require(
      preset != nil || own != nil, "model", expected: "a measured model, or speed: { … }",
      next: "say how fast a replica is; silence about a speed is not zero")
    let autoscaling = try s.object("autoscaling", "how the number of replicas follows the load") {
      (s) throws(SettingError) in try Autoscaling(reading: &s)
    }
    let replicas = try s.integer(
      "replicas", default: autoscaling?.least ?? 1, in: 0...1000, "replicas at the start")
    try s.require(
      replicas <= autoscaling?.most ?? 1000, "replicas",
      expected: "at most `autoscaling.max` replicas")
    try s.require(replicas > 0 || autoscaling != nil, "replicas", expected: "at least one replica")
    let batch = try s.integer(
      "batch", default: 64, in: 1...100_000, "the most answers that a replica works on at a time")
    let memory = try s.optionalInteger(
      "memory", in: 1...1_000_000_000_000, unit: "tokens",
      "tokens of context that a replica holds; silence means the measured model's, else no bound")
    let reserve = try s.name(
      "reserve", default: "answer", among: ["answer", "cap", "nothing"],
      kind: "way to set memory aside",
      "what is set aside for an answer: what it will really need, its output cap, or nothing: where "
        + "memory runs out, the answer that came last is preempted and computed anew (vLLM)")
    try s.require(
      reserve != 2 || memory != nil || preset != nil, "reserve",
      expected: "`memory`: without a bound none runs out")
    let drift = try s.object(
      "drift", "how the speed wanders beside the load", Drift.init(reading:))
    try s.require(
      drift?.perToken ?? 1 == 1, "drift", expected: "no `perToken`: a replica has one clock")
    let mixing = try s.optionalChoice(
      "prefill", from: mixings, "how prompts and answers share a replica")
    let order = try s.name(
      "order", default: "fifo", among: ["fifo", "shortest-prompt", "priority"], kind: "order",
      "who of the waiting is next")
    let dispatch = try s.name(
      "dispatch", default: "least-loaded", among: ["shared", "least-loaded"], kind: "dispatch",
      "one line for all replicas, or a line for each, joined where the fewest are in hand")
    let queue = try s.object("queue", "how many may wait; silence means no bound") {
      (s) throws(SettingError) -> (Int, UInt16, Duration, RetryAfter) in
      (
        try s.integer(
          "capacity", default: 100, in: 0...10_000_000, "the most that wait in a line"),
        UInt16(
          try s.integer(
            "status", default: 503, in: 400...599, "the answer to who finds the line full")),
        try s.duration(
          "answers", default: Fault.usualDelay, in: .zero ... .seconds(3600),
          "how long that answer takes"),
        try s.optionalDuration("retryAfter", "how long it asks to wait; silence means unsaid")
          .map { RetryAfter($0) } ?? .unsaid
      )
    }
    let price = try s.optionalMoney(
      "perReplicaHour",
      "what a replica costs an hour; silence means the measured model's price")
    try s.require(
      price != nil || preset != nil, "perReplicaHour", expected: "a price such as \"$49.24\"",
      next: "say what a replica costs; silence about a price is not zero")
    let presetPrice = preset.map { Money(picodollars: Int64($0.dollarsPerHour * 1e12 + 0.5)) }
    var plan = ServingPlan(
      replicas: replicas, batch: batch,
      speed: own ?? preset?.speed ?? .linear(prefill: 0, perToken: 0, step: 0),
      memory: memory.map(Int64.init) ?? preset?.memory ?? .max, reservesCap: reserve == 1,
      mixing: mixing ?? .prefillFirst(tokens: 8192), order: Order.allCases[order],
      dispatch: Dispatch.allCases[dispatch], autoscaling: autoscaling)
    plan.preempts = reserve == 2
    plan.drift = drift
    if let queue {
      (plan.queue, plan.fullStatus, plan.answers, plan.retryAfter) = queue
    }
    return (plan, price ?? presetPrice ?? .zero)
  }

  /// The ways in which prompts and answers share a replica.
  public static let mixings = Registry<Mixing>(
    "way to mix",
    [
      .init(
        "first", "Waiting prompts come first; answers stand still meanwhile.",
        source: "vLLM's first scheduler", shorthand: "tokens"
      ) { (s) throws(SettingError) in
        .prefillFirst(
          tokens: Int64(
            try s.integer(
              "tokens", default: 8192, in: 1...10_000_000,
              "the most prompt tokens of one iteration; a longer prompt goes alone")))
      },
      .init(
        "chunked", "Every iteration makes a token of each answer and a piece of a prompt.",
        source: "Agrawal et al., Sarathi-Serve, OSDI 2024", shorthand: "tokens"
      ) { (s) throws(SettingError) in
        .chunked(
          tokens: Int64(
            try s.integer(
              "tokens", default: 512, in: 1...10_000_000, "tokens of an iteration, of all kinds")))
      },
    ])
}

extension ServingPlan.Autoscaling {
  /// Reads `autoscaling`.
  init(reading s: inout SettingsReader) throws(SettingError) {
    let least = try s.integer("min", default: 1, in: 0...1000, "the fewest replicas")
    let most = try s.integer("max", in: 1...1000, "the most replicas")
    try s.require(least <= most, "max", expected: "at least `min`")
    self.init(
      least: least, most: most,
      target: try s.number(
        "target", in: 0.001...1_000_000, "attempts in flight that it aims at for each replica"),
      every: try s.duration(
        "every", default: .seconds(15), in: .milliseconds(100) ... .seconds(86_400),
        "how often it looks at the load"),
      startUp: try s.duration(
        "startUp", in: .zero ... .seconds(86_400),
        "how long a new replica takes until it serves; it is paid for meanwhile"),
      coolDown: try s.duration(
        "coolDown", default: .seconds(300), in: .zero ... .seconds(604_800),
        "for so long it must have wanted fewer before it takes some away"))
  }
}

extension ServingSpeed {
  /// Reads a speed: prefill = base + perToken × tokens, step = step + perAnswer × B + perContextToken × K.
  init(reading s: inout SettingsReader) throws(SettingError) {
    let prefill = try s.requiredObject("prefill", "the time of a prefill") {
      (s) throws(SettingError) -> (Duration, Duration) in
      (
        try s.duration(
          "base", default: .zero, in: .zero ... .seconds(3600), "of however short a prompt"),
        try s.duration(
          "perToken", in: .zero ... .seconds(60), "what each uncached prompt token adds")
      )
    }
    let step = try s.duration(
      "step", in: .zero ... .seconds(3600), "the time of a decode step, whatever the batch")
    let perAnswer = try s.duration(
      "perAnswer", default: .zero, in: .zero ... .seconds(60),
      "what each answer in the batch adds to a step")
    let perContextToken = try s.number(
      "perContextToken", default: 0, in: 0...1e9,
      "nanoseconds that each token of context in the batch adds to a step")
    self = .linear(
      prefill: Double(prefill.0.nanoseconds), perToken: Double(prefill.1.nanoseconds),
      step: Double(step.nanoseconds), perAnswer: Double(perAnswer.nanoseconds),
      perContextToken: perContextToken)
  }
}
