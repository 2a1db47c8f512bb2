import Engine
import Providers
import Scenarios
import Traffic
import Vocabulary

extension World {
  /// Drives the greedy clairvoyant through one run and writes its calls into `sink`.
  ///
  /// Arrivals of all clients are merged by (instant, client), as the engine does; after them at the
  /// same instant come those that follow from answers. Answers are known at the arrival, so records
  /// are written at once, in order of arrival: the laws, which watch the order of settlement, are
  /// not asked.
  func foresee(
    replication: Int, remembers: Bool, sink: RunSink, meter: ProgressMeter,
    until isOver: () -> Bool = { false }
  ) throws {
    let chance = chance(replication)
    do {
      let prefixes = makePrefixes()
      var clients = try clients(chance, prefixes: prefixes)
      var arrivals = clients.map { _ in Arrival.blank }
      var returning = ReturningArrivals()
      var queue = EventQueue()
      func key(_ at: Instant, _ client: Int) -> UInt128 {
        UInt128(UInt64(bitPattern: at.nanoseconds) ^ (1 << 63)) << 64 | UInt128(client)
      }
      for client in clients.indices where try clients[client].next(into: &arrivals[client]) {
        queue.push(key(arrivals[client].at, client))
      }
      var clairvoyant = Clairvoyant(
        fleet, candidates: bounds, remembers: remembers, chance: chance,
        measured: scenario.warmUp..<scenario.horizon, prefixes: prefixes)
      var batch = ForeseenBatch(mistakes: Mistakes(fleet, chance: chance))
      var progress = RunProgress(meter, end: scenario.end)
      var number: UInt64 = 0
      while !queue.isEmpty {
        let place = Int(queue.first & 0xFFFF_FFFF)
        let returns = place >= clients.count
        let client = returns ? returning.client(at: place - clients.count) : place
        var arrival = returns ? returning.take(place - clients.count) : arrivals[client]
        let now = arrival.at
        if now > scenario.end { break }
        arrival.request.number = number
        number += 1
        let answer = clairvoyant.answer(arrival)
        let end = batch.add(arrival, answer, limit: scenario.end) {
          clients[client].listens ? clients[client].answered(&arrival, $0) : .none
        }
        if batch.isFull {
          batch.hand(to: sink)
          if isOver() { break }
          if !progress.reached(now, number) { throw LaboratoryError.cancelled }
        }
        if end != .none {
          let kept = returning.keep(arrival, of: client)
          queue.push(key(arrival.at, clients.count + kept))
        }
        if returns {
          _ = queue.pop()
        } else if try clients[client].next(into: &arrivals[client]) {
          queue.replaceFirst(with: key(arrivals[client].at, client))
        } else {
          _ = queue.pop()
        }
      }
      batch.hand(to: sink)
      progress.finish(number)
      var tally = DriverTally(deployments: fleet.deployments.count)
      tally.standingCharges = clairvoyant.standingCharges(until: scenario.horizon)
      sink.close(tally)
    } catch let error as TrafficError {
      throw LaboratoryError.traffic(error)
    }
  }
}

/// The arrivals that follow from answers, and whose they are.
private struct ReturningArrivals {
  private var places: [(arrival: Arrival, client: Int)] = []
  private var free: [Int] = []

  mutating func keep(_ arrival: Arrival, of client: Int) -> Int {
    if let place = free.popLast() {
      places[place] = (arrival, client)
      return place
    }
    places.append((arrival, client))
    return places.count - 1
  }

  func client(at place: Int) -> Int { places[place].client }

  mutating func take(_ place: Int) -> Arrival {
    free.append(place)
    return places[place].arrival
  }
}

/// Records of the clairvoyant, handed on in batches.
private struct ForeseenBatch: ~Copyable {
  private var attempts = Buffer<AttemptRecord>(capacity: 1024)
  private var attemptTruths = Buffer<AttemptTruth>(capacity: 1024)
  private var requests = Buffer<RequestRecord>(capacity: 1024)
  private var requestTruths = Buffer<RequestTruth>(capacity: 1024)

  private let mistakes: Mistakes?

  init(mistakes: Mistakes?) { self.mistakes = mistakes }

  var isFull: Bool { requests.count >= 1024 }

  /// Writes what became of a call and tells its client; a call that outlives the run is left open.
  mutating func add(
    _ arrival: Arrival, _ answer: Clairvoyant.Answer, limit: Instant,
    tell: (AnswerEnd) -> Sequel
  ) -> Sequel {
    let now = arrival.at
    var record = RequestRecord(
      arrival: arrival.request, id: .none, at: now, replica: ReplicaID(0))
    var truth = RequestTruth()
    record.ended = now
    record.settled = now
    switch answer {
    case .served(let deployment, let promise):
      guard promise.end <= limit else { return .none }
      var attempt = AttemptRecord(
        request: record.number, call: record.call, arrived: now, started: now,
        deployment: deployment, alias: record.alias, index: 0, ordinal: 0, reason: .first,
        replica: ReplicaID(0))
      attempt.firstToken = promise.firstToken
      attempt.ended = promise.end
      attempt.outcome = promise.outcome
      attempt.usage = promise.usage
      attempt.estimate = promise.bill
      attempt.served = true
      let errs = mistakes?.spoil(
        record.call, difficulty: arrival.truth.difficulty, at: deployment)
      let isDegraded = promise.isDegraded || errs == true
      attempts.append(attempt)
      attemptTruths.append(
        AttemptTruth(
          bill: promise.bill, incidents: promise.incidents, isDegraded: isDegraded))
      record.end = .succeeded
      record.source = .provider
      record.deployment = deployment
      record.began = record.streams ? promise.firstToken : promise.end
      record.ended = promise.end
      record.settled = promise.end
      record.estimate = promise.bill
      record.inputTokens = promise.usage.inputTokens
      record.outputTokens = promise.usage.outputTokens
      record.attempts = 1
      truth.bill = promise.bill
      truth.incidents = promise.incidents
      truth.isDegraded = isDegraded
    case .remembered(let deployment, let outputTokens):
      record.end = .succeeded
      record.source = .cache
      record.deployment = deployment
      record.outputTokens = outputTokens
      record.began = now
    case .failed(let outcome):
      record.end = .failed
      record.outcome = outcome
    }
    let sequel = tell(
      AnswerEnd(
        record.end, record.outcome, hasBegun: record.began != .distantFuture, at: record.ended))
    truth.isTriedAgain = sequel == .again
    if record.clientTry > 0 { truth.callAge = arrival.memory.began.nanoseconds(to: now) }
    requests.append(record)
    requestTruths.append(truth)
    return sequel
  }

  mutating func hand(to sink: RunSink) {
    attempts.withSpan { records in
      attemptTruths.withSpan { sink.consume(attempts: records, truths: $0) }
    }
    requests.withSpan { records in
      requestTruths.withSpan { sink.consume(requests: records, truths: $0) }
    }
    attempts.removeAll()
    attemptTruths.removeAll()
    requests.removeAll()
    requestTruths.removeAll()
  }
}
