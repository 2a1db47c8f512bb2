import GatewayCore
import Traffic
import Vocabulary

// What replicas tell each other, with a lag.

extension Simulation {
  mutating func publish(_ delta: Delta, from replica: Int) {
    guard replicas > 1 else { return }
    let delivery = Delivery(delta: delta, sender: ReplicaID(replica))
    let place: Int
    if let free = freeDeliveries.popLast() {
      place = free
      deliveries[free] = delivery
    } else {
      place = deliveries.count
      deliveries.append(delivery)
    }
    queue.push(
      EventKey(
        .delta, at: now.advanced(by: plan.gossipLag), sequence: sequence, slot: place
      ).bits)
    sequence &+= 1
  }

  mutating func deliver(_ place: Int) throws(TrafficError) {
    let delivery = deliveries[place]
    freeDeliveries.append(place)
    for replica in 0..<replicas where replica != Int(delivery.sender.index) {
      gateways[replica].handle(
        .received(delivery.delta, from: delivery.sender), at: now, into: &output)
      // What is given back elsewhere may let somebody in here.
      if !output.commands.isEmpty { try perform(replica) }
    }
  }
}
