public import Engine
import Providers
import Settings
import Vocabulary

/// An incident on the gateway itself: its replicas start anew, or take over another policy, or the
/// service that they ask is down or slow for a time: the central store of counters, a shared cache, the
/// model that makes embeddings.
///
///     deploy: { on: "gateway", from: "5h", restart: { rolling: "5m" } }
///     crash:  { on: "gateway", from: "2h", restart: "crash" }
///     lost:   { on: "gateway", from: "2h", restart: { kind: "crash", down: "40s", noticed: "10s", meanwhile: "silent" } }
///     switch: { on: "gateway", from: "3h", reload: { policy: "failover" } }
///     redis:  { on: "gateway", from: "4h", for: "10m", store: "down" }
///     lagging: { on: "gateway", from: "5h", for: "10m", store: { slow: 20 } }
public struct GatewayIncident: Sendable {
  /// What befalls a replica.
  public enum Effect: Sendable, Equatable {
    /// It starts anew; what is in flight finishes.
    case drain
    /// It starts anew; what is in flight breaks.
    case crash
    /// It takes over a policy of the file.
    case reload(policy: Int)
    /// A service that replicas ask is down or slow.
    case service(SideCallKind, ServiceIncident.Effect)
  }

  /// The name.
  public var name: String
  /// When the first replica is struck.
  public var from: Instant
  /// From the first replica to the last, evenly; zero for all at once.
  public var rolling: Duration
  /// When it is over: for a service when it is well again, for replicas when the last is struck.
  public var until: Instant
  /// What befalls each.
  public var effect: Effect
  /// For how long a replica that is restarted takes no calls; `nil` if it is back at once.
  public var absence: GatewayFault.Absence?

  /// When each of so many replicas is struck.
  public func instants(replicas: Int) -> [Instant] {
    let step = rolling.nanoseconds / Int64(max(1, replicas))
    return (0..<max(1, replicas)).map { from.advanced(byNanoseconds: step * Int64($0)) }
  }

  private static let longest: ClosedRange<Duration> = .zero ... .seconds(86_400)

  init(
    name: String, reading s: inout SettingsReader, zero: Instant, policies: [String]
  ) throws(SettingError) {
    self.name = name
    _ = try s.text("on", "\"gateway\"")
    _ = try s.optionalText("source", "where this comes from")
    from = zero.advanced(
      by: try s.duration("from", "when the first replica, or the service, is struck"))
    let length = try s.optionalDuration(
      "for", in: .nanoseconds(1) ... .seconds(3_153_600_000), "how long the service is struck")
    var rolling = Duration.zero
    var absence: GatewayFault.Absence?
    var effect: Effect?
    if let restart = try s.raw("restart", "drain, crash, or { kind, rolling }") {
      let kinds = ["drain", "crash"]
      if restart.members == nil {
        effect = try restart.name(among: kinds, kind: "restart") == 1 ? .crash : .drain
      } else {
        (effect, rolling) = try restart.object { r throws(SettingError) -> (Effect, Duration) in
          absence = try GatewayIncident.absence(&r)
          let kind = try r.name(
            "kind", default: "drain", among: kinds, kind: "restart",
            "what is in flight finishes, or breaks")
          let time = try r.duration(
            "rolling", default: .zero, in: GatewayIncident.longest,
            "from the first replica to the last")
          return (kind == 1 ? .crash : .drain, time)
        }
      }
    }
    let reload = try s.object("reload", "another policy is taken over") {
      r throws(SettingError) -> (Effect, Duration) in
      let policy = try r.name("policy", among: policies, kind: "policy", "which policy")
      let time = try r.duration(
        "rolling", default: .zero, in: GatewayIncident.longest, "from the first replica to the last"
      )
      return (.reload(policy: policy), time)
    }
    if let reload {
      try s.require(effect == nil, "reload", expected: "either `restart` or `reload`")
      (effect, rolling) = reload
    }
    for kind in GatewayIncident.services {
      guard
        let struck = try s.raw(
          kind.name, "\(kind.name): down, { down: { after } }, or { slow: factor }")
      else { continue }
      try s.require(
        effect == nil, kind.name,
        expected: "one of \(GatewayIncident.effects.joined(separator: ", "))")
      effect = .service(kind, try GatewayIncident.serviceEffect(struck))
    }
    guard let effect else {
      throw SettingError(
        at: s.setting, "it has no effect", allowed: GatewayIncident.effects,
        next: "say what befalls the gateway's replicas, or a service that they ask")
    }
    if case .service = effect {
      guard let length else {
        throw s.error("for", expected: "how long the service is struck, such as \"10m\"")
      }
      until = from.advanced(by: length)
    } else {
      try s.require(length == nil, "for", expected: "nothing: only a service is struck for a time")
      until = from.advanced(by: rolling + (absence?.lasts ?? .zero))
    }
    self.effect = effect
    self.rolling = rolling
    self.absence = absence
  }
}

