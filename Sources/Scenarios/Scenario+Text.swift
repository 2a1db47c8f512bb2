import Settings
import Traffic
import Vocabulary

extension Scenario {
  /// The whole file after `use`, `extends`, `from` and `--set`, each value with the place it came
  /// from: what `check --resolved` shows.
  public var resolvedText: String { resolved.json5(origins: true) }

  /// How many calls each stream makes in one replication, before any is compiled or drawn.
  ///
  /// rate × ∫ profile dt up to the horizon, at most `count`; nil for a trace, whose file says. Turns
  /// of conversations after the first are not counted. An estimate for `check`, not for results.
  public var expectedCalls: [(stream: String, calls: Double?)] {
    streams.map { stream in
      let setting = resolved["traffic"]?[stream.name]
      return (
        stream.name,
        setting.flatMap { Scenario.expectedCalls(of: $0, warmUp: warmUp, horizon: horizon) }
      )
    }
  }

  static func expectedCalls(of stream: Setting, warmUp: Instant, horizon: Instant) -> Double? {
    var limit = Double.infinity
    if let count = stream["count"], let value = try? count.integer() { limit = Double(value) }
    guard let rate = StreamRate.perSecond(stream) else {
      return limit.isFinite && stream["loop"] != nil ? limit : nil
    }
    let corners = (stream["rate"]?.members ?? []).compactMap { corner -> RateProfile.Point? in
      guard let at = try? Units.duration(corner.key), let factor = try? corner.value.number()
      else { return nil }
      return RateProfile.Point(at: at, factor: factor)
    }
    let profile = RateProfile(corners) ?? .constant
    // The profile counts from the file's zero; its corners and both ends cut it into straight lines.
    let ends = [Duration.zero - Instant.start.duration(to: warmUp), warmUp.duration(to: horizon)]
    let cuts = (ends + profile.points.map(\.at).filter { ends[0] < $0 && $0 < ends[1] }).sorted()
    var area = 0.0
    for (a, b) in zip(cuts, cuts.dropFirst()) {
      area += (profile.factor(at: a) + profile.factor(at: b)) / 2 * (b - a).inSeconds
    }
    return min(limit, rate * area)
  }

  /// A key path of the file as a place: for messages of later verbs.
  public func position(of path: String) -> Position? {
    SettingPath(path).flatMap { resolved.node(at: $0) }?.position
  }
}
