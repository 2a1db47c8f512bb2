import Vocabulary

/// All limits of a policy, judged as a whole and charged as a whole.
///
/// A request is admitted only if every enforced limit admits it; then all of them are charged, or
/// none is. The refusal names the limit that makes it wait longest, and the instant at which the
/// same request would pass. A shadow limit is judged, charged and noted, never enforced.
/// - Complexity: O(limits).
struct LimitChain: ~Copyable {
  /// What the chain says to a request.
  enum Verdict: Equatable {
    /// Admitted; `spared` has a bit for each shadow limit that would have refused, and that the
    /// request is therefore not charged by, neither now nor at its settlement.
    case admit(spared: UInt64)
    case refuse(limit: Int, retryAt: Instant)
  }

  /// A rule and where its buckets begin. (Not private: the 6.3 compiler breaks on a private type in
  /// a noncopyable one.)
  struct Entry: BitwiseCopyable {
    var rule: LimitRule
    var firstBucket: Int
    var bucketCount: Int
    /// Of the request being judged: its bucket, and what it will be charged if all limits admit it.
    var place = 0
    var permits: Int64?
  }

  private var entries = Buffer<Entry>()
  private var buckets = Buffer<TokenBucket>()
  /// Whether settlement may change anything: known when the policy is compiled.
  let settles: Bool

  init(_ rules: [LimitRule], populations: Populations) {
    settles = rules.contains { $0.charge != .check || !$0.countsHits }
    for rule in rules {
      let count = max(1, rule.scope.count(in: populations))
      entries.append(
        Entry(rule: rule, firstBucket: buckets.count, bucketCount: count))
      buckets.fill(upTo: buckets.count + count, with: TokenBucket(rule.bucket))
    }
  }

  @inline(__always) var isEmpty: Bool { entries.isEmpty }

  mutating func admit(
    _ request: borrowing Request, at now: Instant, replica: ReplicaID, into output: inout Output
  ) -> Verdict {
    var verdict = Verdict.admit(spared: 0)
    for index in 0..<entries.count {
      let place = place(of: request, index)
      let permits = entries[index].rule.permitsAtAdmission(of: request)
      let isAfter = entries[index].rule.charge == .after
      buckets[place].refill(entries[index].rule.bucket, at: now)
      let holds = buckets[place].holds(isAfter ? 1 : permits, entries[index].rule.bucket)
      entries[index].place = place
      entries[index].permits = holds && !isAfter ? permits : nil
      if !holds {
        refuse(request.number, index, place, isAfter ? 1 : permits, now, replica, &verdict, &output)
      } else if output.explains(request.number) {
        note(request.number, index, place, now, replica, &output)
      }
    }
    guard case .admit = verdict else { return verdict }
    for index in 0..<entries.count {
      guard let permits = entries[index].permits else { continue }
      buckets[entries[index].place].charge(permits, entries[index].rule.bucket)
      noteCharge(request.number, index, entries[index].place, permits, now, replica, &output)
    }
    return verdict
  }

  /// The bit of a limit among those that spared a request. Shadows beyond the 64th share the last.
  @inline(__always)
  private static func bit(_ index: Int) -> UInt64 { 1 << UInt64(min(index, 63)) }

  /// Corrects the books when a request has settled: charges what is charged afterwards, and gives
  /// back what was reserved and not used. `spared` is what `admit` had said.
  mutating func settle(
    _ request: borrowing Request, usage: Usage, hit: Bool, spared: UInt64, at now: Instant,
    replica: ReplicaID, into output: inout Output
  ) {
    for index in 0..<entries.count {
      let rule = entries[index].rule
      if rule.isShadow, spared & LimitChain.bit(index) != 0 { continue }
      let place = place(of: request, index)
      let free = hit && !rule.countsHits
      var permits: Int64 = 0
      switch rule.charge {
      case .check:
        if free { permits = -rule.permitsAtAdmission(of: request) }
      case .after:
        if !free { permits = rule.permits(of: usage) }
      case .reserve:
        let reserved = rule.permitsAtAdmission(of: request)
        let used = free ? 0 : rule.permits(of: usage)
        output.notes.append(
          Note(
            .reconciled, at: now, request: request.number, subject: UInt16(index),
            value: reserved, other: used, replica: replica))
        permits = used - reserved
      }
      guard permits != 0 else { continue }
      buckets[place].refill(rule.bucket, at: now)
      buckets[place].charge(permits, rule.bucket)
      noteCharge(request.number, index, place, permits, now, replica, &output)
    }
  }

  /// Where the bucket of a request lies; one outside the populations falls into the last.
  @inline(__always)
  private func place(of request: borrowing Request, _ index: Int) -> Int {
    let bucket = entries[index].rule.bucketIndex(of: request)
    return entries[index].firstBucket &+ min(bucket, entries[index].bucketCount &- 1)
  }

  /// A limit refuses: the one that makes the request wait longest is the one that is named.
  @inline(never)
  private func refuse(
    _ number: UInt64, _ index: Int, _ place: Int, _ needed: Int64, _ now: Instant,
    _ replica: ReplicaID, _ verdict: inout Verdict, _ output: inout Output
  ) {
    let retryAt = buckets[place].instant(holding: needed, entries[index].rule.bucket)
    output.notes.append(
      Note(
        .limiterJudged, at: now, request: number, subject: UInt16(index), value: 0,
        other: retryAt.nanoseconds, replica: replica))
    if entries[index].rule.isShadow {
      if case .admit(let spared) = verdict {
        verdict = .admit(spared: spared | LimitChain.bit(index))
      }
      return
    }
    if case .refuse(_, let other) = verdict, other >= retryAt { return }
    verdict = .refuse(limit: index, retryAt: retryAt)
  }

  @inline(never)
  private func note(
    _ number: UInt64, _ index: Int, _ place: Int, _ now: Instant, _ replica: ReplicaID,
    _ output: inout Output
  ) {
    output.notes.append(
      Note(
        .limiterJudged, at: now, request: number, subject: UInt16(index), value: 1,
        other: buckets[place].permits(entries[index].rule.bucket), replica: replica))
  }

  @inline(__always)
  private func noteCharge(
    _ number: UInt64, _ index: Int, _ place: Int, _ permits: Int64, _ now: Instant,
    _ replica: ReplicaID, _ output: inout Output
  ) {
    output.notes.append(
      Note(
        .limiterCharged, at: now, request: number, subject: UInt16(truncatingIfNeeded: index),
        value: permits, other: Int64(place &- entries[index].firstBucket), replica: replica))
  }
}

/// How many of each there are: the sizes of the arrays that ids index.
public struct Populations: Sendable, Hashable {
  /// Virtual keys.
  public var keys: Int
  /// Users.
  public var users: Int
  /// Teams.
  public var teams: Int
  /// Features.
  public var features: Int
  /// Aliases.
  public var aliases: Int

  /// Makes populations.
  public init(keys: Int = 1, users: Int = 1, teams: Int = 1, features: Int = 1, aliases: Int = 1) {
    self.keys = keys
    self.users = users
    self.teams = teams
    self.features = features
    self.aliases = aliases
  }
}
