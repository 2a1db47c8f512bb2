import Vocabulary

/// What a run is measured by: the population, the sizes of everything, and the laws it must keep.
public struct MeasuresPlan: Sendable {
  /// The begin of the population's interval, which belongs to it.
  public var from: Instant
  /// The end of the population's interval, which does not belong to it.
  public var to: Instant
  /// The end of the run, with its drain.
  public var end: Instant
  /// The width of a point of the time series.
  public var seriesBucket: Duration = .seconds(60)
  /// How many model aliases there are.
  public var aliases: Int
  /// How many deployments there are.
  public var deployments: Int
  /// How many teams there are.
  public var teams: Int
  /// How many features there are.
  public var features: Int
  /// How many virtual keys there are.
  public var keys: Int
  /// How many users there are.
  public var users: Int
  /// How many gateway replicas there are.
  public var replicas: Int
  /// What an answer must keep to count as goodput, by alias; `nil` or missing: any success counts.
  public var objectives: [Objective?] = []
  /// By which groups requests are counted.
  ///
  /// Groupings with one member cost nothing.
  public var tallied: Grouping = [.alias, .deployment, .team, .feature]
  /// By which of those groups latencies are kept as well.
  public var timed: Grouping = [.alias]
  /// Parts of the population that are measured besides, for expectations.
  public var slices: [Slice] = []
  /// What each limit of the policy must keep, in the order of the notes' `subject`.
  public var limits: [LimitEnvelope] = []
  /// What the policy's file says of limits; replicas whose policies say the same share their stores.
  public var limitsWording = ""
  /// The first limit of each limit on what is in flight, in the order of the policy; `nil` for one
  /// that promises nothing (a shadow).
  public var concurrency: [Int?] = []
  /// The deployment that each breaker guards, in the order of the notes' `subject`.
  ///
  /// `nil` if attempts may come to its deployment without passing it.
  public var breakers: [DeploymentID?] = []
  /// The breaker that guards each leaf of the routes, in the order of the attempts' `leaf`; -1 for
  /// none.
  ///
  /// With it every breaker is judged, also one that guards a part of the routes; without it those
  /// that guard a whole deployment.
  public var breakerOfLeaf: [Int16] = []
  /// The most attempts a request may make, by alias; missing: any number.
  public var maximumAttempts: [Int] = []
  /// What deployments cost for being there, in their order; empty: their books are not checked.
  public var standing: [StandingPrice?] = []
  /// Whether clients come back, so that a call may be several requests.
  public var tracksCalls = false
  /// What the policies promise that replicas take over in the course of the run.
  public var laterPromises: [PolicyPromises] = []
  /// When which replica takes over which of them; those of a replica in order of time.
  public var takeovers: [Takeover] = []
  /// Whether the laws are checked.
  public var checksLaws = true

  /// Makes a plan for the population that arrives in [from, to) of a run that ends at `end`.
  public init(
    from: Instant, to: Instant, end: Instant, aliases: Int, deployments: Int, teams: Int = 1,
    features: Int = 1, keys: Int = 1, users: Int = 1, replicas: Int = 1
  ) {
    self.from = from
    self.to = to
    self.end = end
    self.aliases = aliases
    self.deployments = deployments
    self.teams = teams
    self.features = features
    self.keys = keys
    self.users = users
    self.replicas = replicas
  }
}

/// What a policy promises, for the laws.
public struct PolicyPromises: Sendable {
  /// What each limit must keep, in the order of the notes' `subject`.
  public var limits: [LimitEnvelope] = []
  /// What the policy's file says of limits; empty: what no other policy says.
  public var limitsWording = ""
  /// The first limit of each limit on what is in flight; `nil` for one that promises nothing.
  public var concurrency: [Int?] = []
  /// The deployment that each breaker guards; `nil` if attempts may come to it without passing it.
  public var breakers: [DeploymentID?] = []
  /// The breaker that guards each leaf of the routes; -1 for none.
  public var breakerOfLeaf: [Int16] = []
  /// The most attempts a request may make, by alias; missing: any number.
  public var maximumAttempts: [Int] = []

  /// A policy that promises nothing.
  public init() {}
}

/// A replica, or all of them, takes over a policy.
public struct Takeover: Sendable {
  /// When.
  public var at: Instant
  /// Which replica; `nil` for all.
  public var replica: Int?
  /// Which of the plan's `laterPromises`.
  public var promise: Int

  /// Makes a takeover.
  public init(at: Instant, replica: Int? = nil, promise: Int) {
    self.at = at
    self.replica = replica
    self.promise = promise
  }
}

extension MeasuresPlan {
  /// What the policy promises that is in force from the start.
  var firstPromises: PolicyPromises {
    var first = PolicyPromises()
    first.limits = limits
    first.limitsWording = limitsWording
    first.concurrency = concurrency
    first.breakers = breakers
    first.breakerOfLeaf = breakerOfLeaf
    first.maximumAttempts = maximumAttempts
    return first
  }

  /// All promises, the first one first.
  var allPromises: [PolicyPromises] { [firstPromises] + laterPromises }
}

/// By what requests are told apart.
public struct Grouping: OptionSet, Sendable, Hashable {
  /// One bit a grouping.
  public var rawValue: UInt8
  /// Makes a grouping of its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// By what was asked for.
  public static let alias = Grouping(rawValue: 1)
  /// By who served it; those whom nobody served are the last group.
  public static let deployment = Grouping(rawValue: 2)
  /// By team.
  public static let team = Grouping(rawValue: 4)
  /// By product feature.
  public static let feature = Grouping(rawValue: 8)
  /// By virtual key.
  public static let key = Grouping(rawValue: 16)
  /// By user.
  public static let user = Grouping(rawValue: 32)
}

/// What an answer must keep to count as goodput; `nil` asks nothing.
public struct Objective: Sendable, Hashable {
  /// The longest time to the first token.
  public var firstToken: Duration?
  /// The longest time to the end.
  public var endToEnd: Duration?

  /// Makes an objective.
  public init(firstToken: Duration? = nil, endToEnd: Duration? = nil) {
    self.firstToken = firstToken
    self.endToEnd = endToEnd
  }
}
