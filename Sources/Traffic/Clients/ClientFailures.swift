import Settings
import Vocabulary

/// The failures on which a client tries again, as it sees them.
///
/// In a file a list of words, whose union it is: a status (`"429"`), a range (`"500-504"`), a class
/// (`"4xx"`, `"5xx"`), `"connection"`, `"timeout"` (the client's own), `"broken"` (a stream that
/// broke after it had begun), `"spendLimit"` (a 429 that says that the money is spent, which no wait
/// cures). A gateway answers an upstream's connection error with 502 and its
/// timeout with 504, so those are statuses here.
/// - Complexity: membership is one bit test.
struct ClientFailures: BitwiseCopyable, Sendable, Hashable {
  private var statuses = SIMD4<UInt64>()
  private var onConnection = false
  private var onTimeout = false
  private var onBroken = false
  private var onSpendLimit = false

  static let words = ["4xx", "5xx", "connection", "timeout", "broken", "spendLimit"]

  /// What the libraries of OpenAI and Anthropic retry.
  static let stainless: ClientFailures = {
    var set = ClientFailures()
    for status in [408, 409, 429] + Array(500...599) { set.insert(status) }
    set.onConnection = true
    set.onTimeout = true
    return set
  }()

  /// Whether the client tries again after that.
  func contains(_ end: AnswerEnd) -> Bool {
    if end.end == .succeeded { return false }
    if end.end == .abandoned { return onTimeout }
    if end.hasBegun { return onBroken }
    let bit = Int(end.outcome.status) - 400
    let isStatus = bit >= 0 && bit < 200 && statuses[bit >> 6] & (1 << UInt64(bit & 63)) != 0
    if onSpendLimit, end.outcome.kind == .spendLimit { return true }
    return isStatus || (onConnection && end.outcome.kind == .connection)
  }

  private mutating func insert(_ status: Int) {
    let bit = status - 400
    statuses[bit >> 6] |= 1 << UInt64(bit & 63)
  }

  private mutating func formUnion(_ other: ClientFailures) {
    statuses |= other.statuses
    onConnection = onConnection || other.onConnection
    onTimeout = onTimeout || other.onTimeout
    onBroken = onBroken || other.onBroken
    onSpendLimit = onSpendLimit || other.onSpendLimit
  }

  /// Reads a list of words from `key`; `standard` if the key is absent.
  static func read(
    _ key: String, from s: inout SettingsReader, default standard: ClientFailures,
    _ doc: String = "failures that are tried again"
  ) throws(SettingError) -> ClientFailures {
    let isPresent = s.has(key)
    let doc = doc + ": a status, a range such as 500-504, " + words.joined(separator: ", ")
    let parts = try s.list(key, doc) { setting throws(SettingError) -> ClientFailures in
      try part(setting)
    }
    guard isPresent, !s.isDescribing else { return standard }
    var set = ClientFailures()
    for part in parts { set.formUnion(part) }
    return set
  }

  private static func part(_ setting: Setting) throws(SettingError) -> ClientFailures {
    let text: String
    switch setting.content {
    case .string(let word): text = word
    case .number(_, let literal): text = literal
    default: text = ""
    }
    var set = ClientFailures()
    switch text {
    case "4xx": for status in 400...499 { set.insert(status) }
    case "5xx": for status in 500...599 { set.insert(status) }
    case "connection": set.onConnection = true
    case "timeout": set.onTimeout = true
    case "broken": set.onBroken = true
    case "spendLimit": set.onSpendLimit = true
    default:
      let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
        first >= 400, last < 600, first <= last
      else {
        throw SettingError(
          at: setting.position, path: setting.path, found: "\"\(text)\"",
          expected: "a status from 400 to 599, a range of them, or one of: "
            + words.joined(separator: ", "),
          suggestion: Nearest.spelling(of: text, among: words))
      }
      for status in first...last { set.insert(status) }
    }
    return set
  }
}
