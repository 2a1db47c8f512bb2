import Chance
import Settings
import Testing
import Vocabulary

@testable import Providers

@Suite("A self-hosted deployment in the weather")
struct ServingWeatherTests {
  /// A prompt takes 100 ms, a token 10 ms, whoever else is there.
  private let plain = ServingSpeed.linear(prefill: 100e6, perToken: 0, step: 10e6)

  private func run(
    _ plan: ServingPlan, _ arrivals: [FleetDrive.Arrival],
    _ change: (inout IncidentPlan) -> Void = { _ in }
  ) -> FleetDrive {
    var incident = IncidentPlan(
      name: "it", on: IncidentSelector(deployment: "own"), from: at(.seconds(1)),
      until: at(.seconds(5)), bit: 3)
    change(&incident)
    var fleet = fleet(FleetPlan(deployments: [hosted("own", plan)], incidents: [incident]))
    var drive = FleetDrive()
    drive.arrivalsFirst = true
    drive.run(&fleet, arrivals)
    return drive
  }

  private func arrival(
    _ number: UInt64, at milliseconds: Int64, input: UInt32 = 100, output: UInt32 = 101,
    cancel: Int64? = nil
  ) -> FleetDrive.Arrival {
    FleetDrive.Arrival(
      at: milliseconds * milli, attempt: attempt(number, input: input, output: output),
      cancelAt: cancel.map { $0 * milli })
  }

  @Test("that delays lets attempts come to the line later, and takes no place meanwhile")
  func delay() throws {
    let drive = run(
      ServingPlan(replicas: 1, batch: 1, speed: plain),
      [
        arrival(1, at: 2000), arrival(2, at: 2100, cancel: 2300), arrival(3, at: 4999),
        arrival(4, at: 5000, output: 2),
      ]
    ) { $0.delay = Polyline(400e6) }
    let one = try #require(drive.seen[1])
    #expect(one.firstToken == 2500 * milli && one.end == 3500 * milli)
    #expect(one.promise?.incidents == 8)
    #expect(drive.seen[2]?.usage == Usage.none, "it had come nowhere")
    // The fourth, which comes after the incident, overtakes the third.
    #expect(drive.seen[4]?.end == 5110 * milli && drive.seen[4]?.promise?.incidents == 0)
    #expect(drive.seen[3]?.firstToken == 5499 * milli)
  }

  @Test("that spoils lets answers come in time, and be worse than they look")
  func spoilt() throws {
    let drive = run(
      ServingPlan(replicas: 1, batch: 4, speed: plain),
      [arrival(1, at: 2000), arrival(2, at: 6000)]
    ) { $0.spoilt = Polyline(1) }
    let (one, two) = (try #require(drive.seen[1]?.promise), try #require(drive.seen[2]?.promise))
    #expect(one.outcome.isSuccess && one.isDegraded && one.end == at(.milliseconds(3100)))
    #expect(one.incidents == 8 && !two.isDegraded)
  }

  @Test("that drifts takes as long as the drift says, cell by cell, and never less than its floor")
  func drift() throws {
    var plan = ServingPlan(replicas: 1, batch: 4, speed: plain)
    plan.drift = Drift(own: MeanReversion(sigma: 0.5, tau: .seconds(20)))
    var latency = LatencyPlan.none
    latency.drift = plan.drift
    let own = hosted("own", plan)
    var grid = PaceGrid(latency, deployment: own, chance: Chance(seed: 1, replication: 0))
    var fleet = fleet(FleetPlan(deployments: [own]))
    var drive = FleetDrive()
    drive.run(&fleet, (UInt64(0)..<20).map { arrival($0, at: Int64($0) * 20_000, output: 501) })
    var factors: Set<Double> = []
    for number in UInt64(0)..<20 {
      let seen = try #require(drive.seen[UInt32(number)])
      // 5.1 s of work, done at the pace of each cell.
      var (now, left) = (seen.begin, 5.1e9)
      while left > 0.5 {
        let factor = grid.cell(at: now).first
        factors.insert(factor)
        let until = min(Double(grid.until - now), left * factor)
        left -= until / factor
        now += Int64(until + 0.5)
      }
      #expect(abs(seen.end - now) < 1000, "\(seen.end - now)")
      let floor = fleet.floor(
        attempt(number, input: 100, output: 501), from: .start, until: at(.seconds(500)))
      #expect(floor.nanoseconds <= seen.end - seen.begin)
    }
    #expect(factors.count > 20 && factors.contains { $0 > 1.3 } && factors.contains { $0 < 0.8 })
  }

  @Test(
    "without memory left puts back the answer that came last, bills it once, and knows what it made"
  )
  func preempted() throws {
    // 100 + 101 and 100 + 101 tokens of context, room for 300: full after 50 tokens each.
    var plan = ServingPlan(replicas: 1, batch: 4, speed: plain, memory: 300)
    plan.preempts = true
    let drive = run(plan, [arrival(1, at: 0), arrival(2, at: 0), arrival(3, at: 0, input: 250)])
    let (one, two) = (try #require(drive.seen[1]), try #require(drive.seen[2]))
    // Both have a token at 100 ms and 50 at 590 ms; then the second makes room.
    #expect(one.firstToken == 100 * milli && one.end == 1100 * milli)
    #expect(two.firstToken == 100 * milli)
    // It is computed anew when the first has gone, which makes its 51st token; 50 are left.
    #expect(two.end == 1700 * milli && two.usage.outputTokens == 101)
    #expect(two.promise?.bill == prices.bill(for: two.usage))
    #expect(drive.seen[3]?.outcome == .contextWindow, "it fits in no memory")
    let cut = run(plan, [arrival(1, at: 0), arrival(2, at: 0, cancel: 800)])
    #expect(cut.seen[2]?.usage.outputTokens == 50)
  }

  @Test("is read from a file, which says what is wrong with it")
  func reading() throws {
    func read(_ extra: Setting) throws(SettingError) -> ServingPlan {
      let base: Setting = [
        "speed": ["prefill": ["perToken": "1us"], "step": "10ms"], "perReplicaHour": "$2",
      ]
      var reader = try SettingsReader(extra.merged(over: base))
      let plan = try ServingPlan.read(&reader).plan
      try reader.finish()
      return plan
    }
    let plan = try read([
      "reserve": "nothing", "memory": 1000, "drift": ["own": ["sigma": 0.2]],
    ])
    #expect(plan.preempts && !plan.reservesCap && plan.drift?.own?.sigma == 0.2)
    func error(_ extra: Setting) -> String {
      do { _ = try read(extra) } catch { return "\(error)" }
      return "none"
    }
    #expect(error(["reserve": "nothing"]).contains("without a bound none runs out"))
    #expect(error(["reserve": "none"]).contains("nothing"))
    #expect(error(["drift": ["perToken": 2, "own": ["sigma": 0.2]]]).contains("one clock"))
  }
}
