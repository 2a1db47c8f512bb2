import GatewayCore
import Scenarios
import Vocabulary

/// One row of a case: a policy of the scenario, or a reference to hold it against.
struct Contender: Sendable {
  /// How its runs are made.
  enum Means: Sendable {
    /// The gateway core under a policy.
    case gateway(GatewayPlan)
    /// The greedy clairvoyant.
    case clairvoyant(remembers: Bool)
  }

  var name: String
  var reference: Reference?
  var means: Means
  /// The policy that it is; nothing for references.
  var policy: Scenario.Policy?

  /// The plan by which its measures are laid out.
  var plan: GatewayPlan? {
    if case .gateway(let plan) = means { plan } else { nil }
  }
}

/// A row that is no policy of the scenario but stands beside them.
public enum Reference: String, Sendable, Hashable {
  /// The first deployment of each alias, nothing else.
  case noGateway = "reference"
  /// The greedy clairvoyant: runnable, but no bound.
  case clairvoyant = "reference, not a bound"
}
