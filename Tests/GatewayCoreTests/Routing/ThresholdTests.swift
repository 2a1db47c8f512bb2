import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A threshold")
struct ThresholdTests {
  private func bench(_ threshold: Setting, scores: [Double] = []) throws -> Bench {
    var names = PolicyNames.letters
    names.scores = [scores]
    return try Bench(
      .members([
        (
          "routes",
          .members([
            ("chat", .members([("threshold", threshold), ("strong", "d"), ("weak", "a")])),
            ("extract", "b"),
          ])
        )
      ]), names: names)
  }

  /// The deployment that a request of some difficulty goes to.
  private func goes(_ bench: Bench, _ truth: Truth) -> String {
    let id = bench.arrive()
    let call = SideCallID(.complexity, of: id, number: bench.gateway.slots[id.slot].sideCalls)
    bench.report(.sideCallEnded(call, succeeded: true, value: truth.score))
    defer { bench.end(.succeeded) }
    return bench.live.first?.deployment ?? "none"
  }

  /// The deployment that a request goes to whose score is given; `nil` if it cannot be had.
  private func goes(_ bench: Bench, _ score: Double?) -> String {
    let id = bench.arrive()
    #expect(bench.live.isEmpty, "the score is asked for first")
    let call = SideCallID(.complexity, of: id, number: bench.gateway.slots[id.slot].sideCalls)
    let value = UInt64((score ?? 0) * 9_223_372_036_854_775_808)
    bench.report(.sideCallEnded(call, succeeded: score != nil, value: value))
    defer { bench.end(.succeeded) }
    return bench.live.first?.deployment ?? "none"
  }

  @Test("RouteLLM: strong if the score is at or above the threshold, else weak", .tags(.fact))
  func atLeast() throws {
    let bench = try bench(["at": 0.25])
    #expect(goes(bench, 0.25) == "d")
    #expect(goes(bench, 0.249) == "a")
    #expect(goes(bench, 1) == "d")
    #expect(goes(bench, 0) == "a")
  }

  @Test("RouteLLM: calibrated, it is the quantile of the scores at 1 − share", .tags(.fact))
  func quantile() throws {
    let scores = (1...100).map { Double($0) / 100 }
    #expect(ThresholdRule.calibrated(to: 0.5, scores: scores) == 0.505)
    #expect(ThresholdRule.calibrated(to: 0, scores: scores) == 1)
    #expect(ThresholdRule.calibrated(to: 1, scores: scores) == 0.01)
    #expect(ThresholdRule.calibrated(to: 0.3, scores: [0.4]) == 0.4)
    #expect(ThresholdRule.calibrated(to: 0.3, scores: []) == nil)
    let bench = try bench(["strongShare": "20%"], scores: scores.reversed())
    let strong = scores.filter { goes(bench, $0) == "d" }.count
    #expect(strong == 20)
  }

  @Test("calibrated to the latest requests keeps its share as they change")
  func online() throws {
    let bench = try bench(["strongShare": "25%", "sample": 200])
    var random = SplitMix64(seed: 1)
    for shift in [0.0, 0.5] {
      var strong = 0
      for n in 0..<800 {
        let score = Double(random.next() >> 11) / 9_007_199_254_740_992 * 0.5 + shift
        if goes(bench, score) == "d", n >= 400 { strong += 1 }
      }
      #expect(abs(strong - 100) <= 25)
    }
  }

  @Test("has its edge where a sorted list of the latest scores has it")
  func sampleTwin() {
    var random = SplitMix64(seed: 9)
    for share in [0.0, 0.1, 0.5, 0.9, 1.0] {
      var sample = ScoreSample(share: share, size: 50)
      var list: [Int] = []
      for _ in 0..<500 {
        let bin = Int(random.next() % 4_096)
        sample.add((Double(bin) + 0.5) / 4_096)
        list.append(bin)
        if list.count > 50 { list.removeFirst() }
        let wanted = Int((share * Double(list.count)).rounded(.up))
        let edge = wanted > 0 ? list.sorted(by: >)[wanted - 1] : 4_095
        #expect(sample.threshold == (share > 0 ? Double(edge) / 4_096 : 2))
      }
    }
  }

  @Test("a share of nothing is reached by no score, however many are seen")
  func shareOfNothing() {
    var sample = ScoreSample(share: 0, size: 5)
    for score in [0.2, 1, 0.999_9, 1, 0.5, 1] {
      #expect(sample.threshold > 1)
      sample.add(score)
    }
    #expect(sample.threshold > 1)
  }

  @Test("sends a request whose score could not be had where the policy says")
  func withoutScore() throws {
    #expect(goes(try bench(["at": 0.9]), nil) == "d")
    #expect(goes(try bench(["at": 0.1, "withoutScore": "weak"]), nil) == "a")
  }

