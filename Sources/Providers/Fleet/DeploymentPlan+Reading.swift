public import Settings
import Vocabulary

extension DeploymentPlan {
  /// Reads a deployment.
  ///
  /// A quota of its own, written in place, is added to `quotas`.
  /// - Parameter paid: the accounts whose commitments are paid with an earlier deployment.
  public init(
    name: String, reading s: inout SettingsReader, quotas: inout [QuotaPlan],
    dates: PriceDates = PriceDates(), accounts: [AccountPlan] = [], paid: Set<String> = []
  ) throws(SettingError) {
    let model = try s.text("model", "the model, as \"provider/model\"")
    let row = PriceBook.row(model)
    let provider = try s.optionalText(
      "provider", "the provider; silence means the part before the slash of the name or model")
    let region = try s.text("region", default: "", "the region")
    let residency = try s.text("residency", default: "", "where the data stays: \"eu\"")
    let quota = try Self.quota(of: &s, name, &quotas)
    let (capacity, rented) = try CapacityPlan.read(&s)
    var price = try PriceTerms.read(&s, model: model, row, isRented: rented != nil)
    let account = try Self.readAccount(&s, accounts, into: &price.terms)
    price.terms.isCommittedElsewhere = account.map(paid.contains) ?? false
    let isServed = capacity.isServed
    let tierSlow = try PriceTerms.readTier(&s, into: &price.terms, isServed: isServed)
    let (sheet, curve) = price.terms.compiled(zero: dates.zero, dates.calendar)
    let standing = rented ?? price.terms.standing
    let window = try s.optionalInteger(
      "contextWindow", in: 1...1_000_000_000, unit: "tokens", "the largest prompt that it takes")
    let capabilities = try s.list("capabilities", "what it can do: \"tools\", \"vision\"") {
      (setting) throws(SettingError) -> String in try setting.text()
    }
    try s.require(
      isServed ? !s.has("latency") : s.has("latency") || row != nil, "latency",
      expected: isServed
        ? "nothing: the speed of a self-hosted deployment is in `serving`"
        : "{ timeToFirstToken: …, timePerOutputToken: … }, or a latency class",
      next: "say how fast the deployment is; silence about a latency is not zero")
    let latency = try LatencyPlan.read(&s)
    let faults = try Fault.list(reading: &s)
    let cut = try s.object("billing", "what is billed beside whole answers") {
      (s) throws(SettingError) -> CutBilling in
      let index = try s.name(
        "cut", default: "consumed", among: CutBilling.names, kind: "way to bill",
        "what a withdrawn, timed-out or broken answer costs: the tokens made until then, the "
          + "whole answer that it would have become (of a stream that the provider broke, what was "
          + "made), or nothing")
      return CutBilling.allCases[index]
    }
    let factors = try s.object("tokens", "how its tokeniser counts what the gateway has counted") {
      (s) throws(SettingError) -> (input: Double, output: Double) in
      (
        try s.number(
          "inputFactor", default: 1, in: 0.01...100, "its input tokens for one of the gateway's"),
        try s.number(
          "outputFactor", default: 1, in: 0.01...100, "its output tokens for one of the gateway's")
      )
    }
    let promptCache = try s.optionalChoice(
      "promptCache", from: PromptCachePresets.registry,
      "its own cache of the beginnings of prompts; silence means that the traffic says what is "
        + "cached")
    let mistakes = try s.raw(
      "wrong",
      "the share of its whole answers that are wrong: a share, or shares by the difficulty of the "
        + "call, { \"0.2\": \"15%\", \"0.8\": \"85%\" }"
    ).map { (setting) throws(SettingError) in try MistakeLaw(setting) }
    let source = try s.text(
      "source",
      default: price.isFromBook || latency == nil && row != nil && !isServed
        ? PriceBook.source : "",
      "where these numbers come from, with a date; silence means assumed")
    // What the book stands in for, it does as a whole: prices, window and abilities belong together.
    let known = price.isFromBook ? row : nil
    self.init(
      name: name, model: model, provider: provider, region: region, residency: residency,
      quota: quota, price: sheet, curve: curve, contextWindow: window ?? known?.contextWindow,
      capabilities: capabilities.isEmpty ? known?.capabilities ?? [] : capabilities,
      latency: isServed ? .none : latency ?? row?.latency?.latency ?? .none, faults: faults,
      cut: cut ?? .consumed, inputFactor: factors?.input ?? 1,
      outputFactor: factors?.output ?? 1, source: source, capacity: capacity, standing: standing)
    saysFactors = factors != nil
    self.promptCache = promptCache
    self.tierSlow = tierSlow
    self.account = account
    self.mistakes = mistakes
  }

  private static func quota(
    of s: inout SettingsReader, _ name: String, _ quotas: inout [QuotaPlan]
  ) throws(SettingError) -> Int? {
    let setting = try s.raw("quota", "the name of a quota in `quotas`, or a quota of its own")
    guard let setting else { return nil }
    if setting.isDescribing { _ = try setting.name(among: [], kind: "quota") }
    if !setting.isDescribing && setting.members == nil {
      return try setting.name(among: quotas.map(\.name), kind: "quota")
    }
    let own = try QuotaPlan.read(name, setting)
    quotas.append(own)
    return quotas.count - 1
  }
}

extension CutBilling {
  static let names = ["consumed", "full", "nothing"]
}
