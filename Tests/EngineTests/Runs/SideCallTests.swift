import Chance
import GatewayCore
import Measures
import Providers
import Settings
import Testing
import Vocabulary

@testable import Engine

@Suite("A side call")
struct SideCallTests {
  /// Asks once at the start, on nobody's behalf, and says when the answer reached the core (which
  /// has no use for it, and says so) and what was billed.
  private func ask(
    _ kind: SideCallKind, _ service: ServicePlan?, deadline: Duration, deployment: UInt16 = 0,
    change: (inout World) -> Void = { _ in }
  ) throws -> (at: [Int64], result: RunResult) {
    var world = World(swarm: 1, replicas: false)
    world.streams = [Stream(name: "one", count: 5, gap: .seconds(1))]
    world.policy = ["routes": ["chat": "north/a", "extract": "north/a"]]
    change(&world)
    let gateway = try world.plan()
    var plan = RunPlan(gateway: gateway, fleet: world.fleet, end: world.end)
    plan.services[kind] = service
    let sink = Collector(world.measures(gateway))
    var simulation = Simulation(
      plan, clients: world.streams.map { ListClient($0, seed: 1) }, chance: world.chance,
      sink: sink)
    simulation.start(
      SideCallID(kind, of: .none, number: deployment),
      deadline: Instant.start.advanced(by: deadline), 0)
    let (tally, _) = try simulation.run()
    let result = sink.close(tally)
    let late = result.notes.filter { $0.kind == .lateReport }.map { $0.at.nanoseconds / 1_000_000 }
    return (late, result)
  }

  private let price = SideCallPrice(perCall: Money(picodollars: 700))

  @Test("ends when its service answers, and is billed then")
  func answered() throws {
    let (at, result) = try ask(
      .store, ServicePlan(latency: .constant(30e6), price: price), deadline: .milliseconds(50))
    #expect(at == [30])
    #expect(result.tally.standingCharges.picodollars == 700)
    #expect(result.tally.sideCalls.entered == 1 && result.tally.sideCalls.left == 1)
    #expect(result.breaches.isEmpty)
  }

  @Test("ends at its deadline if that is earlier, and is billed for an answer nobody waits for")
  func late() throws {
    let (at, result) = try ask(
      .store, ServicePlan(latency: .constant(80e6), price: price), deadline: .milliseconds(50))
    #expect(at == [50])
    #expect(result.tally.standingCharges.picodollars == 700)
  }

  @Test("that its service fails costs nothing; without a service it fails at once")
  func failed() throws {
    let failing = ServicePlan(latency: .constant(30e6), price: price, fails: .always)
    let (at, result) = try ask(.store, failing, deadline: .milliseconds(50))
    #expect(at == [30] && result.tally.standingCharges == .zero)
    let none = try ask(.store, nil, deadline: .milliseconds(50))
    #expect(none.at == [0] && none.result.tally.standingCharges == .zero)
  }

  @Test("that nobody makes changes no other draw")
  func unused() throws {
    var world = World(swarm: 7)
    let without = try world.run().text
    world.services[.embedding] = ServicePlan(latency: .exponential(mean: 1e7), price: price)
    #expect(try world.run().text == without)
  }
}
