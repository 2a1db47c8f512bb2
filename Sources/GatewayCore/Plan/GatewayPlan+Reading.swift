import Settings
import Vocabulary

// How a policy is read from a file. Silence means off.

extension GatewayPlan {
  /// Reads a policy: routes, attempts, breaker, limits, cache.
  public init(
    reading s: inout SettingsReader, names: PolicyNames, gossips: Bool = false
  ) throws(SettingError) {
    var attempts = AttemptRules()
    if let read = try s.object(
      "attempts", "deadlines and retries of attempts",
      {
        r throws(SettingError) -> AttemptRules in try AttemptRules(reading: &r)
      })
    {
      attempts = read
    }
    let breaker = try s.object("breaker", "the circuit breaker of every deployment") {
      r throws(SettingError) -> BreakerRule in try BreakerRule(reading: &r)
    }
    let allDown =
      AllDown(
        rawValue: try s.name(
          "allDown", default: "use", among: ["use", "fail"], kind: "treatment",
          "when every candidate is down: use one anyway, or fail with 503")) ?? .use
    var builder = RouteBuilder(names: names, attempts: attempts, breaker: breaker)
    let routes = try s.entries("routes", "the route tree of each alias") {
      name, setting throws(SettingError) -> (Int, UInt16) in
      guard let alias = names.aliases.firstIndex(of: name) ?? (setting.isDescribing ? 0 : nil)
      else {
        throw SettingError(at: setting, unknown: "alias", name: name, among: names.aliases)
      }
      return (alias, try builder.node(setting, Inherited(attempts, breaker)))
    }
    if !s.isDescribing {
      try builder.connect(routes.map(\.value), at: s.setting)
    }
    self.init(tree: builder.tree, deployments: names.deployments, populations: names.populations)
    keys = names.keys
    limits = try s.list("limits", "limits, judged as a whole and charged as a whole") {
      setting throws(SettingError) -> LimitRule in
      try setting.object { r throws(SettingError) -> LimitRule in try LimitRule(reading: &r) }
    }
    cache =
      try s.object("cache", "answers kept and reused") {
        r throws(SettingError) -> CacheRule? in
        try r.object("exact", "by the fingerprint of the request") {
          e throws(SettingError) -> CacheRule in try CacheRule(reading: &e)
        }
      } ?? nil
    order =
      Order(
        rawValue: try s.name(
          "order", default: "admitFirst", among: ["admitFirst", "cacheFirst"], kind: "order",
          "whether limits or the cache come first")) ?? .admitFirst
    retryBudget = attempts.budget
    maximumAttempts = attempts.max
    requestDeadline = attempts.request
    reportsFirstError = attempts.reportsFirstError
    self.allDown = allDown
    self.gossips = gossips
    try readEjections(&s)
    try readConcurrency(&s)
    try readQueue(&s)
    try readCoalescing(&s)
  }
}

/// The policy's rules for all attempts; a route node may say otherwise for what is below it.
struct AttemptRules {
  var deadlines = DeadlineRule()
  var request: Int64 = .max
  var max = 16
  var retry: RetryRule?
  var budget: RetryBudget?
  var reportsFirstError = false

  init() {}

  init(reading s: inout SettingsReader) throws(SettingError) {
    deadlines = try DeadlineRule(reading: &s, over: DeadlineRule())
    request =
      try s.optionalDuration(
        "request", in: .milliseconds(1) ... .seconds(86_400),
        "until the whole request must have ended, retries and fallbacks included")?.nanoseconds
      ?? .max
    max = try s.integer("max", default: 16, in: 1...16, "attempts a request may make")
    retry = try s.object("retry", "retry at the same deployment, for every deployment") {
      r throws(SettingError) -> RetryRule in
      let rule = try RetryRule(reading: &r)
      return rule
    }
    budget = try s.object("budget", "bounds retries to a share of first attempts") {
      r throws(SettingError) -> RetryBudget in try RetryBudget(reading: &r)
    }
    reportsFirstError =
      try s.name(
        "error", default: "last", among: ["last", "first"], kind: "error",
        "which error the client gets when nothing is left") == 1
  }
}

/// What the levels above a route node say.
struct Inherited {
  var deadlines: DeadlineRule
  var breaker: BreakerRule?
  /// The retry rule of the leaves below.
  var retry: RetryRule?

  init(_ attempts: AttemptRules, _ breaker: BreakerRule?) {
    deadlines = attempts.deadlines
    retry = attempts.retry
    self.breaker = breaker
  }
}
