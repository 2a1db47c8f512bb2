import Chance
import Settings
import Testing
import Vocabulary

@testable import Providers

@Suite("A fault that depends on what is in flight")
struct InFlightTests {
  /// Nothing at 10 attempts in flight, all at 20.
  private func process(_ on: IncidentSelector, slow: Double = 1, fails: Bool = true) -> FaultProcess
  {
    let line = Polyline(knots: [.init(offset: 10, value: 0), .init(offset: 20, value: 1)])
    var process = FaultProcess(
      name: "crowded", on: on, driver: .crowd(line ?? Polyline(0)),
      faults: fails ? [Fault(.status(529), share: .always, delay: .after(.milliseconds(5)))] : [])
    process.slow = slow
    return process
  }

  @Test("shows with the number at all deployments that it strikes together, and is gone with it")
  func counts() {
    // Each takes 1.1 s. Ten at a: none fails. Nine more at b: the share rises to nine tenths.
    var fleet = fleet(
      FleetPlan(
        deployments: [deployment("a"), deployment("b"), deployment("c")],
        faults: [
          FaultProcess(name: "other", on: IncidentSelector(deployment: "c"), faults: []),
          process(IncidentSelector(deployment: "a")),
          process(IncidentSelector(model: "vendor/model")),
        ]))
    for number in UInt64(0)..<11 {
      #expect(fleet.promise(attempt(number, at: 1)).outcome.isSuccess)
    }
    var failed = 0
    for number in UInt64(100)..<140 where !fleet.promise(attempt(number, at: 0)).outcome.isSuccess {
      failed += 1
    }
    #expect(failed > 20, "\(failed)")
    // Refusals last 5 ms, answers 1.1 s; then nobody is there.
    #expect(fleet.promise(attempt(200, at: 0), at: at(.seconds(2))).outcome.isSuccess)
  }

  @Test("is over for whom the gateway withdraws")
  func withdrawn() {
    var fleet = fleet(
      FleetPlan(
        deployments: [deployment("a")], faults: [process(IncidentSelector(deployment: "a"))]))
    // None of the first ten can fail; what follows them meets ever more.
    let promises = (UInt64(0)..<10).map { fleet.promise(attempt($0)) }
    #expect(promises.allSatisfy { $0.outcome.isSuccess })
    for promise in promises {
      _ = fleet.cut(promise, of: DeploymentID(0), started: .start, at: at(.milliseconds(1)))
    }
    for number in UInt64(20)..<31 {
      #expect(fleet.promise(attempt(number), at: at(.milliseconds(2))).outcome.isSuccess)
    }
  }

  @Test("slows in proportion, by its factor where all of it shows")
  func slow() {
    var fleet = fleet(
      FleetPlan(
        deployments: [deployment("a")],
        faults: [process(IncidentSelector(deployment: "a"), slow: 3, fails: false)]))
    let ends = (UInt64(0)..<25).map { fleet.promise(attempt($0)).end.nanoseconds / milli }
    #expect(ends[...10].allSatisfy { $0 == 1100 })
    #expect(ends[15] == 2200 && ends[20] == 3300 && ends[24] == 3300)
  }

  @Test("counts the queue of replicas of one's own, too")
  func hosted() throws {
    let own = ProvidersTests.hosted(
      "a",
      ServingPlan(replicas: 1, batch: 4, speed: .linear(prefill: 100e6, perToken: 0, step: 10e6)))
    var fleet = fleet(
      FleetPlan(deployments: [own], faults: [process(IncidentSelector(deployment: "a"))]))
    var drive = FleetDrive()
    drive.run(
      &fleet,
      (UInt64(0)..<40).map { FleetDrive.Arrival(at: 0, attempt: attempt($0)) }
        + [FleetDrive.Arrival(at: 60 * second, attempt: attempt(99))])
    #expect((0...10).allSatisfy { drive.seen[$0]?.outcome == .succeeded })
    #expect(drive.seen.values.count { $0.outcome == .status(529) } > 10)
    #expect(drive.seen[99]?.outcome == .succeeded)
  }

  private func read(_ process: Setting, served: Bool = false) throws(SettingError) -> FaultProcess {
    let own =
      served
      ? ProvidersTests.hosted(
        "a", ServingPlan(replicas: 1, batch: 1, speed: .linear(prefill: 0, perToken: 0, step: 1)))
      : deployment("a")
    var reader = try SettingsReader(process)
    let read = try FaultProcess(name: "p", reading: &reader, among: [own])
    try reader.finish()
    return read
  }

  @Test("is read from a file, which says what is wrong with it")
  func reading() throws {
    let good = try read(["on": "a", "inFlight": ["100": 0, "200": "100%"], "slow": 2])
    #expect(good.crowd?.value(at: 150) == 0.5 && good.slow == 2 && good.faults.isEmpty)
    func error(_ process: Setting, served: Bool = false) -> String {
      do { _ = try read(process, served: served) } catch { return "\(error)" }
      return "none"
    }
    #expect(error(["on": "a", "inFlight": ["many": 1], "slow": 2]).contains("whole number"))
    #expect(error(["on": "a", "inFlight": ["20": 1, "10": 0], "slow": 2]).contains("that rise"))
    #expect(error(["on": "a", "slow": 2]).contains("nothing without `inFlight`"))
    #expect(error(["on": "a", "inFlight": ["1": 1]]).contains("at least one fault"))
    #expect(
      error(["on": "a", "inFlight": ["1": 1], "slow": 2], served: true)
        .contains("no self-hosted deployment"))
    let two: Setting = [
      "on": "a", "inFlight": ["1": 1], "bursts": ["every": "1m", "lasts": "1s"],
      "meet": ["503": "1%"],
    ]
    #expect(error(two).contains("only one of"))
  }
}
