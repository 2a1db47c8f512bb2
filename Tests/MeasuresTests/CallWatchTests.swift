import Testing
import Vocabulary

@testable import Measures

@Suite("A call of several tries")
struct CallWatchTests {
  /// Calls 0 to 9 of one try, and one that is answered at its third.
  static var honest: World {
    var world = World()
    for index in 0..<10 { world.serve(at: Double(index) / 2) }
    tries(&world, at: 10, answered: 2)
    world.plan.tracksCalls = true
    return world
  }

  /// A call with a try every ten seconds, of which the last is answered.
  static func tries(_ world: inout World, at start: Double, answered last: Int) {
    let call = CallKey(bits: 0xFFFF_0000 + UInt64(start))
    for attempt in 0...last {
      let at = start + 10 * Double(attempt)
      let step =
        attempt < last
        ? world.answer(at: at, end: .failed, seconds: 1) : world.serve(at: at, seconds: 1)
      let key = call.onTry(UInt8(attempt), from: 0)
      world.steps[step].request.call = key
      for place in world.steps[step].attempts.indices {
        world.steps[step].attempts[place].record.call = key
      }
      world.steps[step].request.clientTry = UInt8(attempt)
      world.steps[step].truth.isTriedAgain = attempt < last
      world.steps[step].truth.callAge = Int64(10 * attempt) * World.second
    }
  }

  private func counted(_ tally: inout DriverTally, calls: Int, ended: Int) {
    tally.calls = StationTally()
    for _ in 0..<calls { tally.calls?.enter(at: World.at(50)) }
    for _ in 0..<ended { tally.calls?.leave(at: World.at(50)) }
  }

  private func broken(_ world: World, spoil: (inout DriverTally) -> Void = { _ in }) -> Bool {
    world.run(spoil: spoil).breaches.count(of: .callEndsOnce) > 0
  }

  @Test("breaks no law when its tries follow one another and the last succeeds")
  func honestCalls() {
    let run = Self.honest.run { counted(&$0, calls: 11, ended: 11) }
    #expect(run.breaches.isEmpty, "\(run.breaches.kept)")
  }

  @Test("breaks the law when it goes on after its success, overtakes itself, or is lost")
  func breaches() {
    var world = Self.honest
    world.steps[12].truth.isTriedAgain = true
    #expect(broken(world), "a success that is tried again")
    world = Self.honest
    world.steps[11].truth.isTriedAgain = false
    #expect(broken(world), "a try after the end")
    world = Self.honest
    world.steps[10].request.ended = World.at(20.5)
    world.steps[10].request.settled = World.at(20.5)
    #expect(broken(world), "a try before the end of the one before")
    #expect(broken(Self.honest) { counted(&$0, calls: 12, ended: 12) })
    #expect(broken(Self.honest) { counted(&$0, calls: 10, ended: 10) })
    #expect(broken(Self.honest) { counted(&$0, calls: 11, ended: 10) })
  }

  @Test("counts once, and is answered if any of its tries was")
  func measures() throws {
    let group = Self.honest.run().totals.all
    #expect(group.tally.calls == 11 && group.tally.arrived == 13)
    #expect(group.tally.answeredCalls == 11)
    #expect(MeasureCatalog.measure("successPerCall")?.value(group) == 1)
    #expect(MeasureCatalog.measure("availability")?.value(group) == 11.0 / 13)
    #expect(MeasureCatalog.measure("requestsPerCall")?.value(group) == 13.0 / 11)
    #expect(MeasureCatalog.measure("attemptsPerCall")?.value(group) == 1)
    let mean = try #require(MeasureCatalog.measure("meanCallLatency")?.value(group))
    #expect(abs(mean - (10 * 1 + 21) / 11) < 1e-9)
    #expect(try #require(MeasureCatalog.measure("p99.callLatency")?.value(group)) > 20.9)
    #expect(try #require(MeasureCatalog.measure("p50.callLatency")?.value(group)) < 1.01)
    #expect(try #require(MeasureCatalog.measure("p99.endToEndLatency")?.value(group)) < 1.01)
  }

  @Test("belongs to the interval in which its first try arrived, wherever the answer falls")
  func interval() {
    // The first try arrives at 10 s, the answer's request at 30 s.
    for (from, to, calls, answered) in [(0.0, 25.0, 11, 11), (15, 1000, 0, 0), (0, 1000, 11, 11)] {
      var world = Self.honest
      world.plan.from = World.at(from)
      world.plan.to = World.at(to)
      world.plan.slices = [
        Slice(), Slice(from: World.at(9), to: World.at(12)), Slice(from: World.at(25)),
      ]
      let totals = world.run().totals
      #expect(totals.all.tally.calls == calls && totals.all.tally.answeredCalls == answered)
      #expect(totals.slices[0].tally.answeredCalls == answered)
      #expect(totals.slices[1].tally.answeredCalls == (from == 0 ? 1 : 0))
      #expect(totals.slices[2].tally.answeredCalls == 0)
    }
  }
}
