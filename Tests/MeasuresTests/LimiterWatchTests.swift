import Testing
import Vocabulary

@testable import Measures

@Suite("A limit never charges more than its envelope")
struct LimiterWatchTests {
  /// 10 permits at once, then one a second.
  static let bucket = LimitEnvelope(rate: .perSecond(1), burst: 10)

  static func charge(
    _ at: Double, _ permits: Int64, request: UInt64 = 0, bucket: Int64 = 0, replica: Int = 0
  ) -> Note {
    Note(
      .limiterCharged, at: World.at(at), request: request, subject: 0, value: permits,
      other: bucket, replica: ReplicaID(replica))
  }

  /// What closes a reservation: the note, and the charge that corrects the bucket.
  static func reconcile(
    _ at: Double, reserved: Int64, used: Int64, request: UInt64 = 0
  ) -> [Note] {
    let close = Note(
      .reconciled, at: World.at(at), request: request, subject: 0, value: reserved, other: used)
    return reserved == used ? [close] : [close, charge(at, used - reserved, request: request)]
  }

  func breaches(
    _ envelope: LimitEnvelope, _ notes: [Note], replicas: Int = 1, requests: Int = 0
  ) -> Breaches {
    var world = World()
    world.plan.limits = [envelope]
    world.plan.replicas = replicas
    world.notes = notes
    for index in 0..<requests { world.serve(at: Double(index)) }
    return world.run().breaches
  }

  @Test("a bucket admits its burst and then its rate, to the nanosecond")
  func bucketIsExact() {
    let full = [Self.charge(0, 10)]
    #expect(breaches(Self.bucket, full + [Self.charge(1, 1), Self.charge(3, 2)]).isEmpty)
    let early = breaches(Self.bucket, full + [Self.charge(0.999_999_999, 1, request: 7)])
    #expect(early.count(of: .limiterEnvelope) == 1)
    #expect(early.kept.first?.request == 7)
    #expect(breaches(Self.bucket, full + [Self.charge(100, 11)]).count(of: .limiterEnvelope) == 1)
  }

  @Test("tenants and replicas have buckets of their own; shared state has one")
  func bucketsAreApart() {
    #expect(breaches(Self.bucket, [Self.charge(0, 10), Self.charge(0, 10, bucket: 5)]).isEmpty)
    let two = [Self.charge(0, 10), Self.charge(0, 10, replica: 1)]
    #expect(breaches(Self.bucket, two, replicas: 2).isEmpty)
    var shared = Self.bucket
    shared.perReplica = false
    #expect(breaches(shared, two, replicas: 2).count(of: .limiterEnvelope) == 1)
    shared.slack = 10
    #expect(breaches(shared, two, replicas: 2).isEmpty)
  }

