import Chance
import Settings
import Vocabulary

/// LiteLLM's cooldown: a deployment is invisible for a time after failures.
///
/// How long: the deployment's own `time`, else the failure's `Retry-After` (not capped), else
/// `time`; zero means not at all. A further failure meanwhile changes nothing. Which failures: 401,
/// 402, 404, 408, 429, timeouts, 5xx, broken streams and unreadable answers; never other 4xx, nor connection errors.
/// When, in this order, `single` being a deployment without a sibling:
/// 1. single and 402 and no policy: no.
/// 2. the deployment's own `allowedFails` or policy: when its counter of that class (or one for all
///    classes) passes the limit; but not a single one by `allowedFails` alone.
/// 3. `allowedFails` (other than 3, which LiteLLM takes for unset) or a policy: when one counter for
///    all classes passes the limit. Counters begin at a first failure and last for `time`.
/// 4. otherwise, with successes and failures each counted in a window of `window` from its first:
///    429 and not single, at once; nothing but failures and 1,000 of them; more than `share` of
///    `minimum` or more, if not single; a status that is not retried (401, 402, 404), at once.
///
/// There is no half-open state, and nothing is reset when it comes back. Source: LiteLLM 1.106.2,
/// `router_utils/cooldown_handlers.py` (litellm.md §5).
/// - Complexity: O(1) an attempt.
public struct LiteLLMCooldown: Ejection {
  /// LiteLLM's classes of failures, in the order in which its policies name them.
  enum Class: Int, CaseIterable {
    case badRequest, authentication, timeout, rateLimit, internalServer, serviceUnavailable
    case badGateway, notFound
  }

  /// What may be allowed: a number for each class, or for all.
  struct Allowance: Sendable {
    var all: Int?
    var classes = [Int?](repeating: nil, count: Class.allCases.count)
    var hasPolicy = false
    var isStated: Bool { all != nil || hasPolicy }
  }

  /// What one deployment says for itself.
  struct Own: Sendable {
    var time: Int64?
    var isSingle: Bool?
    var allowance = Allowance()
  }

  /// A counter that lives for a time from its first count on.
  private struct Counter: BitwiseCopyable, Sendable {
    var count = 0
    var until = Instant.distantPast

    mutating func add(for nanoseconds: Int64, at now: Instant) {
      if now > until {
        count = 0
        until = now.advanced(byNanoseconds: nanoseconds)
      }
      count += 1
    }

    func value(at now: Instant) -> Int { now > until ? 0 : count }
  }

  private struct State: Sendable {
    var isSingle: Bool
    var own: Own?
    var successes = Counter()
    var failures = Counter()
    var allowed = Counter()
    var ofClass = [Counter](repeating: Counter(), count: Class.allCases.count + 1)
  }

  private let time: Int64
  private let allowance: Allowance
  private let share: Double
  private let minimum: Int
  private let singleMinimum: Int
  private let window: Int64
  private let honours: Bool
  let overrides: [(name: String, own: Own, at: Setting)]
  /// Whose attempts count.
  public let state: GuardState
  private var states: [State] = []

