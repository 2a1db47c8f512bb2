import Chance
import GatewayCore
import Providers
import Traffic
import Vocabulary

/// All that one run needs: the world (clients, fleet, incidents) and the policy.
public struct RunPlan: Sendable {
  /// The policy.
  public var gateway: GatewayPlan
  /// How many replicas of the gateway share the traffic.
  public var replicas = 1
  /// How long a change takes from replica to replica.
  public var gossipLag: Duration = .zero
  /// The providers.
  public var fleet: FleetPlan
  /// The services that a gateway asks beside its upstreams.
  public var services = ServicesPlan()
  /// What befalls the gateway itself, and when.
  public var gatewayFaults: [GatewayFault] = []
  /// When the run ends even if requests are open.
  public var end: Instant
  /// The stretch for which standing charges are paid; as far as the run gets.
  public var measured: Range<Instant> = .start ..< .distantFuture
  /// What the gateway takes standing charges for, by deployment; missing: what they are.
  public var standing: [StandingPrice?] = []
  /// Which deployments the policy uses, and so pays for by the hour; empty for all.
  public var rented: [Bool] = []
  /// The deployments that may serve each alias under any policy compared, by alias; empty to
  /// switch the bounds off.
  public var bounds: [[DeploymentID]] = []
  /// The number of the request whose decisions are noted.
  public var explained: UInt64?
  /// Whether only the earliest of an attempt's completion and deadlines is queued.
  ///
  /// The bytes are the same either way; a test says so.
  public var mergesDeadlines = true

  /// Makes a plan.
  public init(gateway: GatewayPlan, fleet: FleetPlan, end: Instant) {
    self.gateway = gateway
    self.fleet = fleet
    self.end = end
  }
}
