import Chance
import Settings
import Vocabulary

/// One named stream of a scenario, read and checked: what its clients are made of.
public struct StreamPlan: Sendable {
  /// Where the calls come from.
  enum Origin: Sendable {
    case trace(file: String, format: TraceFormat, skipsBadRows: Bool)
    case generated(ArrivalLaw, RateProfile)
    case users(UserLaws)
  }

  /// The stream's name; part of the key of all its draws.
  public let name: String
  /// Where its numbers come from, as the scenario says.
  public let source: String?
  /// The checksum that the data file must have; `nil` if the scenario does not say.
  public let sha256: String?
  let origin: Origin
  let playing: TraceClient.Playing
  let laws: CallLaws
  let conversations: ConversationLaws?
  /// How the client library behaves.
  let client: ClientBehaviour

  /// Reads a stream; names that it mentions become ids.
  ///
  /// - Parameters:
  ///   - name: the stream's name in the scenario.
  ///   - s: the stream's object; the caller ends it with `finish()`, or reads it by `object`.
  ///   - names: what is declared so far; open tables take the stream's names.
  public init(
    name: String, reading s: inout SettingsReader, names: inout TrafficNames
  ) throws(SettingError) {
    self.name = name
    origin = try StreamPlan.readOrigin(&s)
    let limit = try s.optionalInteger(
      "count", in: 1 ... .max, "the most arrivals; of conversations, the most beginnings")
    let speed = try s.number(
      "speed", default: 1, in: 1e-6...1e6,
      "how much faster arrivals follow one another; never scales timeouts or provider times")
    let loops = try s.flag(
      "loop", default: false, "whether a trace begins again, one mean gap after its last row")
    playing = TraceClient.Playing(
      speed: speed, loops: loops, limit: limit.map { UInt64($0) } ?? .max)
    source = try s.optionalText("source", "where the numbers come from, or the file can be had")
    sha256 = try s.optionalText("sha256", "the checksum that the data file must have")
    if let sha256 {
      let isDigits = sha256.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
      }
      try s.require(
        sha256.utf8.count == 64 && isDigits, "sha256",
        expected: "64 lower-case hexadecimal digits")
    }
    var isTrace = false
    if case .trace = origin { isTrace = true }
    try s.require(isTrace || !loops, "loop", expected: "no `loop` without a `trace`")
    try s.require(isTrace || sha256 == nil, "sha256", expected: "no `sha256` without a `trace`")
    laws = try CallLaws(stream: name, isTrace: isTrace, reading: &s, names: &names)
    if case .trace(_, let format, _) = origin {
      try s.require(
        laws.difficulty == nil || !format.hasDifficulty, "difficulty",
        expected: "no `difficulty` beside a trace whose format names a column of it")
      try StreamPlan.checkNames(of: format, &s, names)
    }
    conversations = try StreamPlan.readConversations(&s)
    try s.require(
      !isTrace || conversations == nil, "conversations",
      expected: "no `conversations` beside a `trace`",
      next: "name the trace's conversation column in its `format`")
    client = try s.choice(
      "client", from: ClientPresets.registry, default: "none",
      "how the client library behaves: its timeout and its retries")
    if case .users = origin {
      let next = "say it in `arrivals: { users: { … } }`"
      try s.require(limit == nil, "count", expected: "no `count` beside users", next: next)
      try s.require(speed == 1, "speed", expected: "no `speed` beside users", next: next)
      try s.require(
        conversations == nil, "conversations", expected: "no `conversations` beside users",
        next: next)
    }
  }

  /// The alias that the stream asks for.
  public var alias: AliasID { laws.alias }
  /// The name of the alias.
  public var aliasName: String { laws.aliasName }
  /// The name of the data file; `nil` for a generated stream.
  public var dataFile: String? {
    if case .trace(let file, _, _) = origin { file } else { nil }
  }

  /// The path of the data file; `nil` for a generated stream.
  public func dataPath(in data: DataFolders) throws(TrafficError) -> String? {
    guard let file = dataFile else { return nil }
    return try data.find(file, source: source, sha256: sha256)
  }

  /// Checks that the data file is there and is the one meant; returns its path and checksum.
  ///
  /// Reads the whole file: meant to be called once, when the scenario is compiled.
  public func checkData(
    in data: DataFolders
  ) throws(TrafficError) -> (path: String, sha256: String)? {
    guard let path = try dataPath(in: data) else { return nil }
    let found = try Checksum.sha256(ofFile: path)
    if let sha256, sha256 != found {
      throw .wrongChecksum(file: path, expected: sha256, found: found, source: source)
    }
    return (path, found)
  }

  /// Makes the stream's client for one replication.
  ///
  /// - Parameters:
  ///   - start: when a trace's first row arrives and generated arrivals begin.
  ///   - end: no call arrives at or after it.
  ///   - zero: the zero of the scenario file, from which the `rate` profile counts.
  ///   - data: where data files are looked for.
  ///   - prefixes: where a trace's prompts put their pieces; without it they tell none.
  ///   - names: all names of the scenario, which a trace may give; without it its columns of names
  ///     are passed over.
  public func makeClient(
    chance: Chance, from start: Instant = .start, until end: Instant, zero: Instant? = nil,
    data: DataFolders, prefixes: PrefixArena? = nil, names: TrafficNames? = nil
  ) throws(TrafficError) -> any Client {
    var calls = try makeCalls(
      chance: chance, from: start, until: end, zero: zero, data: data, prefixes: prefixes,
      names: names)
    if let prompts = laws.systemPrompts, let prefixes {
      calls = PromptedClient(
        calls, SystemPrompts.Draws(prompts, stream: name, chance: chance), prefixes: prefixes)
    }
    return client.isActive
      ? RetryingClient(calls, client, stream: name, chance: chance) : calls
  }

  /// Whether answers change what the stream sends.
  public var listens: Bool {
    if case .users = origin { return true }
    return client.retries.max > 0
  }

  /// Makes the client that the calls come from, without what the library adds.
  func makeCalls(
    chance: Chance, from start: Instant, until end: Instant, zero: Instant?, data: DataFolders,
    prefixes: PrefixArena?, names: TrafficNames?
  ) throws(TrafficError) -> any Client {
    let stamp = Stamp(laws, stream: name, chance: chance)
    switch origin {
    case .trace(let file, let format, let skipsBadRows):
      let path = try data.find(file, source: source, sha256: sha256)
      let reader = try TraceReader(
        path: path, format: format, skipsBadRows: skipsBadRows, names: names)
      return TraceClient(
        reader: reader, playing: playing, stamp: stamp, from: start, until: end,
        prefixes: prefixes)
    case .users(let users):
      return UserClient(
        users, stamp: stamp, stream: name, chance: chance, from: start, until: end)
    case .generated(let law, let profile):
      let lead = start.duration(to: zero ?? start)
      let warp = TimeWarp(
        rate: law.rate.perSecond * playing.speed, profile: profile, lead: lead)
      let process = ArrivalProcess(
        gaps: law.gaps, warp: warp, limit: playing.limit, source: stamp.source, chance: chance)
      let client = GeneratedClient(
        process: process, stamp: stamp, from: start, until: end)
      guard let conversations else { return client }
      return ConversationClient(
        client, laws: conversations, stamp: stamp, stream: name, chance: chance, until: end)
    }
  }
}
