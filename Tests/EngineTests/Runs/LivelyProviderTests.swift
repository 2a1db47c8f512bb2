import Chance
import Measures
import Providers
import Settings
import Testing
import Vocabulary

@testable import Engine

@Suite("A run over providers whose speed and faults come and go")
struct LivelyProviderTests {
  /// A random world, its providers made lively: all parts of a latency, bursts, overload, malformed.
  private func world(_ seed: UInt64, requests: Int = 500) -> World {
    var world = World(swarm: seed, requests: requests, replicas: false)
    for place in world.deployments.indices {
      var latency = world.deployments[place].latency
      latency.tail = SlowTail(share: Probability(clamping: 0.1))
      latency.correlation = 0.4
      latency.network = .lognormal(mu: 17, sigma: 0.3)
      latency.reasoning = Reasoning(share: .uniform(low: 0, high: 0.9), adds: place % 2 == 0)
      latency.coldStart = ColdStart(
        idle: .seconds(20), share: Probability(clamping: 0.02), takes: .exponential(mean: 4e9))
      latency.drift = Drift(
        provider: MeanReversion(sigma: 0.4, tau: .seconds(60)),
        common: MeanReversion(sigma: 0.2, tau: .seconds(600)),
        own: MeanReversion(sigma: 0.3, tau: .seconds(20)))
      latency.load = LoadPlan(
        utilisation: Polyline(0.7), wander: MeanReversion(sigma: 0.15, tau: .seconds(90)),
        own: .init(capacity: .perSecond(50_000), over: .seconds(10)))
      world.deployments[place].latency = latency
    }
    let line = Polyline(knots: [.init(offset: 600_000, value: 0), .init(offset: 950_000, value: 1)])
    for place in world.deployments.indices {
      let on = IncidentSelector(deployment: world.deployments[place].name)
      world.faults.append(
        FaultProcess(
          name: "flaps \(place)", on: on,
          driver: .bursts(Bursts(every: .seconds(60), lasts: .seconds(15))),
          faults: [
            Fault(
              .status(503), share: Probability(clamping: 0.3), delay: .after(.milliseconds(30))),
            Fault(
              .malformed, share: Probability(clamping: 0.2), delay: .after(.zero), billing: .input),
          ]))
      world.faults.append(
        FaultProcess(
          name: "busy \(place)", on: on, driver: .overload(line ?? Polyline(0)),
          faults: [
            Fault(
              .broken, share: Probability(clamping: 0.2), delay: .tokens(.constant(7)),
              billing: .full)
          ]))
    }
    return world
  }

  @Test("keeps all laws, bounds among them", arguments: 1...8)
  func laws(seed: UInt64) throws {
    let result = try world(seed).run()
    #expect(result.breaches.isEmpty, "\(result.breaches)")
    #expect(!result.requests.isEmpty)
  }

  @Test("is the same to the last bit in every run, whatever is queued of an attempt")
  func same() throws {
    var world = world(3)
    let one = try world.run().text
    #expect(try world.run().text == one)
    world.mergesDeadlines = false
    #expect(try world.run().text == one)
  }

  @Test("falls back from an answer that cannot be read, and bills it all the same")
  func malformed() throws {
    var world = world(5)
    world.quotas = []
    world.incidents = []
    for place in world.deployments.indices { world.deployments[place].quota = nil }
    let names = world.deployments.map(\.name)
    world.policy = [
      "routes": [
        "chat": ["fallback": [.init(stringLiteral: names[0]), .init(stringLiteral: names[1])]],
        "extract": .init(stringLiteral: names[1]),
      ]
    ]
    let result = try world.run()
    #expect(result.breaches.isEmpty, "\(result.breaches)")
    let unread = result.attempts.indices.filter { result.attempts[$0].outcome == .malformed }
    #expect(unread.count > 3)
    #expect(unread.allSatisfy { result.attemptTruths[$0].bill > .zero })
    let saved = Set(
      unread.filter { result.attempts[$0].alias == AliasID(0) }
        .map { result.attempts[$0].request })
    #expect(result.requests.contains { saved.contains($0.number) && $0.end == .succeeded })
  }
}
