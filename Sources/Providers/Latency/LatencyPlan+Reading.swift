import Chance
public import Settings
import Vocabulary

extension LatencyPlan {
  /// Reads the `latency` of a deployment: a class by its name, or an object, which may change what
  /// a class says (`like`); `nil` if it is absent.
  static func read(_ s: inout SettingsReader) throws(SettingError) -> LatencyPlan? {
    let doc = "how fast it answers when nothing is wrong: a latency class, or an object"
    let setting = try s.raw("latency", doc)
    guard let setting else { return nil }
    if setting.isDescribing {
      _ = try setting.name(among: LatencyPreset.names, kind: LatencyPreset.kind)
    } else if setting.members == nil {
      return LatencyPreset.all[
        try setting.name(among: LatencyPreset.names, kind: LatencyPreset.kind)
      ]
      .latency
    }
    return try setting.object { (s) throws(SettingError) -> LatencyPlan in
      try LatencyPlan(reading: &s)
    }
  }

  /// Reads an object of latencies.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    let like = try s.optionalName(
      "like", among: LatencyPreset.names, kind: LatencyPreset.kind,
      "the latency class whose values count where this is silent")
    let base = like.map { LatencyPreset.all[$0].latency }
    timeToFirstToken = try Self.law(
      "timeToFirstToken", &s, base?.timeToFirstToken,
      "the time from the start of an attempt to its first token")
    timePerOutputToken = try Self.law(
      "timePerOutputToken", &s, base?.timePerOutputToken,
      "the time per output token after the first; one draw per attempt")
    perInputToken = Double(
      try s.duration(
        "perInputToken", default: .nanoseconds(Int64(base?.perInputToken ?? 0)),
        in: .zero ... .seconds(1),
        "the time that each uncached input token adds before the first token"
      ).nanoseconds)
    tail =
      try s.object(
        "tail", "the slow part of the attempts: their share, and how slow", SlowTail.init(reading:))
      ?? base?.tail
    correlation = try s.number(
      "correlation", default: base?.correlation ?? 0, in: -1...1,
      "the correlation of an attempt's time to first token and time per token, as normal scores")
    network =
      try Distributions.readOptionalDuration(
        "network", from: &s, "the way to the region and back, which nothing slows down")
      ?? base?.network
    reasoning =
      try s.object(
        "reasoning", "output tokens that nobody sees, before the first visible one",
        Reasoning.init(reading:)) ?? base?.reasoning
    coldStart =
      try s.object(
        "coldStart", "what an idle deployment takes to start", ColdStart.init(reading:))
      ?? base?.coldStart
    drift = try s.object("drift", "how its speed wanders", Drift.init(reading:)) ?? base?.drift
    let hours = try Self.hours(
      &s, in: 0.01...100, "a factor on all times for each hour of the day: 24 numbers")
    self.hours = hours.isEmpty ? base?.hours ?? [] : hours
    load =
      try s.object("load", "how its speed follows its load", LoadPlan.init(reading:))
      ?? base?.load
  }

  /// Reads `hours`: nothing, or 24 numbers.
  static func hours(
    _ s: inout SettingsReader, in bounds: ClosedRange<Double>, _ doc: String
  ) throws(SettingError) -> [Double] {
    let hours = try s.list("hours", doc) { (setting) throws(SettingError) -> Double in
      try setting.number(in: bounds)
    }
    if s.isDescribing { return [] }
    try s.require(
      hours.isEmpty || hours.count == 24, "hours",
      expected: "24 numbers, from midnight on; found \(hours.count)")
    return hours
  }

  private static func law(
    _ key: String, _ s: inout SettingsReader, _ base: Sampler?, _ doc: String
  ) throws(SettingError) -> Sampler {
    if base == nil {
      try s.require(
        s.has(key), key,
        expected: "a time such as \"80ms\", or a law such as { median: \"740ms\", p95: \"1.4s\" }",
        next: "say how fast the deployment is; silence about a latency is not zero")
    }
    return try Distributions.readOptionalDuration(key, from: &s, doc) ?? base ?? .constant(1)
  }
}
