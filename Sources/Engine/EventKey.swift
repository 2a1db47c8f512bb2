import GatewayCore
import Vocabulary

/// What an event's key says: when, in what rank, what kind, about which slot.
///
/// Bits from the top: instant 64 (offset so that unsigned order is time order), rank 2, sequence
/// 35, kind 4, slot 23. Rank: completion < deadline < timer < arrival.
struct EventKey {
  enum Kind: UInt64 {
    case attemptEnd = 0
    case firstToken = 1
    case deadline = 2
    case backoff = 3
    case patience = 4
    case delta = 5
    case wake = 6
    case arrival = 7
    case hedge = 8
    case queue = 9
    case poll = 10
    case sideCallEnd = 11
    case sideCallDeadline = 12
    case gatewayFault = 13
    case comeback = 14
    case letter = 15

    var rank: UInt64 {
      switch self {
      case .attemptEnd, .firstToken, .sideCallEnd, .wake, .letter: 0
      case .deadline, .sideCallDeadline: 1
      case .backoff, .patience, .delta, .hedge, .queue, .poll, .gatewayFault: 2
      case .arrival, .comeback: 3
      }
    }

    /// The event of a timer.
    @inline(__always)
    static func timer(_ kind: TimerID.Kind) -> Kind {
      switch kind {
      case .backoff: .backoff
      case .hedge: .hedge
      case .queue: .queue
      case .poll: .poll
      }
    }
  }

  /// Slots that a key can name.
  static let slots = 1 << 23
  /// Sequence numbers are told apart modulo 2³⁵: five thousand million requests.
  static let sequenceMask: UInt64 = (1 << 35) - 1

  let bits: UInt128

  @inline(__always)
  init(bits: UInt128) { self.bits = bits }

  @inline(__always)
  init(_ kind: Kind, at instant: Instant, sequence: UInt64, slot: Int) {
    let time = UInt64(bitPattern: instant.nanoseconds) ^ (1 << 63)
    let low =
      kind.rank << 62 | (sequence & EventKey.sequenceMask) << 27 | kind.rawValue << 23
      | UInt64(truncatingIfNeeded: slot)
    bits = UInt128(time) << 64 | UInt128(low)
  }

  @inline(__always) var instant: Instant {
    Instant(
      nanoseconds: Int64(bitPattern: UInt64(truncatingIfNeeded: bits >> 64) ^ (1 << 63)))
  }
  @inline(__always) private var low: UInt64 { UInt64(truncatingIfNeeded: bits) }
  @inline(__always) var kind: UInt64 { low >> 23 & 15 }
  @inline(__always) var slot: Int { Int(low & 0x7F_FFFF) }
  @inline(__always) var sequence: UInt64 { low >> 27 & EventKey.sequenceMask }
}
