public import Chance
public import Vocabulary

/// One service that a gateway asks beside its upstreams: how fast, how dear, how reliable it is.
public struct ServicePlan: Sendable {
  /// The law of its time to an answer, in nanoseconds.
  public var latency: Sampler
  /// What it bills.
  public var price: SideCallPrice
  /// The share of calls that it fails.
  public var fails: Probability

  /// Makes a service.
  public init(
    latency: Sampler, price: SideCallPrice = .free, fails: Probability = .never
  ) {
    self.latency = latency
    self.price = price
    self.fails = fails
  }
}

/// The services of a world: at most one of each kind.
public struct ServicesPlan: Sendable {
  /// What the embedding service tells apart.
  public var meanings = Meanings()
  /// When services are down or slow.
  public var incidents: [ServiceIncident] = []
  private var plans = [ServicePlan?](repeating: nil, count: SideCallKind.allCases.count)

  /// A world without services.
  public init() {}

  /// The service of a kind; `nil` if the world has none.
  public subscript(kind: SideCallKind) -> ServicePlan? {
    get { plans[Int(kind.rawValue)] }
    set { plans[Int(kind.rawValue)] = newValue }
  }

  /// The kinds that the world has.
  public var kinds: SideCallKinds {
    SideCallKind.allCases.reduce(into: []) { kinds, kind in
      if self[kind] != nil { kinds.insert(SideCallKinds(kind)) }
    }
  }

  /// The true prices in the order of the kinds; free where there is no service.
  public var prices: [SideCallPrice] { plans.map { $0?.price ?? .free } }
}
