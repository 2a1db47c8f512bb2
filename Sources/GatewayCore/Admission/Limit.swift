import Settings
import Vocabulary

/// One limit of a policy: what is counted, for whom, and when it is charged.
///
/// `charge`: `check` judges and takes at admission what is known then (a request is 1; tokens are
/// those of the prompt); `after` admits while the bucket owes nothing and takes what was used at
/// the end; `reserve` takes prompt plus output cap at admission and gives back at settlement what
/// was not used. Sources: Kong (after), Portkey (check), TensorZero (reserve and reconcile).
public struct LimitRule: BitwiseCopyable, Sendable {
  /// Whom a bucket belongs to.
  public enum Scope: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// One bucket for all.
    case everyone
    /// One a virtual key.
    case key
    /// One a user.
    case user
    /// One a team.
    case team
    /// One a feature.
    case feature
    /// One an alias.
    case alias
  }

  /// What is counted.
  public enum Unit: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// Requests.
    case requests
    /// Input tokens.
    case inputTokens
    /// Output tokens.
    case outputTokens
    /// Input and output tokens.
    case totalTokens
  }

  /// When permits are taken.
  public enum Charge: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// At admission, what is known then.
    case check
    /// At the end, what was used.
    case after
    /// At admission the most it may use; the rest comes back at the end.
    case reserve
  }

  /// Whom a bucket belongs to.
  public var scope: Scope
  /// What is counted.
  public var unit: Unit
  /// When permits are taken.
  public var charge: Charge
  /// Rate and burst.
  public var bucket: TokenBucket.Rule
  /// Whether cache hits are charged too (a limit judged before the cache).
  public var countsHits: Bool
  /// Whether it only notes what it would refuse.
  public var isShadow: Bool
  /// Output tokens to reserve for a request without a cap.
  public var assumeOutput: Int64

  /// Reads one limit.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    scope =
      Scope(
        rawValue: UInt8(
          try s.name(
            "each", default: "everyone",
            among: ["everyone", "key", "user", "team", "feature", "alias"], kind: "scope",
            "whom a bucket belongs to"))) ?? .everyone
    let units = ["requests", "inputTokens", "outputTokens", "totalTokens"]
    var chosen: (Unit, Rate)?
    var several = false
    for (index, name) in units.enumerated() {
      let rate = try s.optionalRate(name, "\(name) per time")
      guard let rate, let unit = Unit(rawValue: UInt8(index)) else { continue }
      several = several || chosen != nil
      chosen = (unit, rate)
    }
    let burst = try s.optionalInteger(
      "burst", in: Int.min...Int.max, "permits of a full bucket; default one second's worth")
    let charge = try s.optionalName(
      "charge", among: ["check", "after", "reserve"], kind: "charge",
      "when permits are taken; default check for requests, reserve for tokens")
    countsHits = try s.flag("countHits", default: true, "whether cache hits are charged")
    isShadow = try s.flag("shadow", default: false, "only note what would be refused")
    assumeOutput = Int64(
      try s.integer(
        "assumeOutput", default: 500, in: 0...10_000_000,
        "output tokens to reserve for a request without a cap"))
    if s.isDescribing { chosen = (.requests, .perSecond(1)) }
    guard let (unit, rate) = chosen, !several else {
      throw SettingError(
        at: s.setting.position, path: s.setting.path,
        found: several ? "several units" : "no unit",
        expected: "exactly one of " + units.joined(separator: ", ") + ", such as \"100/s\"",
        next: "write one limit per unit")
    }
    self.unit = unit
    self.charge =
      charge.flatMap { Charge(rawValue: UInt8($0)) } ?? (unit == .requests ? .check : .reserve)
    let standard = max(1, Int64(min(rate.perSecond.rounded(.up), 9e18)))
    guard let rule = TokenBucket.Rule(rate: rate, burst: Int64(burst ?? Int(standard))) else {
      let at = s.setting
      throw SettingError(
        at: at.position, path: at.path,
        found: rate.count == 0 ? "a rate of zero" : "a burst of \(burst ?? Int(standard))",
        expected: "a positive rate, and a burst of at least 1 and not absurdly large",
        next: "a bucket without permits can never admit a request; give it a burst")
    }
    bucket = rule
  }

  /// Which bucket a request falls into.
  @inline(__always)
  func bucketIndex(of request: borrowing Request) -> Int {
    switch scope {
    case .everyone: 0
    case .key: Int(request.identity.key.index)
    case .user: Int(request.identity.user.index)
    case .team: Int(request.identity.team.index)
    case .feature: Int(request.identity.feature.index)
    case .alias: Int(request.alias.index)
    }
  }

  /// Permits to take at admission.
  @inline(__always)
  func permitsAtAdmission(of request: borrowing Request) -> Int64 {
    let reserves = charge == .reserve
    let output =
      request.outputCap == .max ? assumeOutput : Int64(request.outputCap)
    return switch unit {
    case .requests: 1
    case .inputTokens: Int64(request.inputTokens)
    case .outputTokens: reserves ? output : 0
    case .totalTokens: Int64(request.inputTokens) + (reserves ? output : 0)
    }
  }

  /// Permits that a usage is worth.
  @inline(__always)
  func permits(of usage: Usage) -> Int64 {
    switch unit {
    case .requests: 1
    case .inputTokens: Int64(usage.inputTokens)
    case .outputTokens: Int64(usage.outputTokens)
    case .totalTokens: Int64(usage.inputTokens) + Int64(usage.outputTokens)
    }
  }
}

extension LimitRule.Scope {
  /// How many buckets a limit of this scope has.
  func count(in populations: Populations) -> Int {
    switch self {
    case .everyone: 1
    case .key: populations.keys
    case .user: populations.users
    case .team: populations.teams
    case .feature: populations.features
    case .alias: populations.aliases
    }
  }
}
