import Vocabulary

// Several answers to one request: each bucket has a key of its own.

extension ExactCache {
  /// The fresh answer for a request, if there is one.
  mutating func look(
    for request: borrowing Request, at now: Instant, into output: inout Output
  ) -> Hit? {
    let key = rule.key(of: request)
    return hasBuckets
      ? lookInBuckets(key, for: request.call, at: now, into: &output)
      : look(key, at: now, into: &output)
  }

  /// The answer for a request, fresh or as stale as a failed route allows.
  mutating func lookStale(for request: borrowing Request, at now: Instant) -> Hit? {
    let key = rule.key(of: request)
    return hasBuckets ? lookStaleInBuckets(key, at: now) : lookStale(key, at: now)
  }

  /// Stores the answer to a request; returns how many entries had to go.
  mutating func store(
    for request: borrowing Request, usage: Usage, from deployment: DeploymentID, body: BodyID,
    at now: Instant, into output: inout Output
  ) -> Int {
    var key = rule.key(of: request)
    if hasBuckets { key = storeKey(key, for: request.call, at: now) }
    return store(
      key, usage: usage, from: deployment, body: body, timeToLive: timeToLive(of: request),
      at: now, into: &output)
  }

  /// The key of a request's n-th bucket.
  private static func key(_ key: UInt128, bucket: Int) -> UInt128 {
    key ^ UInt128(UInt64(bucket) &* 0xA24B_AED4_963E_E407) << 32
  }

  /// One of the fresh answers of a request, each as likely as the others; with `drawn` the answer
  /// in the bucket that was drawn.
  mutating func lookInBuckets(
    _ first: UInt128, for call: CallKey, at now: Instant, into output: inout Output
  ) -> Hit? {
    if rule.fill == .drawn {
      let bucket = draws.place(call, below: rule.buckets, step: 0)
      return look(ExactCache.key(first, bucket: bucket), at: now, into: &output)
    }
    var fresh = 0
    for bucket in 0..<rule.buckets where isFresh(ExactCache.key(first, bucket: bucket), at: now) {
      fresh += 1
    }
    guard fresh > 0 else { return nil }
    var left = draws.place(call, below: fresh, step: 0)
    for bucket in 0..<rule.buckets {
      let key = ExactCache.key(first, bucket: bucket)
      guard isFresh(key, at: now) else { continue }
      if left == 0 { return look(key, at: now, into: &output) }
      left -= 1
    }
    return nil
  }

  /// The key under which a new answer is kept: the bucket that was drawn; or the first without a
  /// fresh answer, and if all have one, one of them.
  func storeKey(_ first: UInt128, for call: CallKey, at now: Instant) -> UInt128 {
    if rule.fill == .drawn {
      return ExactCache.key(first, bucket: draws.place(call, below: rule.buckets, step: 0))
    }
    for bucket in 0..<rule.buckets {
      let key = ExactCache.key(first, bucket: bucket)
      if !isFresh(key, at: now) { return key }
    }
    return ExactCache.key(first, bucket: draws.place(call, below: rule.buckets, step: 1))
  }

  /// A stale answer in any bucket.
  mutating func lookStaleInBuckets(_ first: UInt128, at now: Instant) -> Hit? {
    for bucket in 0..<rule.buckets {
      if let hit = lookStale(ExactCache.key(first, bucket: bucket), at: now) { return hit }
    }
    return nil
  }
}
