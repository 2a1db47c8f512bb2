/// How a recorded trace is written: its shape, its clock, and where the columns are.
public struct TraceFormat: Sendable, Hashable {
  /// One row a line, as values or as an object.
  public enum Shape: Sendable, Hashable {
    /// Comma-separated values, with or without a header line.
    case csv
    /// One JSON object a line; only its top level is looked at.
    case jsonLines
  }

  /// How a row says its time.
  public enum Clock: Sendable, Hashable {
    /// A civil date and time, "2023-11-16 18:15:46.6805900", with 0 to 9 decimals or more and an
    /// optional "Z" or "+01:00".
    case dateTime
    /// A number of units since some zero; a unit is this many nanoseconds.
    case count(ofNanoseconds: Int64)
  }

  /// What a column holds.
  @frozen
  public enum Role: UInt8, BitwiseCopyable, Sendable, Hashable, CaseIterable {
    /// When the request arrived.
    case time
    /// Input tokens.
    case input
    /// Output tokens.
    case output
    /// Input tokens that the provider read from its prompt cache.
    case cached
    /// Whatever is equal for requests of one conversation.
    case conversation
    /// Whatever is equal for equal bodies, such as a checksum of the prompt.
    case body
    /// A list of whole numbers, one a block of the prompt, equal for equal blocks behind equal
    /// beginnings; equal lists are equal bodies.
    case blocks
    /// How hard the request is, from 0 to 1: the score that a router such as RouteLLM's gave it.
    case difficulty
    /// The name of the team that asked.
    case team
    /// The name of the user who asked.
    case user
    /// The name of the virtual key that was used.
    case key
    /// The name of the product feature that asked.
    case feature
    /// The name of the alias that was asked for.
    case alias

    /// What a row may say of who asked, and for what.
    static let names: [Role] = [.team, .user, .key, .feature, .alias]
  }

  /// A column that a trace has.
  public struct Column: Sendable, Hashable {
    /// What it holds.
    public let role: Role
    /// Its name in the header line, or the key in the JSON object.
    public let name: String
    /// Its place, from 0, in files without a header; `nil` if there must be a header.
    public let place: Int?
    /// Whether a file may lack it.
    public let isOptional: Bool
    /// The group whose members the names are that the scenario does not declare; `nil` if there may
    /// be none.
    public let undeclared: String?

    /// Makes a column.
    public init(
      _ role: Role, _ name: String, place: Int? = nil, isOptional: Bool = false,
      undeclared: String? = nil
    ) {
      self.role = role
      self.name = name
      self.place = place
      self.isOptional = isOptional
      self.undeclared = undeclared
    }
  }

  /// The shape.
  public let shape: Shape
  /// The clock.
  public let clock: Clock
  /// The columns that are read; all others are passed over.
  public let columns: [Column]
  /// Tokens of a block of the prompt, where there are blocks.
  public let blockTokens: UInt32

  /// Whether its rows say how hard the requests are.
  var hasDifficulty: Bool { columns.contains { $0.role == .difficulty } }

  /// What its rows say of who asked, and for what.
  var names: [Column] { columns.filter { Role.names.contains($0.role) } }

  /// Makes a format.
  public init(shape: Shape, clock: Clock, columns: [Column], blockTokens: UInt32 = 512) {
    self.blockTokens = max(1, blockTokens)
    self.shape = shape
    self.clock = clock
    self.columns = columns
  }

  /// Azure LLM inference traces of 2023, 2024 and 2025 (github.com/Azure/AzurePublicDataset).
  public static let azureLLM = TraceFormat(
    shape: .csv, clock: .dateTime,
    columns: [
      Column(.time, "TIMESTAMP", place: 0), Column(.input, "ContextTokens", place: 1),
      Column(.output, "GeneratedTokens", place: 2),
    ])

  /// BurstGPT, first and later files (github.com/HPMLL/BurstGPT); seconds since day 0.
  public static let burstGPT = TraceFormat(
    shape: .csv, clock: .count(ofNanoseconds: 1_000_000_000),
    columns: [
      Column(.time, "Timestamp", place: 0), Column(.input, "Request tokens", place: 2),
      Column(.output, "Response tokens", place: 3),
      Column(.conversation, "Session ID", isOptional: true),
    ])

  /// Mooncake traces (github.com/kvcache-ai/Mooncake); milliseconds; a hash for each 512 tokens of the
  /// prompt, equal lists of hashes are equal bodies.
  public static let mooncake = TraceFormat(
    shape: .jsonLines, clock: .count(ofNanoseconds: 1_000_000),
    columns: [
      Column(.time, "timestamp"), Column(.input, "input_length"),
      Column(.output, "output_length"), Column(.blocks, "hash_ids", isOptional: true),
    ])
}
