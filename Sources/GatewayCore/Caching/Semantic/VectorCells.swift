/// Unit vectors in cells of similar ones, each with a centre; cells split when full.
///
/// A vector enters a cell, at best the one with the nearest centre; a full cell is split in two by a
/// few rounds of 2-means; one that is nearly empty is dissolved into its neighbours. A cell has a
/// room, which is its own as long as it lives; its number changes when another one closes.
/// - Complexity: an inner product a cell to find the nearest; O(cell²) to split, amortised O(cell);
///   O(1) to take. Memory: about 1.5 × (4 × dimensions + 80) bytes a vector.
struct VectorCells: ~Copyable {
  typealias Block = UnitVectors.Block

  struct Cell: BitwiseCopyable {
    /// The storage of its members.
    var room: UInt32
    var count: UInt32
    /// No member's cosine to the centre is less.
    var least: Float
  }

  struct Place: BitwiseCopyable {
    var room: UInt32
    var position: UInt32
  }

  /// A member of a cell that is being split.
  struct Leaning: BitwiseCopyable {
    var lean: Float
    var position: UInt32
  }

  let blocks: Int
  /// Blocks of a code.
  let codeBlocks: Int
  private let scale: Float
  /// Vectors in a full cell.
  let size: Int
  private var cells: [Cell] = []
  /// By room: the cell that lives there.
  private var cellOfRoom: [UInt32] = [0]
  private var freeRooms: [UInt32] = [0]
  /// By entry: where it is.
  private var places: [Place] = []
  private(set) var centres: UnsafeMutablePointer<Block>
  private(set) var rows: UnsafeMutablePointer<Block>
  /// The beginning of every row in small numbers, and the length of the rest: most members are ruled
  /// out by them alone, for a quarter of the memory traffic.
  private(set) var codes: UnsafeMutablePointer<VectorCode.Block>
  private(set) var rests: UnsafeMutablePointer<Float>
  /// Which entry a row is of.
  private(set) var entries: UnsafeMutablePointer<UInt32>
  private(set) var tags: UnsafeMutablePointer<UInt64>
  private var rooms = 1
  private var centreRoom = 8
  /// Two centres and a vector on its way.
  private let scratch: UnsafeMutablePointer<Block>
  private let order: UnsafeMutablePointer<Leaning>

  /// No cells; a code covers `codeBlocks` × 32 numbers of a vector, from its beginning.
  init(blocks: Int, codeBlocks: Int, size: Int) {
    self.blocks = blocks
    self.codeBlocks = codeBlocks
    scale = VectorCode.scale(dimensions: blocks * 16)
    self.size = size
    centres = .allocate(capacity: 8 * blocks)
    rows = .allocate(capacity: size * blocks)
    codes = .allocate(capacity: size * codeBlocks)
    rests = .allocate(capacity: size)
    entries = .allocate(capacity: size)
    tags = .allocate(capacity: size)
    scratch = .allocate(capacity: 3 * blocks)
    order = .allocate(capacity: size)
  }

  deinit {
    centres.deallocate()
    rows.deallocate()
    codes.deallocate()
    rests.deallocate()
    entries.deallocate()
    tags.deallocate()
    scratch.deallocate()
    order.deallocate()
  }

  /// How many cells there are.
  @inline(__always)
  var count: Int { cells.count }

  /// The places of a cell's members in `rows`, `codes`, `rests`, `entries` and `tags`.
  @inline(__always)
  func members(of cell: Int) -> Range<Int> {
    let first = Int(cells[cell].room) * size
    return first..<first + Int(cells[cell].count)
  }

  /// The room of a cell.
  @inline(__always)
  func room(of cell: Int) -> UInt32 { cells[cell].room }

  /// No member's cosine to its centre is less.
  @inline(__always)
  func least(of cell: Int) -> Float { cells[cell].least }

  /// The number of the cell that lives in a room.
  @inline(__always)
  func cell(in room: UInt32) -> Int { Int(cellOfRoom[Int(room)]) }

