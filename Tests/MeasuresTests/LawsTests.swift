import Testing
import Vocabulary

@testable import Measures

@Suite("The laws hold of an honest run, and each breach is seen")
struct LawsTests {
  /// Ten honest requests, one second each, half a second apart.
  static var honest: World {
    var world = World()
    for index in 0..<10 { world.serve(at: Double(index) / 2, deployment: index % 2) }
    world.answer(at: 6, end: .succeeded, source: .cache, seconds: 0.002)
    world.answer(at: 7, end: .rejected, rejection: .limit)
    return world
  }

  func broken(
    _ world: World, _ law: Law, request: UInt64? = nil,
    spoil: (inout DriverTally) -> Void = { _ in }, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let breaches = world.run(spoil: spoil).breaches
    #expect(breaches.count(of: law) >= 1, "\(breaches.kept)", sourceLocation: sourceLocation)
    let found = breaches.kept.first { $0.law == law }
    #expect(found?.request == request, "\(breaches.kept)", sourceLocation: sourceLocation)
    #expect(found?.detail.isEmpty == false, sourceLocation: sourceLocation)
  }

  @Test("an honest run breaks none")
  func honestRun() {
    #expect(Self.honest.run().breaches.kept == [])
    #expect(Self.honest.run(notesFirst: false).breaches.isEmpty)
  }

  @Test("a request that ends twice, never, or nowhere")
  func endsOnce() {
    var world = Self.honest
    world.steps[4].request.number = 3
    world.steps[4].attempts[0].record.request = 3
    broken(world, .endsOnce, request: 3)
    broken(Self.honest, .endsOnce, request: 12) { $0.requests.entered += 1 }
    var lost = Self.honest
    lost.steps.remove(at: 5)
    let tally = Self.honest.tally
    broken(lost, .endsOnce, request: 5) { $0 = tally }
    var far = Self.honest
    far.steps[2].request.number = .max - 1
    broken(far, .endsOnce, request: .max - 1)
    var silent = Self.honest
    silent.steps[11].request.rejection = .none
    broken(silent, .endsOnce, request: 11)
  }

  @Test("an attempt that settles twice, never, or after its request")
  func settlesOnce() {
    var world = Self.honest
    world.steps[2].attempts.append(world.steps[2].attempts[0])
    broken(world, .settlesOnce, request: 2)
    world = Self.honest
    world.steps[2].attempts = []
    broken(world, .settlesOnce, request: 2)
    world = Self.honest
    let late = world.steps[1].attempts[0]
    world.steps[1].attempts = []
    world.steps[9].attempts.append(late)
    broken(world, .settlesOnce, request: 1)
    broken(Self.honest, .settlesOnce) { $0.deployments[1].entered += 1 }
    world = Self.honest
    world.steps[3].attempts[0].record.served = false
    broken(world, .settlesOnce, request: 3)
  }

  @Test("an effect before its cause, in a request and in an attempt")
  func causeFirst() {
    var world = Self.honest
    world.steps[6].request.began = world.steps[6].request.arrived.advanced(byNanoseconds: -1)
    broken(world, .causeFirst, request: 6)
    world = Self.honest
    world.steps[6].attempts[0].record.firstToken = World.at(1500)
    broken(world, .causeFirst, request: 6)
    world = Self.honest
    world.steps[6].attempts[0].record.started = World.at(0)
    broken(world, .causeFirst, request: 6)
    world = Self.honest
    world.steps[6].request.began = .distantFuture
    broken(world, .causeFirst, request: 6)
    world = Self.honest
    world.steps[11].request.settled = World.at(3000)
    broken(world, .causeFirst, request: 11)
  }

  @Test("a picodollar too much on either ledger")
  func booksBalance() {
    var world = Self.honest
    world.steps[7].truth.bill.picodollars += 1
    broken(world, .booksBalance, request: 7)
    world = Self.honest
    world.steps[7].attempts[0].record.estimate.picodollars -= 1
    broken(world, .booksBalance, request: 7)
  }

