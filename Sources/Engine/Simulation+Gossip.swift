import GatewayCore
import Providers
import Traffic
import Vocabulary

// What replicas tell each other: with the fleet's lag, or through the store of counters.
//
// What goes through the store takes its latency, and is lost if the store is down or fails it; it is
// not billed, as reports are not. Verdicts stay there until they are over: a replica that starts anew
// reads them.

extension Simulation {
  mutating func publish(_ delta: Delta, from replica: Int) {
    guard replicas > 1 else { return }
    let delivery = Delivery(delta: delta, sender: ReplicaID(replica))
    guard delta.way == .store else {
      return schedule(delivery, at: now.advanced(by: plan.gossipLag))
    }
    guard let seen = reachesStore(replica) else { return }
    schedule(delivery, at: seen)
    guard delta.isVerdict else { return }
    shelf.removeAll { $0.delta.until <= now || $0.delta.replaces(delta) }
    shelf.append(delivery)
  }

  /// A replica that has started anew reads what others have told the store.
  mutating func readStore(_ replica: Int) {
    guard !shelf.isEmpty, let seen = reachesStore(replica) else { return }
    for var delivery in shelf where delivery.delta.until > now {
      delivery.reader = replica
      schedule(delivery, at: seen)
    }
  }

  /// When a message has passed through the store; `nil` if it is lost.
  private func reachesStore(_ replica: Int) -> Instant? {
    let call = CallKey(bits: UInt64(bitPattern: now.nanoseconds) &+ UInt64(replica) << 56)
    let promise = services.start(.store, call, number: .max, inputTokens: 0, at: now)
    return promise.succeeds ? promise.end : nil
  }

  private mutating func schedule(_ delivery: Delivery, at instant: Instant) {
    let place: Int
    if let free = freeDeliveries.popLast() {
      place = free
      deliveries[free] = delivery
    } else {
      place = deliveries.count
      deliveries.append(delivery)
    }
    queue.push(EventKey(.delta, at: instant, sequence: sequence, slot: place).bits)
    sequence &+= 1
  }

  mutating func deliver(_ place: Int) throws(TrafficError) {
    let delivery = deliveries[place]
    freeDeliveries.append(place)
    for replica in 0..<replicas where delivery.isFor(replica) {
      gateways[replica].handle(
        .received(delivery.delta, from: delivery.sender), at: now, into: &output)
      // What is given back elsewhere may let somebody in here.
      if !output.commands.isEmpty { try perform(replica) }
    }
  }
}

extension Simulation.Delivery {
  /// Whether it is for a replica: for its reader, or for all but its sender.
  func isFor(_ replica: Int) -> Bool {
    reader.map { $0 == replica } ?? (replica != Int(sender.index))
  }
}

extension Delta {
  /// Whether it says anew what another verdict has said.
  fileprivate func replaces(_ other: Delta) -> Bool {
    counter == other.counter && subject == other.subject && bucket == other.bucket
      && policy == other.policy
  }
}
