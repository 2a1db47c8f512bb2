import Vocabulary

/// All limits of a policy, judged as a whole and charged as a whole.
///
/// A request is admitted only if every enforced limit admits it; then all of them are charged, or
/// none is. The refusal names the limit that makes it wait longest, and the instant at which the
/// same request would pass. A shadow limit is judged, charged and noted, never enforced.
/// - Complexity: O(limits).
struct LimitChain: Sendable {
  /// What the chain says to a request.
  enum Verdict: Equatable {
    case admit
    case refuse(limit: Int, retryAt: Instant)
  }

  let rules: [LimitRule]
  private var buckets: [[TokenBucket]]

  init(_ rules: [LimitRule], populations: Populations) {
    self.rules = rules
    buckets = rules.map { rule in
      let count =
        switch rule.scope {
        case .everyone: 1
        case .key: populations.keys
        case .user: populations.users
        case .team: populations.teams
        case .feature: populations.features
        case .alias: populations.aliases
        }
      return [TokenBucket](repeating: TokenBucket(rule.bucket), count: max(1, count))
    }
  }

  var isEmpty: Bool { rules.isEmpty }

  mutating func admit(
    _ request: borrowing Request, at now: Instant, replica: ReplicaID, into output: inout Output
  ) -> Verdict {
    var verdict = Verdict.admit
    let explains = output.explains(request.number)
    for index in rules.indices {
      let bucket = rules[index].bucketIndex(of: request)
      let rule = rules[index].bucket
      let permits = rules[index].permitsAtAdmission(of: request)
      buckets[index][bucket].refill(rule, at: now)
      let needed = rules[index].charge == .after ? 1 : permits
      let holds = buckets[index][bucket].holds(needed, rule)
      if holds {
        if explains {
          output.notes.append(
            Note(
              .limiterJudged, at: now, request: request.number, subject: UInt16(index), value: 1,
              other: buckets[index][bucket].permits(rule), replica: replica))
        }
        continue
      }
      let retryAt = buckets[index][bucket].instant(holding: needed, rule)
      output.notes.append(
        Note(
          .limiterJudged, at: now, request: request.number, subject: UInt16(index), value: 0,
          other: retryAt.nanoseconds, replica: replica))
      if rules[index].isShadow { continue }
      if case .refuse(_, let other) = verdict, other >= retryAt { continue }
      verdict = .refuse(limit: index, retryAt: retryAt)
    }
    if case .refuse = verdict { return verdict }
    for index in rules.indices where rules[index].charge != .after {
      let permits = rules[index].permitsAtAdmission(of: request)
      let bucket = rules[index].bucketIndex(of: request)
      if rules[index].isShadow, !buckets[index][bucket].holds(permits, rules[index].bucket) {
        continue
      }
      charge(index, bucket, permits, request.number, now, replica, &output)
    }
    return .admit
  }

  /// Corrects the books when a request has settled: charges what is charged afterwards, and gives
  /// back what was reserved and not used.
  mutating func settle(
    _ request: borrowing Request, usage: Usage, hit: Bool, at now: Instant, replica: ReplicaID,
    into output: inout Output
  ) {
    for index in rules.indices {
      let rule = rules[index]
      let bucket = rule.bucketIndex(of: request)
      switch rule.charge {
      case .check:
        if hit && !rule.countsHits {
          charge(
            index, bucket, -rule.permitsAtAdmission(of: request), request.number, now, replica,
            &output)
        }
      case .after:
        if hit && !rule.countsHits { continue }
        charge(index, bucket, rule.permits(of: usage), request.number, now, replica, &output)
      case .reserve:
        let reserved = rule.permitsAtAdmission(of: request)
        let used = hit && !rule.countsHits ? 0 : rule.permits(of: usage)
        output.notes.append(
          Note(
            .reconciled, at: now, request: request.number, subject: UInt16(index),
            value: reserved, other: used, replica: replica))
        if used != reserved {
          charge(index, bucket, used - reserved, request.number, now, replica, &output)
        }
      }
    }
  }

  /// Whether settlement may change anything: known when the policy is compiled.
  var settles: Bool {
    rules.contains { $0.charge != .check || !$0.countsHits }
  }

  @inline(__always)
  private mutating func charge(
    _ index: Int, _ bucket: Int, _ permits: Int64, _ number: UInt64, _ now: Instant,
    _ replica: ReplicaID, _ output: inout Output
  ) {
    buckets[index][bucket].refill(rules[index].bucket, at: now)
    buckets[index][bucket].charge(permits, rules[index].bucket)
    output.notes.append(
      Note(
        .limiterCharged, at: now, request: number, subject: UInt16(index), value: permits,
        other: Int64(bucket), replica: replica))
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
