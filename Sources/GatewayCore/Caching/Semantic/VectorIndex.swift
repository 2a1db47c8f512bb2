/// Finds the nearest of many unit vectors by looking at a few cells of similar ones.
///
/// An inverted file that grows with what it holds (J. Sivic, A. Zisserman, ICCV 2003; H. Jégou et
/// al., IEEE TPAMI 33(1), 2011; splitting as in SPFresh, SOSP 2023), on two levels: the vectors are in
/// cells, the centres of the cells in groups. Each cell knows the least cosine r between its centre
/// and a member. If the centre's cosine to the question is d < r, no member's exceeds
///
///     d·r + √((1 − d²)(1 − r²))                     (angles on a sphere: the triangle inequality)
///
/// so a cell that cannot reach the least cosine asked for is not opened. Up to `exactUpTo` vectors
/// all the others are opened: the answer is exact. Above, the 2.5 √g best of g groups are looked at,
/// and the `probes` best of their cells are opened; the order follows `VectorCode`, what is found its
/// exact cosine. What is lost is stated by measurement: at 100,000 vectors of 64 numbers and a
/// least cosine of 0.95 the recall is 1.00 in 1,000 clusters, 0.99 in 20,000, and 0.96 where all
/// directions are alike (`gateway-lab bench policies` measures it anew). A member counts only if its
/// tag equals the question's. Deterministic: equal histories, equal answers; among equals the lowest
/// entry wins.
/// - Complexity: a look-up takes O(g + √g × 40 + probes × cell) inner products, g = n / 3,500, most
///   of them of codes; adding O(g + √g × 40) and a share of the splits; removing O(1), amortised.
struct VectorIndex: ~Copyable {
  typealias Block = UnitVectors.Block

  /// What was found.
  struct Match: Equatable {
    var entry: UInt32
    var similarity: Float
  }

  /// Cells of a full group.
  private static let groupSize = 40

  let dimensions: Int
  let blocks: Int
  let probes: Int
  let exactUpTo: Int
  private var cells: VectorCells
  /// The centres of the cells, by their room, in cells of their own.
  private var groups: VectorCells
  private var nearest: Shortlist
  private var nearestGroups: Shortlist
  /// The question's code.
  private let code: UnsafeMutablePointer<VectorCode.Block>
  private let codeBlocks: Int
  private let scale: Float
  /// How much a bound by code and rest may be too low.
  private let slack: Float
  /// How many vectors it holds.
  private(set) var count = 0
  /// Inner products that look-ups have taken, of codes or of vectors.
  private(set) var products = 0

  /// An empty index; `dimensions` is a multiple of 16.
  init(dimensions: Int = 64, cellSize: Int = 128, probes: Int = 12, exactUpTo: Int = 10_000) {
    precondition(dimensions > 0 && dimensions % 16 == 0, "dimensions in blocks of 16")
    self.dimensions = dimensions
    blocks = dimensions / 16
    codeBlocks = (blocks + 1) / 2
    self.probes = max(1, probes)
    self.exactUpTo = exactUpTo
    cells = VectorCells(blocks: blocks, codeBlocks: 1, size: max(8, cellSize))
    groups = VectorCells(
      blocks: blocks, codeBlocks: codeBlocks, size: VectorIndex.groupSize)
    nearest = Shortlist(capacity: self.probes)
    nearestGroups = Shortlist(capacity: 4096)
    code = .allocate(capacity: codeBlocks)
    scale = VectorCode.scale(dimensions: dimensions)
    slack = VectorCode.error(numbers: 32, scale: scale) + 1e-4
  }

  deinit { code.deallocate() }

  /// How many cells there are.
  var cellCount: Int { cells.count }

  // MARK: Look

  /// The most similar vector with that tag whose cosine is at least `floor`.
  mutating func find(
    _ question: UnsafePointer<Block>, tag: UInt64, atLeast floor: Float
  ) -> Match? {
    var best = Match(entry: .max, similarity: floor)
    let rest = VectorCode.rest(of: question, blocks: blocks, after: 1)
    VectorCode.write(code, codeBlocks, of: question, blocks: blocks, scale: scale)
    if count <= exactUpTo {
      products += cells.count
      for cell in 0..<cells.count {
        let cosine = UnitVectors.dot(question, cells.centre(cell), blocks: blocks)
        if reaches(cell, cosine, floor) { search(cell, question, rest, tag, &best) }
      }
    } else {
      listCells(question, floor)
      for place in 0..<nearest.count {
        // What has been found by now may rule out a cell that could reach the floor.
        let cell = Int(nearest[place].number)
        let cosine = UnitVectors.dot(question, cells.centre(cell), blocks: blocks)
        if reaches(cell, cosine, best.similarity) { search(cell, question, rest, tag, &best) }
      }
    }
    return best.entry == .max ? nil : best
  }

