import Vocabulary

/// What makes a row different from the baseline.
public struct Why: Sendable {
  /// Where the two policies differ, setting by setting.
  public var settings: [SettingDifference]
  /// Where the money went: the parts sum up exactly to the difference of the costs.
  public var bridge: CostBridge
  /// The calls on which the two differ, in replication 0; `nil` if their calls are not the same.
  public var calls: CallDifference?
}

/// One setting in which two policies differ.
public struct SettingDifference: Sendable, Hashable {
  /// The key path inside the policy.
  public var path: String
  /// What the baseline says, as JSON5; `nil` if it is silent.
  public var baseline: String?
  /// What the policy says, as JSON5; `nil` if it is silent.
  public var policy: String?

  /// Makes a difference.
  public init(path: String, baseline: String?, policy: String?) {
    self.path = path
    self.baseline = baseline
    self.policy = policy
  }
}

/// How the same calls ended under two policies, in replication 0.
public struct CallDifference: Sendable, Hashable {
  /// The calls of one kind, with one to look at.
  public struct Kind: Sendable, Hashable {
    /// How many.
    public var count = 0
    /// The number of the first.
    public var example: UInt64?
    /// The command that shows it under both, side by side.
    public var command: String?
  }

  /// Served by both.
  public var both = Kind()
  /// Served by the baseline only.
  public var onlyBaseline = Kind()
  /// Served by the policy only.
  public var onlyPolicy = Kind()
  /// Served by neither.
  public var neither = Kind()
}