  /// The centre of a cell.
  @inline(__always)
  func centre(_ cell: Int) -> UnsafeMutablePointer<Block> { centres + cell * blocks }

  @inline(__always)
  private func row(_ room: UInt32, _ position: Int) -> UnsafeMutablePointer<Block> {
    rows + (Int(room) * size + position) * blocks
  }

  /// Whether a cell has no room left.
  func isFull(_ cell: Int) -> Bool { Int(cells[cell].count) == size }

  /// Whether a cell has shrunk since its last split, which leaves a quarter at least.
  func isSparse(_ cell: Int) -> Bool { cells.count > 1 && Int(cells[cell].count) < size / 16 }

  /// The cell with the nearest centre; the first among equals, −1 if there is none.
  func nearest(to vector: UnsafePointer<Block>, but excluded: Int = -1) -> Int {
    var best = -1
    var similarity = -Float.infinity
    for cell in 0..<cells.count where cell != excluded {
      let cosine = UnitVectors.dot(vector, centre(cell), blocks: blocks)
      if cosine > similarity {
        similarity = cosine
        best = cell
      }
    }
    return best
  }

  // MARK: Vectors that come and go

  /// Puts an entry into a cell that has room.
  mutating func put(
    _ entry: UInt32, _ vector: UnsafePointer<Block>, _ tag: UInt64, into cell: Int
  ) {
    while places.count <= Int(entry) { places.append(Place(room: .max, position: 0)) }
    assert(places[Int(entry)].room == .max, "the entry has a vector")
    let (room, position) = (cells[cell].room, Int(cells[cell].count))
    let place = Int(room) * size + position
    row(room, position).update(from: vector, count: blocks)
    VectorCode.write(
      codes + place * codeBlocks, codeBlocks, of: vector, blocks: blocks, scale: scale)
    rests[place] = VectorCode.rest(of: vector, blocks: blocks, after: codeBlocks)
    entries[place] = entry
    tags[place] = tag
    places[Int(entry)] = Place(room: room, position: UInt32(position))
    cells[cell].count += 1
    let cosine = UnitVectors.dot(vector, centre(cell), blocks: blocks)
    cells[cell].least = min(cells[cell].least, cosine)
  }

  /// Gives an entry another tag, where it is.
  func retag(_ entry: UInt32, _ tag: UInt64) {
    let place = places[Int(entry)]
    tags[Int(place.room) * size + Int(place.position)] = tag
  }

  /// Takes an entry out of its cell, whose number is returned; the last member moves to its place.
  mutating func take(_ entry: UInt32) -> Int {
    let place = places[Int(entry)]
    let cell = cell(in: place.room)
    let last = Int(cells[cell].count) - 1
    let first = Int(place.room) * size
    let position = Int(place.position)
    if position != last {
      row(place.room, position).update(from: row(place.room, last), count: blocks)
      (codes + (first + position) * codeBlocks).update(
        from: codes + (first + last) * codeBlocks, count: codeBlocks)
      rests[first + position] = rests[first + last]
      let moved = entries[first + last]
      entries[first + position] = moved
      tags[first + position] = tags[first + last]
      places[Int(moved)].position = place.position
    }
    cells[cell].count -= 1
    places[Int(entry)].room = .max
    return cell
  }

  /// Takes the last member out of a cell; its vector stands in the scratch until the next.
  mutating func takeLast(
    of cell: Int
  ) -> (entry: UInt32, tag: UInt64, vector: UnsafePointer<Block>)? {
    guard cells[cell].count > 0 else { return nil }
    let position = Int(cells[cell].count) - 1
    let place = Int(cells[cell].room) * size + position
    let vector = scratch + 2 * blocks
    vector.update(from: row(cells[cell].room, position), count: blocks)
    cells[cell].count -= 1
    places[Int(entries[place])].room = .max
    return (entries[place], tags[place], UnsafePointer(vector))
  }

