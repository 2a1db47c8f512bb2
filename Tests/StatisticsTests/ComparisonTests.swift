import Testing

@testable import Statistics

@Suite("A comparison of two policies")
struct ComparisonTests {
  let baseline = [0.95, 0.96, 0.94, 0.95, 0.955, 0.945]

  func verdict(
    _ differences: [Double], matters: MattersFrom, higherIsBetter: Bool = true
  ) throws -> Verdict {
    let policy = zip(baseline, differences).map { $0 + $1 }
    let result = try #require(
      ComparisonStatistics(
        baseline: baseline, policy: policy, higherIsBetter: higherIsBetter, matters: matters))
    return result.verdict
  }

  @Test("is better when the interval leaves out 0 on the good side and the size matters")
  func better() throws {
    let up = [0.010, 0.012, 0.011, 0.009, 0.010, 0.011]
    #expect(try verdict(up, matters: .absolute(0.0005)) == .better)
    #expect(try verdict(up, matters: .absolute(0.0005), higherIsBetter: false) == .worse)
    #expect(try verdict(up.map { -$0 }, matters: .absolute(0.0005)) == .worse)
  }

  @Test("is equivalent when the whole interval is below what matters, also if it leaves out 0")
  func equivalent() throws {
    #expect(
      try verdict([1e-5, 2e-5, 1e-5, 3e-5, 2e-5, 1e-5], matters: .absolute(5e-4)) == .equivalent)
    #expect(try verdict([1e-5, -2e-5, 1e-5, -3e-5, 0, 0], matters: .relative(0.01)) == .equivalent)
    #expect(try verdict([0, 0, 0, 0, 0, 0], matters: .absolute(0)) == .equivalent)
  }

  @Test("is undecided otherwise and says how many replications it would take")
  func undecided() throws {
    let wide = [0.02, -0.018, 0.022, -0.015, 0.019, 0.001]
    guard case .undecided(let needed) = try verdict(wide, matters: .absolute(0.001)) else {
      Issue.record("a wide interval was decided")
      return
    }
    let count = try #require(needed)
    let deviation = Sample(wide).deviation
    let mean = Sample(wide).mean
    func halfWidth(_ count: Int) -> Double {
      StudentT.quantile(0.975, degrees: Double(count - 1)) * deviation / Double(count).squareRoot()
    }
    #expect(halfWidth(count) <= mean + 1e-12)
    #expect(halfWidth(count - 1) > mean - 1e-12)
  }

  @Test("needs two pairs")
  func needsPairs() {
    #expect(
      ComparisonStatistics(
        baseline: [1], policy: [2], higherIsBetter: true, matters: .absolute(0)) == nil)
    #expect(
      ComparisonStatistics(
        baseline: [1, 2], policy: [2], higherIsBetter: true, matters: .absolute(0)) == nil)
  }

  @Test("of replications with a bound holds, fails or is undecided")
  func bounds() {
    #expect(BoundVerdict([0.996, 0.997, 0.998], atLeast: true, bound: 0.99) == .holds)
    #expect(BoundVerdict([0.996, 0.997, 0.998], atLeast: false, bound: 0.99) == .fails)
    #expect(BoundVerdict([1.0, 1.0], atLeast: true, bound: 1.0) == .holds)
    #expect(BoundVerdict([2.0], atLeast: false, bound: 1.0) == .fails)
    #expect(BoundVerdict([], atLeast: true, bound: 1) == .undecided(replicationsNeeded: nil))
    guard case .undecided(let needed?) = BoundVerdict([1, 3, 2], atLeast: true, bound: 1.5) else {
      Issue.record("an interval over the bound was decided")
      return
    }
    #expect(needed > 3)
  }
}

@Suite("A selection among several policies")
struct SelectionTests {
  /// Results of three policies under common random numbers: the worlds differ, the gaps do not.
  static func world(_ index: Int) -> [Double] {
    let noise = Double((index * 7919) % 101) / 10
    let own = Double((index * 104_729) % 11) / 100
    return [noise + 1, noise + 2 + own, noise + 1.5 - own]
  }

  @Test("keeps the best and eliminates the others")
  func kimNelson() {
    var selection = KimNelson(policies: 3, lead: 0.2, higherIsBetter: true)
    var index = 0
    while !selection.isDecided, index < 1000 {
      selection.add(Self.world(index))
      index += 1
    }
    #expect(selection.survivors == [1])
    #expect(selection.replications < 60)
    var least = KimNelson(policies: 3, lead: 0.2, higherIsBetter: false)
    for index in 0..<200 { least.add(Self.world(index)) }
    #expect(least.survivors == [0])
  }

  @Test("Hsu's intervals name the best and bound the others' distance")
  func hsu() throws {
    let rows = (0..<20).map(Self.world)
    let places = try #require(
      MultipleComparisons.withBest((0..<3).map { p in rows.map { $0[p] } }, higherIsBetter: true))
    #expect(places.map(\.mayBeBest) == [false, true, false])
    #expect(places[1].distance.lower == 0)
    #expect(places[0].distance.upper == 0)
    #expect(places[0].distance.contains(places[0].distance.estimate))
    #expect(places[2].distance.lower < -0.4)
  }
}
