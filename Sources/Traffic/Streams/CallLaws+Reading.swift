import Chance
import Settings
import Vocabulary

// The parts of a stream's settings that say what its calls are like.

extension CallLaws {
  init(
    stream: String, isTrace: Bool, reading s: inout SettingsReader, names: inout TrafficNames
  ) throws(SettingError) {
    self.init()
    let group = try CallLaws.readAlias(&s, &names.aliases)
    (alias, aliasName) = (AliasID(group?.first ?? 0), group?.name ?? "")
    identity = try IdentityLaw(stream: stream, reading: &s, names: &names)
    tags = try CallLaws.readTags(&s, &names.tags)
    capabilities = try CallLaws.readCapabilities(&s, &names.capabilities)
    priority = UInt8(try s.integer("priority", default: 0, in: 0...255, "0 is the lowest"))
    outputCap =
      try s.optionalInteger(
        "outputCap", in: 1...4_000_000_000, unit: "tokens",
        "the most output tokens that the client allows"
      ).map { UInt32($0) } ?? .max
    patience = try Distributions.readOptionalDuration(
      "patience", from: &s,
      "how long the user waits for the answer of a call, over all tries, before leaving; silence:"
        + " for ever")
    streaming = try StreamingLaw(reading: &s)
    let chosen = try s.choice(
      "keys", from: BodyChoice.registry, default: "unique",
      "which calls have equal bodies, as a cache sees it")
    (bodies, pool) = (chosen.rule, chosen.pool)
    try readTokens(&s, isTrace: isTrace)
    cachedShare = try s.optionalShare(
      "cachedInput", "the share of the input that the provider has in its prompt cache"
    )
    .map(\.value)
    systemPrompts = try s.object(
      "systemPrompts",
      "the beginnings that prompts share, for deployments with a `promptCache`",
      SystemPrompts.init(reading:))
    try s.require(
      !isTrace || systemPrompts == nil, "systemPrompts", expected: "nothing beside a `trace`",
      next: "a trace tells prefixes by its own hashes, as format mooncake does")
    difficulty = try Distributions.readOptionalNumber(
      "difficulty", from: &s,
      "how hard the calls are, from 0 to 1: a number or a distribution, cut to that range; what a"
        + " complexity service tells the gateway")
    questions = try s.object("semantics", "what the calls ask for: bodies that mean the same") {
      (s) throws(SettingError) -> Zipf in
      let count = try s.integer(
        "clusters", default: 1000, in: 1...10_000_000, "questions; streams share them")
      let exponent = try s.number("exponent", default: 1, in: 0...50, "how skewed they are")
      return Zipf(count: s.isDescribing ? 1 : count, exponent: exponent)
    }
  }

  private mutating func readTokens(
    _ s: inout SettingsReader, isTrace: Bool
  ) throws(SettingError) {
    let read = try s.object(
      "tokens", "how long prompts and answers are; a trace's own lengths where silent"
    ) { (s) throws(SettingError) in
      let inputMax = try s.optionalInteger(
        "inputMax", in: 1...4_000_000_000, unit: "tokens", "longer prompts are cut to this")
      let outputMax = try s.optionalInteger(
        "outputMax", in: 1...4_000_000_000, unit: "tokens", "longer answers are cut to this")
      let (most, mostOut) = (UInt32(inputMax ?? 4_294_967_295), UInt32(outputMax ?? 4_294_967_295))
      let input = try TokenLaw.read("input", from: &s, most: most, "tokens in the prompt")
      let output = try TokenLaw.read("output", from: &s, most: mostOut, "tokens in the answer")
      let form = "a number such as 500, or a distribution such as { median: 6000, p95: 24000 }"
      if !isTrace, input == nil, !s.isDescribing { throw s.missing("input", expected: form) }
      if !isTrace, output == nil, !s.isDescribing { throw s.missing("output", expected: form) }
      return (
        input ?? .recorded(most: most), output ?? .recorded(most: mostOut)
      )
    }
    if let read {
      (input, output) = read
    } else if !isTrace, !s.isDescribing {
      throw s.missing("tokens", expected: "{ input: …, output: … }")
    }
  }

  private static func readAlias(
    _ s: inout SettingsReader, _ table: inout NameTable
  ) throws(SettingError) -> NameTable.Group? {
    if table.isOpen {
      let name = try s.text("alias", "the model alias that the calls ask for")
      return s.isDescribing ? nil : try intern(name, "alias", s, &table)
    }
    let index = try s.name(
      "alias", among: table.names, kind: table.kind, "the model alias that the calls ask for")
    return s.isDescribing ? nil : table.groups[index]
  }

