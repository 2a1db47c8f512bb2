import GatewayCore
import Traffic
import Vocabulary

// Restarts and reloads of the gateway's replicas.

extension Simulation {
  /// Queues what the plan says will befall the gateway.
  mutating func scheduleFaults() {
    for (place, fault) in plan.gatewayFaults.enumerated() {
      queue.push(
        EventKey(.gatewayFault, at: fault.at, sequence: sequence, slot: place).bits)
      sequence &+= 1
    }
  }

  /// A restart or a reload is due.
  mutating func gatewayFault(_ place: Int) throws(TrafficError) {
    let fault = plan.gatewayFaults[place]
    for replica in 0..<replicas where fault.replica == nil || fault.replica == replica {
      switch fault.kind {
      case .restart:
        gateways[replica].restart(at: now, into: &output)
        readStore(replica)
      case .crash:
        gateways[replica].restart(.crash, at: now, into: &output)
        readStore(replica)
      case .reload(let policy):
        gateways[replica].reload(policy, at: now, into: &output)
        connect(replica, by: policy)
      }
      if let absence = fault.absence { leave(replica, for: absence) }
      try perform(replica)
    }
  }
}
