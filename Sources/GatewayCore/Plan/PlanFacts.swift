import Vocabulary

// What a plan says of itself to those who check it or compare it with something simpler.

extension RouteTree {
  /// The deployment that a walk from `alias` reaches by taking every node's first child; `nil` if
  /// the alias has no route.
  public func primary(of alias: Int) -> DeploymentID? {
    guard alias < roots.count, roots[alias] != .max else { return nil }
    var number = Int(roots[alias])
    for _ in 0...nodes.count {
      let node = nodes[number]
      switch node.kind {
      case .deployment: return DeploymentID(Int(node.target))
      case .alias:
        guard roots[Int(node.target)] != .max else { return nil }
        number = Int(roots[Int(node.target)])
      default:
        guard node.childCount > 0 else { return nil }
        number = Int(children[Int(node.firstChild)])
      }
    }
    return nil
  }

  /// What a breaker is called over reloads: its deployment, or the first leaf that it guards.
  func identity(ofBreaker index: Int) -> String {
    let (rule, deployment) = breakers[index]
    guard rule.isPerLeaf, let leaf = nodes.indices.first(where: { nodes[$0].breaker == index })
    else { return "\(deployment.index)" }
    return names[leaf]
  }

  /// The breaker of each route node, in the order of the attempts' `leaf`; -1 for none.
  public var breakerOfLeaf: [Int16] { nodes.map(\.breaker) }

  /// The deployment that each breaker guards, whatever way an attempt comes to it.
  ///
  /// `nil` for a breaker that guards a part of the routes only. In the order of the notes'
  /// `subject`.
  public var guardedDeployments: [DeploymentID?] {
    breakers.indices.map { index in
      let target = breakers[index].deployment.index
      let isEverywhere = nodes.allSatisfy {
        $0.kind != .deployment || $0.target != target || Int($0.breaker) == index
      }
      return isEverywhere ? breakers[index].deployment : nil
    }
  }
}
