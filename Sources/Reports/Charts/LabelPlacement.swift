/// Puts names beside points so that no name covers a point, a whisker or another name.
///
/// Each name tries places around its point, near ones first; the cost of a place is what it covers
/// plus its distance. Names are placed in order and then, with all others known, placed again for
/// a few rounds. A name far from its point gets a leader line.
/// - Complexity: O(rounds · names · places · obstacles).
struct LabelPlacement {
  /// A name to place.
  struct Name {
    var x: Double
    var y: Double
    var width: Double
    var height: Double
  }

  var bounds: Box
  /// What should not be covered, and how much it hurts.
  var obstacles: [(box: Box, weight: Double)]

  /// A box for each name.
  func place(_ names: [Name]) -> [Box] {
    var boxes: [Box?] = names.map { _ in nil }
    for _ in 0..<4 {
      for index in names.indices {
        var best: (cost: Double, box: Box)?
        for (distance, box) in candidates(names[index]) {
          var cost = distance
          if !bounds.contains(box) { cost += 10_000 }
          if let best, cost >= best.cost { continue }
          let leader = LabelPlacement.leader(of: names[index], to: box)
          for obstacle in obstacles {
            cost += box.overlap(obstacle.box) * obstacle.weight
            let isOwn = obstacle.box.holds((names[index].x, names[index].y))
            if !isOwn, leader.contains(where: obstacle.box.holds) { cost += obstacle.weight * 8 }
          }
          if let best, cost >= best.cost { continue }
          for (other, placed) in boxes.enumerated() where other != index {
            guard let placed else { continue }
            cost += box.grown(by: 2).overlap(placed) * 20
            if leader.contains(where: placed.holds) { cost += 150 }
            if LabelPlacement.leader(of: names[other], to: placed).contains(where: box.holds) {
              cost += 150
            }
          }
          if cost < (best?.cost ?? .infinity) { best = (cost, box) }
        }
        boxes[index] = best?.box
      }
    }
    return zip(boxes, names).map { box, name in
      box ?? Box(x: name.x + 9, y: name.y - name.height / 2, width: name.width, height: name.height)
    }
  }

  /// Five points of the line that may lead from a point to its name; none when the name is near.
  private static func leader(of name: Name, to box: Box) -> [(x: Double, y: Double)] {
    let x = min(max(name.x, box.x), box.right)
    let y = min(max(name.y, box.y + 3), box.bottom - 3)
    if needsLeader(name, box) {
      return [0.2, 0.4, 0.6, 0.8, 0.95].map {
        (name.x + (x - name.x) * $0, name.y + (y - name.y) * $0)
      }
    }
    return []
  }

  /// Whether a name is so far from its point that a line must join them.
  static func needsLeader(_ name: Name, _ box: Box) -> Bool {
    let x = min(max(name.x, box.x), box.right)
    let y = min(max(name.y, box.y + 3), box.bottom - 3)
    return abs(x - name.x) + abs(y - name.y) > 20
  }

  private func candidates(_ name: Name) -> [(distance: Double, box: Box)] {
    let (w, h) = (name.width, name.height)
    var all: [(Double, Box)] = []
    for ring in 0..<9 {
      let gap = 9 + Double(ring) * 11
      let base = Double(ring) * 26
      let spots: [(Double, Double, Double)] = [
        (gap, -h / 2, 0), (gap * 0.7, -h - gap * 0.6, 3), (gap * 0.7, gap * 0.6, 4),
        (-w / 2, -h - gap, 5), (-w / 2, gap, 6), (-w - gap, -h / 2, 7),
        (-w - gap * 0.7, -h - gap * 0.6, 8), (-w - gap * 0.7, gap * 0.6, 9),
      ]
      for (dx, dy, cost) in spots {
        all.append((base + cost, Box(x: name.x + dx, y: name.y + dy, width: w, height: h)))
      }
    }
    return all
  }

  /// Moves centres apart along one axis until neighbours are `gap` apart, inside `low`…`high`.
  ///
  /// Pool adjacent violators: neighbours that touch become one block at the mean of their wishes.
  static func spread(_ wished: [Double], gap: Double, low: Double, high: Double) -> [Double] {
    let order = wished.indices.sorted { (wished[$0], $0) < (wished[$1], $1) }
    var blocks: [(sum: Double, members: [Int])] = []
    func first(_ block: (sum: Double, members: [Int])) -> Double {
      let count = Double(block.members.count)
      let span = (count - 1) * gap
      return min(max(block.sum / count - span / 2, low), max(low, high - span))
    }
    for index in order {
      blocks.append((wished[index], [index]))
      while blocks.count > 1 {
        let (upper, lower) = (blocks[blocks.count - 2], blocks[blocks.count - 1])
        let end = first(upper) + Double(upper.members.count) * gap
        if first(lower) >= end - 1e-9 { break }
        blocks.removeLast(2)
        blocks.append((upper.sum + lower.sum, upper.members + lower.members))
      }
    }
    var result = wished
    for block in blocks {
      for (place, index) in block.members.enumerated() {
        result[index] = first(block) + Double(place) * gap
      }
    }
    return result
  }
}
