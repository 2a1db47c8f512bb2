import Testing
import Vocabulary

@testable import Measures

@Suite("A breaker that is not closed passes only probes and bypasses")
struct BreakerWatchTests {
  /// Closed until 10 s, open until 40 s (probes from 30 s), half open until 41 s, closed.
  static func world(attemptAt start: Double, _ notes: [Note] = []) -> World {
    var world = World()
    world.plan.breakers = [DeploymentID(0), nil]
    world.notes =
      ([
        change(10, to: 1, probesFrom: 30), change(40, to: 2), change(41, to: 0),
      ] + notes).sorted { $0.at < $1.at }
    world.serve(at: start, seconds: 100)
    return world
  }

  static func change(_ at: Double, to state: Int64, probesFrom: Double = 0) -> Note {
    Note(
      .breakerChanged, at: World.at(at), deployment: DeploymentID(0), subject: 0, value: state,
      other: World.at(probesFrom).nanoseconds)
  }

  static func pass(_ kind: Note.Kind, _ at: Double) -> Note {
    Note(kind, at: World.at(at), request: 0, deployment: DeploymentID(0), subject: 0)
  }

  @Test("an attempt while it is open is a breach", arguments: [true, false])
  func open(notesFirst: Bool) {
    for start in [10.5, 35.0, 40.0, 40.5] {
      let breaches = Self.world(attemptAt: start).run(notesFirst: notesFirst).breaches
      #expect(breaches.count(of: .openBreaker) == 1)
      #expect(breaches.kept.first?.request == 0)
      #expect(breaches.kept.first?.at == World.at(start))
    }
  }

  @Test("an attempt before it opens, after it closes, or at the very instant is none")
  func closed() {
    for start in [0.0, 9.9, 10, 41, 50] {
      #expect(Self.world(attemptAt: start).run().breaches.isEmpty)
    }
  }

  @Test("a probe or a bypass passes, once")
  func passes() {
    #expect(Self.world(attemptAt: 35, [Self.pass(.probed, 35)]).run().breaches.isEmpty)
    #expect(
      Self.world(attemptAt: 15, [Self.pass(.bypassed, 15)]).run(notesFirst: false).breaches.isEmpty)
    var world = Self.world(attemptAt: 35, [Self.pass(.probed, 35)])
    world.serve(at: 36, seconds: 100)
    world.steps[1].attempts[0].record.request = 1
    #expect(world.run().breaches.count(of: .openBreaker) == 1)
  }

  @Test("a probe before its time is a breach")
  func earlyProbe() {
    let breaches = Self.world(attemptAt: 20, [Self.pass(.probed, 20)]).run().breaches
    #expect(breaches.count(of: .openBreaker) == 1)
  }

  @Test("another deployment and another replica are not concerned")
  func others() {
    var world = Self.world(attemptAt: 0)
    world.serve(at: 20, deployment: 1)
    #expect(world.run().breaches.isEmpty)
    world = Self.world(attemptAt: 20)
    world.plan.replicas = 2
    world.steps[0].attempts[0].record.replica = ReplicaID(1)
    #expect(world.run().breaches.isEmpty)
  }
}

@Suite("A leaf that is guarded, and a deployment that is out")
struct GuardedLeafTests {
  @Test("a breaker that guards a part of the routes is judged by the leaf", arguments: [0, 1, 2])
  func leaf(leaf: Int) {
    var world = BreakerWatchTests.world(attemptAt: 20)
    world.plan.breakers = [nil, nil]
    world.plan.breakerOfLeaf = [0, 1, -1]
    world.steps[0].attempts[0].record.leaf = UInt16(leaf)
    #expect(world.run().breaches.count(of: .openBreaker) == (leaf == 0 ? 1 : 0))
  }

  private func note(_ kind: Note.Kind, _ at: Double, until: Double = 0, why: UInt16 = 0) -> Note {
    Note(
      kind, at: World.at(at), request: kind == .bypassed ? 0 : .max, deployment: DeploymentID(0),
      subject: kind == .bypassed ? .max : why, value: World.at(until).nanoseconds)
  }

  private func count(_ start: Double, _ notes: [Note]) -> Int {
    var world = World()
    world.notes = notes
    world.serve(at: start, seconds: 100)
    return world.run().breaches.count(of: .openBreaker)
  }

  @Test("an attempt at a deployment that is out is a breach, but for a noted bypass")
  func out() {
    let out = note(.ejected, 10, until: 30)
    for start in [10.5, 29.9] { #expect(count(start, [out]) == 1) }
    for start in [9.0, 10, 30, 31] { #expect(count(start, [out]) == 0) }
    #expect(count(20, [out, note(.bypassed, 20)]) == 0)
  }

  @Test("it is back when it is restored, each reason for itself")
  func restored() {
    let notes = [note(.ejected, 10, until: 1_000, why: 3), note(.restored, 20, why: 3)]
    #expect(count(15, notes) == 1)
    #expect(count(25, notes) == 0)
    let two = [note(.ejected, 10, until: 1_000, why: 1), note(.restored, 20, why: 3)]
    #expect(count(25, two) == 1)
  }

  @Test("a restart brings everybody back and closes every breaker")
  func restart() {
    let out = note(.ejected, 10, until: 1_000)
    let restart = Note(.restarted, at: World.at(15))
    #expect(count(20, [out, restart]) == 0)
    #expect(
      BreakerWatchTests.world(attemptAt: 20, [restart]).run().breaches.isEmpty)
  }

  @Test("a deployment that is only used last may be used")
  func last() {
    #expect(count(20, [note(.ejected, 10, until: 30, why: Note.Ejection.outage.rawValue)]) == 0)
  }
}
