import Chance
import GatewayCore
import Providers
public import Settings
import Traffic

/// All mechanisms that a file can name, by family.
///
/// What `policies` lists and `results/policies.md` shows. Made from the registries and the readers;
/// nothing else lists parameters.
public enum PolicyCatalogue {
  /// One family: the strategies, the limits, the distributions.
  public struct Family: Sendable {
    /// What its entries are, in the singular: `strategy`.
    public let kind: String
    /// Where a file names one, as a key path.
    public let place: String
    /// The entries in the registry's order.
    public let entries: [Entry]
  }

  /// One mechanism.
  public struct Entry: Sendable {
    /// The name by which a file chooses it.
    public let name: String
    /// What it is, in one sentence.
    public let summary: String
    /// Where the rule comes from.
    public let source: String?
    /// Its parameters.
    ///
    /// A name that only a file can know is a text.
    public var parameters: [ParameterDescription] { describe().map(\.withFreeNames) }
    private let describe: @Sendable () -> [ParameterDescription]

    init(
      _ name: String, _ summary: String, _ source: String?,
      _ describe: @escaping @Sendable () -> [ParameterDescription]
    ) {
      self.name = name
      self.summary = summary
      self.source = source
      self.describe = describe
    }
  }

  /// All families.
  public static let families: [Family] = [
    Family(
      kind: "policy", place: "policies",
      entries: [
        mechanism("policy", "what a gateway does; each key has a page of its own", nil) {
          part(["policies", "X"]).map(\.shallow)
        }
      ]),
    family(Strategies.registry, "policies.X.routes.A.balance"),
    family(Strategies.rewards, "policies.X.routes.A.balance.epsilon-greedy.reward"),
    Family(
      kind: "route node", place: "policies.X.routes.A",
      entries: [
        mechanism("route", "where the calls of an alias go: a name, or one of these", nil) {
          part(["policies", "X", "routes", "A"])
        }
      ] + family(RouteKinds.registry, "").entries),
    Family(
      kind: "filter", place: "policies.X.filter, policies.X.routes.A.filter",
      entries: [
        mechanism(
          "filter", "leaves out deployments before any strategy sees them",
          "OpenRouter only, ignore, max_price; LiteLLM pre-call checks, tag filter"
        ) { part(["policies", "X", "filter"]) }
      ]),
    Family(
      kind: "condition",
      place: "policies.X.routes.A.condition[].if, policies.X.routes.A.filter[].if",
      entries: [
        mechanism(
          "if", "what is asked of a request: all keys must hold",
          "Portkey conditional; Cloudflare dynamic routing"
        ) { part(["policies", "X", "filter", "if"]) }
      ]),
    family(UnfitRule.registry, "policies.X.allDown"),
    Family(
      kind: "failover", place: "policies.X",
      entries: [
        mechanism("attempts", "deadlines and retries of attempts", nil) {
          part(["policies", "X", "attempts"])
        },
        mechanism(
          "breaker", "stops asking a deployment that keeps failing",
          "M. Nygard, Release It! (2007); resilience4j"
        ) { part(["policies", "X", "breaker"]) },
      ]),
    Family(
      kind: "retry and hedge", place: "policies.X.attempts, policies.X.routes.A",
      entries: [
        mechanism("retry", "tries the same node again", "Polly; LiteLLM num_retries") {
          part(["policies", "X", "attempts", "retry"])
        },
        mechanism(
          "hedge", "starts a second attempt before the first has ended",
          "Dean & Barroso, CACM 2013; gRPC A6"
        ) { part(["policies", "X", "attempts", "hedge"]) },
      ]),
    Family(
      kind: "bound of attempts", place: "policies.X.attempts",
      entries: [
        mechanism("budget", "bounds retries to a share of first attempts", "Finagle RetryBudget") {
          part(["policies", "X", "attempts", "budget"])
        },
        mechanism(
          "finish", "starts no attempt that cannot end before the request's deadline",
          "gRPC deadline propagation"
        ) { part(["policies", "X", "attempts", "finish"]) },
      ]),
    family(Trips.registry, "policies.X.breaker.trip"),
    family(Recoveries.registry, "policies.X.breaker.recovery"),
    family(Cooldowns.registry, "policies.X.cooldown"),
    family(Ejections.registry, "policies.X.ejection"),
    family(GuardState.registry, "policies.X.breaker.state"),
    family(Backoff.registry, "policies.X.attempts.retry.backoff"),
    family(BackoffJitter.registry, "policies.X.attempts.retry.backoff.exponential.jitter"),
    family(RetryBudgets.registry, "policies.X.attempts.budget.rule"),
    family(BrokenStreamRule.registry, "policies.X.attempts.onBrokenStream"),
    Family(
      kind: "limit", place: "policies.X.limits",
      entries: [
        described(
          "limit",
          "permits per time for everyone, or for each key, user, team, feature, alias, model or "
            + "deployment",
          "Kong (after), Portkey (checkThenCharge), TensorZero (reserve and reconcile)"
        ) { s throws(SettingError) in _ = try LimitRule(reading: &s) }
      ]),
    Family(
      kind: "budget", place: "policies.X.budgets",
      entries: [
        described(
          "budget", "money for a period of the calendar, with marks that warn, reroute or reject",
          "Portkey, OpenRouter (402), LiteLLM (window from the first spend)"
        ) { s throws(SettingError) in try LimitRule.describeBudget(&s) }
      ]),
    family(Limiters.registry, "policies.X.limits.by"),
    family(LimitState.registry, "policies.X.limits.state"),
    Family(
      kind: "admission", place: "policies.X",
      entries: [
        described(
          "concurrency", "limits what is in flight, of requests or at a deployment",
          "LiteLLM max_parallel_requests; Netflix concurrency-limits"
        ) { s throws(SettingError) in _ = try ConcurrencyRule(reading: &s) },
        described(
          "queue", "where requests wait that a limit would refuse",
          "B. Maurer, Fail at scale, ACM Queue 2015; RFC 8289"
        ) { s throws(SettingError) in _ = try QueueRule(reading: &s) },
        described(
          "coalesce", "lets identical requests in flight share one answer",
          "nginx proxy_cache_lock; Go singleflight"
        ) { s throws(SettingError) in _ = try CoalescingRule(reading: &s) },
      ]),
    family(ConcurrencyLimits.registry, "policies.X.concurrency.by"),
    Family(
      kind: "cache", place: "policies.X.cache",
      entries: [
        described("exact", "keeps answers by the fingerprint of the request", nil) {
          s throws(SettingError) in _ = try CachePlan(reading: &s)
        }
      ]),
    Family(
      kind: "semantic cache", place: "policies.X.cache",
      entries: [
        described(
          "semantic", "keeps answers by the meaning of the request",
          "Portkey, LiteLLM, Kong (threshold); Azure API Management (distance)"
        ) { s throws(SettingError) in _ = try SemanticPlan(reading: &s) }
      ]),
    family(Evictions.registry, "policies.X.cache.exact.eviction"),
    family(ArrivalLaws.registry, "traffic.X.arrivals"),
    family(BodyLaws.registry, "traffic.X.keys"),
    family(ClientPresets.registry, "traffic.X.client"),
    family(TraceFormats.registry, "traffic.X.format"),
    family(
      Distributions.registry, "deployments.X.latency.timeToFirstToken, traffic.X.tokens.input"),
    family(IncidentShapes.registry, "incidents.X.shape"),
    family(IncidentDraws.registry, "incidents.X.draw"),
    family(QuotaTiers.registry, "quotas.X.tier"),
    family(ServingPresets.registry, "deployments.X.serving.model"),
    family(ServingPlan.mixings, "deployments.X.serving.prefill"),
    family(ProvisionedPresets.registry, "deployments.X.provisioned.model"),
    family(PromptCachePresets.registry, "deployments.X.promptCache"),
    family(GatewaySection.states, "gateway.state"),
  ]

