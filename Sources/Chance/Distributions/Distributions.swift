public import Settings
import Vocabulary

/// The laws that a scenario file can name, and how a file writes them.
///
/// | written | law |
/// |---|---|
/// | `"80ms"`, `500` | constant |
/// | `{ median: "740ms", p95: "1.4s" }` | lognormal, sigma = ln(p95/median)/1.64485… |
/// | `{ lognormal: { median: "740ms", sigma: 0.4 } }` | by name; see `durations` and `numbers` |
public enum Distributions {
  /// The laws of times; their samplers give nanoseconds.
  public static let durations = Registry("distribution", entries(.time))

  /// The laws of numbers.
  public static let numbers = Registry("distribution", entries(.number) + numberEntries)

  /// The laws of numbers, as the open protocol.
  public static let registry = Registry<any Distribution>(
    "distribution",
    numbers.entries.map { entry in
      let make = entry.make
      return Registry.Entry(
        entry.name, entry.summary, source: entry.source, shorthand: entry.shorthand
      ) { (s) throws(SettingError) in try make(&s) }
    })

  /// Reads a law of times; its sampler gives nanoseconds.
  /// - Parameter silence: What an absent key means; nil makes it an error.
  public static func readDuration(
    _ key: String, from s: inout SettingsReader, default silence: Duration? = nil, _ doc: String
  ) throws(SettingError) -> Sampler {
    let silent = silence.map { Sampler.constant(Double($0.nanoseconds)) }
    return try read(key, from: &s, .time, default: silent, doc)
  }

  /// Reads a law of times; nil when silent.
  public static func readOptionalDuration(
    _ key: String, from s: inout SettingsReader, _ doc: String
  ) throws(SettingError) -> Sampler? {
    guard let setting = try s.raw(key, doc) else { return nil }
    let sampler = try read(setting, .time)
    return s.isDescribing ? nil : sampler
  }

  /// Reads a law of numbers.
  /// - Parameter silence: What an absent key means; nil makes it an error.
  public static func readNumber(
    _ key: String, from s: inout SettingsReader, default silence: Double? = nil, _ doc: String
  ) throws(SettingError) -> Sampler {
    try read(key, from: &s, .number, default: silence.map(Sampler.constant), doc)
  }

  /// Reads a law of numbers; nil when silent.
  public static func readOptionalNumber(
    _ key: String, from s: inout SettingsReader, _ doc: String
  ) throws(SettingError) -> Sampler? {
    guard let setting = try s.raw(key, doc) else { return nil }
    let sampler = try read(setting, .number)
    return s.isDescribing ? nil : sampler
  }

  /// A node as a law of times; its sampler gives nanoseconds.
  public static func readDuration(_ setting: Setting) throws(SettingError) -> Sampler {
    try read(setting, .time)
  }

  /// A node as a law of numbers.
  public static func readNumber(_ setting: Setting) throws(SettingError) -> Sampler {
    try read(setting, .number)
  }

  private static func read(
    _ key: String, from s: inout SettingsReader, _ magnitude: Magnitude, default silent: Sampler?,
    _ doc: String
  ) throws(SettingError) -> Sampler {
    if let setting = try s.raw(key, doc) { return try read(setting, magnitude) }
    if s.isDescribing { return .constant(1) }
    guard let silent else { throw s.missing(key, expected: magnitude.expected) }
    return silent
  }

  /// Reads a bare value, the lognormal's short form or a named law.
  static func read(_ setting: Setting, _ magnitude: Magnitude) throws(SettingError) -> Sampler {
    let registry = magnitude == .time ? durations : numbers
    if setting.isDescribing {
      _ = try magnitude.value(of: setting)
      _ = try setting.object { (s) throws(SettingError) in try lognormal(&s, magnitude) }
      return try registry.make(from: setting)
    }
    switch setting.content {
    case .object(let members):
      let present = members.filter { !$0.value.isNull }.map(\.key)
      let isShort = present.contains { LognormalKeys.all.contains($0) }
      if isShort || (present.count > 1 && !present.contains { registry.names.contains($0) }) {
        return try setting.object { (s) throws(SettingError) in try lognormal(&s, magnitude) }
      }
      return try registry.make(from: setting)
    case .string(let text) where registry.names.contains(text):
      return try registry.make(from: setting)
    case .string, .number:
      return .constant(try magnitude.value(of: setting))
    default:
      throw SettingError(at: setting, expected: magnitude.expected)
    }
  }
}