  @Test("a reservation gives back what it did not use, and owes what it used beyond")
  func reservations() {
    var envelope = Self.bucket
    envelope.reserves = true
    let reserved = [Self.charge(0, 10)] + Self.reconcile(0.5, reserved: 10, used: 2)
    #expect(breaches(envelope, reserved + [Self.charge(0.5, 8, request: 1)]).isEmpty)
    #expect(
      breaches(envelope, reserved + [Self.charge(0.5, 9, request: 1)])
        .count(of: .limiterEnvelope) == 1)
    let beyond = [Self.charge(0, 10)] + Self.reconcile(0, reserved: 10, used: 15)
    #expect(breaches(envelope, beyond + [Self.charge(6, 1, request: 1)]).isEmpty)
    #expect(
      breaches(envelope, beyond + [Self.charge(5.9, 1, request: 1)]).count(of: .limiterEnvelope)
        == 1)
  }

  @Test("two attempts of a request have reservations of their own, each made in its own window")
  func attemptsReserveApart() {
    // 10 in the last window count by what is left of it: at 11 s nine tenths.
    var envelope = LimitEnvelope(
      .estimate(origin: .start, length: .seconds(10), most: 20), reserves: true)
    envelope.perReplica = true
    func note(_ kind: Note.Kind, _ at: Double, _ value: Int64, _ other: Int64, _ attempt: UInt8)
      -> Note
    {
      Note(
        kind, at: World.at(at), request: 0, subject: 0, value: value, other: other, attempt: attempt
      )
    }
    // The hedge reserves in the second window; the first attempt, of the first window, ends first.
    let notes = [
      note(.limiterCharged, 9, 10, 0, 0), note(.limiterCharged, 11, 11, 0, 1),
      note(.reconciled, 11, 10, 0, 0), note(.limiterCharged, 11, -10, 0, 0),
      note(.reconciled, 12, 11, 11, 1),
    ]
    #expect(breaches(envelope, notes + [Self.charge(12, 9, request: 1)]).isEmpty)
    #expect(
      breaches(envelope, notes + [Self.charge(12, 10, request: 1)]).count(of: .limiterEnvelope)
        == 1)
  }

  @Test("what a limit counted without admitting it counts, and is no admission")
  func counted() {
    func counted(_ at: Double, _ permits: Int64) -> Note {
      Note(.limiterCounted, at: World.at(at), subject: 0, value: permits, other: 0)
    }
    #expect(breaches(Self.bucket, [counted(0, 25)]).isEmpty)
    #expect(
      breaches(Self.bucket, [counted(0, 10), Self.charge(0, 1)]).count(of: .limiterEnvelope) == 1)
    // It begins a window too: the charge at 12 s falls into the one that began at 5 s.
    let window = LimitEnvelope(.firstUse(length: .seconds(10), most: 3))
    #expect(
      breaches(window, [counted(5, 3), Self.charge(12, 1)]).count(of: .limiterEnvelope) == 1)
    #expect(breaches(window, [counted(5, 3), Self.charge(15, 3)]).isEmpty)
  }

  @Test("replicas that are told of each other keep a promise together, with the slack of the lag")
  func fleet() {
    var told = Self.bucket
    told.fleetSlack = 12
    let both = [Self.charge(0, 10), Self.charge(0, 10, replica: 1)]
    #expect(breaches(told, both, replicas: 2).isEmpty)
    // Each by itself keeps its promise, but nobody has told the other.
    let deaf = both + [Self.charge(5, 5), Self.charge(5, 5, replica: 1)]
    #expect(breaches(told, deaf, replicas: 2).count(of: .limiterEnvelope) == 1)
    #expect(breaches(Self.bucket, deaf, replicas: 2).isEmpty)
    #expect(told.most(in: .seconds(5), replicas: 2) == 27)
  }

  @Test("a request that ends with an open reservation is a breach")
  func openReservation() {
    var envelope = Self.bucket
    envelope.reserves = true
    let open = breaches(envelope, [Self.charge(0, 5)], requests: 1)
    #expect(open.count(of: .reservationsReconciled) == 1)
    #expect(open.kept.first?.request == 0)
    #expect(
      breaches(envelope, [Self.charge(0, 5)] + Self.reconcile(1, reserved: 5, used: 5), requests: 1)
        .isEmpty)
    #expect(breaches(envelope, [Self.charge(0, 5, request: 9)], requests: 1).isEmpty)
  }

  @Test("what is given back for a hit may be charged again")
  func givenBack() {
    let back = [Self.charge(0, 10), Self.charge(0.1, -4)]
    #expect(breaches(Self.bucket, back + [Self.charge(0.1, 4)]).isEmpty)
    #expect(breaches(Self.bucket, back + [Self.charge(0.1, 5)]).count(of: .limiterEnvelope) == 1)
    let often = [Self.charge(0, -50), Self.charge(0, 11)]
    #expect(breaches(Self.bucket, often).count(of: .limiterEnvelope) == 1)
  }

  @Test("windows start afresh")
  func windows() {
    let minute = LimitEnvelope(.window(origin: .start, length: .seconds(60), most: 5))
    #expect(breaches(minute, [Self.charge(59, 5), Self.charge(60, 5)]).isEmpty)
    #expect(
      breaches(minute, [Self.charge(10, 5), Self.charge(59, 1)]).count(of: .limiterEnvelope) == 1)
    let months = LimitEnvelope(.windows(starts: [World.at(0), World.at(31)], most: 5))
    #expect(breaches(months, [Self.charge(30, 5), Self.charge(31, 5)]).isEmpty)
    #expect(
      breaches(months, [Self.charge(31, 5), Self.charge(900, 1)]).count(of: .limiterEnvelope) == 1)
  }

  @Test("what is in flight is bounded until it is reconciled")
  func inFlight() {
    let envelope = LimitEnvelope(.inFlight(most: 1), reserves: true)
    let one = [Self.charge(0, 1)]
    #expect(
      breaches(envelope, one + Self.reconcile(1, reserved: 1, used: 0) + [Self.charge(1, 1)])
        .isEmpty)
    #expect(
      breaches(envelope, one + [Self.charge(1, 1, request: 1)]).count(of: .limiterEnvelope) == 1)
  }

  @Test("a shadow promises nothing; a refusal until the past is a breach")
  func others() {
    #expect(breaches(LimitEnvelope(.none), [Self.charge(0, 1_000_000)]).isEmpty)
    let refusal = Note(.limiterJudged, at: World.at(2), request: 3, subject: 0, value: 0, other: 1)
    #expect(breaches(Self.bucket, [refusal]).kept.first?.request == 3)
  }

  @Test("a calendar's periods start afresh, whatever their length")
  func calendar() {
    let calendar = Calendar(epochSecondsAtStart: 0, offsetSeconds: 0)
    let month = LimitEnvelope(.calendar(.month, calendar, most: 5))
    let day = 86_400.0
    #expect(
      breaches(month, [Self.charge(31 * day - 1, 5), Self.charge(31 * day, 5)]).isEmpty)
    #expect(
      breaches(month, [Self.charge(31 * day, 5), Self.charge(59 * day - 1, 1)])
        .count(of: .limiterEnvelope) == 1)
  }

  @Test("a window from first use begins with a charge, not with what is given back")
  func firstUse() {
    let envelope = LimitEnvelope(.firstUse(length: .seconds(60), most: 5))
    #expect(breaches(envelope, [Self.charge(50, 5), Self.charge(110, 5)]).isEmpty)
    #expect(
      breaches(envelope, [Self.charge(50, 5), Self.charge(109, 1)]).count(of: .limiterEnvelope)
        == 1)
    let back = [Self.charge(0, 5), Self.charge(70, -5), Self.charge(100, 5), Self.charge(155, 1)]
    #expect(breaches(envelope, back).count(of: .limiterEnvelope) == 1)
    #expect(breaches(envelope, back.dropLast() + [Self.charge(160, 5)]).isEmpty)
  }

  @Test("an estimate counts the overlapping part of the last window")
  func estimate() {
    let envelope = LimitEnvelope(.estimate(origin: .start, length: .seconds(60), most: 10))
    let before = [Self.charge(30, 8)]
    #expect(breaches(envelope, before + [Self.charge(75, 4)]).isEmpty)
    #expect(
      breaches(envelope, before + [Self.charge(75, 5)]).count(of: .limiterEnvelope) == 1)
    #expect(breaches(envelope, before + [Self.charge(120, 10)]).isEmpty)
  }

  @Test("a charge at the end is judged at its admission: nothing while it owes")
  func after() {
    var envelope = LimitEnvelope(rate: .perSecond(1), burst: 10)
    envelope.chargesAfter = true
    // Three are admitted at once, and together use far more than there was.
    let flight = (0..<3).map { Self.charge(0, 0, request: $0) }
    let used = (0..<3).map { Self.charge(5, 20, request: $0) }
    #expect(breaches(envelope, flight + used).isEmpty)
    let early = Self.charge(55.999, 0, request: 9)
    #expect(breaches(envelope, flight + used + [early]).count(of: .limiterEnvelope) == 1)
    #expect(breaches(envelope, flight + used + [Self.charge(56, 0, request: 9)]).isEmpty)
    // What was charged must have been admitted.
    #expect(
      breaches(envelope, flight + used + [Self.charge(6, 1, request: 9)])
        .count(of: .limiterEnvelope) == 1)
    envelope.forgives = true
    #expect(breaches(envelope, flight + used + [Self.charge(6, 0, request: 9)]).isEmpty)
  }

  @Test("a replica that starts anew has fresh limits and no reservations; the others have not")
  func restarts() {
    var envelope = Self.bucket
    envelope.reserves = true
    let restart = Note(.restarted, at: World.at(1), replica: ReplicaID(1))
    let again = [
      Self.charge(0, 10, replica: 1), restart, Self.charge(1, 10, request: 1, replica: 1),
    ]
    let reconciled = Self.reconcile(1, reserved: 10, used: 10, request: 1)
    #expect(breaches(envelope, again + reconciled, replicas: 2, requests: 1).isEmpty)
    let other = [Self.charge(0, 10), restart, Self.charge(1, 10, request: 1)]
    #expect(breaches(envelope, other, replicas: 2).count(of: .limiterEnvelope) == 1)
  }
}
