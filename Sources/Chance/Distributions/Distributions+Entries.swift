import Settings
import Vocabulary

extension Distributions {
  typealias Entry = Registry<Sampler>.Entry

  /// The laws of both times and numbers.
  static func entries(_ magnitude: Magnitude) -> [Entry] {
    let least = magnitude.leastPositive
    return [
      Entry("constant", "Always the same value.", shorthand: "value") {
        (s) throws(SettingError) in
        .constant(try magnitude.value("value", &s, "the value"))
      },
      Entry("uniform", "Evenly between two values.") { (s) throws(SettingError) in
        let low = try magnitude.value("from", &s, "the lowest value")
        let high = try magnitude.value("to", &s, "the highest value")
        try s.require(low <= high, "to", expected: "at least what \"from\" says")
        return .uniform(low: low, high: high)
      },
      Entry("exponential", "Memoryless: many short, few long.", shorthand: "mean") {
        (s) throws(SettingError) in
        .exponential(mean: try magnitude.value("mean", &s, atLeast: 0, "the mean"))
      },
      Entry("normal", "The bell curve; a time below zero counts as zero.") {
        (s) throws(SettingError) in
        let mean = try magnitude.value("mean", &s, "the mean")
        let deviation = try magnitude.value(
          "deviation", &s, atLeast: 0, "the standard deviation")
        return .other(
          Normal(
            mean: mean, deviation: deviation, floor: magnitude == .time ? 0 : -.infinity))
      },
      Entry(
        "lognormal", "The logarithm is normal: the usual law of times and token counts.",
        source: "median and sigma; sigma = ln(p95/median)/1.6448536269514722"
      ) { (s) throws(SettingError) in try lognormal(&s, magnitude) },
      Entry("gamma", "A skewed law by its mean and coefficient of variation.") {
        (s) throws(SettingError) in
        let mean = try magnitude.value("mean", &s, atLeast: least, "the mean")
        let shape = try s.optionalNumber("shape", in: 0.01...10_000, "the shape, 1/cv²")
        let variation = try s.optionalNumber(
          "cv", in: 0.01...10, "the standard deviation over the mean, instead of the shape")
        if s.isDescribing { return .exponential(mean: mean) }
        let chosen = try one(of: shape, "shape", variation, "cv", &s)
        return .other(Gamma(shape: chosen ?? 1, mean: mean))
      },
      Entry("weibull", "A stretched exponential by its mean and shape.") {
        (s) throws(SettingError) in
        let mean = try magnitude.value("mean", &s, atLeast: least, "the mean")
        let shape = try s.optionalNumber("shape", in: 0.05...1000, "the shape; 1 is exponential")
        let variation = try s.optionalNumber(
          "cv", in: 0.01...10, "the standard deviation over the mean, instead of the shape")
        if s.isDescribing { return .exponential(mean: mean) }
        if let variation, shape == nil {
          return .other(Weibull(mean: mean, variation: variation))
        }
        let chosen = try one(of: shape, "shape", nil, "cv", &s)
        try s.require(variation == nil, "cv", expected: "a shape or a cv, not both")
        return .other(Weibull(shape: chosen ?? 1, mean: mean))
      },
      Entry("empirical", "The values or the quantiles that were measured.") {
        (s) throws(SettingError) in try empirical(&s, magnitude)
      },
      Entry(
        "file",
        "The quantiles of a column of a CSV file, beside the scenario or in a data folder."
      ) { (s) throws(SettingError) in try file(&s) },
      Entry(
        "mixture", "Each value comes from one of several laws.", shorthand: "parts"
      ) { (s) throws(SettingError) in
        let parts = try s.list("parts", "the laws and their weights") {
          (part) throws(SettingError) in
          try part.object { (s) throws(SettingError) in
            (weight: try weight(&s), law: try readPart(&s, magnitude))
          }
        }
        if s.isDescribing { return .constant(1) }
        guard let mixture = Mixture(parts) else {
          throw s.error("parts", expected: "laws whose weights sum to more than zero")
        }
        return .other(mixture)
      },
    ]
  }

