import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A threshold")
struct ThresholdTests {
  private func bench(_ threshold: Setting, scores: [Double] = []) throws -> Bench {
    var names = PolicyNames.letters
    names.scores = scores
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
        #expect(sample.threshold == Double(edge) / 4_096)
      }
    }
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
