import Testing

@testable import GatewayCore

/// Unit vectors in clusters, and the slow search for the nearest.
struct Vectors: ~Copyable {
  typealias Block = SIMD16<Float>
  static let blocks = 4
  let base: UnsafeMutablePointer<Block>
  let count: Int

  /// `count` vectors around so many centres; all different directions without a spread.
  init(_ count: Int, clusters: Int, spread: Float, _ random: inout SplitMix64) {
    self.count = count
    base = .allocate(capacity: count * Vectors.blocks)
    var centres: [[Float]] = []
    for _ in 0..<clusters { centres.append(Vectors.noise(&random)) }
    for number in 0..<count {
      let centre = centres[Int.random(in: 0..<clusters, using: &random)]
      let noise = Vectors.noise(&random)
      for block in 0..<Vectors.blocks {
        var lanes = Block(repeating: 0)
        for lane in 0..<16 {
          lanes[lane] = centre[block * 16 + lane] + spread * noise[block * 16 + lane]
        }
        (base + number * Vectors.blocks + block).initialize(to: lanes)
      }
      UnitVectors.normalise(base + number * Vectors.blocks, blocks: Vectors.blocks)
    }
  }

  deinit { base.deallocate() }

  subscript(number: Int) -> UnsafePointer<Block> { UnsafePointer(base + number * Vectors.blocks) }

  /// Sums of uniforms: near enough to normal.
  private static func noise(_ random: inout SplitMix64) -> [Float] {
    (0..<64).map { _ in
      Float.random(in: -1...1, using: &random) + Float.random(in: -1...1, using: &random)
        + Float.random(in: -1...1, using: &random)
    }
  }
}

@Suite("An index of unit vectors")
struct VectorIndexTests {
  /// The nearest by looking at all; the lowest entry among equals.
  private func nearest(
    _ question: UnsafePointer<SIMD16<Float>>, among held: [UInt32: UInt64],
    _ vectors: borrowing Vectors, tag: UInt64, atLeast floor: Float
  ) -> VectorIndex.Match? {
    var best: VectorIndex.Match?
    for entry in held.keys.sorted() where held[entry] == tag {
      let similarity = UnitVectors.dot(question, vectors[Int(entry)], blocks: 4)
      if similarity >= floor, similarity > best?.similarity ?? -2 {
        best = VectorIndex.Match(entry: entry, similarity: similarity)
      }
    }
    return best
  }

  @Test("finds exactly what looking at all finds, while vectors come and go", arguments: [0, 1, 2])
  func twin(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let vectors = Vectors(120, clusters: seed == 2 ? 1 : 12, spread: 0.4, &random)
    var index = VectorIndex(cellSize: 8, probes: 2, exactUpTo: 10_000)
    var held: [UInt32: UInt64] = [:]
    for step in 0..<400 {
      let entry = UInt32.random(in: 0..<120, using: &random)
      if held.removeValue(forKey: entry) != nil {
        index.remove(entry)
      } else {
        held[entry] = UInt64(entry % 2)
        index.add(entry, vectors[Int(entry)], tag: UInt64(entry % 2))
      }
      // Fill, empty, fill again.
      if step > 160, step < 240, let gone = held.keys.sorted().first {
        held[gone] = nil
        index.remove(gone)
      }
      guard step % 4 == 0 else { continue }
      let question = Int.random(in: 0..<120, using: &random)
      let floor: Float = [0.5, 0.9, 0.99][step / 4 % 3]
      let found = index.find(vectors[question], tag: 1, atLeast: floor)
      let expected = nearest(vectors[question], among: held, vectors, tag: 1, atLeast: floor)
      if found != expected {
        Issue.record("step \(step): \(String(describing: found)), \(String(describing: expected))")
        return
      }
    }
    let count = index.count
    #expect(count == held.count)
  }

  @Test("finds at least 95 of 100 with few probes, in clusters")
  func recall() {
    var random = SplitMix64(seed: 5)
    let vectors = Vectors(560, clusters: 100, spread: 0.2, &random)
    var index = VectorIndex(cellSize: 16, probes: 4, exactUpTo: 0)
    var held: [UInt32: UInt64] = [:]
    for entry in UInt32(0)..<520 {
      index.add(entry, vectors[Int(entry)], tag: 1)
      held[entry] = 1
    }
    var (hits, expected) = (0, 0)
    for question in 520..<560 {
      if nearest(vectors[question], among: held, vectors, tag: 1, atLeast: 0.95) != nil {
        expected += 1
        if index.find(vectors[question], tag: 1, atLeast: 0.95) != nil { hits += 1 }
      }
    }
    #expect(expected > 20)
    #expect(hits * 100 >= expected * 95, "\(hits) of \(expected)")
  }

  @Test("takes few inner products a look-up, and not many more in ten times as many vectors")
  func work() {
    var random = SplitMix64(seed: 6)
    let vectors = Vectors(4_040, clusters: 400, spread: 0.2, &random)
    var index = VectorIndex(cellSize: 8, probes: 4, exactUpTo: 0)
    var each: [Int] = []
    for (from, to) in [(0, 400), (400, 4_000)] {
      for entry in from..<to { index.add(UInt32(entry), vectors[entry], tag: 1) }
      let before = index.products
      for question in 4_000..<4_040 { _ = index.find(vectors[question], tag: 1, atLeast: 0.9) }
      each.append((index.products - before) / 40)
    }
    #expect(each[1] < 600, "\(each)")
    #expect(each[1] < 5 * each[0], "\(each)")
  }

