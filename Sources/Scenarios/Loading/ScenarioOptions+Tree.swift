import Chance
import Settings
import Vocabulary

extension ScenarioOptions {
  /// The tree with the options that stand for values of the file.
  func applied(to tree: Setting) throws(SettingError) -> Setting {
    var tree = tree
    if let seed {
      guard seed <= UInt64(Int.max) else {
        throw SettingError(
          at: Position(file: "--seed \(seed)", line: 0, column: 0), path: "seed",
          found: "\(seed)", expected: "a whole number from 0 to \(Int.max)")
      }
      tree = try put("\(seed)", Double(seed), at: ["seed"], in: tree, "--seed")
    }
    if let replications {
      tree = try put(
        "\(replications)", Double(replications), at: ["replications"], in: tree, "--replications")
    }
    let streams = tree["traffic"]?.members ?? []
    for stream in streams where stream.value.members != nil {
      if skipsBadRows, stream.value["trace"] != nil {
        tree = try tree.replacing(
          way(["traffic", stream.key, "skipBadRows"]), with: Setting(.bool(true), at: .option))
      }
      if let count {
        tree = try put(
          "\(count)", Double(count), at: ["traffic", stream.key, "count"], in: tree, "--count")
      }
    }
    if let count { tree = try stretched(tree, for: count) }
    return tree
  }

  /// The tree with a horizon that lets `count` arrivals of every generated stream come in:
  /// twenty standard deviations of a Poisson process behind their mean.
  private func stretched(_ tree: Setting, for count: Int) throws(SettingError) -> Setting {
    var seconds = 0.0
    for stream in tree["traffic"]?.members ?? [] {
      guard let rate = StreamRate.perSecond(stream.value), rate > 0, count > 0 else { return tree }
      seconds = max(seconds, (Double(count) + 20 * Double(count).squareRoot()) / rate + 1)
    }
    var warmUp = 0.0
    if case .string(let text)? = tree["warmUp"]?.content, let length = try? Units.duration(text) {
      warmUp = length.inSeconds
    }
    let horizon = max(1, (seconds - warmUp).rounded(.up))
    guard seconds > 0, horizon < 3e9 else { return tree }
    return try tree.replacing(
      way(["horizon"]), with: Setting(.string("\(Int(horizon))s"), at: .option))
  }

  private func put(
    _ literal: String, _ value: Double, at keys: [String], in tree: Setting, _ option: String
  ) throws(SettingError) -> Setting {
    try tree.replacing(
      way(keys),
      with: Setting(
        .number(value, literal: literal), at: Position(file: option, line: 0, column: 0)))
  }

  private func way(_ keys: [String]) -> SettingPath { SettingPath(keys.map { .key($0) }) }
}

extension Position {
  fileprivate static var option: Position {
    Position(file: "(command line)", line: 0, column: 0)
  }
}

/// What a stream's settings say about its rate, before or without compiling it.
enum StreamRate {
  /// Mean arrivals per second where the profile is 1; nil for a trace.
  static func perSecond(_ stream: Setting) -> Double? {
    guard stream["trace"] == nil, let law = stream["arrivals"]?.members?.first?.value else {
      return nil
    }
    let rate: String?
    switch (law.content, law["rate"]?.content) {
    case (.string(let text), _): rate = text
    case (_, .string(let text)?): rate = text
    default: rate = nil
    }
    guard let rate, let parsed = try? Units.rate(rate) else { return nil }
    guard case .number(let speed, _)? = stream["speed"]?.content else { return parsed.perSecond }
    return parsed.perSecond * speed
  }
}
