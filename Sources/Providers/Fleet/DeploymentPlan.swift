public import Vocabulary

/// One model at one provider, in one region, with credentials: everything the world knows of it.
public struct DeploymentPlan: Sendable {
  /// The name in the scenario.
  public var name: String
  /// The model, as `provider/model` or `model`.
  public var model: String
  /// The provider.
  public var provider: String
  /// The region; empty if not said.
  public var region: String
  /// Where the data stays; empty if not said.
  public var residency: String
  /// The index of its quota in the fleet's list.
  public var quota: Int?
  /// What the provider bills.
  public var price: PriceSheet
  /// What bends these prices: length, hour, volume, date; `nil` if nothing does.
  public var curve: PriceCurve?
  /// The largest prompt that it takes; `nil` if not said.
  public var contextWindow: Int?
  /// What it can do, by name.
  public var capabilities: [String]
  /// How fast it is.
  public var latency: LatencyPlan
  /// How it fails by itself; the shares sum up to at most 1.
  public var faults: [Fault]
  /// What it bills for answers that were cut off.
  public var cut: CutBilling
  /// Its own input tokens for each one that the gateway counts.
  public var inputFactor: Double
  /// Its own output tokens for each one that the gateway counts.
  public var outputFactor: Double
  /// Whether the file says these two factors.
  public var saysFactors = false
  /// Where these numbers come from; empty if not said.
  public var source: String
  /// What bounds its throughput, and so where its time comes from.
  public var capacity: CapacityPlan
  /// Its prompt cache; `nil` if what is cached is a fact of the call.
  public var promptCache: PromptCachePlan?
  /// How often its answers are wrong; `nil` if that is not modelled.
  public var mistakes: MistakeLaw?
  /// What it costs for being there; `nil` if it is paid by the token alone.
  public var standing: StandingCharge?
  /// The account whose discounts it shares; `nil` if it has its own.
  public var account: String?
  /// What the gateway takes an hour of a unit for; `nil` for what it costs.
  public var standingEstimate: Money?
  /// The factor of its service tier on all times.
  public var tierSlow = 1.0

  /// Makes a deployment.
  public init(
    name: String, model: String, provider: String? = nil, region: String = "",
    residency: String = "", quota: Int? = nil, price: PriceSheet, curve: PriceCurve? = nil,
    contextWindow: Int? = nil,
    capabilities: [String] = [], latency: LatencyPlan, faults: [Fault] = [],
    cut: CutBilling = .consumed, inputFactor: Double = 1, outputFactor: Double = 1,
    source: String = "", capacity: CapacityPlan = .shared, standing: StandingCharge? = nil
  ) {
    self.name = name
    self.model = model
    self.provider = provider ?? DeploymentPlan.provider(ofName: name, model: model)
    self.region = region
    self.residency = residency
    self.quota = quota
    self.price = price
    self.curve = curve
    self.contextWindow = contextWindow
    self.capabilities = capabilities
    self.latency = latency
    self.faults = faults
    self.cut = cut
    self.inputFactor = inputFactor
    self.outputFactor = outputFactor
    self.source = source
    self.capacity = capacity
    self.standing = standing
  }

  /// What it costs for being there, on both ledgers.
  public var standingPrice: StandingPrice? {
    guard let standing else { return nil }
    let estimate = standingEstimate.map {
      StandingCharge(perUnitHour: $0, units: standing.units)
    }
    var isScaled = false
    if case .selfHosted(let serving) = capacity { isScaled = serving.autoscaling != nil }
    return StandingPrice(standing, estimate: estimate, isScaled: isScaled)
  }

  /// The 64-bit hash of the name: part of the key of every draw.
  public var hash: NameHash { NameHash(name) }

  /// The model without the provider before the slash.
  public var shortModel: String {
    guard let slash = model.lastIndex(of: "/") else { return model }
    return String(model[model.index(after: slash)...])
  }

  /// The part of the name before the slash, else of the model, else the name.
  static func provider(ofName name: String, model: String) -> String {
    for text in [name, model] {
      if let slash = text.firstIndex(of: "/") { return String(text[..<slash]) }
    }
    return name
  }
}
