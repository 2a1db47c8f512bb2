import Settings
import Vocabulary

/// Whom a bucket belongs to: nobody in particular, a tenant, a model, or each combination of these.
public struct LimitScope: OptionSet, BitwiseCopyable, Sendable, Hashable, CustomStringConvertible {
  /// One bit a key.
  public var rawValue: UInt8
  /// Makes a scope of its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// One bucket for all.
  public static let everyone: LimitScope = []
  /// One a virtual key.
  public static let key = LimitScope(rawValue: 1)
  /// One a user.
  public static let user = LimitScope(rawValue: 2)
  /// One a team.
  public static let team = LimitScope(rawValue: 4)
  /// One a feature.
  public static let feature = LimitScope(rawValue: 8)
  /// One an alias: the model that was asked for, as Kong does it.
  public static let alias = LimitScope(rawValue: 16)
  /// One a model: the one that serves, at each attempt.
  public static let model = LimitScope(rawValue: 32)
  /// One a deployment, at each attempt.
  public static let deployment = LimitScope(rawValue: 64)

  static let names = ["key", "user", "team", "feature", "alias", "model", "deployment"]

  /// The names of the tenants of a simple scope, and the ids that each stands for; none if it has
  /// no names.
  func tenants(_ names: PolicyNames?) -> [IdentityNames.Group] {
    guard let names else { return [] }
    func single(_ all: [String]) -> [IdentityNames.Group] {
      all.enumerated().map { IdentityNames.Group(name: $0.element, first: $0.offset) }
    }
    return switch self {
    case .key: names.groups.keys
    case .user: names.groups.users
    case .team: names.teamGroups
    case .feature: names.groups.features
    case .alias: single(names.aliases)
    case .model: single(names.models)
    case .deployment: single(names.deployments.map(\.name))
    default: []
    }
  }

  /// The scope of that name; everyone for a name that is none.
  init(named name: Int) {
    self.init(rawValue: name < LimitScope.names.count ? 1 << UInt8(name) : 0)
  }

  /// Whether it is known only when a deployment has been chosen.
  public var isPerAttempt: Bool { !isDisjoint(with: [.model, .deployment]) }

  /// Whether it is one key, or none.
  var isSimple: Bool { rawValue.nonzeroBitCount <= 1 }

  /// The keys, as a file writes them.
  public var description: String {
    let parts = LimitScope.names.indices.filter { rawValue & (1 << UInt8($0)) != 0 }
    return parts.isEmpty ? "everyone" : parts.map { LimitScope.names[$0] }.joined(separator: " × ")
  }

  /// Reads `each`: a name, or a list of names.
  init(reading s: inout SettingsReader) throws(SettingError) {
    let all = ["everyone"] + LimitScope.names
    let chosen = try s.list("each", "whom a bucket belongs to; several names: each combination") {
      element throws(SettingError) -> Int in
      try element.name(among: all, kind: "scope")
    }
    self = chosen.reduce(into: LimitScope.everyone) { scope, name in
      if name > 0 { scope.insert(LimitScope(named: name - 1)) }
    }
  }
}

/// How many of each there are, and which model stands behind a deployment or an alias.
struct LimitDimensions: Sendable {
  var counts: [Int]
  /// The model of each deployment.
  var models: [Int]

  init(_ populations: Populations, models: [Int]) {
    counts = [
      populations.keys, populations.users, populations.teams, populations.features,
      populations.aliases, (models.max() ?? 0) + 1, models.count,
    ].map { max(1, $0) }
    self.models = models
  }

  /// How many buckets a scope has; nil if absurdly many.
  func count(_ scope: LimitScope) -> Int? {
    var product = 1
    for place in counts.indices where scope.rawValue & (1 << UInt8(place)) != 0 {
      let (next, overflow) = product.multipliedReportingOverflow(by: counts[place])
      guard !overflow, next <= 1 << 24 else { return nil }
      product = next
    }
    return product
  }
}

