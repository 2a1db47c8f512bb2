import Chance
import Providers
import Vocabulary

/// Drives a fleet by hand: arrivals and withdrawals at their instants, wakes when they are due.
struct FleetDrive {
  struct Arrival {
    var at: Int64
    var attempt: AttemptStart
    var cancelAt: Int64?
  }

  /// What became of an attempt.
  struct Seen {
    var begin: Int64
    var firstToken: Int64 = .max
    var end: Int64 = .max
    var outcome: Outcome = .cancelled
    var usage = Usage.none
    var promise: Promise?
  }

  var seen: [UInt32: Seen] = [:]
  /// Whether what comes at the instant of a wake comes before it.
  var arrivalsFirst = false
  /// Wakes that the fleet had.
  var wakes = 0

  /// Runs until nothing is left to happen, or until `limit`.
  mutating func run(
    _ fleet: inout ProviderFleet, _ arrivals: [Arrival], until limit: Int64 = .max
  ) {
    var output = ProviderOutput()
    var events: [(at: Int64, kind: Int, place: Int)] = []
    for (place, arrival) in arrivals.enumerated() {
      events.append((arrival.at, 1, place))
      if let cancel = arrival.cancelAt { events.append((cancel, 0, place)) }
    }
    events.sort { ($0.at, $0.kind, $0.place) < ($1.at, $1.kind, $1.place) }
    var next = 0
    while true {
      var wake = Int64.max
      var woken = 0
      for index in 0..<fleet.count {
        let at = fleet.nextWake(of: DeploymentID(index)).nanoseconds
        if at < wake { (wake, woken) = (at, index) }
      }
      let event = next < events.count ? events[next].at : .max
      if min(wake, event) > limit || (wake == .max && event == .max) { return }
      if wake < event || (wake == event && !arrivalsFirst) {
        wakes += 1
        fleet.wake(DeploymentID(woken), at: Instant(nanoseconds: wake), into: &output)
      } else {
        let arrival = arrivals[events[next].place]
        let now = Instant(nanoseconds: event)
        let flight = arrival.attempt.flight
        if events[next].kind == 1 {
          seen[flight] = Seen(begin: event)
          fleet.start(arrival.attempt, at: now, into: &output)
        } else if let one = seen[flight], one.end == .max {
          let promise = one.promise ?? .open(flight: flight)
          let (usage, _) = fleet.cut(
            promise, of: arrival.attempt.deployment, started: Instant(nanoseconds: one.begin),
            at: now)
          seen[flight]?.usage = usage
          seen[flight]?.end = event
          fleet.cancel(
            flight: flight, at: arrival.attempt.deployment, now: now, into: &output)
        }
        next += 1
      }
      for place in 0..<output.promises.count { take(output.promises[place]) }
      output.promises.removeAll()
    }
  }

  private mutating func take(_ promise: Promise) {
    seen[promise.flight]?.promise = promise
    seen[promise.flight]?.firstToken = promise.firstToken.nanoseconds
    guard !promise.isOpen else { return }
    seen[promise.flight]?.end = promise.end.nanoseconds
    seen[promise.flight]?.outcome = promise.outcome
    seen[promise.flight]?.usage = promise.usage
  }

  /// Mean time from arrival to end, in seconds, of the attempts from `first` on.
  func meanSojourn(from first: UInt32) -> Double {
    let ended = seen.filter { $0.key >= first && $0.value.outcome.isSuccess }.map(\.value)
    return ended.reduce(0) { $0 + Double($1.end - $1.begin) / 1e9 } / Double(max(1, ended.count))
  }
}

/// A self-hosted deployment with `plan`.
func hosted(_ name: String, _ plan: ServingPlan, dollars: Double = 36) -> DeploymentPlan {
  var one = deployment(name)
  one.capacity = .selfHosted(plan)
  one.standing = StandingCharge(
    perUnitHour: Money(picodollars: Int64(dollars * 1e12)), units: plan.replicas)
  return one
}