  /// Reads LiteLLM's parameters under our names.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    let limits: ClosedRange<Duration> = .zero ... .seconds(86_400)
    time = try s.duration(
      "time", default: .seconds(5), in: limits, "cooldown_time: how long it is left out"
    ).nanoseconds
    var allowance = try Allowance(reading: &s)
    let countsThree = try s.flag(
      "countsThree", default: false,
      "whether allowedFails 3 counts as stated; LiteLLM takes it for unset")
    if allowance.all == 3, !countsThree { allowance.all = nil }
    self.allowance = allowance
    share = try s.share(
      "share", default: Probability(clamping: 0.5), "a larger share of failures cools it"
    ).value
    minimum = try s.integer(
      "minimum", default: 5, in: 1...1_000_000, "attempts before the share is judged")
    singleMinimum = try s.integer(
      "singleMinimum", default: 1_000, in: 1...1_000_000,
      "attempts without a success that cool even one without a sibling")
    window = try s.duration(
      "window", default: .seconds(60), in: .milliseconds(1) ... .seconds(86_400),
      "over what time successes and failures are counted"
    ).nanoseconds
    honours =
      try s.name(
        "retryAfter", default: "honour", among: ["honour", "ignore"], kind: "treatment",
        "whether a Retry-After replaces the time") == 0
    overrides = try s.entries("deployments", "what single deployments say for themselves") {
      name, setting throws(SettingError) -> (String, Own, Setting) in
      let own = try setting.object { o throws(SettingError) -> Own in
        var own = Own()
        own.time = try o.optionalDuration("time", in: limits, "its own cooldown_time")?.nanoseconds
        own.isSingle = try o.optionalFlag(
          "single", "whether it counts as without a sibling; silence: as the routes have it")
        own.allowance = try Allowance(reading: &o)
        return own
      }
      return (name, own, setting)
    }.map { ($0.value.0, $0.value.1, $0.value.2) }
    state = try GuardState(reading: &s)
  }

  /// A cooldown.
  public var reason: Note.Ejection { .cooldown }

  /// Learns who has siblings.
  public mutating func prepare(for deployments: [EjectionTarget], chance: Chance) {
    states = deployments.map { target in
      let own = overrides.first { $0.name == target.name }.map(\.own)
      return State(isSingle: own?.isSingle ?? target.isSingle, own: own)
    }
  }

  /// Counts an outcome; a failure may cool the deployment.
  public mutating func ended(
    _ deployment: Int, _ outcome: Outcome, _ hint: RetryAfter, at now: Instant,
    _ table: inout EjectionTable
  ) {
    if outcome.isSuccess { return states[deployment].successes.add(for: window, at: now) }
    guard let kind = LiteLLMCooldown.eligible(outcome) else { return }
    states[deployment].failures.add(for: window, at: now)
    let asked = honours ? hint.nanoseconds : nil
    let time = states[deployment].own?.time ?? asked ?? self.time
    guard time > 0, cools(deployment, kind, outcome, at: now) else { return }
    if now < table.until(deployment) { return }
    table.eject(deployment, until: now.advanced(byNanoseconds: time))
  }

  private mutating func cools(
    _ deployment: Int, _ kind: Class, _ outcome: Outcome, at now: Instant
  ) -> Bool {
    let isSingle = states[deployment].isSingle
    if let own = states[deployment].own?.allowance, own.isStated {
      if isSingle, outcome.status == 402, !own.hasPolicy { return false }
      let stated = own.classes[kind.rawValue]
      let place = stated == nil ? Class.allCases.count : kind.rawValue
      guard let limit = stated ?? own.all else { return false }
      if isSingle, stated == nil { return false }
      states[deployment].ofClass[place].add(for: self.time, at: now)
      return states[deployment].ofClass[place].value(at: now) > limit
    }
    if isSingle, outcome.status == 402, !allowance.hasPolicy { return false }
    if allowance.isStated {
      states[deployment].allowed.add(for: time, at: now)
      let limit = allowance.classes[kind.rawValue] ?? allowance.all ?? 3
      return states[deployment].allowed.value(at: now) > limit
    }
    if outcome.status == 429, !isSingle { return true }
    let failures = states[deployment].failures.value(at: now)
    let all = failures + states[deployment].successes.value(at: now)
    if failures == all, all >= singleMinimum { return true }
    if !isSingle, all >= minimum, Double(failures) / Double(all) > share { return true }
    return [401, 402, 404].contains(outcome.status)
  }

  /// The class of a failure that may cool a deployment; `nil` for one that never does.
  private static func eligible(_ outcome: Outcome) -> Class? {
    switch outcome.kind {
    case .succeeded, .cancelled, .connection, .contextWindow, .contentPolicy: return nil
    case .firstTokenTimeout, .idleTimeout, .totalTimeout: return .timeout
    case .brokenStream, .malformed: return .internalServer
    case .status, .spendLimit: break
    }
    switch outcome.status {
    case 401: return .authentication
    case 402: return .badRequest
    case 404: return .notFound
    case 408: return .timeout
    case 429: return .rateLimit
    case 400..<500: return nil
    case 502: return .badGateway
    case 503: return .serviceUnavailable
    default: return .internalServer
    }
  }
}

extension LiteLLMCooldown.Allowance {
  init(reading s: inout SettingsReader) throws(SettingError) {
    let counts = 0...1_000_000
    all = try s.optionalInteger("allowedFails", in: counts, "failures that are let pass")
    let names = [
      "badRequest", "authentication", "timeout", "rateLimit", "internalServer",
      "serviceUnavailable", "badGateway", "notFound",
    ]
    let read = try s.object("policy", "allowed_fails_policy: failures let pass, by class") {
      p throws(SettingError) -> [Int?] in
      var values: [Int?] = []
      for name in names {
        values.append(try p.optionalInteger(name, in: counts, "failures of that class let pass"))
      }
      return values
    }
    if let read { classes = read }
    hasPolicy = read != nil
  }
}

/// All cooldowns, by name.
public enum Cooldowns {
  /// The registry: one line a cooldown.
  public static let registry = Registry<any Ejection>(
    "cooldown",
    [
      .init(
        "litellm", "invisible for a few seconds after failures, by LiteLLM's rules",
        source: "LiteLLM 1.106.2, cooldown_handlers.py",
        make: { s throws(SettingError) in try LiteLLMCooldown(reading: &s) })
    ])
}
