import Settings
import Vocabulary

/// A policy, compiled: all that a gateway replica needs to know before the first request.
public struct GatewayPlan: Sendable {
  /// In which order admission and cache are asked.
  public enum Order: Int, Sendable, CaseIterable {
    /// Limits first: hits are limited too.
    case admitFirst
    /// Cache first: only misses are limited.
    case cacheFirst
  }

  /// The routes.
  public var tree: RouteTree
  /// The limits, in the order of the file.
  public var limits: [LimitRule] = []
  /// The limits on what is in flight, in the order of the file.
  public var concurrency: [ConcurrencyRule] = []
  /// Where requests wait that a limit would refuse.
  public var queue: QueueRule?
  /// Whether, and how, identical requests in flight share one answer.
  public var coalescing: CoalescingRule?
  /// Where each limit stands in the file: `limits[0]`, `budgets[1]`.
  public var limitNames: [String] = []
  /// The marks of all budgets.
  var budgetMarks: [BudgetMark] = []
  /// What each team's budgets have already spent at the start, in picodollars.
  var openings: [Int64] = []
  /// The model of each deployment, and the dearest prices that each alias can reach.
  var modelOfDeployment: [Int] = []
  var dearestSheets: [PriceSheet] = []
  /// The exact cache.
  public var cache: CachePlan?
  /// The semantic cache.
  public var semantic: SemanticPlan?
  /// Cooldowns and ejections, as they stand before the first request.
  public var ejections: [any Ejection] = []
  /// What the file says of parts that a reload keeps if they are unchanged.
  var wording = Wording()
  /// The retry budget.
  public var retryBudget: (any RetryBudget)?
  /// At most so many attempts a request.
  public var maximumAttempts = 16
  /// Nanoseconds until an attempt's connection must have come about; `.max` for no deadline.
  ///
  /// It belongs to the driver's pool of connections, so it is no part of a command.
  public var connectDeadline: Int64 = .max
  /// Nanoseconds a request may take; `.max` for no deadline.
  public var requestDeadline: Int64 = .max
  /// Which error is the client's when nothing is left.
  public var reportedError = ReportedError.last
  /// What becomes of a stream that breaks after its beginning.
  public var brokenStream = BrokenStreamRule()
  /// Whether a broken stream goes on where it broke off: drivers ask `Gateway.carried(by:)` then.
  public var continuesStreams: Bool { brokenStream.max > 0 && brokenStream.continues }
  /// Keeps attempts from starting that could not end in time; `nil` if nothing does.
  public var finish: FinishRule?
  /// How often and how deep a request may move on to a next child.
  public var fallbackLimits = FallbackLimits()
  /// Admission or cache first.
  public var order = Order.admitFirst
  /// What happens when nothing of a route can take a request.
  public var unfit = UnfitRule()
  /// What the gateway knows of each deployment.
  public var deployments: [DeploymentFacts]
  /// What the gateway knows of each virtual key; empty if it does not check keys.
  public var keys: [KeyFacts] = []
  /// How many keys, users, teams, features and aliases there are.
  public var populations: Populations
  /// What the policy asks outside: the world must have a service of each of these kinds.
  ///
  /// Whoever reads a mechanism that asks adds its kind.
  public var services: SideCallKinds = []
  /// What the gateway believes that a side call costs, in the order of the kinds.
  public var servicePrices = [SideCallPrice](repeating: .free, count: SideCallKind.allCases.count)
  /// Whether in-flight counts are told to the other replicas.
  public var gossips = false
  /// Whether there are other replicas at all.
  public var hasPeers = false

  /// A plan without limits, cache and deadlines.
  public init(tree: RouteTree, deployments: [DeploymentFacts], populations: Populations) {
    self.tree = tree
    self.deployments = deployments
    self.populations = populations
  }
}

/// What the gateway knows of a virtual key.
public struct KeyFacts: BitwiseCopyable, Sendable {
  /// Whether it may be used.
  public var isEnabled: Bool
  /// When it stops being valid; `distantFuture` if never.
  public var expires: Instant

  /// Makes facts.
  public init(isEnabled: Bool = true, expires: Instant = .distantFuture) {
    self.isEnabled = isEnabled
    self.expires = expires
  }
}
