// What a route tree says of its nodes to whoever tells the life of a request.

extension RouteTree {
  /// How a node chooses among its children.
  public enum Choice: Sendable, Hashable {
    /// By a strategy, whose scores count something.
    case strategy(ScoreUnit)
    /// By the score of a request: strong from it on; `nil` where the threshold moves.
    case threshold(Double?)
    /// By conditions; the last child is for requests for which none holds.
    case condition
    /// By the hash of a key.
    case hash
    /// By what a key was given before, else by its hash or a strategy.
    case memory
    /// In order.
    case order
  }

  /// How a node chooses; `nil` if there is no such node, or it has no children.
  public func choice(of node: UInt16) -> Choice? {
    guard nodes.indices.contains(Int(node)) else { return nil }
    let node = nodes[Int(node)]
    switch node.kind {
    case .balance: return .strategy(strategies[Int(node.target)].scoreUnit)
    case .threshold:
      let rule = thresholds[Int(node.target)]
      return .threshold(rule.sample > 0 ? nil : rule.at)
    case .condition: return .condition
    case .split: return .hash
    case .sticky: return node.pins >= 0 ? .memory : .hash
    case .fallback: return .order
    case .deployment, .alias, .fail: return nil
    }
  }

  /// The child of a node at a place.
  public func child(_ place: Int, of node: UInt16) -> UInt16? {
    guard nodes.indices.contains(Int(node)), place >= 0, place < Int(nodes[Int(node)].childCount)
    else { return nil }
    return children[Int(nodes[Int(node)].firstChild) + place]
  }

  /// How many children a node has.
  public func childCount(of node: UInt16) -> Int {
    nodes.indices.contains(Int(node)) ? Int(nodes[Int(node)].childCount) : 0
  }
}
