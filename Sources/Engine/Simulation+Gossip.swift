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

  /// Carries out `publishLesson`.
  mutating func publish(lesson number: Int, from replica: Int) {
    let lesson = output.lessons[number]
    // Commands come in order, so whoever is last has left nothing behind.
    if number == output.lessons.count - 1 { output.lessons.removeAll() }
    guard replicas > 1 else { return }
    let at: Instant
    switch lesson.way {
    case .gossip: at = now.advanced(by: plan.gossipLag)
    case .store:
      guard let seen = reachesStore(replica) else { return }
      at = seen
    }
    let place: Int
    if let free = freeLessons.popLast() {
      place = free
      lessons[free] = lesson
    } else {
      place = lessons.count
      lessons.append(lesson)
    }
    let nothing = Delta(.inFlight, of: DeploymentID(0), change: 0)
    schedule(
      Delivery(delta: nothing, sender: ReplicaID(replica), lesson: Int32(place)), at: at)
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
    for var delivery in shelf where delivery.delta.until > now {
      delivery.reader = replica
      schedule(delivery, at: seen)
    }
    guard isRemembered else { return }
    let nothing = Delta(.inFlight, of: DeploymentID(0), change: 0)
    schedule(
      Delivery(
        delta: nothing, sender: ReplicaID(replica), reader: replica, readsMemories: true), at: seen)
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
    if delivery.lesson >= 0 { return deliver(lesson: Int(delivery.lesson), from: delivery.sender) }
    if delivery.readsMemories, let reader = delivery.reader {
      for memory in memories where memory.policy == gateways[reader].policyNumber {
        gateways[reader].read(memory, at: now)
      }
      return
    }
    if delivery.delta.way == .store {
      for place in memories.indices {
        memories[place].hear(delivery.delta, from: delivery.sender, at: now)
      }
    }
    for replica in 0..<replicas where delivery.isFor(replica) {
      gateways[replica].handle(
        .received(delivery.delta, from: delivery.sender), at: now, into: &output)
      // What is given back elsewhere may let somebody in here.
      if !output.commands.isEmpty { try perform(replica) }
    }
  }
}

extension Simulation {
  /// A lesson has arrived: the store remembers it, if it came through it, and all others learn.
  private mutating func deliver(lesson place: Int, from sender: ReplicaID) {
    let lesson = lessons[place]
    freeLessons.append(place)
    if lesson.way == .store {
      for place in memories.indices { memories[place].hear(lesson, at: now) }
    }
    for replica in 0..<replicas where replica != Int(sender.index) {
      gateways[replica].heard(lesson, from: sender, at: now)
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
