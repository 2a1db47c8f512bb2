import Vocabulary

/// The names that a policy may speak of, and what they stand for.
public struct PolicyNames: Sendable {
  /// The deployments, in order of their ids.
  public var deployments: [DeploymentFacts]
  /// The aliases, in order of their ids.
  public var aliases: [String]
  /// The teams, in order of their ids.
  public var teams: [String]
  /// The tags as `key=value`, in order of their bits; at most 64.
  public var tags: [String]
  /// The capabilities, in order of their bits; at most 64.
  public var capabilities: [String]
  /// How many of each there are.
  public var populations: Populations
  /// What is known of each virtual key; empty if keys are not checked.
  public var keys: [KeyFacts]
  /// When days begin, for windows and budgets that are aligned to the calendar.
  public var calendar = Calendar(epochSecondsAtStart: 0, offsetSeconds: 0)
  /// What each team's budgets have already spent at the start, in picodollars.
  public var openings: [Int64] = []
  /// What a side call of each kind costs, as far as the gateway knows.
  public var servicePrices = [SideCallPrice](repeating: .free, count: SideCallKind.allCases.count)

  /// Makes names.
  public init(
    deployments: [DeploymentFacts], aliases: [String], teams: [String] = [], tags: [String] = [],
    capabilities: [String] = [], populations: Populations = Populations(), keys: [KeyFacts] = []
  ) {
    self.deployments = deployments
    self.aliases = aliases
    self.teams = teams
    self.tags = tags
    self.capabilities = capabilities
    self.populations = populations
    self.keys = keys
  }
}
