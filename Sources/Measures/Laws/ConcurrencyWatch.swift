import Vocabulary

/// Checks that no limit on what is in flight admits more than it allows at that moment.
///
/// Every permit that is taken or given back is a `limiterCharged` note of +1 or −1, every change of
/// an adaptive limit a `limitAdapted` note; at each +1 the sum must not be above the limit. A limit
/// that has shrunk below what is in flight breaks nothing as long as it admits nothing. A replica
/// that starts anew, or takes over another policy, has forgotten what was in flight; from then on it
/// is judged by the limits of its new policy.
/// - Complexity: O(1) a note; one state for each (limit, replica, bucket) that was charged.
struct ConcurrencyWatch: ~Copyable {
  struct Level: BitwiseCopyable {
    var inFlight: Int64 = 0
    var most: Int64 = -1
    var life: UInt32 = 0
  }

  /// Subjects of notes from here on are places in `concurrency`, not in `limits`.
  static let subject: UInt16 = 0x8000

  /// The first limits of all policies, and where those of each replica's policy begin.
  private let first: [Int?]
  private let starts: [Int]
  private var bases: [Int]
  private var clock: PolicyClock
  private let replicas: Int
  private var levels = OpenTable(blank: Level())
  private var lives: [UInt32]

  init(_ plan: MeasuresPlan) {
    let promises = plan.allPromises
    first = promises.flatMap(\.concurrency)
    starts = promises.indices.map { place in
      promises[..<place].reduce(0) { $0 + $1.concurrency.count }
    }
    clock = PolicyClock(plan)
    replicas = max(1, plan.replicas)
    lives = Array(repeating: 0, count: replicas)
    bases = Array(repeating: 0, count: replicas)
  }

  mutating func noted(_ note: Note, _ breaches: inout Breaches) {
    let replica = min(Int(note.replica.index), replicas - 1)
    switch note.kind {
    case .restarted: lives[replica] += 1
    case .reloaded:
      lives[replica] += 1
      if let promise = clock.reloaded(note.replica) { bases[replica] = starts[promise] }
    case .limiterCharged, .limitAdapted:
      let limit = bases[replica] + Int(note.subject & ~ConcurrencyWatch.subject)
      guard limit < first.count, let initial = first[limit],
        note.other >= 0, note.other < 1 << 32
      else { return }
      let place = (Int(note.other) * replicas + replica) * first.count + limit
      guard let slot = levels.slot(of: UInt64(place)) else { return }
      if levels[slot].most < 0 || levels[slot].life != lives[replica] {
        levels[slot] = Level(most: Int64(initial), life: lives[replica])
      }
      if note.kind == .limitAdapted {
        levels[slot].most = note.value
        return
      }
      levels[slot].inFlight += note.value
      let (inFlight, most) = (levels[slot].inFlight, levels[slot].most)
      if inFlight < 0 || (note.value > 0 && inFlight > most) {
        breaches.add(
          .limiterEnvelope, request: note.request, at: note.at,
          "concurrency \(limit), bucket \(note.other): \(inFlight) in flight of \(most)")
      }
    default: break
    }
  }
}