  @Test("keeps its recall while vectors come and go")
  func churn() {
    var random = SplitMix64(seed: 7)
    let vectors = Vectors(840, clusters: 80, spread: 0.2, &random)
    var index = VectorIndex(cellSize: 16, probes: 4, exactUpTo: 0)
    var held: [UInt32: UInt64] = [:]
    for step in 0..<1_600 {
      let entry = UInt32(step % 800)
      if held.removeValue(forKey: entry) != nil { index.remove(entry) }
      guard step % 3 > 0 else { continue }
      index.add(entry, vectors[Int(entry)], tag: 1)
      held[entry] = 1
    }
    var (hits, expected) = (0, 0)
    for question in 800..<840 {
      guard nearest(vectors[question], among: held, vectors, tag: 1, atLeast: 0.94) != nil else {
        continue
      }
      expected += 1
      if index.find(vectors[question], tag: 1, atLeast: 0.94) != nil { hits += 1 }
    }
    #expect(expected > 20)
    #expect(hits * 100 >= expected * 95, "\(hits) of \(expected)")
  }

  @Test("copes with as many equal vectors as there are, and with none")
  func equal() {
    var random = SplitMix64(seed: 5)
    let vectors = Vectors(1, clusters: 1, spread: 0, &random)
    var index = VectorIndex(cellSize: 8, probes: 2, exactUpTo: 10)
    let nothing = index.find(vectors[0], tag: 0, atLeast: 0.5)
    #expect(nothing == nil)
    for entry in UInt32(0)..<200 { index.add(entry, vectors[0], tag: 0) }
    let found = index.find(vectors[0], tag: 0, atLeast: 0.99)
    #expect(found != nil)
    for entry in UInt32(0)..<200 { index.remove(entry) }
    let (count, gone) = (index.count, index.find(vectors[0], tag: 0, atLeast: 0.5))
    #expect(count == 0 && gone == nil)
  }

  @Test("adds up in one fixed order, to the last bit")
  func order() {
    var ramp = SIMD16<Float>(repeating: 0)
    for lane in 0..<16 { ramp[lane] = Float(lane) }
    let (tenth, small) = (SIMD16<Float>(repeating: 0.1), SIMD16<Float>(repeating: 1e-3))
    let (left, right) = ([ramp, small], [tenth, ramp])
    var lanes: [Float] = []
    for lane in 0..<16 {
      let (one, other) = (ramp[lane] * tenth[lane], small[lane] * ramp[lane])
      lanes.append(one + other)
    }
    while lanes.count > 1 {
      let half = lanes.count / 2
      lanes = (0..<half).map { lanes[$0] + lanes[$0 + half] }
    }
    let dot = left.withUnsafeBufferPointer { one in
      right.withUnsafeBufferPointer { other in
        UnitVectors.dot(one.baseAddress!, other.baseAddress!, blocks: 2)
      }
    }
    #expect(dot.bitPattern == lanes[0].bitPattern)
  }
}

@Suite("The code of a vector")
struct VectorCodeTests {
  @Test("is as good as its bound says, for any number of dimensions", arguments: [16, 48, 64, 256])
  func error(dimensions: Int) {
    var random = SplitMix64(seed: UInt64(dimensions))
    let (blocks, codes) = (dimensions / 16, (dimensions / 16 + 1) / 2)
    let scale = VectorCode.scale(dimensions: dimensions)
    let bound = VectorCode.error(numbers: dimensions, scale: scale)
    let vectors = UnsafeMutablePointer<SIMD16<Float>>.allocate(capacity: 2 * blocks)
    let written = UnsafeMutablePointer<VectorCode.Block>.allocate(capacity: 2 * codes)
    defer {
      vectors.deallocate()
      written.deallocate()
    }
    for round in 0..<60 {
      for vector in 0..<2 {
        for block in 0..<blocks {
          var lanes = SIMD16<Float>(repeating: 0)
          for lane in 0..<16 { lanes[lane] = Float.random(in: -1...1, using: &random) }
          // Some along an axis, and some equal: the longest sums.
          if round % 4 == 1 { lanes = SIMD16(repeating: 0) }
          if round % 4 == 2, vector == 1 { lanes = vectors[block] }
          (vectors + vector * blocks + block).initialize(to: lanes)
        }
        if round % 4 == 1 { vectors[vector * blocks][round % 16] = round % 8 == 1 ? 1 : -1 }
        UnitVectors.normalise(vectors + vector * blocks, blocks: blocks)
        VectorCode.write(
          written + vector * codes, codes, of: vectors + vector * blocks, blocks: blocks,
          scale: scale)
      }
      let cosine = UnitVectors.dot(vectors, vectors + blocks, blocks: blocks)
      let dot = VectorCode.dot(written, written + codes, blocks: codes)
      let near = Float(dot) / (scale * scale)
      if (near - cosine).magnitude > bound + 1e-4 {
        Issue.record("\(near) for \(cosine), at most \(bound) away")
      }
      if round % 4 == 2, (near - 1).magnitude > 0.05 { Issue.record("equal, but \(near)") }
    }
  }
}
