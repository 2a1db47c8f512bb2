import GatewayCore
import Measures
import Vocabulary

extension GatewayPlan {
  /// What a policy promises, for the laws.
  func promises(aliases: Int, replicas: Int, lag: Duration) -> PolicyPromises {
    var promises = PolicyPromises()
    promises.limits = limitEnvelopes(replicas: replicas, lag: lag)
    promises.limitsWording = limitsWording
    promises.concurrency = concurrency.map { $0.isShadow ? nil : $0.algorithm.limit }
    promises.breakers = tree.guardedDeployments
    promises.breakerOfLeaf = tree.breakerOfLeaf
    promises.maximumAttempts = Array(repeating: maximumAttempts, count: aliases)
    return promises
  }
}
