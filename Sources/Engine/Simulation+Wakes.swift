import GatewayCore
import Providers
import Vocabulary

// Deployments with a queue: they promise when something happens there, not at the start.
//
// Such a deployment has one instant at which it wants to be woken. One event waits in the queue for
// it; if the instant moves forward another is added, and the one that has become void is passed over.
// A wake ranks with completions, so that an answer that ends with its deadline has ended.

extension Simulation {
  /// An attempt has been started where promises come later: until then only its deadlines count.
  mutating func awaitPromise(_ index: Int, _ deployment: DeploymentID) {
    flights[index].promise = .open(flight: UInt32(index))
    // A refusal, or silence for ever, is promised at once.
    if promised.promises.isEmpty {
      if plan.mergesDeadlines { queueNext(index) } else { queueAll(index) }
    }
    scheduleWake(deployment)
  }

  /// Queues the instant at which a deployment wants to be woken, unless it is queued.
  mutating func scheduleWake(_ deployment: DeploymentID) {
    let next = fleet.nextWake(of: deployment)
    let place = Int(deployment.index)
    guard next < wakes[place] else { return }
    wakes[place] = next
    queue.push(EventKey(.wake, at: max(now, next), sequence: sequence, slot: place).bits)
    sequence &+= 1
  }

  /// A deployment goes on.
  mutating func wake(_ key: EventKey) {
    guard key.slot < wakes.count, wakes[key.slot] <= now else { return }
    wakes[key.slot] = .distantFuture
    let deployment = DeploymentID(key.slot)
    fleet.wake(deployment, at: now, into: &promised)
    takePromises()
    scheduleWake(deployment)
  }

  /// Books what deployments cost for being there, if the policy uses them.
  mutating func chargeStanding() {
    let until = min(plan.measured.upperBound, plan.end)
    let end = until == .distantFuture ? now : until
    for index in 0..<fleet.count {
      var standing = StandingTally()
      guard plan.rented.isEmpty || plan.rented[index] else {
        tally.standing.append(standing)
        continue
      }
      (standing.charge, standing.unitNanoseconds) = fleet.standingCharge(
        of: DeploymentID(index), until: end)
      standing.estimate = standing.charge
      if let price = index < plan.standing.count ? plan.standing[index] : nil {
        standing.estimate = price.estimate.charge(for: standing.unitNanoseconds)
      }
      tally.standing.append(standing)
      tally.standingCharges += standing.charge
    }
  }
}
