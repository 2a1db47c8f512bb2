import GatewayCore
import Vocabulary

@testable import Engine

extension World {
  /// The same world while its replicas are renewed one after the other: each starts anew, crashes, or
  /// takes over another seed's policy and later its own again.
  ///
  /// Drawn by a generator of its own; meant for a world with scopes.
  mutating func addRollout(seed: UInt64) throws {
    var random = SplitMix64(seed: seed ^ 0x2011_0A7E)
    func one<Value>(_ values: [Value]) -> Value {
      values[Int.random(in: 0..<values.count, using: &random)]
    }
    let here = try plan()
    var other = World(swarm: seed &+ 2_000_000)
    (other.deployments, other.gossipLag, other.replicas) = (deployments, gossipLag, replicas)
    other.services = services
    let there = try other.plan()
    let step = one([0, 40, 700])
    for replica in 0..<replicas {
      let at = Instant.start.advanced(by: .milliseconds(800 + replica * step))
      switch Int.random(in: 0..<4, using: &random) {
      case 0: gatewayFaults.append(GatewayFault(.restart, at: at, replica: replica))
      case 1: gatewayFaults.append(GatewayFault(.crash, at: at, replica: replica))
      default:
        gatewayFaults.append(GatewayFault(.reload(there), at: at, replica: replica))
        gatewayFaults.append(
          GatewayFault(
            .reload(here), at: at.advanced(by: .milliseconds(one([500, 2_000]))), replica: replica))
      }
    }
    gatewayFaults.sort { $0.at < $1.at }
  }
}
