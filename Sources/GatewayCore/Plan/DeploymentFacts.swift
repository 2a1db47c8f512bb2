import Vocabulary

/// What the gateway knows of a deployment.
public struct DeploymentFacts: Sendable {
  /// The name.
  public var name: String
  /// The gateway's copy of the price sheet.
  public var sheet: PriceSheet
  /// The gateway's copy of what bends the sheet; `nil` if nothing does.
  public var curve: PriceCurve?
  /// The account whose month's volume it shares; empty if it has its own.
  public var account = ""
  /// What the model can do.
  public var capabilities: TagSet
  /// The most tokens a prompt may have.
  public var contextWindow: UInt32
  /// The provider; empty if not said.
  public var provider = ""
  /// The model, as `provider/model` or `model`; empty if not said.
  public var model = ""
  /// The region; empty if not said.
  public var region = ""
  /// Where the data stays; empty if not said.
  public var residency = ""
  /// The tags that it is marked with, in the order of the policy's names.
  public var tags: TagSet = []
  /// Whether it takes what no other deployment's tags match (LiteLLM's tag "default").
  public var isDefault = false

  /// Makes facts.
  public init(
    name: String, sheet: PriceSheet, capabilities: TagSet = TagSet(rawValue: .max),
    contextWindow: UInt32 = .max
  ) {
    self.name = name
    self.sheet = sheet
    self.capabilities = capabilities
    self.contextWindow = contextWindow
  }
}
