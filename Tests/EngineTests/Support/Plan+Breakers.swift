import Vocabulary

@testable import GatewayCore

extension GatewayPlan {
  /// The deployment that each breaker guards; `nil` where several breakers share one, because then
  /// each guards a part of the route only.
  var breakerDeployments: [DeploymentID?] {
    let all = tree.breakers.map(\.deployment)
    return all.map { one in all.filter { $0 == one }.count == 1 ? one : nil }
  }
}
