import Vocabulary

/// An ordered set of places under 128-bit keys: least and greatest in a range, and removal of any.
///
/// A treap: a search tree by key that is a heap by a hash of the key, so that its depth is
/// O(log n) in expectation whatever the order of insertions, and the same in every run. The nodes
/// are those of whoever uses it: node i is place i. Source: C. Aragon, R. Seidel, "Randomized
/// search trees", FOCS 1989.
/// - Complexity: O(log n) expected; no allocation once grown.
struct QueueTree: ~Copyable {
  struct Node: BitwiseCopyable {
    var key: UInt128 = 0
    var left = UInt32.max
    var right = UInt32.max
    var parent = UInt32.max
    var weight: UInt32 = 0
  }

  private static var none: UInt32 { .max }
  private var nodes = Buffer<Node>(capacity: 64)
  private var root = UInt32.max
  private(set) var count = 0

  /// The key of a place that is in the set.
  @inline(__always)
  func key(_ place: UInt32) -> UInt128 { nodes[Int(place)].key }

  /// Inserts a place that is not in the set.
  mutating func insert(_ place: UInt32, _ key: UInt128) {
    nodes.fill(upTo: Int(place) + 1, with: Node())
    nodes[Int(place)] = Node(key: key, weight: QueueTree.weight(key))
    count += 1
    var parent = QueueTree.none
    var here = root
    var isLeft = false
    while here != QueueTree.none {
      parent = here
      isLeft = key < nodes[Int(here)].key
      here = isLeft ? nodes[Int(here)].left : nodes[Int(here)].right
    }
    nodes[Int(place)].parent = parent
    if parent == QueueTree.none {
      root = place
    } else if isLeft {
      nodes[Int(parent)].left = place
    } else {
      nodes[Int(parent)].right = place
    }
    while nodes[Int(place)].parent != QueueTree.none,
      nodes[Int(nodes[Int(place)].parent)].weight < nodes[Int(place)].weight
    {
      rise(place)
    }
  }

  /// Removes a place that is in the set.
  mutating func remove(_ place: UInt32) {
    count -= 1
    while true {
      let (left, right) = (nodes[Int(place)].left, nodes[Int(place)].right)
      if left == QueueTree.none || right == QueueTree.none {
        replace(place, by: left == QueueTree.none ? right : left)
        return
      }
      rise(nodes[Int(left)].weight > nodes[Int(right)].weight ? left : right)
    }
  }

  /// The place with the least key from `bound` on.
  func first(from bound: UInt128) -> UInt32? {
    var best = QueueTree.none
    var here = root
    while here != QueueTree.none {
      if nodes[Int(here)].key >= bound {
        best = here
        here = nodes[Int(here)].left
      } else {
        here = nodes[Int(here)].right
      }
    }
    return best == QueueTree.none ? nil : best
  }

  /// The place with the greatest key up to `bound`.
  func last(upTo bound: UInt128) -> UInt32? {
    var best = QueueTree.none
    var here = root
    while here != QueueTree.none {
      if nodes[Int(here)].key <= bound {
        best = here
        here = nodes[Int(here)].right
      } else {
        here = nodes[Int(here)].left
      }
    }
    return best == QueueTree.none ? nil : best
  }

  /// Turns a node and its parent round.
  private mutating func rise(_ place: UInt32) {
    let parent = nodes[Int(place)].parent
    let isLeft = nodes[Int(parent)].left == place
    replace(parent, by: place)
    let inner = isLeft ? nodes[Int(place)].right : nodes[Int(place)].left
    if isLeft {
      nodes[Int(parent)].left = inner
      nodes[Int(place)].right = parent
    } else {
      nodes[Int(parent)].right = inner
      nodes[Int(place)].left = parent
    }
    if inner != QueueTree.none { nodes[Int(inner)].parent = parent }
    nodes[Int(parent)].parent = place
  }

  /// Puts a node, or none, where another hangs.
  private mutating func replace(_ place: UInt32, by other: UInt32) {
    let parent = nodes[Int(place)].parent
    if other != QueueTree.none { nodes[Int(other)].parent = parent }
    if parent == QueueTree.none {
      root = other
    } else if nodes[Int(parent)].left == place {
      nodes[Int(parent)].left = other
    } else {
      nodes[Int(parent)].right = other
    }
  }

  private static func weight(_ key: UInt128) -> UInt32 {
    var hash = UInt64(truncatingIfNeeded: key) ^ UInt64(truncatingIfNeeded: key >> 64)
    hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
    return UInt32(truncatingIfNeeded: hash >> 32)
  }
}
