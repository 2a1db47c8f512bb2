/// The best few of many, best first; the earlier one among equals.
///
/// - Complexity: a comparison for what is not among them, O(kept) for what is.
struct Shortlist: ~Copyable {
  struct Candidate: BitwiseCopyable {
    var score: Float
    var number: UInt32
  }

  private let kept: UnsafeMutablePointer<Candidate>
  private let capacity: Int
  private var wanted = 0
  private var worst = -Float.infinity
  /// How many there are.
  private(set) var count = 0

  init(capacity: Int) {
    self.capacity = capacity
    kept = .allocate(capacity: capacity)
  }

  deinit { kept.deallocate() }

  /// One of them.
  @inline(__always)
  subscript(place: Int) -> Candidate { kept[place] }

  /// Begins anew, for as many as are wanted.
  mutating func clear(keeping wanted: Int) {
    self.wanted = max(1, min(wanted, capacity))
    count = 0
    worst = -.infinity
  }

  /// Whether that score would be among the best.
  @inline(__always)
  func takes(_ score: Float) -> Bool { score > worst }

  /// Takes one in whose score is good enough.
  @inline(__always)
  mutating func insert(_ number: Int, _ score: Float) {
    var place = count < wanted ? count : wanted - 1
    while place > 0, kept[place - 1].score < score {
      kept[place] = kept[place - 1]
      place -= 1
    }
    kept[place] = Candidate(score: score, number: UInt32(number))
    if count < wanted { count += 1 }
    if count == wanted { worst = kept[wanted - 1].score }
  }
}
