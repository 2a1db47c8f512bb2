import Settings
import Vocabulary

// How a policy is read from a file. Silence means off.

extension GatewayPlan {
  /// Reads a policy: routes, attempts, breaker, limits, cache.
  public init(
    reading s: inout SettingsReader, names: PolicyNames, gossips: Bool = false,
    hasPeers: Bool = false
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
    var finish: FinishRule?
    var builder = RouteBuilder(names: names, attempts: attempts, breaker: breaker)
    var inherited = Inherited(attempts, breaker, retry: attempts.retry.map { builder.tree.add($0) })
    let unfit = try UnfitRule(reading: &s)
    inherited.triesDownLast = unfit.allDown == .last
    try builder.filters(&s, &inherited)
    let routes = try s.entries("routes", "the route tree of each alias") {
      name, setting throws(SettingError) -> (Int, UInt16) in
      guard let alias = names.aliases.firstIndex(of: name) ?? (setting.isDescribing ? 0 : nil)
      else {
        throw SettingError(at: setting, unknown: "alias", name: name, among: names.aliases)
      }
      return (alias, try builder.node(setting, inherited))
    }
    if !s.isDescribing {
      if let hedge = attempts.hedge {
        let rule = builder.tree.add(hedge)
        builder.tree.hedge(roots: routes.map(\.value.1), by: rule)
      }
      finish = attempts.finish.map { stated in
        var rule = stated.rule
        if let observed = stated.observed { rule.observed = builder.tree.add(observed) }
        return rule
      }
      try builder.connect(routes.map(\.value), at: s.setting)
      // A request's deadline can make any leaf unfit.
      if finish != nil { builder.tree.doubtAll() }
    }
    self.init(tree: builder.tree, deployments: names.deployments, populations: names.populations)
    self.finish = finish
    brokenStream = attempts.brokenStream
    keys = names.keys
    servicePrices = names.servicePrices
    try readLimits(&s, names: names)
    try readCaches(&s, names)
    order =
      Order(
        rawValue: try s.name(
          "order", default: "admitFirst", among: ["admitFirst", "cacheFirst"], kind: "order",
          "whether limits or the cache come first")) ?? .admitFirst
    retryBudget = attempts.budget
    maximumAttempts = attempts.max
    requestDeadline = attempts.request
    connectDeadline = attempts.connect
    reportedError = attempts.reportedError
    fallbackLimits = attempts.fallbacks
    self.unfit = unfit
    if !tree.thresholds.isEmpty { services.formUnion(.complexity) }
    self.gossips = gossips
    self.hasPeers = gossips || hasPeers
    try readEjections(&s)
    if storesGuards || storesMemories { services.formUnion(.store) }
    try readConcurrency(&s)
    try readQueue(&s)
    try readCoalescing(&s)
  }
}

/// The policy's rules for all attempts; a route node may say otherwise for what is below it.
struct AttemptRules {
  var deadlines = DeadlineRule()
  /// Nanoseconds until a connection must have come about; `.max` for no such deadline.
  var connect: Int64 = .max
  var request: Int64 = .max
  var max = 16
  var retry: StatedRetries?
  var budget: (any RetryBudget)?
  var reportedError = ReportedError.last
  var fallbacks = FallbackLimits()
  var hedge: StatedHedge?
  var finish: StatedFinish?
  var brokenStream = BrokenStreamRule()

  init() {}

  init(reading s: inout SettingsReader) throws(SettingError) {
    deadlines = try DeadlineRule(reading: &s, over: DeadlineRule())
    connect =
      try s.optionalDuration(
        "connect", in: .milliseconds(1) ... .seconds(86_400),
        "until a connection must have come about, at every deployment; the attempt ends as "
          + "`connection` then (Envoy and httpx, which LiteLLM uses: 5s; Kong: 60s)")?.nanoseconds
      ?? .max
    request =
      try s.optionalDuration(
        "request", in: .milliseconds(1) ... .seconds(86_400),
        "until the whole request must have ended, retries and fallbacks included")?.nanoseconds
      ?? .max
    max = try s.integer("max", default: 16, in: 1...16, "attempts a request may make")
    retry = try StatedRetries.read(
      &s, "retry", "retry at the same deployment, for every deployment: one rule or several")
    budget = try RetryBudgets.read(&s, "budget", "bounds the retries of the whole policy")
    reportedError = try ReportedError(reading: &s)
    hedge = try s.object(
      "hedge", "a second attempt before the first has ended, anywhere below each alias' route",
      { r throws(SettingError) -> StatedHedge in try StatedHedge(reading: &r) })
    finish = try s.object(
      "finish", "start no attempt that cannot end before the request's deadline",
      { r throws(SettingError) -> StatedFinish in try StatedFinish(reading: &r) })
    brokenStream = try s.choice(
      "onBrokenStream", from: BrokenStreamRule.registry, default: "fail",
      "when a stream breaks after the client has seen its beginning")
    if let read = try s.object(
      "fallbacks", "how often and how deep a request may move on",
      { r throws(SettingError) -> FallbackLimits in try FallbackLimits(reading: &r) })
    {
      fallbacks = read
    }
  }
}

/// What the levels above a route node say.
struct Inherited {
  var deadlines: DeadlineRule
  var breaker: BreakerRule?
  /// The filters in force, and the modes of the nearest.
  var filters: [RouteFilter] = []
  var window = RouteFilter.Window.input
  var countsCapabilities = true
  var match: Int16 = -1
  /// Nothing below is used while it is down.
  var neverBypasses = false
  /// What is down below is tried after what is not.
  var triesDownLast = false
  /// The retry rules of the leaves below.
  var retry: RetrySpan?

  init(_ attempts: AttemptRules, _ breaker: BreakerRule?, retry: RetrySpan?) {
    deadlines = attempts.deadlines
    self.retry = retry
    self.breaker = breaker
  }
}
