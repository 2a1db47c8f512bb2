import Vocabulary

// What a chain of limits is made of.

extension LimitChain {
  /// A rule and where its buckets begin. (Not private: the 6.3 compiler breaks on a private type in
  /// a noncopyable one.)
  struct Entry: BitwiseCopyable {
    var rule: LimitRule
    /// Its index in the policy: the notes' subject.
    var subject: UInt16
    var isFiltered: Bool
    /// Whether the number of a tenant is that of its bucket.
    var isSimple: Bool
    /// Judged by one permit, whatever the request: it counts requests.
    var isOne: Bool
    /// Charged when it admits, not at the end.
    var takesAtOnce: Bool
    /// Whether the other replicas are told of each change.
    var isTold: Bool
    /// Whether a charge may be undone later, so that each is closed by a note.
    var isUndoable: Bool
    var first: LimiterBank.Place
    /// The tenant to whom the first bucket belongs.
    var origin: Int
    var bucketCount: Int
    /// Of the request being judged: its bucket, and what it will be charged if all admit it.
    var bucket = 0
    var permits: Int64 = 0
    var takes = false
  }

  /// One step of the chain: an entry, or a choice among the entries of a limit with named tenants.
  struct Step: BitwiseCopyable {
    var entry: Int32
    /// Where the choices lie; -1 if there are none.
    var choices: Int32
    var choiceCount: Int32
  }
}