  /// The entries of that name, each with its family; several families may know a name.
  public static func entries(named name: String) -> [(family: Family, entry: Entry)] {
    families.flatMap { family in
      family.entries.filter { $0.name == name }.map { (family, $0) }
    }
  }

  /// The name that a misspelt one was probably meant to be.
  public static func nearest(to name: String) -> String? {
    Nearest.spelling(of: name, among: families.flatMap { $0.entries.map(\.name) })
  }

  private static func family<E>(_ registry: Registry<E>, _ place: String) -> Family {
    Family(
      kind: registry.kind, place: place,
      entries: registry.choice.options.map { option in
        Entry(option.name, option.summary, option.source) { option.parameters }
      })
  }

  private static func mechanism(
    _ name: String, _ summary: String, _ source: String?,
    _ describe: @escaping @Sendable () -> [ParameterDescription]
  ) -> Entry { Entry(name, summary, source, describe) }

  private static func described(
    _ name: String, _ summary: String, _ source: String?,
    _ read: @escaping @Sendable (inout SettingsReader) throws(SettingError) -> Void
  ) -> Entry {
    Entry(name, summary, source) {
      var reader = SettingsReader.describing()
      do { try read(&reader) } catch {}
      return reader.described
    }
  }

  /// The parameters of the object at a key path of the file; of a list, those of its elements.
  private static func part(_ keys: [String]) -> [ParameterDescription] {
    guard let found = ScenarioSchema.parameters.parameter(at: keys) else { return [] }
    switch found.kind {
    case .anything, .list: return found.nested.first { $0.kind == .object }?.nested ?? []
    default: return found.nested
    }
  }
}

extension ParameterDescription {
  /// The description without what stands inside of objects.
  fileprivate var shallow: ParameterDescription {
    var copy = self
    copy.nested = kind == .object ? [] : nested.map(\.shallow)
    return copy
  }
}
