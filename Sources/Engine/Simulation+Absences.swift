import GatewayCore
import Traffic
import Vocabulary

// Replicas that are away, and what becomes of the calls for them.
//
// A restart may take time. Until the load balancer has noticed, calls still go to the replica that is
// away: their connections are refused, or nothing answers them until the client's connect timeout.
// Once it has noticed, they go to the next replica that is there; if none is, they are refused. Such a
// request is in the books as failed (or abandoned, where the client gave up), without an attempt.

extension Simulation {
  /// How a replica is away.
  struct Gap: BitwiseCopyable {
    var until = Instant.distantPast
    var noticed = Instant.distantPast
    var isSilent = false
  }

  /// How long an operating system tries to connect if nobody tells it to stop: Linux sends the first
  /// packet and six more, at doubling distances from a second on (tcp(7), `tcp_syn_retries`).
  private static var systemLimit: Duration { .seconds(127) }

  /// A replica takes no calls for a while.
  mutating func leave(_ replica: Int, for absence: GatewayFault.Absence) {
    someLeave = true
    gaps[replica] = Gap(
      until: max(gaps[replica].until, now.advanced(by: absence.lasts)),
      noticed: now.advanced(by: absence.noticed), isSilent: absence.isSilent)
  }

  /// The replica to which the load balancer sends a call; `nil` if it finds nobody there.
  @inline(never)
  func replicaThatTakes(callsFor home: Int) -> Int? {
    if now >= gaps[home].until { return home }
    if now < gaps[home].noticed { return nil }
    for step in 1..<max(1, replicas) {
      let other = (home + step) % replicas
      if now >= gaps[other].until { return other }
    }
    return nil
  }

  /// A call finds nobody: it hears so at once, or gives up after its connect timeout.
  @inline(never)
  mutating func turnAway(
    _ client: Int, at place: Int, from replica: Int, _ patience: Instant
  ) {
    tally.requests.enter(at: now)
    if someListen, arrivals[place].request.clientTry == 0 { tally.calls?.enter(at: now) }
    var one = Returning(arrival: arrivals[place], client: Int32(client), knocked: now)
    one.arrival.at = now
    if gaps[replica].isSilent, now < gaps[replica].noticed {
      let own = clients[client].connectTimeout
      let limit = now.advanced(by: own ?? Simulation.systemLimit)
      one.arrival.at = min(limit, patience)
      one.gaveUp = own != nil || patience < limit
    }
    put(one)
  }

  /// A client hears that nobody was there.
  mutating func hear(_ one: Returning, at place: Int) throws(TrafficError) {
    let replica = home(of: one.arrival.request.call)
    let id = gateways[replica].missed(
      one.arrival.request, arrived: one.knocked, one.gaveUp ? .abandoned : .failed,
      one.gaveUp ? .cancelled : .connection, at: now, into: &output)
    isTurnedAway = true
    open(id, replica, Int(one.client), arrivals + place, .distantFuture)
    isTurnedAway = false
    calls[Int(id.slot) &* replicas &+ replica].arrived = one.knocked
    sequence &+= 1
    try perform(replica)
  }
}
