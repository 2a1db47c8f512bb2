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

  /// When.
  public var at: Instant
  /// Which replica; `nil` for all of them.
  public var replica: Int?
  /// What.
  public var kind: Kind

  /// Makes a fault.
  public init(_ kind: Kind, at: Instant, replica: Int? = nil) {
    self.kind = kind
    self.at = at
    self.replica = replica
  }
}
