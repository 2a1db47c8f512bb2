import Vocabulary

/// Checks that at a deployment that is out of rotation only noted bypasses start.
///
/// Notes give, for each replica, deployment and reason, the times it was out: from an `ejected` note
/// until the instant that it names or a `restored` note. At the very instants either counts, because
/// both happened then. Attempts wait until their flush is over, as for breakers. A memory of an
/// outage takes nobody out.
/// - Complexity: O(log ejections) an attempt, nothing before the first ejection.
struct EjectionWatch: ~Copyable {
  private struct Absence: BitwiseCopyable {
    var from: Instant
    var until: Instant
  }
  private struct Pending: BitwiseCopyable {
    var request: UInt64
    var started: Instant
    var deployment: DeploymentID
    var replica: ReplicaID
  }

  private static let reasons = Note.Ejection.allCases.count
  private let deployments: Int
  private let replicas: Int
  private var absences: [[Absence]] = []
  private var passes = OpenTable(blank: UInt32(0))
  private var pending: [Pending] = []

  init(_ plan: MeasuresPlan) {
    deployments = max(1, plan.deployments)
    replicas = max(1, plan.replicas)
  }

  @inline(__always)
  mutating func settled(_ record: UnsafePointer<AttemptRecord>) {
    if absences.isEmpty { return }
    pending.append(
      Pending(
        request: record.pointee.request, started: record.pointee.started,
        deployment: record.pointee.deployment, replica: record.pointee.replica))
  }

  mutating func noted(_ note: Note) {
    if note.kind == .bypassed {
      if let slot = passes.slot(of: key(note.request, note.deployment)) { passes[slot] &+= 1 }
      return
    }
    guard note.subject < EjectionWatch.reasons, note.subject != Note.Ejection.outage.rawValue,
      Int(note.deployment.index) < deployments, Int(note.replica.index) < replicas
    else { return }
    if absences.isEmpty {
      absences = Array(repeating: [], count: replicas * deployments * EjectionWatch.reasons)
    }
    let place = place(note.replica, note.deployment) + Int(note.subject)
    if note.kind == .ejected {
      absences[place].append(Absence(from: note.at, until: Instant(nanoseconds: note.value)))
    } else if let last = absences[place].indices.last, absences[place][last].until > note.at {
      absences[place][last].until = note.at
    }
  }

  /// A replica has started anew or taken over another policy: nobody is out.
  mutating func began(_ note: Note) {
    guard !absences.isEmpty, Int(note.replica.index) < replicas else { return }
    let first = place(note.replica, DeploymentID(0))
    for place in first..<(first + deployments * EjectionWatch.reasons) {
      guard let last = absences[place].indices.last else { continue }
      absences[place][last].until = min(absences[place][last].until, note.at)
    }
  }

  /// Judges the attempts whose flush is over.
  mutating func newFlush(_ breaches: inout Breaches) {
    if pending.isEmpty { return }
    for attempt in pending where isOut(attempt) {
      if let slot = passes.find(key(attempt.request, attempt.deployment)) {
        if passes[slot] > 1 { passes[slot] &-= 1 } else { passes.remove(at: slot) }
        continue
      }
      breaches.add(
        .openBreaker, request: attempt.request, at: attempt.started,
        "deployment \(attempt.deployment.index) was out of rotation, yet an attempt started there "
          + "without a bypass' note")
    }
    pending.removeAll(keepingCapacity: true)
  }

  private func key(_ request: UInt64, _ deployment: DeploymentID) -> UInt64 {
    request &* UInt64(deployments) &+ UInt64(deployment.index)
  }

  private func place(_ replica: ReplicaID, _ deployment: DeploymentID) -> Int {
    (Int(replica.index) * deployments + Int(deployment.index)) * EjectionWatch.reasons
  }

  private func isOut(_ attempt: Pending) -> Bool {
    guard Int(attempt.deployment.index) < deployments, Int(attempt.replica.index) < replicas
    else { return false }
    let first = place(attempt.replica, attempt.deployment)
    for place in first..<(first + EjectionWatch.reasons) {
      var low = 0
      var high = absences[place].count
      while low < high {
        let middle = (low + high) / 2
        if absences[place][middle].from < attempt.started {
          low = middle + 1
        } else {
          high = middle
        }
      }
      if low > 0, attempt.started < absences[place][low - 1].until { return true }
    }
    return false
  }
}