  @Test("a side call that is not in the books, in its request's count, or in time")
  func sideCalls() {
    func world(_ change: (inout World) -> Void = { _ in }) -> World {
      var world = Self.honest
      world.ask(7, bill: 30)
      change(&world)
      return world
    }
    #expect(world().run().breaches.kept == [])
    broken(world { $0.steps[7].truth.bill.picodollars -= 30 }, .booksBalance, request: 7)
    broken(world { $0.steps[7].request.estimate.picodollars += 30 }, .booksBalance, request: 7)
    broken(world { $0.steps[7].request.sideCalls = 0 }, .settlesOnce, request: 7)
    broken(world { $0.steps[7].sideCalls = [] }, .settlesOnce, request: 7)
    broken(world(), .settlesOnce) { $0.sideCalls.left = 0 }
    broken(
      world { $0.steps[7].sideCalls[0].record.ended = World.at(3000) }, .causeFirst, request: 7)
  }

  @Test("an attempt more than the policy allows, or without a reason")
  func attemptMaximum() {
    var world = Self.honest
    world.plan.maximumAttempts = [0, 3]
    broken(world, .attemptMaximum, request: 0)
    world = Self.honest
    world.steps[8].request.retries = 1
    broken(world, .attemptMaximum, request: 8)
  }

  @Test("a nanosecond of a stay that nobody had")
  func littlesLaw() {
    broken(Self.honest, .littlesLaw) { $0.requests.integral += 1 }
    broken(Self.honest, .littlesLaw) { $0.deployments[1].integral -= 1 }
    broken(Self.honest, .littlesLaw) { $0.answers?.openAges = 1 }
    var world = Self.honest
    let tally = world.tally
    world.steps[0].attempts[0].record.started.nanoseconds += 1
    broken(world, .littlesLaw) { $0 = tally }
  }

  @Test("a request that is still open is not missed")
  func open() {
    var world = Self.honest
    let tally = world.tally
    let gone = world.steps.remove(at: 9)
    let measures = world.run { spoiled in
      spoiled = tally
      spoiled.requests.left -= 1
      spoiled.requests.open = 1
      spoiled.requests.openAges = 1_000_000_000
      spoiled.answers?.openAges = 1_000_000_000
      spoiled.deployments[Int(gone.request.deployment.index)].open = 1
      spoiled.deployments[Int(gone.request.deployment.index)].openAges = 1_000_000_000
    }
    #expect(measures.breaches.kept == [])
    #expect(measures.totals.open == 1)
  }

  @Test("a success cheaper or faster than the best potential outcome")
  func boundsHold() {
    var world = Self.honest
    world.steps[5].truth.floorBill = Money(picodollars: 1_001)
    broken(world, .boundsHold, request: 5)
    world = Self.honest
    world.steps[5].truth.floorNanoseconds = World.second + 1
    broken(world, .boundsHold, request: 5)
    world = Self.honest
    world.steps[5].truth.floorNanoseconds = World.second
    world.steps[5].truth.floorBill = Money(picodollars: 1_000)
    #expect(world.run().breaches.isEmpty)
  }

  @Test("only the first breaches are kept in full, all are counted")
  func keptPerLaw() {
    var world = World()
    for index in 0..<40 {
      let step = world.serve(at: Double(index))
      world.steps[step].truth.bill.picodollars += 1
    }
    let breaches = world.run().breaches
    #expect(breaches.count(of: .booksBalance) == 40)
    #expect(breaches.kept.count == Breaches.keptPerLaw)
  }

  @Test("laws that are off see nothing")
  func off() {
    var world = Self.honest
    world.steps[7].truth.bill.picodollars += 1
    world.plan.checksLaws = false
    #expect(world.run().breaches.isEmpty)
  }
}