/// To which requests a limit applies: all that it names must hold.
///
/// A name of a key, user, team or feature may stand for a group: it holds for each of its members.
struct LimitFilter: BitwiseCopyable, Sendable, Hashable {
  /// Consecutive ids.
  struct Members: BitwiseCopyable, Sendable, Hashable {
    var first: UInt32 = 0
    var last: UInt32 = .max

    @inline(__always)
    func has(_ id: UInt32) -> Bool { first <= id && id <= last }
  }

  var tags: TagSet = []
  /// Of each of these sets that is not empty the request must carry one tag: a set for each key that
  /// lists several values.
  var anyOf = SIMD4<UInt64>(repeating: 0)
  var alias: UInt16 = .max
  var model: UInt16 = .max
  var keys = Members()
  var users = Members()
  var teams = Members()
  var features = Members()

  /// Whether it applies to all.
  var isOpen: Bool { self == LimitFilter() }

  init() {}

  /// Reads `when`.
  init(reading s: inout SettingsReader, names: PolicyNames?) throws(SettingError) {
    let known = names?.tags ?? []
    let pairs = try s.entries("tags", "tags that the request must carry; of a list any one") {
      name, value throws(SettingError) -> TagSet in
      var words: [String] = []
      if let elements = value.elements {
        for element in elements { words.append(try element.text()) }
      } else {
        words = [try value.text()]
      }
      var set = TagSet()
      if value.isDescribing { return set }
      for word in words {
        guard let bit = known.firstIndex(of: "\(name)=\(word)") else {
          throw SettingError(at: value, unknown: "tag", name: "\(name)=\(word)", among: known)
        }
        set.insert(TagSet(rawValue: 1 << UInt64(bit)))
      }
      return set
    }
    var lists = 0
    for pair in pairs {
      if pair.value.rawValue.nonzeroBitCount > 1 {
        try s.require(
          lists < anyOf.scalarCount, "tags",
          expected: "at most \(anyOf.scalarCount) keys with several values")
        anyOf[min(lists, anyOf.scalarCount - 1)] = pair.value.rawValue
        lists += 1
      } else {
        tags.formUnion(pair.value)
      }
    }
    alias =
      try s.optionalName(
        "alias", among: names?.aliases ?? [], kind: "alias", "the alias that is asked for"
      ).map { UInt16($0) } ?? .max
    keys = try LimitFilter.members(&s, .key, names, "the virtual key")
    users = try LimitFilter.members(&s, .user, names, "the user")
    teams = try LimitFilter.members(&s, .team, names, "the team")
    features = try LimitFilter.members(&s, .feature, names, "the feature")
    model =
      try s.optionalName(
        "model", among: names?.models ?? [], kind: "model",
        "the model that serves; the limit is then judged at each attempt"
      ).map { UInt16($0) } ?? .max
  }

  private static func members(
    _ s: inout SettingsReader, _ scope: LimitScope, _ names: PolicyNames?, _ doc: String
  ) throws(SettingError) -> Members {
    let groups = scope.tenants(names)
    let kind = scope.description
    guard
      let index = try s.optionalName(
        kind, among: groups.map(\.name), kind: kind, doc + ", or a group of them by its name"),
      groups.indices.contains(index)
    else { return Members() }
    let first = UInt32(groups[index].first)
    return Members(first: first, last: first + UInt32(groups[index].count) - 1)
  }

  @inline(__always)
  func holds(for request: borrowing Request, model: UInt16) -> Bool {
    if !request.tags.isSuperset(of: tags) { return false }
    if alias != .max, alias != request.alias.index { return false }
    let identity = request.identity
    guard keys.has(identity.key.index), users.has(identity.user.index),
      teams.has(UInt32(identity.team.index)), features.has(UInt32(identity.feature.index))
    else { return false }
    if self.model != .max, self.model != model { return false }
    let carried = SIMD4(repeating: request.tags.rawValue)
    return all(((anyOf & carried) .!= 0) .| (anyOf .== 0))
  }
}