  @Test("asks only for aliases whose route has one, by its deadline, once")
  func asks() throws {
    let bench = try bench(["at": 0.5, "deadline": "300ms"])
    bench.arrive { $0.alias = AliasID(1) }
    #expect(bench.live.map(\.deployment) == ["b"])
    #expect(bench.notes(.asked).isEmpty)
    bench.pass(.seconds(1))
    bench.arrive()
    #expect(bench.notes(.asked).map(\.other) == [1_300_000_000])
    #expect(try GatewayPlan(["routes": ["chat": "a"]]).services.isEmpty)
    #expect(bench.gateway.plan.services.contains(.complexity))
  }

  @Test("keeps to its side when the request is tried again")
  func keeps() throws {
    let bench = try Bench([
      "routes": [
        "chat": [
          "threshold": ["at": 0.5], "strong": ["fallback": ["c", "d"]], "weak": "a",
          "retry": ["max": 1, "reselect": true, "exclude": false],
        ]
      ]
    ])
    let id = bench.arrive()
    bench.report(
      .sideCallEnded(
        SideCallID(.complexity, of: id, number: bench.gateway.slots[id.slot].sideCalls),
        succeeded: true, value: 1 << 62))
    var order = ""
    while let attempt = bench.live.first {
      order += attempt.deployment
      bench.end(.status(503))
    }
    #expect(order == "cdcd")
  }

  @Test("passes scores that equal it in writing, whatever their digits")
  func equal() throws {
    for number in [0.1, 0.2, 0.3, 0.116, 0.7, 0.999_999_9, 1] {
      let bench = try bench(["at": Setting(floatLiteral: number)])
      #expect(goes(bench, Truth(outputTokens: 0, difficulty: Truth.difficulty(number))) == "d")
      #expect(goes(bench, Truth(outputTokens: 0, difficulty: Truth.difficulty(number) - 1)) == "a")
    }
  }

  @Test("calibrated to a trace lets pass its share of the calls within one, and ties as a whole")
  func calibrated() throws {
    try forEverySeed(0..<60) { seed, random in
      // Few different scores, so that most tie, or many.
      let kinds = seed % 2 == 0 ? 5 : 1 << 20
      let parts = (0..<Int.random(in: 1...200, using: &random)).map { _ in
        UInt32(Int.random(in: 0...kinds, using: &random)) * ((1 << 31) / UInt32(kinds))
      }
      let scores = parts.map { Double($0) / 2_147_483_648 }
      let share = Double(Int.random(in: 1...100, using: &random)) / 100
      let rule = try #require(ThresholdRule.calibrated(to: share, scores: scores))
      let bench = try bench(
        ["strongShare": Setting(.string("\(Int((share * 100).rounded()))%"))], scores: scores)
      let strong = parts.filter {
        goes(bench, Truth(outputTokens: 0, difficulty: $0)) == "d"
      }.count
      let wanted = share * Double(scores.count)
      let ties = scores.filter { $0 == rule }.count
      #expect(Double(strong) > wanted - 1.000_001, "seed \(seed)")
      #expect(Double(strong) < wanted + 1.000_001 + Double(max(0, ties - 1)), "seed \(seed)")
      // Twin: all whose score is at or above it.
      #expect(strong == scores.filter { $0 >= rule }.count, "seed \(seed)")
    }
  }

  @Test("calibrated to none or to all sends none or all to the strong side")
  func extremes() throws {
    let scores = [0.25, 0.5, 0.5, 1]
    for (share, side) in [("0%", "a"), ("100%", "d")] {
      let bench = try bench(["strongShare": Setting(.string(share))], scores: scores)
      for score in scores { #expect(goes(bench, score) == side) }
    }
  }

  @Test("is calibrated to the scores of those who can come to it, by whatever alias")
  func reachable() throws {
    var names = PolicyNames.letters
    names.scores = [[0.1, 0.2, 0.3], [0.7, 0.8, 0.9]]
    let node: Setting = ["threshold": ["strongShare": "50%"], "strong": "d", "weak": "a"]
    func at(_ routes: Setting) throws -> Double {
      try GatewayPlan(["routes": routes], names: names).tree.thresholds[0].at
    }
    #expect(try at(["chat": node, "extract": "b"]) == 0.2)
    #expect(try at(["chat": "b", "extract": node]) == 0.8)
    #expect(try at(["chat": node, "extract": ["fallback": ["b", "chat"]]]) == 0.5)
  }

  @Test("refuses two thresholds, none, or a share without scores")
  func errors() {
    for wrong: Setting in [
      [:], ["at": 0.5, "strongShare": "50%"], ["at": 2], ["strongShare": "50%"],
    ] {
      #expect(throws: SettingError.self) { try bench(wrong) }
    }
    for wrong: Setting in [
      ["threshold": ["at": 0.5], "strong": "a"], ["threshold": ["at": 0.5], "weak": "a"],
    ] {
      #expect(throws: SettingError.self) { try GatewayPlan(["routes": ["chat": wrong]]) }
    }
  }
}