  /// Puts an entry into the nearest cell, which is split if it is full then.
  mutating func add(_ entry: UInt32, _ vector: UnsafePointer<Block>) {
    if cells.isEmpty { open(centre: vector) }
    let cell = nearest(to: vector)
    put(entry, vector, 0, into: cell)
    if isFull(cell) { split(cell) }
  }

  /// Takes an entry out of its cell, which is dissolved if it is nearly empty then.
  mutating func remove(_ entry: UInt32) {
    let cell = take(entry)
    guard isSparse(cell) else { return }
    while let (entry, tag, vector) = takeLast(of: cell) {
      let target = nearest(to: vector, but: cell)
      put(entry, vector, tag, into: target)
      if isFull(target) { split(target) }
    }
    close(cell)
  }

  // MARK: Cells that come and go

  /// Opens an empty cell; returns its number.
  @discardableResult
  mutating func open(centre: UnsafePointer<Block>) -> Int {
    if freeRooms.isEmpty { growRooms() }
    let room = freeRooms.removeLast()
    if cells.count == centreRoom {
      centres = VectorCells.enlarge(centres, cells.count * blocks, 2 * centreRoom * blocks)
      centreRoom *= 2
    }
    (centres + cells.count * blocks).initialize(from: centre, count: blocks)
    cellOfRoom[Int(room)] = UInt32(cells.count)
    cells.append(Cell(room: room, count: 0, least: 1))
    return cells.count - 1
  }

  /// Closes an empty cell; the last one takes its number.
  mutating func close(_ cell: Int) {
    freeRooms.append(cells[cell].room)
    let last = cells.count - 1
    if cell != last {
      cells[cell] = cells[last]
      centre(cell).update(from: centre(last), count: blocks)
      cellOfRoom[Int(cells[cell].room)] = UInt32(cell)
    }
    cells.removeLast()
  }

  /// Splits a full cell around two centres; returns the number of the second.
  ///
  /// Its member farthest from the centre and the member farthest from that one begin, then four
  /// rounds of 2-means; each side gets a quarter at least.
  @discardableResult
  mutating func split(_ cell: Int) -> Int {
    let room = cells[cell].room
    let count = Int(cells[cell].count)
    let (one, other) = (scratch, scratch + blocks)
    let far = farthest(from: centre(cell), room, count)
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
        while place > 0, order[place - 1].lean < lean {
          order[place] = order[place - 1]
          place -= 1
        }
        order[place] = Leaning(lean: lean, position: UInt32(position))
      }
      border = 0
      while border < count, order[border].lean > 0 { border += 1 }
      border = max(count / 4, min(count - count / 4, border))
      if round == 4 { break }
      middle(one, of: 0..<border, room)
      middle(other, of: border..<count, room)
    }
    let second = open(centre: other)
    centre(cell).update(from: one, count: blocks)
    let from = Int(room) * size
    for place in border..<count {
      let position = Int(order[place].position)
      places[Int(entries[from + position])].room = .max
      put(entries[from + position], row(room, position), tags[from + position], into: second)
    }
    // Close the gaps: the rest keeps its order.
    for place in border..<count { entries[from + Int(order[place].position)] = .max }
    cells[cell].count = 0
    cells[cell].least = 1
    for position in 0..<count where entries[from + position] != .max {
      places[Int(entries[from + position])].room = .max
      put(entries[from + position], row(room, position), tags[from + position], into: cell)
    }
    return second
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
      let vector = row(room, Int(order[place].position))
      for block in 0..<blocks { centre[block] += vector[block] }
    }
    if !UnitVectors.normalise(centre, blocks: blocks) {
      centre.update(from: row(room, Int(order[first].position)), count: blocks)
    }
  }

  private mutating func growRooms() {
    let more = rooms * 2
    rows = VectorCells.enlarge(rows, rooms * size * blocks, more * size * blocks)
    codes = VectorCells.enlarge(
      codes, rooms * size * codeBlocks, more * size * codeBlocks)
    rests = VectorCells.enlarge(rests, rooms * size, more * size)
    entries = VectorCells.enlarge(entries, rooms * size, more * size)
    tags = VectorCells.enlarge(tags, rooms * size, more * size)
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
