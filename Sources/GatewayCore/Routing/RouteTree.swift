import Settings
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
    /// The same child for the same key, by rendezvous hashing.
    case sticky
  }

  /// What a split or a sticky node hashes.
  public enum Field: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// The call.
    case call
    /// The conversation; the call if there is none.
    case conversation
    /// The user.
    case user
    /// The team.
    case team
    /// The virtual key.
    case key
  }

  var kind: Kind
  var field: Field = .call
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

/// A predicate on a request: all that it names must hold.
public struct RoutePredicate: Sendable {
  var tags: TagSet = []
  var anyOf: TagSet = []
  var capabilities: TagSet = []
  var inputAbove: UInt32?
  var inputUpTo: UInt32?
  var streams: Bool?
  var team: TeamID?
  var priorityFrom: UInt8 = 0

  @inline(__always)
  func holds(for request: borrowing Request) -> Bool {
    guard request.tags.isSuperset(of: tags), request.capabilities.isSuperset(of: capabilities),
      request.priority >= priorityFrom
    else { return false }
    if !anyOf.isEmpty, request.tags.isDisjoint(with: anyOf) { return false }
    if let inputAbove, request.inputTokens <= inputAbove { return false }
    if let inputUpTo, request.inputTokens > inputUpTo { return false }
    if let streams, request.streams != streams { return false }
    if let team, request.identity.team != team { return false }
    return true
  }
}

/// The deadlines of attempts, nearest level of the tree first.
public struct DeadlineRule: BitwiseCopyable, Sendable, Hashable {
  var firstToken: UInt32 = .max
  var idle: UInt32 = .max
  /// Nanoseconds; `.max` for none.
  var total: Int64 = .max

  init() {}

  /// Reads what is stated, over what the level above says.
  init(reading s: inout SettingsReader, over outer: DeadlineRule) throws(SettingError) {
    self = outer
    let longest: Duration = .seconds(4_000)
    if let value = try s.optionalDuration(
      "firstToken", in: .milliseconds(1)...longest,
      "until the first token must have come; for streamed answers")
    {
      firstToken = Deadlines.microseconds(value)
    }
    if let value = try s.optionalDuration(
      "idle", in: .milliseconds(1)...longest, "longest pause between two tokens")
    {
      idle = Deadlines.microseconds(value)
    }
    if let value = try s.optionalDuration(
      "total", in: .milliseconds(1) ... .seconds(86_400), "until an attempt must have ended")
    {
      total = value.nanoseconds
    }
  }
}

/// The compiled routes of a policy.
public struct RouteTree: Sendable {
  /// The deepest stack of a walk.
  public static let maximumDepth = 8

  var nodes: [RouteNode] = []
  var children: [UInt16] = []
  /// Per node: the weight among its siblings, and the hash of what it is called.
  var weights: [Double] = []
  var hashes: [UInt64] = []
  /// The root of each alias; `.max` for an alias without a route.
  var roots: [UInt16] = []
  var strategies: [any Strategy] = []
  var predicates: [RoutePredicate] = []
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

  /// The deployments that a walk from `alias` can reach, in order of their index.
  public func deployments(reachableFrom alias: Int) -> [DeploymentID] {
    guard alias < roots.count, roots[alias] != .max else { return [] }
    var seen = Set<UInt16>()
    var found = Set<DeploymentID>()
    var open = [roots[alias]]
    while let number = open.popLast() {
      guard seen.insert(number).inserted else { continue }
      let node = nodes[Int(number)]
      switch node.kind {
      case .deployment: found.insert(DeploymentID(Int(node.target)))
      case .alias: if roots[Int(node.target)] != .max { open.append(roots[Int(node.target)]) }
      default:
        for place in 0..<Int(node.childCount) {
          open.append(children[Int(node.firstChild) + place])
        }
      }
    }
    return found.sorted()
  }
}