  /// The laws of numbers alone.
  static var numberEntries: [Entry] {
    [
      Entry("zipf", "Ranks from 1; rank k has a share proportional to 1/k^exponent.") {
        (s) throws(SettingError) in
        let count = try s.integer("count", in: 1...10_000_000, "the number of ranks")
        let exponent = try s.number("exponent", default: 1, in: 0...50, "how skewed they are")
        if s.isDescribing { return .constant(1) }
        return .other(Zipf(count: count, exponent: exponent))
      },
      Entry("bernoulli", "One with a given probability, else zero.", shorthand: "share") {
        (s) throws(SettingError) in
        .other(Bernoulli(share: try s.share("share", "the probability of one").value))
      },
    ]
  }

  /// The shape that is given, or that a coefficient of variation means for a gamma.
  private static func one(
    of shape: Double?, _ shapeKey: String, _ variation: Double?, _ variationKey: String,
    _ s: inout SettingsReader
  ) throws(SettingError) -> Double? {
    switch (shape, variation) {
    case (let shape?, nil): return shape
    case (nil, let variation?): return 1 / (variation * variation)
    case (nil, nil):
      throw s.missing(variationKey, expected: "a \(variationKey) or a \(shapeKey)")
    default:
      throw s.error(variationKey, expected: "a \(shapeKey) or a \(variationKey), not both")
    }
  }

  private static func weight(_ s: inout SettingsReader) throws(SettingError) -> Double {
    guard let setting = try s.raw("weight", "how often: a share or any number; they are summed")
    else {
      if s.isDescribing { return 1 }
      throw s.missing("weight", expected: "a number such as 3 or a share such as \"20%\"")
    }
    if case .string(let text) = setting.content, text.utf8.last == UInt8(ascii: "%") {
      return try setting.share().value
    }
    return try setting.number(in: 0...1e18)
  }

  private static func readPart(
    _ s: inout SettingsReader, _ magnitude: Magnitude
  ) throws(SettingError) -> Sampler {
    guard let setting = try s.raw("of", "the law") else {
      if s.isDescribing { return .constant(1) }
      throw s.missing("of", expected: magnitude.expected)
    }
    return try read(setting, magnitude)
  }

  /// What a scenario's loader reads and puts quantiles in the place of.
  private static func file(_ s: inout SettingsReader) throws(SettingError) -> Sampler {
    _ = try s.text("name", "the file")
    _ = try s.text("column", "the column of the values")
    _ = try s.optionalName(
      "unit", among: ["s", "ms", "us", "ns"], kind: "unit of time",
      "the unit of the column's times")
    _ = try s.entries("where", "which rows: values by column") {
      (_, setting) throws(SettingError) in setting.isDescribing ? "" : try setting.text()
    }
    _ = try s.optionalText("sha256", "the checksum that the file must have")
    if s.isDescribing { return .constant(1) }
    throw s.error(
      "name", expected: "a law in a scenario file",
      next: "files are read by the scenario's loader alone; write the quantiles")
  }

  private static func empirical(
    _ s: inout SettingsReader, _ magnitude: Magnitude
  ) throws(SettingError) -> Sampler {
    let values = try s.list("values", "what was measured; each value is equally likely") {
      (setting) throws(SettingError) in try magnitude.value(of: setting)
    }
    let quantiles = try s.entries(
      "quantiles", "values by share, straight between them: { p50: …, p95: … } or { \"50%\": … }"
    ) { (name, setting) throws(SettingError) in
      (share: try share(name, at: setting), value: try magnitude.value(of: setting))
    }
    if s.isDescribing { return .constant(1) }
    try s.require(
      values.isEmpty || quantiles.isEmpty, "quantiles", expected: "values or quantiles, not both")
    if quantiles.isEmpty {
      guard let law = Empirical(values) else {
        throw s.missing("values", expected: "a list of values, or quantiles")
      }
      return .other(law)
    }
    guard let law = Quantiles(quantiles.map(\.value)) else {
      throw s.error("quantiles", expected: "shares that rise and values that do not fall")
    }
    return .other(law)
  }

  /// The share that a quantile's name means: `p99`, `p99.9`, `50%`.
  private static func share(_ name: String, at setting: Setting) throws(SettingError) -> Double {
    if setting.isDescribing { return 0.5 }
    let text = name.utf8.first == UInt8(ascii: "p") ? name.dropFirst() + "%" : name[...]
    do { return try Units.share(String(text)).value } catch {
      throw SettingError(
        at: setting.position, path: setting.path, found: "the key \"\(name)\"",
        expected: "a quantile's name such as p50, p99.9 or \"50%\"")
    }
  }
}
