import Chance
import Vocabulary

/// An incident as one deployment meets it: the plan and the key of its draws there.
struct Strike: Sendable {
  /// The draws of an attempt, by counter: one for each way in which an incident can touch it.
  private enum Draw: UInt32 {
    case failure, hang, inFlight, detail, spoilt
  }

  let incident: IncidentPlan
  let from: Int64
  let until: Int64
  private let key: ChanceKey

  init(_ incident: IncidentPlan, deployment: NameHash, chance: Chance) {
    self.incident = incident
    from = incident.from.nanoseconds
    until = incident.until.nanoseconds
    // The two names are joined asymmetrically, so that "a" at "b" is not "b" at "a".
    let joined = NameHash(incident.name).bits &* 0x9E37_79B9_7F4A_7C15 ^ deployment.bits
    key = chance.key(.incident, name: NameHash(bits: joined))
  }

  /// Whether it is going on.
  func isActive(at now: Int64) -> Bool { from <= now && now < until }

  /// The factor on all times.
  func slow(at now: Int64) -> Double { incident.slow?.value(at: now - from) ?? 1 }

  /// Nanoseconds that it adds before the first token of an attempt that starts now.
  func delay(at now: Int64) -> Int64 {
    incident.delay.map { Progress.nanoseconds($0.value(at: now - from)) } ?? 0
  }

  /// Whether it makes an attempt that starts now fail.
  func fails(_ attempt: AttemptStart, at now: Int64) -> Bool {
    guard let failure = incident.failure else { return false }
    return draw(.failure, attempt) < failure.share.value(at: now - from)
  }

  /// Whether it leaves an attempt that starts now without an answer.
  func hangs(_ attempt: AttemptStart, at now: Int64) -> Bool {
    guard let hang = incident.hang else { return false }
    return draw(.hang, attempt) < hang.value(at: now - from)
  }

  /// Whether it spoils the answer to an attempt that starts now.
  func spoils(_ attempt: AttemptStart, at now: Int64) -> Bool {
    guard let spoilt = incident.spoilt else { return false }
    return draw(.spoilt, attempt) < spoilt.value(at: now - from)
  }

  /// Whether it touches an attempt that is in flight when it begins.
  func touchesInFlight(_ attempt: AttemptStart) -> Bool {
    guard incident.inFlight != .survive else { return false }
    return draw(.inFlight, attempt) < incident.inFlightShare.value
  }

  /// Whether it touches an attempt of a call that is in flight when it begins.
  func touchesInFlight(_ call: CallKey, ordinal: UInt32) -> Bool {
    guard incident.inFlight != .survive else { return false }
    let uniform = key.uniform(call: call, ordinal: ordinal, counter: Draw.inFlight.rawValue)
    return uniform < incident.inFlightShare.value
  }

  /// Whether it changes quotas now.
  func changesQuota(at now: Int64) -> Bool {
    guard let quota = incident.quota else { return false }
    return quota.value(at: now - from) != 1
  }

  /// The uniform number behind the detail of its failure.
  func detail(_ attempt: AttemptStart) -> Double { draw(.detail, attempt) }

  private func draw(_ draw: Draw, _ attempt: AttemptStart) -> Double {
    key.uniform(call: attempt.call, ordinal: attempt.ordinal, counter: draw.rawValue)
  }
}
