import Chance
import Testing
import Vocabulary

@testable import Providers

@Suite("A self-hosted deployment")
struct SelfHostedTests {
  /// A prompt takes 100 ms, a token 10 ms, whoever else is there.
  private let plain = ServingSpeed.linear(prefill: 100e6, perToken: 0, step: 10e6)

  private func run(
    _ plan: ServingPlan, _ arrivals: [FleetDrive.Arrival], incidents: [IncidentPlan] = [],
    price: StandingCharge? = nil
  ) -> (drive: FleetDrive, charge: MoneyTotal) {
    var fleet = ProviderFleet(
      FleetPlan(deployments: [hosted("own", plan)], incidents: incidents),
      chance: .init(seed: 1, replication: 0), measured: at(.seconds(10))..<at(.seconds(3610)))
    var drive = FleetDrive()
    drive.run(&fleet, arrivals)
    return (
      drive, fleet.standingCharge(of: DeploymentID(0), until: at(.seconds(3610))).charge
    )
  }

  private func arrival(
    _ number: UInt64, at milliseconds: Int64, input: UInt32 = 100, output: UInt32 = 101,
    cancel: Int64? = nil, priority: UInt8 = 0
  ) -> FleetDrive.Arrival {
    var one = attempt(number, input: input, output: output)
    one.priority = priority
    return FleetDrive.Arrival(
      at: milliseconds * milli, attempt: one, cancelAt: cancel.map { $0 * milli })
  }

  private func incident(
    _ from: Duration, _ until: Duration, _ change: (inout IncidentPlan) -> Void
  ) -> IncidentPlan {
    var plan = IncidentPlan(
      name: "it", on: IncidentSelector(deployment: "own"), from: at(from), until: at(until), bit: 3)
    change(&plan)
    return plan
  }

  @Test("alone takes its prefill and a step for each further token, and bills its sheet")
  func alone() throws {
    let (drive, _) = run(ServingPlan(replicas: 1, batch: 4, speed: plain), [arrival(1, at: 5)])
    let one = try #require(drive.seen[1])
    #expect(one.firstToken == 105 * milli && one.end == 1105 * milli)
    #expect(one.usage.outputTokens == 101)
    #expect(one.promise?.bill == prices.bill(for: one.usage))
  }

  @Test("lets answers stand still while a prompt is computed")
  func standstill() throws {
    let (drive, _) = run(
      ServingPlan(replicas: 1, batch: 4, speed: plain),
      [arrival(1, at: 0), arrival(2, at: 503)])
    // The second comes in the middle of a step (500–510), is computed from 510 to 610.
    #expect(drive.seen[2]?.firstToken == 610 * milli)
    #expect(drive.seen[1]?.end == 1200 * milli)
    #expect(drive.seen[2]?.end == 1610 * milli)
  }

  @Test("refuses who finds its line full, and whoever needs more than its memory holds")
  func full() throws {
    var plan = ServingPlan(replicas: 1, batch: 1, speed: plain, memory: 1000)
    plan.queue = 1
    plan.fullStatus = 429
    plan.retryAfter = RetryAfter(.seconds(2))
    let (drive, _) = run(
      plan,
      [
        arrival(1, at: 0), arrival(2, at: 1), arrival(3, at: 2),
        arrival(4, at: 3, input: 5000),
      ])
    #expect(drive.seen[2]?.outcome == .succeeded)
    #expect(drive.seen[3]?.outcome == .status(429) && drive.seen[3]?.end == 52 * milli)
    #expect(drive.seen[3]?.promise?.retryAfter == RetryAfter(.seconds(2)))
    #expect(drive.seen[4]?.outcome == .contextWindow)
  }

  @Test("gives the place of a withdrawn attempt to the next at the end of the iteration")
  func cancel() throws {
    let plan = ServingPlan(replicas: 1, batch: 1, speed: plain)
    let (drive, _) = run(
      plan, [arrival(1, at: 0, cancel: 303), arrival(2, at: 1), arrival(3, at: 2, cancel: 250)])
    // 20 steps by 300 ms, and the first token.
    #expect(drive.seen[1]?.usage.outputTokens == 21)
    #expect(drive.seen[1]?.outcome == .cancelled)
    #expect(drive.seen[3]?.usage == Usage.none, "it waited: nothing was consumed")
    #expect(drive.seen[2]?.firstToken == 410 * milli)
  }

  @Test("serves the highest priority first if told to")
  func priority() throws {
    let plan = ServingPlan(replicas: 1, batch: 1, speed: plain, order: .priority)
    let (drive, _) = run(
      plan,
      [arrival(1, at: 0), arrival(2, at: 1), arrival(3, at: 2, priority: 7), arrival(4, at: 3)])
    let order = [UInt32(1), 3, 2, 4].map { drive.seen[$0]?.end ?? 0 }
    #expect(order == order.sorted() && Set(order).count == 4)
  }

  @Test("under an incident that slows it makes up for nothing: the work is done later")
  func slow() throws {
    let plan = ServingPlan(replicas: 1, batch: 4, speed: plain)
    let slow = incident(.milliseconds(600), .milliseconds(1200)) { $0.slow = Polyline(3) }
    let (drive, _) = run(plan, [arrival(1, at: 0)], incidents: [slow])
    // 600 ms at full speed, 600 ms at a third, the rest of 1,100 ms of work at full speed.
    #expect(drive.seen[1]?.end == 1500 * milli)
  }

