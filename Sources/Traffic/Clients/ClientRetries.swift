import Settings
import Vocabulary

/// When and how a client tries a call again.
///
/// The wait before retry n (from 0) is min(to, from × factorⁿ) × (1 − jitter × u), u uniform: jitter
/// 0 spreads nothing, 25 % is that of the OpenAI and Anthropic libraries, 100 % is full jitter
/// (M. Brooker, "Exponential backoff and jitter", 2015). A `Retry-After` is waited instead, as it is.
///
/// Where an answer carries `x-should-retry`, that decides and no status does, as in both libraries:
/// `shouldRetry` says which failures the server marks so.
/// - Complexity: O(n).
struct ClientRetries: BitwiseCopyable, Sendable, Hashable {
  /// What becomes of a `Retry-After` beyond the limit.
  enum Beyond: Int, BitwiseCopyable, Sendable, Hashable {
    /// It counts as not said.
    case ignore
    /// The limit is waited.
    case cap
    /// It ends the tries.
    case end
  }

  var max: UInt8
  var on: ClientFailures
  /// Nanoseconds.
  var from: Int64
  /// Nanoseconds.
  var to: Int64
  var factor: Double
  var jitter: Double
  var honoursRetryAfter = true
  /// Nanoseconds.
  var retryAfterLimit: Int64 = 60_000_000_000
  var beyond = Beyond.ignore
  /// The failures whose answers carry `x-should-retry: true`, and `false`.
  var marked = ClientFailures()
  var markedNot = ClientFailures()
  /// What all retries of the stream's client may cost together; `nil` for no bound.
  var budget: ClientBudget.Plan?

  /// Whether the client would try again after that, tries left.
  func covers(_ end: AnswerEnd) -> Bool {
    if markedNot.contains(end) { return false }
    return on.contains(end) || marked.contains(end)
  }

  /// The most retries of a call: its key has room for the number of the try.
  static let most = 63

  /// No retry; what is tried again if only a maximum is said is what the libraries do.
  static var never: ClientRetries {
    var retries = stainless
    retries.max = 0
    return retries
  }

  /// The retries of the libraries of OpenAI and Anthropic, which one generator makes.
  static let stainless = ClientRetries(
    max: 2, on: .stainless, from: 500_000_000, to: 8_000_000_000, factor: 2, jitter: 0.25)

  init(
    max: UInt8, on: ClientFailures, from: Int64, to: Int64, factor: Double, jitter: Double
  ) {
    self.max = max
    self.on = on
    self.from = from
    self.to = to
    self.factor = factor
    self.jitter = jitter
  }

  init(reading s: inout SettingsReader, standard: ClientRetries) throws(SettingError) {
    self = standard
    max = UInt8(
      try s.integer(
        "max", default: standard.max == 0 ? nil : Int(standard.max), in: 0...ClientRetries.most,
        "how often a call is tried again"))
    on = try ClientFailures.read("on", from: &s, default: standard.on)
    try readBackoff(&s, standard)
    honoursRetryAfter = try s.flag(
      "honourRetryAfter", default: standard.honoursRetryAfter,
      "whether a Retry-After is waited instead of the backoff")
    retryAfterLimit = try s.duration(
      "retryAfterLimit", default: .nanoseconds(standard.retryAfterLimit),
      in: .zero ... .seconds(86_400), "the longest Retry-After that is taken as it is"
    ).nanoseconds
    let treatments = ["ignore", "cap", "end"]
    beyond =
      Beyond(
        rawValue: try s.name(
          "retryAfterBeyond", default: treatments[standard.beyond.rawValue], among: treatments,
          kind: "treatment",
          "a longer one counts as not said, is cut to the limit, or ends the tries")) ?? .ignore
    let said = try s.object(
      "shouldRetry", "the failures that the server marks with the header `x-should-retry`"
    ) { (s) throws(SettingError) in
      (
        try ClientFailures.read(
          "true", from: &s, default: ClientFailures(), "failures that say: try again"),
        try ClientFailures.read(
          "false", from: &s, default: ClientFailures(), "failures that say: do not")
      )
    }
    if let said, !s.isDescribing { (marked, markedNot) = said }
    budget = try s.object(
      "budget", "a bucket that all retries of the stream's client are paid from",
      ClientBudget.Plan.init(reading:))
  }

  private mutating func readBackoff(
    _ s: inout SettingsReader, _ standard: ClientRetries
  ) throws(SettingError) {
    let bounds: ClosedRange<Duration> = .zero ... .seconds(86_400)
    let read = try s.object("backoff", "the wait before a retry; silence: the library's") {
      (s) throws(SettingError) in
      let from = try s.duration(
        "from", default: .nanoseconds(standard.from), in: bounds, "the wait before the first retry")
      let to = try s.duration(
        "to", default: .nanoseconds(Swift.max(standard.to, from.nanoseconds)), in: bounds,
        "the longest wait")
      try s.require(to >= from, "to", expected: "a longest wait that is no shorter than the first")
      let factor = try s.number(
        "factor", default: standard.factor, in: 1...100, "growth per retry; 1 for a constant wait")
      let jitter = try s.share(
        "jitter", default: Probability(clamping: standard.jitter),
        "the share by which a wait may be shortened, evenly; 100% is full jitter")
      return (from.nanoseconds, to.nanoseconds, factor, jitter.value)
    }
    if let read, !s.isDescribing { (from, to, factor, jitter) = read }
  }

  /// Nanoseconds before retry number `retry`, from 0; `nil` if there is none.
  func wait(beforeRetry retry: Int, _ retryAfter: RetryAfter, uniform u: Double) -> Int64? {
    if honoursRetryAfter, let asked = retryAfter.nanoseconds, asked > 0 {
      if asked <= retryAfterLimit { return asked }
      switch beyond {
      case .ignore: break
      case .cap: return retryAfterLimit
      case .end: return nil
      }
    }
    var wait = Double(from)
    if factor != 1 {
      for _ in 0..<retry where wait < Double(to) { wait *= factor }
    }
    return Int64(min(wait, Double(to)) * (1 - jitter * u))
  }
}
