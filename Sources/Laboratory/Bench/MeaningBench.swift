import Chance
import GatewayCore

/// What a look-up in a semantic index costs, and how much of what is there it finds.
///
/// Vectors of 64 numbers: in 1,000 clusters, in 20,000 clusters, and with all directions alike (the
/// hardest: nothing to be found by). Questions are new members of a cluster; where there are none,
/// vectors of the index turned by about 14°. What is there is known by looking at all; least
/// cosine 0.95.
enum MeaningBench {
  static let family = "semantic"

  private static let dimensions = 64
  private static let questions = 200
  private static let floor: Float = 0.95

  static func rows(entries: Int, repeats: Int) -> [CoreBench.Row] {
    [
      ("1,000 clusters", entries / 100, Float(0.2)),
      ("20,000 clusters", entries / 5, 0.2),
      ("all directions alike", 0, 0.25),
    ].map { name, clusters, spread in
      row("index, \(name)", entries, max(0, clusters), spread, repeats)
    }
  }

  private static func row(
    _ name: String, _ entries: Int, _ clusters: Int, _ spread: Float, _ repeats: Int
  ) -> CoreBench.Row {
    var vectors = Directions(seed: UInt64(clusters) + 7)
    let centres = (0..<clusters).map { _ in vectors.next() }
    var index = MeaningIndex(dimensions: dimensions)
    var held: [[Float]] = []
    for number in 0..<entries {
      let vector =
        clusters > 0
        ? vectors.near(centres[vectors.number(below: clusters)], spread) : vectors.next()
      index.add(UInt32(number), vector.span)
      held.append(vector)
    }
    let asked = (0..<questions).map { _ in
      vectors.near(
        clusters > 0
          ? centres[vectors.number(below: clusters)] : held[vectors.number(below: entries)], spread)
    }
    // The question takes part in its measurement as a request's vector does: it is normalised first.
    var best = Double.infinity
    var found = 0
    for round in 0..<4 * repeats {
      if round >= repeats, best <= 20_000 { break }
      found = 0
      let before = MachineUsage.now.userSeconds
      for _ in 0..<5 {
        for question in asked where index.find(question.span, atLeast: floor) != nil { found += 1 }
      }
      let seconds = MachineUsage.now.userSeconds - before
      best = min(best, seconds / Double(5 * questions) * 1e9)
    }
    let there = asked.filter { question in
      held.contains { vector in
        var (product, one, other) = (Float(0), Float(0), Float(0))
        for place in 0..<dimensions {
          product += question[place] * vector[place]
          one += question[place] * question[place]
          other += vector[place] * vector[place]
        }
        return product >= floor * (one * other).squareRoot()
      }
    }.count
    return CoreBench.Row(
      family: family, mechanism: name, nanoseconds: best, unit: "look-up", bar: 20_000,
      recall: (min(1, Double(found / 5) / Double(max(1, there))), 0.95))
  }
}

/// Vectors with directions drawn at random.
private struct Directions {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  private mutating func word() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }

  mutating func number(below count: Int) -> Int { Int(word() >> 33) % count }

  /// Sums of three uniforms: near enough to normal; each number has variance 1.
  mutating func next() -> [Float] {
    (0..<64).map { _ in
      let bits = word()
      var sum: Float = -3
      for part in 0..<3 { sum += Float(bits >> UInt64(21 * part) & 0x1F_FFFF) / 1_048_576 }
      return sum
    }
  }

  /// A vector beside another one.
  mutating func near(_ centre: [Float], _ spread: Float) -> [Float] {
    let noise = next()
    return (0..<64).map { centre[$0] + spread * noise[$0] }
  }
}