  private static func readTags(
    _ s: inout SettingsReader, _ table: inout NameTable
  ) throws(SettingError) -> TagSet {
    let pairs = try s.entries(
      "tags", "labels of the calls: { data: \"confidential\" }, or several values in a list"
    ) { (_, setting) throws(SettingError) -> [String] in
      guard let values = setting.elements else { return [try setting.text()] }
      var texts: [String] = []
      for value in values { texts.append(try value.text()) }
      return texts
    }
    var tags: TagSet = []
    for pair in pairs where !s.isDescribing {
      for value in pair.value {
        let group = try intern(TrafficNames.tag(pair.name, value), "tags", s, &table)
        tags.insert(TagSet(rawValue: 1 << UInt64(group.first)))
      }
    }
    return tags
  }

  private static func readCapabilities(
    _ s: inout SettingsReader, _ table: inout NameTable
  ) throws(SettingError) -> TagSet {
    let names = try s.list("capabilities", "what the calls need of a model: [\"vision\"]") {
      (setting) throws(SettingError) in try setting.text()
    }
    var set: TagSet = []
    for name in names where !s.isDescribing {
      let group = try intern(name, "capabilities", s, &table)
      set.insert(TagSet(rawValue: 1 << UInt64(group.first)))
    }
    return set
  }

  /// The group of a name that may be new; a table that is closed knows it or it is an error.
  static func intern(
    _ name: String, _ key: String, _ s: SettingsReader, _ table: inout NameTable
  ) throws(SettingError) -> NameTable.Group {
    if let known = table.group(named: name) { return known }
    guard table.isOpen else {
      throw s.error(
        key, expected: "the name of a \(table.kind)",
        suggestion: Nearest.spelling(of: name, among: table.names), allowed: table.names)
    }
    do { return try table.declare(name) } catch {
      throw s.error(key, expected: "fewer names: \(error)")
    }
  }
}

extension StreamingLaw {
  init(reading s: inout SettingsReader) throws(SettingError) {
    self = .never
    guard
      let setting = try s.raw(
        "streams", "whether answers are streamed: true, false, or the share that is")
    else { return }
    if case .bool(let flag) = setting.content {
      self = flag ? .always : .never
      return
    }
    if setting.isDescribing { _ = try setting.flag() }
    let share = try setting.share()
    if !setting.isDescribing { self = .share(share.value) }
  }
}

/// What a scenario says about equal bodies.
struct BodyChoice: Sendable {
  var rule: BodyLaw.Rule
  var pool: String?

  static let registry = Registry<BodyChoice>(
    "law of keys",
    [
      Registry.Entry("unique", "Each call has a body of its own; a trace's own bodies count.") {
        (_) throws(SettingError) in BodyChoice(rule: .unique, pool: nil)
      },
      Registry.Entry(
        "zipf", "One of a fixed number of bodies; body k has a share proportional to 1/k^exponent."
      ) { (s) throws(SettingError) in
        let count = try s.integer("count", in: 1...10_000_000, "the number of bodies")
        let exponent = try s.number("exponent", default: 1, in: 0...50, "how skewed they are")
        let pool = try s.optionalText(
          "pool", "streams that name the same pool share bodies; silence: the stream's own")
        if s.isDescribing { return BodyChoice(rule: .unique, pool: nil) }
        return BodyChoice(rule: .pool(Zipf(count: count, exponent: exponent)), pool: pool)
      },
      Registry.Entry(
        "repeats", "A share of the calls repeats an earlier body, recent ones more often.",
        source: "exact duplicates: Mooncake conversations 1 %; chat .01, agents .05 assumed",
        shorthand: "share"
      ) { (s) throws(SettingError) in
        let share = try s.share(
          "share", in: .never...Probability(clamping: 0.99), "the share that repeats")
        return BodyChoice(rule: .repeats(share.value), pool: nil)
      },
    ])
}

/// The laws of equal bodies that a stream can name.
public enum BodyLaws {
  /// The registry behind `keys: …`.
  public static let registry = Registry<Void>(
    BodyChoice.registry.kind,
    BodyChoice.registry.entries.map { entry in
      Registry<Void>.Entry(
        entry.name, entry.summary, source: entry.source, shorthand: entry.shorthand
      ) { s throws(SettingError) in _ = try entry.make(&s) }
    })
}