extension GatewayIncident {
  /// The services that may be struck: probes fail with what they probe.
  private static let services = SideCallKind.allCases.filter { $0 != .probe }

  /// All that may befall a gateway.
  private static let effects = ["restart", "reload"] + services.map(\.name)

  /// Reads `down`, `noticed` and `meanwhile` of a restart.
  private static func absence(
    _ r: inout SettingsReader
  ) throws(SettingError) -> GatewayFault.Absence? {
    let down = try r.optionalDuration(
      "down", in: .nanoseconds(1)...longest.upperBound,
      "how long each takes no calls; silence: it is back at once")
    let noticed = try r.optionalDuration(
      "noticed", in: longest,
      "until the load balancer sends its calls to the others; silence: at once")
    let manner = try r.optionalName(
      "meanwhile", among: ["refused", "silent"], kind: "way to be away",
      "what calls meet until then: connections are refused, or nothing answers until the client's "
        + "`connectTimeout`; silence: refused")
    if r.isDescribing { return nil }
    guard let down else {
      for key in ["noticed", "meanwhile"] {
        try r.require(
          !r.has(key), key, expected: "`down`: a replica that is back at once is not away")
      }
      return nil
    }
    try r.require(noticed ?? .zero <= down, "noticed", expected: "at most as long as `down`")
    return GatewayFault.Absence(
      lasts: down, noticed: noticed ?? .zero, isSilent: manner == 1)
  }

  /// Reads what befalls a service: "down", { down: { after: "2ms" } }, { slow: 20 }.
  private static func serviceEffect(
    _ setting: Setting
  ) throws(SettingError) -> ServiceIncident.Effect {
    guard setting.members != nil else {
      _ = try setting.name(among: ["down"], kind: "effect")
      return .down(after: nil)
    }
    return try setting.object { r throws(SettingError) -> ServiceIncident.Effect in
      let slow = try r.optionalNumber(
        "slow", in: 1...1_000_000, "how many times as long answers take")
      let down = try r.object("down", "no answer, unless calls are refused after a time") {
        d throws(SettingError) -> Duration? in
        try d.optionalDuration(
          "after", in: .zero ... .seconds(3600),
          "after how long a call is refused; silence: it gets no answer until its deadline")
      }
      if let slow {
        try r.require(down == nil, "slow", expected: "either `slow` or `down`")
        return .slow(slow)
      }
      guard let down else {
        throw SettingError(
          at: setting, expected: "\"down\", { down: { after: \"2ms\" } } or { slow: 20 }")
      }
      return .down(after: down)
    }
  }
}

extension Scenario {
  private static func isOnGateway(_ incident: Setting) -> Bool {
    if case .string("gateway")? = incident["on"]?.content { return true }
    return false
  }

  /// The tree without the incidents on the gateway itself, which the providers know nothing of.
  static func withoutGatewayIncidents(_ tree: Setting) -> Setting {
    guard case .object(var members) = tree.content,
      let place = members.firstIndex(where: { $0.key == "incidents" }),
      case .object(let incidents) = members[place].value.content
    else { return tree }
    members[place].value.content = .object(incidents.filter { !isOnGateway($0.value) })
    var copy = tree
    copy.content = .object(members)
    return copy
  }

  /// Reads the incidents on the gateway itself.
  static func gatewayIncidents(
    _ tree: Setting, zero: Instant, policies: [String]
  ) throws(SettingError) -> [GatewayIncident] {
    var read: [GatewayIncident] = []
    for incident in tree["incidents"]?.members ?? [] where isOnGateway(incident.value) {
      read.append(
        try incident.value.object { s throws(SettingError) -> GatewayIncident in
          try GatewayIncident(name: incident.key, reading: &s, zero: zero, policies: policies)
        })
    }
    return read
  }
}
