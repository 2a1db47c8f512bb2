import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("Signals with an age")
struct AgedSignalsTests {
  private func bench(_ signals: Setting?, _ strategy: Setting = "least-in-flight") throws -> Bench {
    var node: [(String, Setting)] = [("balance", strategy), ("over", ["a", "b", "c"])]
    if let signals { node.append(("signals", signals)) }
    return try Bench(["routes": ["chat": .members(node)]])
  }

  private func arrive(_ bench: Bench) -> String {
    bench.arrive()
    return bench.live.last?.deployment ?? "none"
  }

  @Test("without an age each request sees the one before")
  func fresh() throws {
    let bench = try bench(nil)
    #expect((0..<6).map { _ in arrive(bench) } == ["a", "b", "c", "a", "b", "c"])
  }

  @Test("refreshed every 5 s, all requests in between herd onto the same child")
  func herd() throws {
    let bench = try bench(["refresh": "5s"])
    var story: [String] = []
    for _ in 0..<12 {
      bench.pass(.seconds(1))
      story.append(arrive(bench))
    }
    // At 5 s the four earlier starts are seen, at 10 s five more.
    #expect(story.joined() == "aaaabbbbbccc")
  }

  @Test("with a staleness each report is seen so much later")
  func stale() throws {
    let bench = try bench(["staleness": "2500ms"])
    var story: [String] = []
    for _ in 0..<9 {
      bench.pass(.seconds(1))
      story.append(arrive(bench))
    }
    // The first start, of 1 s, is seen at 3.5 s.
    #expect(story.joined() == "aaabbbccc")
  }

  @Test("reports reach the strategy in order, with their own instants")
  func instants() throws {
    var late = try Choosing(["peak-ewma": ["samples": 0]], weights: [1, 1, 1])
    let plain = late
    var reader = try SettingsReader(["refresh": "10s"])
    late.strategy = AgedSignals(late.strategy, age: try AgedSignals.Age(reading: &reader))
    var prompt = plain
    for second in 1...9 {
      let child = second % 3
      for one in [0, 1] {
        if one == 0 {
          late.started(child, at: at(.seconds(second)))
          late.ended(child, took: .milliseconds(second * 100), at: at(.seconds(second)))
        } else {
          prompt.started(child, at: at(.seconds(second)))
          prompt.ended(child, took: .milliseconds(second * 100), at: at(.seconds(second)))
        }
      }
    }
    #expect(late.score(0, at: at(.seconds(9))) != prompt.score(0, at: at(.seconds(9))))
    // After the refresh both know the same.
    let now = at(.seconds(10))
    _ = late.choose(at: now)
    for child in 0..<3 { #expect(late.score(child, at: now) == prompt.score(child, at: now)) }
  }

  @Test(
    "with an age of nothing every strategy chooses as without", arguments: Strategies.registry.names
  )
  func none(name: String) throws {
    var plain = try Choosing(Setting(.string(name)), weights: [1, 2, 1])
    var aged = plain
    var reader = try SettingsReader(["refresh": "0s"])
    aged.strategy = AgedSignals(aged.strategy, age: try AgedSignals.Age(reading: &reader))
    #expect(aged.strategy.observes == plain.strategy.observes)
    var random = SplitMix64(seed: 7)
    for step in 0..<300 {
      let now = at(.milliseconds(step * 70))
      let choice = plain.choose(at: now)
      #expect(aged.choose(at: now) == choice, "step \(step)")
      guard plain.strategy.observes else { continue }
      let took = Duration.milliseconds(Int.random(in: 1...900, using: &random))
      plain.started(choice, at: now)
      aged.started(choice, at: now)
      plain.ended(choice, took: took, at: now)
      aged.ended(choice, took: took, at: now)
    }
  }

  @Test("keeps as many reports as are not yet visible, in order")
  func many() throws {
    let bench = try bench(["refresh": "1h"])
    bench.pass(.seconds(1))
    for _ in 0..<500 { _ = arrive(bench) }
    for _ in 0..<400 { bench.end(.succeeded) }
    bench.pass(.seconds(3_600))
    // 100 of a's 500 are left.
    #expect((0..<2).map { _ in arrive(bench) } == ["b", "b"])
  }

  @Test("is said beside balance only")
  func place() {
    #expect(throws: SettingError.self) {
      try Bench(["routes": ["chat": ["fallback": ["a", "b"], "signals": ["refresh": "1s"]]]])
    }
  }
}
