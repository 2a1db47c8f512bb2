import Settings
import Vocabulary

/// A set of outcomes of attempts: what a retry, a fallback or a breaker acts on.
///
/// In a file a list of words, whose union it is:
/// - a status (`"429"`), a range (`"502-504"`), a class (`"4xx"`, `"5xx"`);
/// - what an error is about: `"contextWindow"`, `"contentPolicy"`, `"auth"` (401, 403),
///   `"spendLimit"` (a 429 that waiting does not cure), `"rateLimit"` (every 429), `"overloaded"` (503, 529);
/// - `"timeout"` (first token, idle or total) or one of `"firstToken"`, `"idle"`, `"total"`;
///   `"connection"`; `"broken"` (a stream that broke); `"malformed"` (an answer that
///   cannot be read, though its status is 200); `"any"` (everything but a success);
/// - with `!` before it, a word takes away what the others say; alone, from `any`.
///
/// A refusal for the context window or the content policy is a 400 too: `"400"` and `"4xx"` hold
/// it, and `["any", "!contextWindow"]` is LiteLLM's "any other error". A breaker that counts
/// statuses by their number (Kong, Azure API Management `statusCodeRanges`) writes ranges.
/// - Complexity: membership is one bit test.
public struct OutcomeSet: BitwiseCopyable, Sendable, Hashable {
  /// One bit a kind; that of `status` stands for statuses outside 400…655.
  private var kinds: UInt16 = 0
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

  /// What is worth another try by custom: 429, 5xx, timeouts, connection errors, broken streams
  /// and answers that cannot be read.
  public static var transient: OutcomeSet {
    var set = serverFailures
    set.insert(status: 429)
    return set
  }

  /// What speaks against a deployment: 5xx, timeouts, connection errors, broken streams and
  /// answers that cannot be read.
  public static var serverFailures: OutcomeSet {
    var set = OutcomeSet()
    for status in UInt16(500)...599 { set.insert(status: status) }
    for kind in [
      Outcome.Kind.connection, .firstTokenTimeout, .idleTimeout, .totalTimeout, .brokenStream,
      .malformed,
    ] { set.insert(kind) }
    return set
  }

  /// Adds a kind with all its statuses.
  public mutating func insert(_ kind: Outcome.Kind) {
    kinds |= 1 << UInt16(kind.rawValue)
    if kind == .status { statuses = SIMD4(repeating: .max) }
  }

  /// Adds one error status, and with 400 and 429 what is refused with them.
  public mutating func insert(status: UInt16) {
    guard status >= 400, status < 656 else { return }
    let bit = Int(status) - 400
    statuses[bit >> 6] |= 1 << UInt64(bit & 63)
    if status == 400 {
      insert(.contextWindow)
      insert(.contentPolicy)
    }
    if status == 429 { insert(.spendLimit) }
  }

  /// Whether `outcome` is a member.
  @inline(__always)
  public func contains(_ outcome: Outcome) -> Bool {
    guard outcome.kind == .status, outcome.status >= 400, outcome.status < 656 else {
      return kinds & (1 << UInt16(outcome.kind.rawValue)) != 0
    }
    let bit = Int(outcome.status) - 400
    return statuses[bit >> 6] & (1 << UInt64(bit & 63)) != 0
  }

  /// Adds the members of another set.
  public mutating func formUnion(_ other: OutcomeSet) {
    kinds |= other.kinds
    statuses |= other.statuses
  }

  /// Takes away the members of another set.
  public mutating func subtract(_ other: OutcomeSet) {
    kinds &= ~other.kinds
    statuses &= ~other.statuses
  }

  /// The words that a file may use, beside statuses and ranges.
  public static let words = [
    "any", "4xx", "5xx", "contextWindow", "contentPolicy", "spendLimit", "auth", "rateLimit",
    "overloaded", "timeout", "firstToken", "idle", "total", "connection", "broken", "malformed",
  ]

  /// Reads a list of words from `key`; `standard` if the key is absent.
  public init(
    reading s: inout SettingsReader, _ key: String, default standard: OutcomeSet,
    _ standardText: String, _ doc: String
  ) throws(SettingError) {
    let full =
      doc + " Words: a status, a range such as 502-504, " + OutcomeSet.words.joined(separator: ", ")
      + "; with ! before it a word takes away. Default: \(standardText)."
    let present = s.has(key)
    let parts = try s.list(key, full) { setting throws(SettingError) -> (OutcomeSet, Bool) in
      try OutcomeSet.part(setting)
    }
    guard present, !s.isDescribing else {
      self = standard
      return
    }
    self.init()
    if !parts.isEmpty, parts.allSatisfy({ $0.1 }) { self = .any }
    for part in parts where !part.1 { formUnion(part.0) }
    for part in parts where part.1 { subtract(part.0) }
  }

  /// What one word says, and whether it takes that away.
  private static func part(_ setting: Setting) throws(SettingError) -> (OutcomeSet, Bool) {
    let text: String
    switch setting.content {
    case .string(let word): text = word
    case .number(_, let literal): text = literal
    default: text = ""
    }
    let takesAway = text.hasPrefix("!")
    let word = takesAway ? String(text.dropFirst()) : text
    guard let set = OutcomeSet(word: word) else {
      throw SettingError(
        at: setting.position, path: setting.path, found: "\"\(text)\"",
        expected: "a status from 400 to 599, a range of them, or one of: "
          + OutcomeSet.words.joined(separator: ", "),
        suggestion: Nearest.spelling(of: word, among: OutcomeSet.words))
    }
    return (set, takesAway)
  }

  private init?(word: String) {
    self.init()
    switch word {
    case "any": self = .any
    case "4xx": for status in UInt16(400)...499 { insert(status: status) }
    case "5xx": for status in UInt16(500)...599 { insert(status: status) }
    case "contextWindow": insert(.contextWindow)
    case "contentPolicy": insert(.contentPolicy)
    case "spendLimit": insert(.spendLimit)
    case "auth":
      insert(status: 401)
      insert(status: 403)
    case "rateLimit": insert(status: 429)
    case "overloaded":
      insert(status: 503)
      insert(status: 529)
    case "timeout":
      insert(.firstTokenTimeout)
      insert(.idleTimeout)
      insert(.totalTimeout)
    case "firstToken": insert(.firstTokenTimeout)
    case "idle": insert(.idleTimeout)
    case "total": insert(.totalTimeout)
    case "connection": insert(.connection)
    case "broken": insert(.brokenStream)
    case "malformed": insert(.malformed)
    default:
      let ends = word.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
        first >= 400, last < 600, first <= last
      else { return nil }
      for status in first...last { insert(status: status) }
    }
  }
}
