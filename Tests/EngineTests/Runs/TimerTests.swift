import GatewayCore
import Providers
import Settings
import Testing
import Vocabulary

@testable import Engine

@Suite("A timer of the core")
struct TimerTests {
  private let request = RequestID(slot: 4, generation: 9)

  private func timer(_ kind: TimerID.Kind, _ number: UInt8 = 1) -> TimerID {
    TimerID(kind, of: request, number: number)
  }

  @Test("is one of its kind: setting it again moves it, clearing it forgets it")
  func moved() {
    for kind in [TimerID.Kind.backoff, .hedge, .queue] {
      var timers = RequestTimers()
      timers.set(timer(kind, 1), 100)
      #expect(timers.number(kind, 100) == 1)
      timers.set(timer(kind, 2), 200)
      #expect(timers.number(kind, 100) == nil)
      #expect(timers.number(kind, 200) == 2)
      timers.clear(timer(kind, 1))
      #expect(timers.number(kind, 200) == 2, "clearing an earlier one leaves the later one")
      timers.clear(timer(kind, 2))
      #expect(timers.number(kind, 200) == nil)
    }
  }

  @Test("does not touch those of other kinds")
  func kinds() {
    var timers = RequestTimers()
    timers.set(timer(.backoff), 1)
    timers.set(timer(.hedge), 2)
    timers.set(timer(.queue), 3)
    timers.clear(timer(.hedge))
    #expect(timers.number(.backoff, 1) == 1)
    #expect(timers.number(.hedge, 2) == nil)
    #expect(timers.number(.queue, 3) == 1)
  }

  /// The instants, in seconds, at which a poll reached the core (which has no use for it, and says
  /// so).
  private func polls(
    seconds: Int = 10, _ act: (inout Simulation) -> Void
  ) throws -> [Int64] {
    var world = World(swarm: 1, replicas: false)
    world.streams = []
    world.policy = ["routes": ["chat": "north/a", "extract": "north/a"]]
    let gateway = try world.plan()
    var plan = RunPlan(gateway: gateway, fleet: world.fleet, end: .distantFuture)
    plan.replicas = 2
    let sink = Collector(world.measures(gateway))
    // A request keeps the run going: polls alone do not.
    world.streams = [Stream(name: "one", count: seconds, gap: .seconds(1))]
    var simulation = Simulation(
      plan, clients: world.streams.map { ListClient($0, seed: 1) }, chance: world.chance,
      sink: sink)
    act(&simulation)
    let (tally, _) = try simulation.run()
    return sink.close(tally).notes.filter { $0.kind == .lateReport }
      .map { $0.at.nanoseconds / 1_000_000_000 }
  }

  private func at(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

  @Test("that belongs to no request fires at its instant, of each number and replica apart")
  func poll() throws {
    let fired = try polls { simulation in
      simulation.set(TimerID(.poll, of: .none, number: 0), at: at(2), 0)
      simulation.set(TimerID(.poll, of: .none, number: 7), at: at(3), 0)
      simulation.set(TimerID(.poll, of: .none, number: 7), at: at(4), 1)
    }
    #expect(fired == [2, 3, 4])
  }

  @Test("that belongs to no request is moved by setting it again, and forgotten when cleared")
  func movedPoll() throws {
    let fired = try polls { simulation in
      for instant in [2, 5, 3] as [Int64] {
        simulation.set(TimerID(.poll, of: .none, number: 1), at: at(instant), 0)
      }
      simulation.set(TimerID(.poll, of: .none, number: 2), at: at(4), 0)
      simulation.clear(TimerID(.poll, of: .none, number: 2), 0)
    }
    #expect(fired == [3])
  }

  @Test("that belongs to no request does not keep a run going")
  func last() throws {
    let fired = try polls { simulation in
      simulation.set(TimerID(.poll, of: .none, number: 1), at: at(1_000_000), 0)
    }
    #expect(fired == [])
  }
}
