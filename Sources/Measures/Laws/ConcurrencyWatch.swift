import Vocabulary

/// Checks that no limit on what is in flight admits more than it allows at that moment.
///
/// Every permit that is taken or given back is a `limiterCharged` note of +1 or −1, every change of
/// an adaptive limit a `limitAdapted` note; at each +1 the sum must not be above the limit. A limit
/// that has shrunk below what is in flight breaks nothing as long as it admits nothing. A replica
/// that starts anew has forgotten what was in flight; after it has taken over another policy its
/// limits are not known here, and are not judged.
/// - Complexity: O(1) a note; one state for each (limit, replica, bucket) that was charged.
struct ConcurrencyWatch: ~Copyable {
  struct Level: BitwiseCopyable {
    var inFlight: Int64 = 0
    var most: Int64 = -1
    var life: UInt32 = 0
  }

  /// Subjects of notes from here on are places in `concurrency`, not in `limits`.
  static let subject: UInt16 = 0x8000

  private let first: [Int?]
  private let replicas: Int
  private var levels = OpenTable(blank: Level())
  private var lives: [UInt32]
  private var isJudged: [Bool]

  init(_ plan: MeasuresPlan) {
    first = plan.concurrency
    replicas = max(1, plan.replicas)
    lives = Array(repeating: 0, count: replicas)
    isJudged = Array(repeating: true, count: replicas)
  }

  mutating func noted(_ note: Note, _ breaches: inout Breaches) {
    let replica = min(Int(note.replica.index), replicas - 1)
    switch note.kind {
    case .restarted: lives[replica] += 1
    case .reloaded: isJudged[replica] = false
    case .limiterCharged, .limitAdapted:
      let limit = Int(note.subject & ~ConcurrencyWatch.subject)
      guard isJudged[replica], limit < first.count, let initial = first[limit],
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
