import Chance
public import Settings
import Vocabulary

extension ServicePlan {
  /// Reads one service of the section `services`.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    try s.require(
      s.has("latency"), "latency",
      expected: "a time such as \"80ms\", or a law such as { median: \"40ms\", p95: \"120ms\" }",
      next: "say how fast the service is; silence about a latency is not zero")
    let latency = try Distributions.readDuration(
      "latency", from: &s, "the time from the question to the answer")
    let price = SideCallPrice(
      perCall: try s.money("perCall", default: .zero, "what it bills for each call"),
      perInputToken: try s.tokenPrice(
        "price", default: .zero, "what it bills for each input token of the request"))
    let fails = try s.share("fails", default: .never, "the share of calls that it fails, unbilled")
    self.init(latency: latency, price: price, fails: fails)
  }
}

extension ServicesPlan {
  /// Reads the section `services` of a scenario.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    self.init()
    let read = try s.object("services", "what a gateway may ask beside its upstreams") {
      (s) throws(SettingError) -> ServicesPlan in
      var services = ServicesPlan()
      for kind in SideCallKind.allCases {
        var meanings: Meanings?
        services[kind] = try s.object(kind.name, kind.doc) {
          (s) throws(SettingError) -> ServicePlan in
          if kind == .embedding { meanings = try Meanings(reading: &s) }
          return try ServicePlan(reading: &s)
        }
        if let meanings { services.meanings = meanings }
      }
      return services
    }
    if let read { self = read }
  }
}

extension SideCallKind {
  fileprivate var doc: String {
    switch self {
    case .embedding: "the model that makes embeddings, for the semantic cache"
    case .complexity: "the model that says how hard a request is"
    case .probe: "health checks of deployments"
    case .store: "the central store of counters"
    case .cache: "the cache that replicas share"
    case .vectors: "the store of vectors that replicas share, for the semantic cache"
    }
  }
}