  @Test("that is stalled stands still until it is over")
  func stall() throws {
    let plan = ServingPlan(replicas: 1, batch: 4, speed: plain)
    let stall = incident(.milliseconds(600), .milliseconds(1600)) { $0.inFlight = .stall }
    let (drive, _) = run(plan, [arrival(1, at: 0), arrival(2, at: 700)], incidents: [stall])
    #expect(drive.seen[1]?.end == 2200 * milli)
    #expect(drive.seen[2]?.firstToken == 1700 * milli)
  }

  @Test("breaks what is in hand when an incident says so, and is free for the next")
  func breaks() throws {
    let plan = ServingPlan(replicas: 1, batch: 1, speed: plain)
    let broken = incident(.milliseconds(600), .milliseconds(700)) { $0.inFlight = .break }
    let (drive, _) = run(
      plan, [arrival(1, at: 0), arrival(2, at: 1), arrival(3, at: 650)], incidents: [broken])
    #expect(drive.seen[1]?.outcome == .brokenStream && drive.seen[1]?.end == 600 * milli)
    #expect(drive.seen[1]?.usage.outputTokens == 51)
    #expect(drive.seen[1]?.promise?.incidents == 1 << 3)
    #expect(drive.seen[2]?.outcome == .connection)
    #expect(drive.seen[3]?.firstToken == 750 * milli)
  }

  @Test("that loses capacity takes new work on fewer replicas")
  func capacityLoss() throws {
    let plan = ServingPlan(replicas: 2, batch: 1, speed: plain)
    let loss = incident(.zero, .seconds(100)) { $0.quota = Polyline(0.5) }
    let (drive, _) = run(plan, [arrival(1, at: 1), arrival(2, at: 2)], incidents: [loss])
    #expect(drive.seen[1]?.end == 1101 * milli && drive.seen[2]?.end == 2201 * milli)
    let (free, _) = run(plan, [arrival(1, at: 1), arrival(2, at: 2)])
    #expect(free.seen[2]?.end == 1102 * milli)
  }

  @Test("costs its replicas by the hour, whatever they do")
  func standing() throws {
    let (_, charge) = run(ServingPlan(replicas: 3, batch: 1, speed: plain), [])
    #expect(charge.dollars == 3 * 36)
  }

  @Test("starts replicas when the load asks, pays for them at once, and takes them away later")
  func autoscaling() throws {
    var plan = ServingPlan(replicas: 1, batch: 2, speed: plain)
    plan.autoscaling = .init(
      least: 1, most: 3, target: 2, every: .seconds(10), startUp: .seconds(20),
      coolDown: .seconds(60))
    // Ten at once, each alone for 11 s.
    let arrivals = (0..<10).map { arrival(UInt64($0), at: 5_000, output: 1091) }
    let (drive, charge) = run(plan, arrivals)
    let ends = drive.seen.values.map(\.end).sorted()
    // The first look, at 10 s, wants five and gets three; two more serve from 30 s on.
    #expect(ends.filter { $0 < 30 * second }.count == 4)
    #expect(ends.last.map { $0 < 42 * second } == true)
    // Two more from 10 s on; from 40 s on fewer are wanted; from 100 s on there is one.
    let hours = (3600 + 2 * (100 - 10)) / 3600.0
    #expect(abs(charge.dollars - 36 * hours) < 1e-9, "\(charge.dollars / 36 * 3600 - 3600)")
  }

  @Test("gives a replica that is starting nothing while another serves")
  func startsEmpty() {
    var plan = ServingPlan(replicas: 1, batch: 8, speed: plain, dispatch: .leastLoaded)
    plan.autoscaling = .init(
      least: 1, most: 2, target: 2, every: .seconds(10), startUp: .seconds(100))
    // Six are in hand when the load is looked at; four more come while the second replica starts.
    let early = (0..<6).map { arrival(UInt64($0), at: 5_000, output: 1091) }
    let late = (6..<10).map { arrival(UInt64($0), at: 20_000 + Int64($0), output: 11) }
    let (drive, _) = run(plan, early + late)
    let waits = late.map { one in
      drive.seen[one.attempt.flight].map { $0.end - $0.begin } ?? .max
    }
    #expect(waits.allSatisfy { $0 < 10 * second }, "\(waits)")
  }

  @Test("with nothing in hand asks for no wake")
  func sleeps() {
    var plan = ServingPlan(replicas: 1, batch: 2, speed: plain)
    plan.autoscaling = .init(least: 1, most: 3, target: 2, startUp: .seconds(20))
    var fleet = fleet(FleetPlan(deployments: [hosted("own", plan)]))
    #expect(fleet.nextWake(of: DeploymentID(0)) == .distantFuture)
    var drive = FleetDrive()
    drive.run(&fleet, [arrival(1, at: 0)])
    #expect(fleet.nextWake(of: DeploymentID(0)) == .distantFuture)
  }

  @Test("has a floor below whatever load makes of an attempt")
  func floor() {
    for mixing in [ServingPlan.Mixing.prefillFirst(tokens: 8192), .chunked(tokens: 64)] {
      let plan = ServingPlan(
        replicas: 2, batch: 8, speed: ServingPresets.rows[2].preset.speed, mixing: mixing)
      var fleet = fleet(FleetPlan(deployments: [hosted("own", plan)]))
      var drive = FleetDrive()
      let arrivals = (0..<60).map { (number: Int) -> FleetDrive.Arrival in
        arrival(
          UInt64(number), at: Int64(number) * 700, input: UInt32(37 * number + 1),
          output: UInt32(number + 1))
      }
      drive.run(&fleet, arrivals)
      for one in arrivals {
        let seen = drive.seen[one.attempt.flight]
        let floor = fleet.floor(one.attempt)
        let took = seen.map { $0.end - $0.begin } ?? 0
        #expect(took >= floor.nanoseconds)
        #expect(floor.nanoseconds > 0)
      }
    }
  }
}
