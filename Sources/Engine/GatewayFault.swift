import GatewayCore
import Vocabulary

/// What befalls the gateway itself at an instant.
public struct GatewayFault: Sendable {
  /// What it is.
  public enum Kind: Sendable {
    /// The replica starts anew: it forgets what it knew; requests in flight go on.
    case restart
    /// The replica crashes and starts anew: requests in flight end as failed.
    case crash
    /// The replica takes over another policy.
    case reload(GatewayPlan)
  }

  /// A time in which a replica takes no calls.
  public struct Absence: BitwiseCopyable, Sendable, Hashable {
    /// For how long.
    public var lasts: Duration
    /// After how long the load balancer leaves it out; until then calls still go there.
    public var noticed: Duration
    /// Whether such a call gets no answer at all, until its client's connect timeout; else its
    /// connection is refused.
    public var isSilent: Bool

    /// Makes an absence.
    public init(lasts: Duration, noticed: Duration = .zero, isSilent: Bool = false) {
      self.lasts = lasts
      self.noticed = noticed
      self.isSilent = isSilent
    }
  }

  /// When.
  public var at: Instant
  /// Which replica; `nil` for all of them.
  public var replica: Int?
  /// What.
  public var kind: Kind
  /// For how long it takes no calls afterwards; `nil` if it is back at once.
  public var absence: Absence?

  /// Makes a fault.
  public init(_ kind: Kind, at: Instant, replica: Int? = nil, absence: Absence? = nil) {
    self.absence = absence
    self.kind = kind
    self.at = at
    self.replica = replica
  }
}
