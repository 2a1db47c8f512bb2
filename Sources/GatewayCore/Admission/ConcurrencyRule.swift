import Settings
import Vocabulary

/// One limit on what is in flight: for whom, and by which algorithm.
///
/// A request is in flight at the gateway from its admission until its last attempt has settled;
/// an attempt is in flight at a deployment from its start to its end. A limit on requests is judged
/// at admission, together with the limits on rates; a limit on a deployment removes the deployment
/// from the candidates while it is full, so that requests are routed around it. A cache hit is
/// never in flight; a follower of another's answer is, from its admission to its end, unless the
/// cache comes before admission. `drops` says which ends speak of overload; other failures and
/// what was withdrawn say nothing about the load and teach nothing.
///
/// With several replicas each counts and learns by itself: an adaptive limit weighs its own times
/// against its own in flight, as Envoy's adaptive concurrency and Netflix's concurrency-limits do in
/// each process; the times of others belong to numbers in flight that it does not know. A fixed
/// number for all replicas is a limit: `limits: [{ inFlight: 40, state: "gossiped" }]`.
public struct ConcurrencyRule: Sendable {
  /// Whom a bucket belongs to.
  public enum Scope: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// One for all requests.
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
    /// One a deployment: attempts, not requests.
    case deployment
  }

  /// Whom a bucket belongs to.
  public var scope: Scope
  /// The algorithm in its first state; each bucket has its own.
  public var algorithm: any ConcurrencyLimit
  /// The ends that count as drops.
  public var drops: OutcomeSet
  /// Whether it only notes what it would refuse.
  public var isShadow: Bool
  /// The status of a refusal.
  public var status: UInt16

  /// At most so many limits on requests, and as many on deployments.
  public static let most = 4
  /// Added to a limit's place in `concurrency` where a note or a record names it: it stands beside
  /// the places in `limits`.
  public static let subject: UInt16 = 0x8000

  /// Reads one limit.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    scope =
      Scope(
        rawValue: UInt8(
          try s.name(
            "each", default: "everyone", among: Scope.allCases.map { "\($0)" }, kind: "scope",
            "whom a limit belongs to; a deployment's is routed around"))) ?? .everyone
    algorithm = try s.choice(
      "by", from: ConcurrencyLimits.registry, "how much may be in flight at once")
    drops = try OutcomeSet(
      reading: &s, "drops", default: ConcurrencyRule.overload, "429, 503, 529, timeout",
      "what counts as a drop.")
    isShadow = try s.flag("shadow", default: false, "only note what would be refused")
    status = UInt16(
      try s.integer(
        "status", default: 429, in: 400...599,
        "what a refused client gets; where all deployments are full, `allDown` says it"))
    let isElsewhere = s.setting["state"].map { (try? $0.text()) != "local" } ?? false
    try s.require(
      !isElsewhere, "state",
      expected: "\"local\": each replica weighs its own times against its own in flight",
      next: "for one number over all replicas use limits: [{ inFlight: 40, state: \"gossiped\" }]")
    _ = try s.name(
      "state", default: "local", among: ["local"], kind: "scope",
      "each replica counts and learns by itself")
  }

  /// How an overloaded server ends requests.
  static var overload: OutcomeSet {
    var set = OutcomeSet()
    for status in [UInt16(429), 503, 529] { set.insert(status: status) }
    for kind in [Outcome.Kind.firstTokenTimeout, .idleTimeout, .totalTimeout] { set.insert(kind) }
    return set
  }

  /// Whether a refusal is the tenant's own doing: load that all share is shed instead.
  var rejection: RequestRecord.Rejection {
    switch scope {
    case .everyone, .alias, .deployment: .shed
    case .key, .user, .team, .feature: .limit
    }
  }
}

extension ConcurrencyRule.Scope {
  /// How many buckets a limit of this scope has.
  func count(in populations: Populations, deployments: Int) -> Int {
    switch self {
    case .everyone: 1
    case .key: populations.keys
    case .user: populations.users
    case .team: populations.teams
    case .feature: populations.features
    case .alias: populations.aliases
    case .deployment: deployments
    }
  }

  /// Which bucket a request falls into; 0 for a deployment's limit.
  @inline(__always)
  func bucket(of request: borrowing Request) -> Int {
    switch self {
    case .everyone, .deployment: 0
    case .key: Int(request.identity.key.index)
    case .user: Int(request.identity.user.index)
    case .team: Int(request.identity.team.index)
    case .feature: Int(request.identity.feature.index)
    case .alias: Int(request.alias.index)
    }
  }
}

extension GatewayPlan {
  /// Reads the limits on what is in flight.
  mutating func readConcurrency(_ s: inout SettingsReader) throws(SettingError) {
    concurrency = try s.list("concurrency", "limits on what is in flight at once") {
      setting throws(SettingError) -> ConcurrencyRule in
      try setting.object { r throws(SettingError) -> ConcurrencyRule in
        try ConcurrencyRule(reading: &r)
      }
    }
    let ofDeployments = concurrency.filter { $0.scope == .deployment }.count
    guard max(ofDeployments, concurrency.count - ofDeployments) <= ConcurrencyRule.most else {
      throw SettingError(
        at: s.setting.position, path: s.setting.path + ".concurrency",
        found: "\(concurrency.count) limits on what is in flight",
        expected:
          "at most \(ConcurrencyRule.most) on requests and \(ConcurrencyRule.most) on deployments")
    }
    // A deployment that is full does not fit.
    if concurrency.contains(where: { $0.scope == .deployment && !$0.isShadow }) {
      for number in tree.nodes.indices { tree.nodes[number].alwaysFit = false }
    }
  }
}
