import Vocabulary

/// The law *a call ends once*: a call is one or more requests, its tries, and ends with the last.
///
/// Tries are numbered from 0 without a gap; one begins when the one before has ended, or later; only
/// the last can succeed; as many calls end, or are open, as first tries arrived. A call of one try
/// costs nothing to watch; of the others what is known so far is kept between the first record and
/// the last.
struct CallWatch: ~Copyable {
  /// What is known of a call with several tries.
  struct Tries: BitwiseCopyable {
    /// How many of its requests have settled.
    var settled: UInt32 = 0
    /// How many tries it has; 0 until the last is known.
    var all: UInt32 = 0
    /// The try that settled last, and when it ended; -1 for none.
    var latest: Int32 = -1
    var latestEnd = Instant.distantPast
  }

  private var tries = OpenTable(blank: Tries())
  private var begun = 0
  private var ended = 0

  @inline(__always)
  mutating func ended(
    _ record: UnsafePointer<RequestRecord>, _ truth: UnsafePointer<RequestTruth>,
    _ breaches: inout Breaches
  ) {
    if record.pointee.clientTry == 0 {
      begun &+= 1
      if !truth.pointee.isTriedAgain {
        ended &+= 1
        return
      }
    }
    follow(record.pointee, truth.pointee, &breaches)
  }

  @inline(never)
  private mutating func follow(
    _ record: RequestRecord, _ truth: RequestTruth, _ breaches: inout Breaches
  ) {
    let one = UInt32(record.clientTry)
    if record.end == .succeeded, truth.isTriedAgain {
      add("its client tries again after a success", record, &breaches)
    }
    let call = record.call.onTry(0, from: record.clientTry)
    // Keys are hashes; the table's reserved one and its neighbours are as likely as any.
    guard let slot = tries.slot(of: CallWatch.spread(call.bits)) else { return }
    var known = tries[slot]
    if Int32(one) == known.latest &+ 1, record.arrived < known.latestEnd {
      add("try \(one) came before the one before it had ended", record, &breaches)
    }
    if known.all != 0, one >= known.all || !truth.isTriedAgain {
      add("try \(one) came after its call had ended", record, &breaches)
    }
    if !truth.isTriedAgain { known.all = one &+ 1 }
    known.settled &+= 1
    if Int32(one) >= known.latest {
      known.latest = Int32(one)
      known.latestEnd = record.ended
    }
    if known.all != 0, known.settled == known.all {
      ended &+= 1
      tries.remove(at: slot)
    } else {
      tries[slot] = known
    }
  }

  private func add(_ what: String, _ record: RequestRecord, _ breaches: inout Breaches) {
    breaches.add(.callEndsOnce, request: record.number, at: record.settled, what)
  }

  /// The table goes by the low bits of a key: those of a call's key lie far apart.
  private static func spread(_ bits: UInt64) -> UInt64 {
    (bits ^ (bits >> 31)) &* 0x9E37_79B9_7F4A_7C15
  }

  /// Compares with what the driver counted by itself, if it did.
  mutating func close(_ tally: DriverTally, _ breaches: inout Breaches) {
    // A try before the last that has no record must be open.
    let missing = tries.sorted.reduce(0) {
      $0 + ($1.value.all == 0 ? 0 : Int($1.value.all) - Int($1.value.settled))
    }
    if missing > tally.requests.open {
      breaches.add(
        .callEndsOnce, at: tally.requests.changed,
        "\(missing) tries are missing before the last of their call; \(tally.requests.open) are open"
      )
    }
    guard let calls = tally.calls else { return }
    // A call whose request has no record yet is open for the records, ended for the client.
    let open = tally.requests.open
    if begun > calls.entered || ended > calls.left || ended + open < calls.left {
      breaches.add(
        .callEndsOnce, at: calls.changed,
        "\(calls.entered) calls arrived and \(calls.left) ended; by the records \(begun) and \(ended)"
      )
    }
  }
}
