/// One row of a trace, as the trace itself counts time.
@frozen
public struct TraceRow: BitwiseCopyable, Sendable, Hashable {
  /// Nanoseconds since the trace's own zero (1970 for dates).
  public var time: Int64 = 0
  /// Input tokens.
  public var inputTokens: UInt32 = 0
  /// Output tokens.
  public var outputTokens: UInt32 = 0
  /// Input tokens that were read from the provider's prompt cache; 0 if the trace does not say.
  public var cachedTokens: UInt32 = 0
  /// A hash of the conversation's name; 0 if the trace does not say.
  public var conversation: UInt64 = 0
  /// A hash of the body; 0 if the trace does not say.
  public var body: UInt64 = 0
  /// How hard the request is, in `Truth.Difficulty`'s parts; 0 if the trace does not say.
  public var difficulty: UInt32 = 0
  /// The ids behind the names of who asked; 0 for nobody, and where the trace does not say.
  public var team: UInt32 = 0
  /// The user's id.
  public var user: UInt32 = 0
  /// The virtual key's id.
  public var key: UInt32 = 0
  /// The feature's id.
  public var feature: UInt32 = 0
  /// The id of the alias, and 1; 0 for the stream's own.
  public var alias: UInt32 = 0
  /// The hash of the alias' name.
  var aliasHash: UInt64 = 0
  /// Where the list of blocks stands in the reader's buffer; the reader takes it out at once.
  var blocksStart: Int32 = 0
  var blocksEnd: Int32 = 0

  /// Makes an empty row.
  public init() {}
}

/// Why a row cannot be understood, and where in the row; made without allocating.
struct RowFault: BitwiseCopyable {
  enum Reason: UInt8 {
    case fewColumns, notACount, notATime, notADate, notAShare, outOfRange, notAnObject, decreasing
    case unknownName, severalMembers
  }

  var reason: Reason
  var role: TraceFormat.Role
  /// The offending field in the buffer.
  var start: Int
  var end: Int

  init(
    _ reason: Reason, _ role: TraceFormat.Role = .time, start: Int = 0, end: Int = 0
  ) {
    self.reason = reason
    self.role = role
    self.start = start
    self.end = end
  }

  /// The reason in words; `field` is the offending text.
  func text(column: String, field: String) -> String {
    switch reason {
    case .fewColumns: "the row has no \"\(column)\""
    case .notACount: "\(column) is \"\(field)\", expected a whole number such as 374"
    case .notATime: "\(column) is \"\(field)\", expected a number such as 12 or 12.5"
    case .notADate:
      "\(column) is \"\(field)\", expected a time such as \"2023-11-16 18:15:46.6805900\""
    case .notAShare: "\(column) is \"\(field)\", expected a number from 0 to 1 such as 0.116"
    case .outOfRange: "\(column) is \"\(field)\", which is out of range"
    case .unknownName: "\(column) is \"\(field)\", a name that nobody declares"
    case .severalMembers: "\(column) is \"\(field)\", which is several"
    case .notAnObject: "the line is not a JSON object"
    case .decreasing: "\(column) is \"\(field)\", which is before the row above; sort the file"
    }
  }
}
