import Vocabulary

/// The state of all limits on what is in flight: counts, and an algorithm for each bucket.
///
/// The law: at no admission is more in flight than the limit says at that moment. A limit that has
/// shrunk below what is in flight admits nothing until enough has ended.
/// - Complexity: O(limits) per request and per attempt.
struct ConcurrencyBank: ~Copyable {
  struct Entry: BitwiseCopyable {
    var scope: ConcurrencyRule.Scope
    var drops: OutcomeSet
    var isShadow: Bool
    var subject: UInt16
    var firstBucket: Int
    var bucketCount: Int
  }
  struct Bucket: BitwiseCopyable {
    var inFlight: Int32
    var limit: Int32
    var adapts: Bool
  }

  private(set) var ofRequests = Buffer<Entry>(capacity: 4)
  private var ofDeployments = Buffer<Entry>(capacity: 4)
  private var buckets = Buffer<Bucket>()
  private var algorithms: [any ConcurrencyLimit] = []

  init(_ rules: [ConcurrencyRule], populations: Populations, deployments: Int) {
    for (place, rule) in rules.enumerated() {
      let count = max(1, rule.scope.count(in: populations, deployments: deployments))
      let entry = Entry(
        scope: rule.scope, drops: rule.drops, isShadow: rule.isShadow,
        subject: ConcurrencyRule.subject | UInt16(place), firstBucket: buckets.count,
        bucketCount: count)
      if rule.scope == .deployment { ofDeployments.append(entry) } else { ofRequests.append(entry) }
      buckets.fill(
        upTo: buckets.count + count,
        with: Bucket(
          inFlight: 0, limit: Int32(rule.algorithm.limit), adapts: rule.algorithm.adapts))
      for _ in 0..<count { algorithms.append(rule.algorithm) }
    }
  }

  /// Whether requests, and whether attempts, are limited at all.
  var limitsRequests: Bool { !ofRequests.isEmpty }
  var limitsDeployments: Bool { !ofDeployments.isEmpty }
  /// How many buckets all limits have.
  var bucketCount: Int { buckets.count }

  // MARK: Requests

  /// Where the bucket of a request lies; one outside the populations falls into the last.
  @inline(__always)
  func place(of request: borrowing Request, _ index: Int) -> Int {
    let bucket = ofRequests[index].scope.bucket(of: request)
    return ofRequests[index].firstBucket &+ min(bucket, ofRequests[index].bucketCount &- 1)
  }

  /// The first limit that has no permit left for a request, and its bucket; `nil` if all have.
  mutating func refusing(
    _ request: borrowing Request, at now: Instant, replica: ReplicaID, into output: inout Output
  ) -> (index: Int, place: Int)? {
    var refusing: (index: Int, place: Int)?
    let explains = output.explains(request.number)
    for index in 0..<ofRequests.count {
      let place = place(of: request, index)
      let isFull = buckets[place].inFlight >= buckets[place].limit
      if isFull || explains {
        noteJudged(ofRequests[index], place, isFull, request.number, now, replica, &output)
      }
      if isFull, !ofRequests[index].isShadow, refusing == nil { refusing = (index, place) }
    }
    return refusing
  }

  /// Whether a bucket has a permit left.
  @inline(__always)
  func hasPermit(_ place: Int) -> Bool { buckets[place].inFlight < buckets[place].limit }

  /// Takes a permit of each limit; returns how many each then has in flight.
  mutating func acquire(
    _ request: borrowing Request, at now: Instant, replica: ReplicaID, into output: inout Output
  ) -> SIMD4<UInt16> {
    var held = SIMD4<UInt16>(repeating: 0)
    for index in 0..<ofRequests.count {
      let place = place(of: request, index)
      if ofRequests[index].isShadow, !hasPermit(place) { continue }
      held[index] = take(place, ofRequests[index], request.number, .none, now, replica, &output)
    }
    return held
  }

  /// Gives a request's permits back, and lets the algorithms learn from its end.
  mutating func release(
    _ request: borrowing Request, _ held: SIMD4<UInt16>, _ outcome: Outcome?, elapsed: Int64,
    uniform: Double, at now: Instant, replica: ReplicaID, into output: inout Output
  ) {
    for index in 0..<ofRequests.count where held[index] > 0 {
      let place = place(of: request, index)
      give(
        place, ofRequests[index], held[index], outcome, elapsed, uniform, request.number, .none,
        now, replica, &output)
    }
  }

