import Vocabulary

extension Gateway {
  /// A request that the replica holds.
  struct Pending: BitwiseCopyable {
    enum State: UInt8, BitwiseCopyable {
      case free
      /// In the admission queue: it holds no permit.
      case queued
      /// Behind another request's answer.
      case following
      /// A side call is out; `stage` is where it goes on.
      case asking
      /// Attempts are in flight.
      case attempting
      /// A pause before the next attempt.
      case waiting
      /// Over for the client; the last attempt or side call has not ended yet.
      case settling
    }

    /// What a request passes after its admission, in order.
    ///
    /// A stage may keep the request: it goes on from there by `proceed`.
    enum Stage: UInt8, BitwiseCopyable {
      case look
      case coalesce
      case semantic
      case score
      case route
    }

    /// Where a walk has come to.
    struct Walk: BitwiseCopyable {
      var nodes = SIMD8<UInt16>(repeating: 0)
      var taken = SIMD8<UInt8>(repeating: 0)
      var retries = SIMD8<UInt16>(repeating: 0)
      var depth: UInt8 = 0
    }

    /// The walk of the request.
    var walk: Walk {
      get { Walk(nodes: nodes, taken: taken, retries: retries, depth: depth) }
      set {
        (nodes, taken) = (newValue.nodes, newValue.taken)
        (retries, depth) = (newValue.retries, newValue.depth)
      }
    }

    var request: Request
    var record: RequestRecord
    /// When the request must have ended.
    var deadline: Instant
    /// Deployments tried, in order; `record.attempts` of them.
    var tried: SIMD16<UInt16>
    /// The walk: nodes from the root to the leaf, the child taken and the retries used at each.
    var nodes: SIMD8<UInt16>
    var taken: SIMD8<UInt8>
    var retries: SIMD8<UInt16>
    var firstFailure: Outcome
    var servedUsage: Usage
    /// The shadow limits that have not charged it.
    var spared: UInt64
    var generation: UInt32
    var attempt: AttemptID
    var depth: UInt8
    var inFlight: UInt8
    var state: State
    var bypasses: Bool
    /// The attempts whose deployments the present choice leaves out, one bit each.
    var excluded: UInt16
    var excludesTried: Bool { excluded != 0 }
    /// The level at which a waiting request goes on.
    var resumeLevel: UInt8
    /// The number of its latest wait: a timer of an earlier one is late.
    var waits: UInt8
    var failed: Bool
    /// The policy has been reloaded: the walk below is gone.
    var isUprooted = false

    // Each mechanism's own fields, with a value that means "off".

    // Admission queue and coalescing.
    /// When it was admitted, and whether it was: who waits or follows unadmitted holds nothing.
    var admitted = Instant.distantFuture
    var isAdmitted = false
    /// How many were in flight with it, for each limit whose permit it holds; 0 for none.
    var held = SIMD4<UInt16>(repeating: 0)
    /// Its number in the queue while it waits.
    var waiter = UInt32.max
    /// Whether it is known as the leader of its like; its followers, in order; its own place among
    /// those of its leader.
    var leads = false
    var firstFollower = UInt32.max
    var lastFollower = UInt32.max
    var leader = UInt32.max
    var previousFollower = UInt32.max
    var nextFollower = UInt32.max
    /// Whether its client has left and it goes on for its followers.
    var isDetached = false
    /// Whether its followers' answers have begun.
    var followersBegan = false

    // Side calls and semantic cache.
    /// Side calls that have not ended.
    var asked: UInt8 = 0
    /// The number of the latest side call.
    var sideCalls: UInt16 = 0
    /// Whether its answer is one that was kept.
    var servedFromCache = false
    /// Whether shared caches are asked for an answer that has expired, and what its route has failed
    /// with meanwhile.
    var staleLook = StaleLook()
    var failure = Outcome.succeeded

    // Routing.
    /// The thresholds on whose strong side it falls.
    var strong: UInt32 = 0
    /// The aliases on cycles that it has been sent to, one bit each.
    var visited: UInt64 = 0
    /// The level below which it bypasses what is down; `.max` if it does so everywhere or nowhere.
    var bypassLevel = UInt8.max
    /// Whether filters that may be dropped are.
    var dropsSoftFilters = false

    // Hedging, retries, broken streams.
    /// The second attempt that lives beside `attempt`.
    var hedge = AttemptID(slot: .max, generation: .max)
    /// The hedge that a timer is set for: its rule, the level of its node, its delay and its number.
    var hedgeRule: Int16 = -1
    var hedgeLevel: UInt8 = 0
    var hedgeWaits: UInt8 = 0
    var isHedgeArmed = false
    var hedgeDelay: Int64 = 0
    /// The permit of a hedge that is not made yet, and the budget that gave it, -1 for none; where its
    /// walk has come to while a store is asked about it.
    var hedgePermit: Int64 = 0
    var hedgeBudget: Int16 = -1
    var hedgeWalk = Walk()
    /// How often its answer was restarted, and the output tokens that broken attempts had delivered.
    var restarts: UInt8 = 0
    var carried: UInt32 = 0
    /// The attempts whose deployments are left out for the rest of the request.
    var skipped: UInt16 = 0
    /// The rule by which a retry goes on.
    var resumeRule: UInt16 = 0
    /// The number of the attempt that has failed last.
    var failedIndex: UInt8 = 0
    /// Whether the wait that it is in is followed by no retry.
    var passes = false
    /// What the provider of the last failure asked to wait.
    var hint = RetryAfter.unsaid
    /// The last failure before the first fallback.
    var originalFailure = Outcome.succeeded
    /// Nanoseconds of the wait before, and of all waits.
    var lastWait: Int64 = 0
    var waited: Int64 = 0
    /// The permit of its latest retry, and the budget that gave it; -1 for none.
    var permit: Int64 = 0
    var permitBudget: Int16 = -1

    // Limits and budgets.
    /// When the limits charged it.
    var chargedAt = Instant.start
    /// Whether a central store was asked about it, and whether a limit that was asked later than
    /// those that had charged it has refused it.
    var askedStore = false
    var isUndone = false
    /// Whether it had followed another before it was admitted: it goes on after the coalescing.
    var isPromoted = false
    /// The shadows among the stand-ins that have not charged it; `.max` if none was asked.
    var sparedByStandIns = UInt64.max
    /// The attempt about which a central store is asked; and the deployments that the store, or its
    /// silence, has kept it from since its last attempt, `leftOutCount` of them, with who has
    /// refused the latest and its status.
    var question = StoreQuestion.request
    var questionReason = AttemptRecord.Reason.first
    var leftOut = SIMD8<UInt16>(repeating: .max)
    var leftOutCount: UInt8 = 0
    var refusingLimit = UInt16.max
    /// The earliest instant at which one of them would be admitted, as far as that was said.
    var refusedUntil = Instant.distantFuture
    var refusingStatus: UInt16 = 429
  }
}
