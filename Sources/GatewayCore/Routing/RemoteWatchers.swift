import Vocabulary

/// Which children of which balances are concerned when another replica's attempts on a deployment
/// change: every balance above a leaf of that deployment, through aliases as well.
///
/// A child below which the deployment stands twice is told once. Replicas publish what is in flight
/// on a deployment, whichever way it came there, so a balance hears of attempts that another alias
/// sent there too.
/// - Complexity: made once, O(balances × nodes below); a change costs O(balances above).
struct RemoteWatchers: Sendable {
  struct Place: BitwiseCopyable, Sendable, Equatable {
    var strategy: UInt16
    var child: UInt8
  }

  private var places: [Place] = []
  /// Where each deployment's places begin; one entry more than deployments.
  private var starts: [Int] = []

  /// No balance is told of anything.
  init() {}

  /// The watchers of a tree over so many deployments.
  init(_ tree: RouteTree, deployments: Int) {
    var found: [[Place]] = Array(repeating: [], count: deployments)
    for node in tree.nodes where node.kind == .balance {
      for place in 0..<Int(node.childCount) {
        var below = Array(repeating: false, count: deployments)
        tree.mark(tree.children[Int(node.firstChild) + place], in: &below)
        for deployment in 0..<deployments where below[deployment] {
          found[deployment].append(Place(strategy: node.target, child: UInt8(place)))
        }
      }
    }
    for deployment in 0..<deployments {
      starts.append(places.count)
      places.append(contentsOf: found[deployment])
    }
    starts.append(places.count)
  }

  /// The places that are told of a deployment, as a range of `subscript`.
  @inline(__always)
  func range(of deployment: DeploymentID) -> Range<Int> {
    let index = Int(deployment.index)
    return index + 1 < starts.count ? starts[index]..<starts[index + 1] : 0..<0
  }

  @inline(__always)
  subscript(index: Int) -> Place { places[index] }
}

extension RouteTree {
  /// Marks the deployments that can be reached from a node.
  fileprivate func mark(_ number: UInt16, in below: inout [Bool]) {
    for number in reachable(from: number) {
      let node = nodes[Int(number)]
      if node.kind == .deployment, Int(node.target) < below.count {
        below[Int(node.target)] = true
      }
    }
  }
}
