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
  /// What each team's budgets have already spent at the start, in picodollars.
  public var openings: [Int64] = []
  /// What a side call of each kind costs, as far as the gateway knows.
  public var servicePrices = [SideCallPrice](repeating: .free, count: SideCallKind.allCases.count)

  /// Teams, users, keys and features by name: a name may stand for a group of consecutive ids.
  public var groups = IdentityNames()
  /// Scores of how hard the requests for each alias are, as far as the scenario knows them before
  /// the run: what thresholds are calibrated to.
  public var scores: [[Double]] = []
  /// The civil calendar of the run; `nil` if the scenario does not say when it starts.
  public var calendar: Calendar?

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

/// The names of those who ask, and the consecutive ids that each stands for.
public struct IdentityNames: Sendable {
  /// A name and its ids.
  public struct Group: Sendable {
    /// The name.
    public var name: String
    /// The first id.
    public var first: Int
    /// How many ids.
    public var count: Int

    /// Makes a group.
    public init(name: String, first: Int, count: Int = 1) {
      self.name = name
      self.first = first
      self.count = count
    }
  }

  /// Virtual keys.
  public var keys: [Group] = []
  /// Users.
  public var users: [Group] = []
  /// Teams.
  public var teams: [Group] = []
  /// Features.
  public var features: [Group] = []

  /// No names.
  public init() {}
}

extension [IdentityNames.Group] {
  /// The ids of a name, or of a member of a group, written as reports write it: "people/17".
  func find(_ name: String) -> IdentityNames.Group? {
    if let group = first(where: { $0.name == name }) { return group }
    guard let slash = name.lastIndex(of: "/"), let number = Int(name[name.index(after: slash)...]),
      let group = first(where: { $0.name == name[..<slash] }), group.count > 1,
      (1...group.count).contains(number)
    else { return nil }
    return IdentityNames.Group(name: name, first: group.first + number - 1)
  }
}
