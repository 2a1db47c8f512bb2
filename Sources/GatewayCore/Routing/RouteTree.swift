import Vocabulary

/// A node of a compiled route tree; its children stand in `RouteTree.children`.
public struct RouteNode: BitwiseCopyable, Sendable {
  /// What a node does.
  public enum Kind: UInt8, BitwiseCopyable, Sendable {
    /// A leaf: an attempt on one deployment.
    case deployment
    /// A leaf that goes on at another alias' root.
    case alias
    /// A strategy chooses one child.
    case balance
    /// Children in order; a failure moves on to the next.
    case fallback
    /// The first branch whose predicate holds.
    case condition
    /// A fixed share of the keys for each child (canary).
    case split
    /// The same child for the same key: hashed, or remembered.
    case sticky
    /// The first child from a score on, else the second.
    case threshold
    /// A leaf that asks nobody.
    case fail
  }

  /// What a leaf is asked before the rules of its filters.
  struct Checks: OptionSet, BitwiseCopyable, Sendable {
    var rawValue: UInt8
    /// Whether it has what the request needs.
    static let capabilities = Checks(rawValue: 1)
    /// Whether the prompt fits its window.
    static let input = Checks(rawValue: 2)
    /// Whether prompt and output cap fit its window.
    static let total = Checks(rawValue: 4)
    /// It is not used while it is down, even if all are.
    static let neverBypasses = Checks(rawValue: 8)

    /// Whether there is anything to ask of a request.
    @inline(__always) var asks: Bool { rawValue & 7 != 0 }
  }

  var kind: Kind
  /// What a split or a sticky node hashes, in `RouteTree.fields`.
  var field: UInt8 = 0
  /// A leaf's questions, and the rules of filters that may remove it.
  var checks = Checks()
  var guardCount: UInt8 = 0
  var firstGuard: UInt16 = 0
  /// How tags choose among the children, in `RouteTree.matches`; -1 if they do not.
  var match: Int16 = -1
  /// Where a sticky node remembers, in `RouteTree.stickies`; -1 if it does not.
  var pins: Int16 = -1
  /// If no child fits, those that are merely down are used.
  var usesDown = false
  /// A fallback whose deployments that are down are tried after its other children.
  var triesDownLast = false
  /// An alias on a cycle of aliases: 1 + its number among them, and entered once a request.
  var cycle: UInt8 = 0
  /// A fallback that passes over a child only for a reason that `on` covers.
  var judgesUnfit = false
  /// Nothing below it can ever be unfit: no breaker, no filter.
  var alwaysFit = false
  /// Deployment, alias, strategy or first branch, by kind.
  var target: UInt16 = 0
  var firstChild: UInt32 = 0
  var childCount: UInt8 = 0
  /// The place of this node among its parent's children.
  var place: UInt8 = 0
  /// The parent; `.max` at a root.
  var parent: UInt16 = .max
  /// The first of its retry rules and how many there are.
  var retry: Int16 = -1
  var retryCount: UInt8 = 0
  /// Its hedge rule.
  var hedge: Int16 = -1
  var breaker: Int16 = -1
  var deadlines: Int16 = -1
  /// A fallback's outcomes that move on.
  var on = OutcomeSet.any
}

/// The compiled routes of a policy.
public struct RouteTree: Sendable {
  /// The deepest stack of a walk.
  public static let maximumDepth = 8
  /// The most nodes of a policy.
  static let maximumNodes = 6_000

  var nodes: [RouteNode] = []
  var children: [UInt16] = []
  /// Per node: the weight among its siblings, and the hash of what it is called.
  var weights: [Double] = []
  var hashes: [UInt64] = []
  /// The root of each alias; `.max` for an alias without a route.
  var roots: [UInt16] = []
  /// Per alias: 1 + its number among those that lead back to themselves; 0 for the others.
  var cycles: [UInt8] = []
  var strategies: [any Strategy] = []
  /// The first test of each branch of the condition nodes.
  var conditions: [UInt16] = []
  var tests: [RouteTest] = []
  /// The civil seconds from 1970 to the run's start, in local time.
  var localSecondsAtStart: Int64 = 0
  var guards: [RouteGuard] = []
  /// Whether a guard may be dropped.
  var hasSoftGuards = false
  var matches: [TagMatch] = []
  /// The bit of each tag without its first character; 0 if there is none.
  var bareTags: [UInt64] = []
  /// Per node: the tags of the deployments below it, and whether one is marked as default.
  var tags: [UInt64] = []
  var defaults: [Bool] = []
  /// Per node: its `order` among its siblings.
  var orders: [Double] = []
  var fields: [HashedField] = [.call]
  var stickies: [StickyRule] = []
  /// The thresholds of the threshold nodes.
  public internal(set) var thresholds: [ThresholdRule] = []
  /// Per alias: nanoseconds that a score may take, 0 without a threshold; and its thresholds.
  var scoreDeadlines: [Int64] = []
  var aliasThresholds: [UInt32] = []
  /// The thresholds on whose strong side a request without a score falls.
  var strongWithoutScore: UInt32 = 0
  var retries: [RetryRule] = []
  var hedges: [HedgeRule] = []
  /// What is observed of each deployment.
  var observed: [ObservedRule] = []
  /// The budgets that nodes have of their own.
  var budgets: [any RetryBudget] = []
  var deadlines: [DeadlineRule] = []
  var breakers: [(rule: BreakerRule, deployment: DeploymentID)] = []
  /// A name for each node, for notes and reports: its key path in the file.
  public internal(set) var names: [String] = []
  /// Where each filter stands in the file, as a key path.
  public internal(set) var filterNames: [String] = []

  /// How many children the node of each strategy has.
  var strategyChildCounts: [UInt8] {
    var counts = strategies.map { _ in UInt8(0) }
    for node in nodes where node.kind == .balance { counts[Int(node.target)] = node.childCount }
    return counts
  }

  /// The deployments that a walk from `alias` can reach, in order of their index.
  public func deployments(reachableFrom alias: Int) -> [DeploymentID] {
    guard alias < roots.count, roots[alias] != .max else { return [] }
    var found = Set<DeploymentID>()
    for number in reachable(from: roots[alias]) where nodes[Int(number)].kind == .deployment {
      found.insert(DeploymentID(Int(nodes[Int(number)].target)))
    }
    return found.sorted()
  }

  /// A node and all that can be reached from it, in order; through aliases too, each node once.
  func reachable(from number: UInt16) -> [UInt16] {
    var seen = Set<UInt16>()
    var found: [UInt16] = []
    var open = [number]
    while let number = open.popLast() {
      guard seen.insert(number).inserted else { continue }
      found.append(number)
      let node = nodes[Int(number)]
      if node.kind == .alias {
        if roots[Int(node.target)] != .max { open.append(roots[Int(node.target)]) }
        continue
      }
      for place in (0..<Int(node.childCount)).reversed() {
        open.append(children[Int(node.firstChild) + place])
      }
    }
    return found
  }
}
