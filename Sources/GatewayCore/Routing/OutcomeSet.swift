import Settings
import Vocabulary

/// A set of outcomes of attempts: what a retry, a fallback or a breaker acts on.
///
/// In a file a list of words: a status (`"429"`), a class of statuses (`"5xx"`, `"4xx"`),
/// `"timeout"` (first token, idle or total), `"firstToken"`, `"idle"`, `"total"`, `"connection"`,
/// `"broken"` (a stream that broke), `"any"` (everything but a success).
public struct OutcomeSet: BitwiseCopyable, Sendable, Hashable {
  /// One bit a kind that is a member whatever its status.
  private var kinds: UInt8 = 0
  /// One bit a status from 400 to 655.
  private var statuses = SIMD4<UInt64>()

  /// No outcome.
  public init() {}

  /// Every outcome that is not a success.
  public static var any: OutcomeSet {
    var set = OutcomeSet()
    for kind in Outcome.Kind.allCases where kind != .succeeded && kind != .cancelled {
      set.insert(kind)
    }
    return set
  }

  /// What is worth another try by custom: 429, 5xx, timeouts, connection errors, broken streams.
  public static var transient: OutcomeSet {
    var set = serverFailures
    set.insert(status: 429)
    return set
  }

  /// What speaks against a deployment: 5xx, timeouts, connection errors, broken streams.
  public static var serverFailures: OutcomeSet {
    var set = OutcomeSet()
    for status in UInt16(500)...599 { set.insert(status: status) }
    for kind in [
      Outcome.Kind.connection, .firstTokenTimeout, .idleTimeout, .totalTimeout, .brokenStream,
    ] { set.insert(kind) }
    return set
  }

  /// Adds a kind with all its statuses.
  public mutating func insert(_ kind: Outcome.Kind) { kinds |= 1 << kind.rawValue }

  /// Adds one error status.
  public mutating func insert(status: UInt16) {
    guard status >= 400, status < 656 else { return }
    let bit = Int(status) - 400
    statuses[bit >> 6] |= 1 << UInt64(bit & 63)
  }

  /// Whether `outcome` is a member.
  @inline(__always)
  public func contains(_ outcome: Outcome) -> Bool {
    if kinds & (1 << outcome.kind.rawValue) != 0 { return true }
    guard outcome.kind == .status, outcome.status >= 400, outcome.status < 656 else { return false }
    let bit = Int(outcome.status) - 400
    return statuses[bit >> 6] & (1 << UInt64(bit & 63)) != 0
  }

  /// The words that a file may use.
  public static let words = [
    "any", "4xx", "5xx", "timeout", "firstToken", "idle", "total", "connection", "broken",
  ]

  /// Reads a list of words from `key`; `standard` if the key is absent.
  public init(
    reading s: inout SettingsReader, _ key: String, default standard: OutcomeSet,
    _ standardText: String, _ doc: String
  ) throws(SettingError) {
    let full =
      doc + " Words: a status, " + OutcomeSet.words.joined(separator: ", ")
      + ". Default: \(standardText)."
    let present = s.has(key)
    let parts = try s.list(key, full) { setting throws(SettingError) -> OutcomeSet in
      try OutcomeSet(word: setting)
    }
    guard present, !s.isDescribing else {
      self = standard
      return
    }
    self.init()
    for part in parts {
      kinds |= part.kinds
      statuses |= part.statuses
    }
  }

  private init(word setting: Setting) throws(SettingError) {
    self.init()
    let text: String
    switch setting.content {
    case .string(let word): text = word
    case .number(_, let literal): text = literal
    default: text = ""
    }
    switch text {
    case "any": self = .any
    case "4xx": for status in UInt16(400)...499 { insert(status: status) }
    case "5xx": for status in UInt16(500)...599 { insert(status: status) }
    case "timeout":
      insert(.firstTokenTimeout)
      insert(.idleTimeout)
      insert(.totalTimeout)
    case "firstToken": insert(.firstTokenTimeout)
    case "idle": insert(.idleTimeout)
    case "total": insert(.totalTimeout)
    case "connection": insert(.connection)
    case "broken": insert(.brokenStream)
    default:
      guard let status = UInt16(text), status >= 400, status < 600 else {
        throw SettingError(
          at: setting.position, path: setting.path, found: "\"\(text)\"",
          expected: "a status from 400 to 599 or one of: "
            + OutcomeSet.words.joined(separator: ", "),
          suggestion: Nearest.spelling(of: text, among: OutcomeSet.words))
      }
      insert(status: status)
    }
  }
}
