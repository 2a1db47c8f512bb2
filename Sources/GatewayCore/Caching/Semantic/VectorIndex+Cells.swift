// How cells come and go: opened, split when full, dissolved when nearly empty.

extension VectorIndex {
  /// Opens an empty cell; returns its number.
  @discardableResult
  mutating func open(centre: UnsafePointer<Block>) -> Int {
    if freeRooms.isEmpty { growRooms() }
    let room = freeRooms.removeLast()
    if cells.count == centreRoom {
      let larger = UnsafeMutablePointer<Block>.allocate(capacity: 2 * centreRoom * blocks)
      larger.moveInitialize(from: centres, count: cells.count * blocks)
      centres.deallocate()
      centres = larger
      centreRoom *= 2
    }
    (centres + cells.count * blocks).initialize(from: centre, count: blocks)
    cellOfRoom[Int(room)] = UInt32(cells.count)
    cells.append(Cell(room: room, count: 0, least: 1))
    return cells.count - 1
  }

  /// Closes an empty cell; the last one takes its number.
  private mutating func close(_ cell: Int) {
    freeRooms.append(cells[cell].room)
    let last = cells.count - 1
    if cell != last {
      cells[cell] = cells[last]
      (centres + cell * blocks).update(from: centres + last * blocks, count: blocks)
      cellOfRoom[Int(cells[cell].room)] = UInt32(cell)
    }
    cells.removeLast()
  }

  /// Splits a full cell around two centres: its member farthest from the centre and the member
  /// farthest from that one begin, then four rounds of 2-means; each side gets a quarter at least.
  mutating func split(_ cell: Int) {
    let room = cells[cell].room
    let count = Int(cells[cell].count)
    let (one, other) = (scratch, scratch + blocks)
    let far = farthest(from: centres + cell * blocks, room, count)
    one.update(from: row(room, far), count: blocks)
    other.update(from: row(room, farthest(from: one, room, count)), count: blocks)
    var border = 0
    for round in 0..<5 {
      // In order of how much nearer to the first centre: a total order, by position among equals.
      for position in 0..<count {
        let vector = row(room, position)
        let lean =
          UnitVectors.dot(vector, one, blocks: blocks)
          - UnitVectors.dot(vector, other, blocks: blocks)
        var place = position
        while place > 0, order[place - 1].similarity < lean {
          order[place] = order[place - 1]
          place -= 1
        }
        order[place] = Candidate(similarity: lean, cell: UInt32(position))
      }
      border = 0
      while border < count, order[border].similarity > 0 { border += 1 }
      border = max(count / 4, min(count - count / 4, border))
      if round == 4 { break }
      middle(one, of: 0..<border, room)
      middle(other, of: border..<count, room)
    }
    let second = open(centre: other)
    (centres + cell * blocks).update(from: one, count: blocks)
    let from = Int(room) * cellSize
    for place in border..<count {
      let position = Int(order[place].cell)
      put(members[from + position], row(room, position), tags[from + position], into: second)
    }
    // Close the gaps: the rest keeps its order.
    for place in border..<count { members[from + Int(order[place].cell)] = .max }
    cells[cell].count = 0
    cells[cell].least = 1
    for position in 0..<count where members[from + position] != .max {
      put(members[from + position], row(room, position), tags[from + position], into: cell)
    }
  }

  /// The member with the least cosine to a vector.
  private func farthest(from vector: UnsafePointer<Block>, _ room: UInt32, _ count: Int) -> Int {
    var least = Float.infinity
    var found = 0
    for position in 0..<count {
      let cosine = UnitVectors.dot(row(room, position), vector, blocks: blocks)
      if cosine < least {
        least = cosine
        found = position
      }
    }
    return found
  }

  /// The middle of some members; their first one if they cancel out.
  private func middle(
    _ centre: UnsafeMutablePointer<Block>, of places: Range<Int>, _ room: UInt32
  ) {
    guard let first = places.first else { return }
    for block in 0..<blocks { centre[block] = Block(repeating: 0) }
    for place in places {
      let vector = row(room, Int(order[place].cell))
      for block in 0..<blocks { centre[block] += vector[block] }
    }
    if !UnitVectors.normalise(centre, blocks: blocks) {
      centre.update(from: row(room, Int(order[first].cell)), count: blocks)
    }
  }

  /// Gives the few members of a cell to the cells with the nearest centres, and closes it.
  mutating func dissolve(_ cell: Int) {
    let vector = scratch + 4 * blocks
    while cells[cell].count > 0 {
      let position = Int(cells[cell].count) - 1
      let place = Int(cells[cell].room) * cellSize + position
      let (entry, tag) = (members[place], tags[place])
      vector.update(from: row(cells[cell].room, position), count: blocks)
      cells[cell].count -= 1
      let target = nearestCell(to: vector, but: cell)
      put(entry, vector, tag, into: target)
      if Int(cells[target].count) == cellSize { split(target) }
    }
    close(cell)
  }

  private mutating func growRooms() {
    let more = rooms * 2
    rows = VectorIndex.enlarge(rows, rooms * cellSize * blocks, more * cellSize * blocks)
    heads = VectorIndex.enlarge(heads, rooms * cellSize, more * cellSize)
    rests = VectorIndex.enlarge(rests, rooms * cellSize, more * cellSize)
    members = VectorIndex.enlarge(members, rooms * cellSize, more * cellSize)
    tags = VectorIndex.enlarge(tags, rooms * cellSize, more * cellSize)
    for room in (rooms..<more).reversed() { freeRooms.append(UInt32(room)) }
    while cellOfRoom.count < more { cellOfRoom.append(0) }
    rooms = more
  }

  private static func enlarge<Element>(
    _ old: UnsafeMutablePointer<Element>, _ count: Int, _ capacity: Int
  ) -> UnsafeMutablePointer<Element> {
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    larger.moveInitialize(from: old, count: count)
    old.deallocate()
    return larger
  }
}
