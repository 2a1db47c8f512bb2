import Chance
import Measures
import Providers
import Settings
import Testing
import Vocabulary

@testable import Engine

@Suite("A run with a semantic cache")
struct MeaningRunTests {
  private func world(_ threshold: Double, replicas: Int = 1) -> World {
    var world = World(swarm: 5, requests: 1_500, replicas: false)
    world.replicas = replicas
    world.quotas = []
    world.incidents = []
    for place in world.deployments.indices {
      world.deployments[place].quota = nil
      world.deployments[place].faults = []
    }
    for place in world.streams.indices {
      world.streams[place].bodies = 400
      world.streams[place].patience = nil
      world.streams[place].gap = .milliseconds(100)
    }
    world.services[.embedding] = ServicePlan(
      latency: .lognormal(mu: 16, sigma: 0.3),
      price: SideCallPrice(perCall: .zero, perInputToken: TokenPrice(femtodollars: 20_000_000)))
    world.policy = [
      "routes": ["chat": "north/a", "extract": "south/c"],
      "cache": [
        "semantic": [
          "threshold": Setting(floatLiteral: threshold), "ttl": "1h", "latency": "1ms",
          "capacity": 300,
        ]
      ],
    ]
    return world
  }

  @Test("counts the answers to other questions, under all laws; a stricter threshold has fewer")
  func wrong() throws {
    var shares: [Double] = []
    for threshold in [0.6, 0.9, 0.97] {
      let result = try world(threshold).run()
      #expect(result.breaches.isEmpty, "\(result.breaches)")
      let hits = result.requests.indices.filter { result.requests[$0].source == .semantic }
      let wrong = hits.filter { result.requestTruths[$0].isWrong }.count
      #expect(hits.count > 20, "\(threshold): \(hits.count) hits")
      for place in result.requests.indices where result.requests[place].source != .semantic {
        if result.requestTruths[place].isWrong { Issue.record("wrong, but not from the cache") }
      }
      shares.append(Double(wrong) / Double(hits.count))
    }
    #expect(shares[0] > shares[1] && shares[1] >= shares[2], "\(shares)")
    #expect(shares[0] > 0.1 && shares[2] < 0.02, "\(shares)")
  }

  @Test("is the same in every run, and with three replicas under all laws")
  func repeats() throws {
    #expect(try world(0.9).run().text == world(0.9).run().text)
    let result = try world(0.9, replicas: 3).run()
    #expect(result.breaches.isEmpty, "\(result.breaches)")
    #expect(result.requests.contains { $0.source == .semantic })
  }

  @Test("counts who follows a wrong answer, too")
  func wrongFollowers() throws {
    var world = self.world(0.6)
    for place in world.streams.indices {
      world.streams[place].gap = .milliseconds(4)
      world.streams[place].bodies = 60
    }
    guard case .object(var members) = world.policy.content else { return }
    members.append(.init(key: "coalesce", keyPosition: .code, value: ["onLeaderFailure": "fail"]))
    world.policy = Setting(.object(members)).moved(to: "")
    let result = try world.run()
    #expect(result.breaches.isEmpty)
    let followers = result.requests.indices.filter { result.requests[$0].source == .follow }
    let wrong = followers.filter { result.requestTruths[$0].isWrong }.count
    #expect(wrong > 0 && wrong < followers.count, "\(wrong) of \(followers.count)")
  }
}

@Suite("A table of questions by body")
struct BodyQuestionsTests {
  @Test("knows what a dictionary knows")
  func twin() {
    var random = SplitMix64(seed: 1)
    var table = BodyQuestions()
    var twin: [UInt64: UInt32] = [:]
    for step in 0..<4_000 {
      let body = UInt64.random(in: 1...300, using: &random)
      let id = BodyID(bits: body)
      if twin[body] != nil {
        table.release(id, of: 1, 3)
        twin[body] = nil
      } else {
        let cluster = UInt32.random(in: 1...50, using: &random)
        table.keep(id, of: 1, 3, cluster: cluster)
        twin[body] = cluster
      }
      let asked = UInt64.random(in: 1...300, using: &random)
      let found = table.cluster(of: BodyID(bits: asked), 1, 3)
      if found != twin[asked] ?? 0 { Issue.record("step \(step)") }
    }
  }
}
