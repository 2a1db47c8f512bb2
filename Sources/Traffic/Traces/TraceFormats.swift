import Settings

/// The trace formats that a stream can name.
public enum TraceFormats {
  /// The registry behind `format: …`.
  public static let registry = Registry<TraceFormat>(
    "trace format",
    [
      Registry.Entry(
        "azure-llm", "CSV: TIMESTAMP,ContextTokens,GeneratedTokens; header optional.",
        source: "github.com/Azure/AzurePublicDataset"
      ) { (_) throws(SettingError) in .azureLLM },
      Registry.Entry(
        "burstgpt", "CSV: Timestamp (s), Request tokens, Response tokens; later files Session ID.",
        source: "github.com/HPMLL/BurstGPT"
      ) { (_) throws(SettingError) in .burstGPT },
      Registry.Entry(
        "mooncake", "JSON lines: timestamp (ms), input_length, output_length, hash_ids.",
        source: "github.com/kvcache-ai/Mooncake"
      ) { (_) throws(SettingError) in .mooncake },
      Registry.Entry("csv", "Any CSV with a header line; say which column is which.") {
        (s) throws(SettingError) in try own(.csv, &s)
      },
      Registry.Entry("jsonl", "Any file with one JSON object a line; say which key is which.") {
        (s) throws(SettingError) in try own(.jsonLines, &s)
      },
    ])

  private static let clocks: [(name: String, clock: TraceFormat.Clock)] = [
    ("date", .dateTime), ("s", .count(ofNanoseconds: 1_000_000_000)),
    ("ms", .count(ofNanoseconds: 1_000_000)), ("us", .count(ofNanoseconds: 1_000)),
    ("ns", .count(ofNanoseconds: 1)),
  ]

  private static func own(
    _ shape: TraceFormat.Shape, _ s: inout SettingsReader
  ) throws(SettingError) -> TraceFormat {
    var columns = [
      TraceFormat.Column(.time, try s.text("time", "the column of the arrival's time"))
    ]
    let clock = try s.name(
      "unit", among: clocks.map(\.name), kind: "unit of time",
      "what the time is written in: \"date\" for 2023-11-16 18:15:46.68, else a number of units")
    let input = try s.text("input", "the column of the input tokens, cached ones included")
    let output = try s.text("output", "the column of the output tokens")
    columns += [TraceFormat.Column(.input, input), TraceFormat.Column(.output, output)]
    if let name = try s.optionalText("cached", "the column of the cached input tokens") {
      columns.append(TraceFormat.Column(.cached, name))
    }
    if let name = try s.optionalText(
      "conversation", "a column that is equal for requests of one conversation")
    {
      columns.append(TraceFormat.Column(.conversation, name))
    }
    if let name = try s.optionalText(
      "body", "a column that is equal for equal prompts, such as their checksum")
    {
      columns.append(TraceFormat.Column(.body, name))
    }
    if let name = try s.optionalText(
      "blocks",
      "a column with a list of whole numbers, one a block of the prompt, equal for equal "
        + "blocks behind equal beginnings: what a provider's prompt cache finds again")
    {
      columns.append(TraceFormat.Column(.blocks, name))
    }
    if let name = try s.optionalText(
      "difficulty",
      "a column with how hard the requests are, from 0 to 1: what a complexity service tells the"
        + " gateway, and what thresholds are calibrated to")
    {
      columns.append(TraceFormat.Column(.difficulty, name))
    }
    columns += try names(&s)
    let tokens = try s.integer(
      "blockTokens", default: 512, in: 1...1_000_000, unit: "tokens", "the length of a block")
    return TraceFormat(
      shape: shape, clock: clocks[clock].clock, columns: columns, blockTokens: UInt32(tokens))
  }

  /// The columns that say who asked, and for what.
  private static func names(
    _ s: inout SettingsReader
  ) throws(SettingError) -> [TraceFormat.Column] {
    var found: [(role: TraceFormat.Role, name: String)] = []
    for role in TraceFormat.Role.names {
      let doc =
        role == .alias
        ? "a column with the alias that was asked for; where it is empty, the stream's own"
        : "a column with the \(role)'s name: one that the section `\(role)s` declares, or a member"
          + " of a group such as \"people/17\"; where it is empty, nobody's"
      if let name = try s.optionalText("\(role)", doc) { found.append((role, name)) }
    }
    let groups = try s.object(
      "undeclared",
      "the groups whose members the names are that no section declares, each name always the same"
        + " one: { user: \"people\" }; silence: such a name is an error",
      { g throws(SettingError) -> [(role: TraceFormat.Role, group: String)] in
        var groups: [(role: TraceFormat.Role, group: String)] = []
        for role in TraceFormat.Role.names where role != .alias {
          let doc = "the group of undeclared \(role)s"
          guard let group = try g.optionalText("\(role)", doc) else { continue }
          try g.require(
            found.contains { $0.role == role }, "\(role)",
            expected: "nothing where the format names no column of \(role)s")
          groups.append((role, group))
        }
        return groups
      })
    return found.map { role, name in
      TraceFormat.Column(
        role, name, undeclared: groups?.first { $0.role == role }?.group)
    }
  }
}
