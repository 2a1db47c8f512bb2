/// The names of one kind and the dense ids that they stand for.
///
/// A name stands for one id, or for a *group* of consecutive ids (`teams: { others: { count: 40,
/// skew: 1.1 } }`). Ids are given in the order of declaration, so the order of the scenario file
/// decides them and nothing else does.
public struct NameTable: Sendable {
  /// A name and the ids it stands for.
  public struct Group: Sendable, Hashable {
    /// The name.
    public let name: String
    /// The first id.
    public let first: Int
    /// How many ids, at least 1.
    public let count: Int
    /// The exponent of the Zipf law by which members of the group are drawn; 0 is evenly.
    public let skew: Double
  }

  /// What the names are names of, in the singular: "team".
  public let kind: String
  /// How many ids there may be.
  public let limit: Int
  /// Whether a name may be declared by its first use in a stream.
  public var isOpen: Bool
  /// The groups in the order of declaration.
  public private(set) var groups: [Group] = []
  /// How many ids are in use.
  public private(set) var count = 0
  private var positions: [String: Int] = [:]

  /// Makes a table; `reserved` becomes the name of id 0, which means that a request has none.
  public init(kind: String, limit: Int, isOpen: Bool, reserved: String? = nil) {
    self.kind = kind
    self.limit = limit
    self.isOpen = isOpen
    if let reserved, limit > 0 {
      positions[reserved] = 0
      groups.append(Group(name: reserved, first: 0, count: 1, skew: 0))
      count = 1
    }
  }

  /// The names in the order of declaration.
  public var names: [String] { groups.map(\.name) }

  /// The group of a name; `nil` if it has not been declared.
  public func group(named name: String) -> Group? { positions[name].map { groups[$0] } }

  /// Declares a name, which must be new.
  @discardableResult
  public mutating func declare(
    _ name: String, count members: Int = 1, skew: Double = 0
  ) throws(TrafficError) -> Group {
    guard positions[name] == nil else { throw .declaredTwice(kind: kind, name: name) }
    guard members >= 1, members <= limit - count else {
      throw .tooMany(kind: kind, limit: limit, name: name)
    }
    let group = Group(name: name, first: count, count: members, skew: skew)
    positions[name] = groups.count
    groups.append(group)
    count += members
    return group
  }

  /// The group of a name; declares the name if it is new.
  public mutating func intern(_ name: String) throws(TrafficError) -> Group {
    if let known = group(named: name) { return known }
    return try declare(name)
  }

  /// The name of an id: "kyc", or "others/3" for the third member of a group.
  /// - Complexity: O(log groups).
  public func name(of id: Int) -> String? {
    guard id >= 0, id < count else { return nil }
    var (low, high) = (0, groups.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if groups[middle].first <= id { low = middle } else { high = middle - 1 }
    }
    let group = groups[low]
    return group.count == 1 ? group.name : "\(group.name)/\(id - group.first + 1)"
  }
}