  /// Lists the groups that are nearest to a vector.
  @inline(__always)
  private mutating func listGroups(_ vector: UnsafePointer<Block>) {
    let all = groups.count
    products += all
    nearestGroups.clear(keeping: Int(2.5 * Float(all).squareRoot()) + 1)
    var centre = UnsafePointer(groups.centres)
    for group in 0..<all {
      let cosine = UnitVectors.dot(vector, centre, blocks: blocks)
      centre += blocks
      if nearestGroups.takes(cosine) { nearestGroups.insert(group, cosine) }
    }
  }

  /// Lists the cells to be opened: the likely answer first.
  @inline(__always)
  private mutating func listCells(_ question: UnsafePointer<Block>, _ floor: Float) {
    listGroups(question)
    nearest.clear(keeping: probes)
    for place in 0..<nearestGroups.count {
      let members = groups.members(of: Int(nearestGroups[place].number))
      products += members.count
      for position in members {
        // Most cells are farther than those that are already on the list.
        let near = Float(
          VectorCode.dot(code, groups.codes + position * codeBlocks, blocks: codeBlocks))
        guard nearest.takes(near) else { continue }
        let cell = cells.cell(in: groups.entries[position])
        let cosine = UnitVectors.dot(question, groups.rows + position * blocks, blocks: blocks)
        if reaches(cell, cosine, floor) { nearest.insert(cell, near) }
      }
    }
  }

  /// Whether a member of a cell can be as similar as `floor`, given the cosine to the centre.
  @inline(__always)
  private func reaches(_ cell: Int, _ cosine: Float, _ floor: Float) -> Bool {
    let least = cells.least(of: cell)
    if cosine >= least { return true }
    let lacking = floor - 1e-4 - cosine * least
    return lacking <= 0 || lacking * lacking <= (1 - cosine * cosine) * (1 - least * least)
  }

  /// Looks through a cell: q·x ≤ q₁·x₁ + |q₂||x₂| (Cauchy–Schwarz) for the beginning and the rest.
  @inline(__always)
  private mutating func search(
    _ cell: Int, _ question: UnsafePointer<Block>, _ rest: Float, _ tag: UInt64,
    _ best: inout Match
  ) {
    let members = cells.members(of: cell)
    products += members.count
    let (rows, codes, rests, tags) = (cells.rows, cells.codes, cells.rests, cells.tags)
    let (head, unit) = (code[0], 1 / (scale * scale))
    for position in members where tags[position] == tag {
      let near = Float(VectorCode.total(head &* codes[position])) * unit
      if near + rest * rests[position] < best.similarity - slack { continue }
      let similarity = UnitVectors.dot(question, rows + position * blocks, blocks: blocks)
      if similarity >= best.similarity,
        similarity > best.similarity || cells.entries[position] < best.entry
      {
        best = Match(entry: cells.entries[position], similarity: similarity)
      }
    }
  }

  // MARK: Add and remove

  /// Adds the vector of an entry.
  mutating func add(_ entry: UInt32, _ vector: UnsafePointer<Block>, tag: UInt64) {
    if cells.count == 0 {
      let cell = cells.open(centre: vector)
      groups.add(cells.room(of: cell), vector)
    }
    put(entry, vector, tag, into: nearestCell(to: vector))
    count += 1
  }

  /// Removes the vector of an entry.
  mutating func remove(_ entry: UInt32) {
    let cell = cells.take(entry)
    count -= 1
    guard cells.isSparse(cell) else { return }
    groups.remove(cells.room(of: cell))
    while let (entry, tag, vector) = cells.takeLast(of: cell) {
      put(entry, vector, tag, into: nearestCell(to: vector, but: cell))
    }
    cells.close(cell)
  }

  /// Gives an entry another tag.
  mutating func retag(_ entry: UInt32, _ tag: UInt64) { cells.retag(entry, tag) }

  /// Puts an entry into a cell, and splits it if it is full then.
  private mutating func put(
    _ entry: UInt32, _ vector: UnsafePointer<Block>, _ tag: UInt64, into cell: Int
  ) {
    cells.put(entry, vector, tag, into: cell)
    guard cells.isFull(cell) else { return }
    groups.remove(cells.room(of: cell))
    let second = cells.split(cell)
    groups.add(cells.room(of: cell), cells.centre(cell))
    groups.add(cells.room(of: second), cells.centre(second))
  }

  /// The cell with the nearest centre; above `exactUpTo` the one that a look-up would find nearest.
  private mutating func nearestCell(
    to vector: UnsafePointer<Block>, but excluded: Int = -1
  ) -> Int {
    guard count > exactUpTo else { return cells.nearest(to: vector, but: excluded) }
    VectorCode.write(code, codeBlocks, of: vector, blocks: blocks, scale: scale)
    listGroups(vector)
    var (best, highest) = (-1, Int.min)
    for place in 0..<nearestGroups.count {
      for position in groups.members(of: Int(nearestGroups[place].number)) {
        let near = VectorCode.dot(
          code, groups.codes + position * codeBlocks, blocks: codeBlocks)
        if near > highest {
          highest = near
          best = cells.cell(in: groups.entries[position])
        }
      }
    }
    return best < 0 ? cells.nearest(to: vector, but: excluded) : best
  }
}