  // MARK: Attempts

  /// Whether every limit of a deployment has a permit left.
  @inline(__always)
  func admits(_ deployment: Int) -> Bool {
    for index in 0..<ofDeployments.count
    where !ofDeployments[index].isShadow
      && !hasPermit(ofDeployments[index].firstBucket &+ deployment)
    {
      return false
    }
    return true
  }

  mutating func acquire(
    _ deployment: DeploymentID, for number: UInt64, at now: Instant, replica: ReplicaID,
    into output: inout Output
  ) -> SIMD4<UInt16> {
    var held = SIMD4<UInt16>(repeating: 0)
    for index in 0..<ofDeployments.count {
      let place = ofDeployments[index].firstBucket &+ Int(deployment.index)
      if ofDeployments[index].isShadow, !hasPermit(place) {
        noteJudged(ofDeployments[index], place, true, number, now, replica, &output)
        continue
      }
      held[index] = take(place, ofDeployments[index], number, deployment, now, replica, &output)
    }
    return held
  }

  mutating func release(
    _ deployment: DeploymentID, for number: UInt64, _ held: SIMD4<UInt16>, _ outcome: Outcome,
    elapsed: Int64, uniform: Double, at now: Instant, replica: ReplicaID, into output: inout Output
  ) {
    for index in 0..<ofDeployments.count where held[index] > 0 {
      let place = ofDeployments[index].firstBucket &+ Int(deployment.index)
      give(
        place, ofDeployments[index], held[index], outcome, elapsed, uniform, number, deployment,
        now, replica, &output)
    }
  }

  // MARK: Buckets

  @inline(__always)
  private mutating func take(
    _ place: Int, _ entry: Entry, _ number: UInt64, _ deployment: DeploymentID, _ now: Instant,
    _ replica: ReplicaID, _ output: inout Output
  ) -> UInt16 {
    buckets[place].inFlight &+= 1
    output.notes.append(
      Note(
        .limiterCharged, at: now, request: number, deployment: deployment, subject: entry.subject,
        value: 1, other: Int64(place &- entry.firstBucket), replica: replica))
    return UInt16(truncatingIfNeeded: min(65_535, buckets[place].inFlight))
  }

  private mutating func give(
    _ place: Int, _ entry: Entry, _ inFlight: UInt16, _ outcome: Outcome?, _ elapsed: Int64,
    _ uniform: Double, _ number: UInt64, _ deployment: DeploymentID, _ now: Instant,
    _ replica: ReplicaID, _ output: inout Output
  ) {
    buckets[place].inFlight &-= 1
    let bucket = Int64(place &- entry.firstBucket)
    output.notes.append(
      Note(
        .limiterCharged, at: now, request: number, deployment: deployment, subject: entry.subject,
        value: -1, other: bucket, replica: replica))
    guard buckets[place].adapts, let outcome else { return }
    let dropped = entry.drops.contains(outcome)
    guard dropped || outcome.isSuccess else { return }
    algorithms[place].ended(
      ConcurrencySample(
        elapsed: elapsed, inFlight: Int(inFlight), dropped: dropped, uniform: uniform))
    let limit = Int32(max(1, min(60_000, algorithms[place].limit)))
    guard limit != buckets[place].limit else { return }
    buckets[place].limit = limit
    output.notes.append(
      Note(
        .limitAdapted, at: now, request: number, deployment: deployment, subject: entry.subject,
        value: Int64(limit), other: bucket, replica: replica))
  }

  @inline(never)
  private func noteJudged(
    _ entry: Entry, _ place: Int, _ isFull: Bool, _ number: UInt64, _ now: Instant,
    _ replica: ReplicaID, _ output: inout Output
  ) {
    // Nobody knows when a permit comes back.
    let left = Int64(buckets[place].limit &- buckets[place].inFlight)
    output.notes.append(
      Note(
        .limiterJudged, at: now, request: number, subject: entry.subject, value: isFull ? 0 : 1,
        other: isFull ? .max : left, replica: replica))
  }
}
