import GatewayCore
import Providers
import Traffic
import Vocabulary

// What replicas tell each other: with the fleet's lag, or through the store of counters.
//
// What goes through the store takes its latency, and is lost if the store is down or fails it; it is
// not billed, as reports are not. Verdicts stay there until they are over, and what sticky tables,
// retry budgets and strategies remember stays as long as they would keep it: a replica that starts
// anew reads them.

extension Simulation {
  mutating func publish(_ delta: Delta, from replica: Int) {
    guard replicas > 1 else { return }
    guard let heard = arrival(by: delta.way, from: replica) else { return }
    let sender = ReplicaID(replica)
    schedule(Delivery(news: .delta(delta), sender: sender), at: heard)
    guard delta.way == .store, delta.isVerdict else { return }
    shelf.removeAll { $0.delta.until <= now || $0.delta.replaces(delta) }
    shelf.append(Verdict(delta: delta, sender: sender))
  }

  /// Carries out `publishLesson`.
  mutating func publish(lesson number: Int, from replica: Int) {
    let lesson = output.lessons[number]
    // Commands come in order, so whoever is last has left nothing behind.
    if number == output.lessons.count - 1 { output.lessons.removeAll() }
    guard replicas > 1, let heard = arrival(by: lesson.way, from: replica) else { return }
    schedule(Delivery(news: .lesson(lesson), sender: ReplicaID(replica)), at: heard)
  }

  /// When what a replica tells now is heard; `nil` if it is lost.
  private func arrival(by way: Delta.Way, from replica: Int) -> Instant? {
    switch way {
    case .gossip: now.advanced(by: plan.gossipLag)
    case .store: reachesStore(replica)
    }
  }

  /// The central store remembers for the policy that a replica has, and for no policy that none has.
  mutating func remember(forPolicyOf replica: Int) {
    let number = gateways[replica].policyNumber
    memories.removeAll { memory in
      !(0..<replicas).contains { gateways[$0].policyNumber == memory.policy }
    }
    guard !memories.contains(where: { $0.policy == number }),
      let memory = StateStore(for: &gateways[replica])
    else { return }
    memories.append(memory)
  }

  /// A replica that has started anew reads what others have told the store.
  mutating func readStore(_ replica: Int) {
    let number = gateways[replica].policyNumber
    let isRemembered = memories.contains { $0.policy == number }
    guard !shelf.isEmpty || isRemembered, let seen = reachesStore(replica) else { return }
    for verdict in shelf where verdict.delta.until > now {
      schedule(
        Delivery(news: .delta(verdict.delta), sender: verdict.sender, reader: replica), at: seen)
    }
    guard isRemembered else { return }
    schedule(
      Delivery(news: .memories, sender: ReplicaID(replica), reader: replica), at: seen)
  }

  /// When a message has passed through the store; `nil` if it is lost.
  private func reachesStore(_ replica: Int) -> Instant? {
    let call = CallKey(bits: UInt64(bitPattern: now.nanoseconds) &+ UInt64(replica) << 56)
    let promise = services.start(.store, call, number: .max, inputTokens: 0, at: now)
    return promise.succeeds ? promise.end : nil
  }

  private mutating func schedule(_ delivery: Delivery, at instant: Instant) {
    let place = deliveries.put(delivery)
    queue.push(EventKey(.delta, at: instant, sequence: sequence, slot: place).bits)
    sequence &+= 1
  }

  /// The central store remembers what has come through it; whom it is for hears it.
  mutating func deliver(_ place: Int) throws(TrafficError) {
    guard let delivery = deliveries.take(place) else { return }
    switch delivery.news {
    case .delta(let delta):
      if delta.way == .store {
        for place in memories.indices {
          memories[place].hear(delta, from: delivery.sender, at: now)
        }
      }
      for replica in 0..<replicas where delivery.isFor(replica) {
        gateways[replica].handle(.received(delta, from: delivery.sender), at: now, into: &output)
        // What is given back elsewhere may let somebody in here.
        if !output.commands.isEmpty { try perform(replica) }
      }
    case .lesson(let lesson):
      if lesson.way == .store {
        for place in memories.indices { memories[place].hear(lesson, at: now) }
      }
      for replica in 0..<replicas where delivery.isFor(replica) {
        gateways[replica].heard(lesson, from: delivery.sender, at: now)
      }
    case .memories:
      for replica in 0..<replicas where delivery.isFor(replica) {
        for memory in memories where memory.policy == gateways[replica].policyNumber {
          gateways[replica].read(memory, at: now)
        }
      }
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
