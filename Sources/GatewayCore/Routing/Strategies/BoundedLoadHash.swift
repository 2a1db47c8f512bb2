import Chance
import Settings
import Vocabulary

/// The same child for the same key, unless it is full: consistent hashing with bounded load.
///
/// Each key has its own order of the children (weighted rendezvous hashing: the larger
/// wᵢ / −ln uᵢ, uᵢ from the hash of key and name, the earlier). It takes the first that has fewer
/// attempts in flight than its capacity ⌈c·(m + 1)·wᵢ/Σw⌉, with m attempts in flight at all
/// candidates: so no child has more than c times its fair share, and at least one always has room.
/// c = 1 balances as evenly as can be, a large c is plain consistent hashing. With the conversation
/// as key a provider's prompt cache stays warm until its deployment is a hot spot. Sources:
/// V. Mirrokni, M. Thorup, M. Zadimoghaddam, "Consistent hashing with bounded loads", SODA 2018
/// (there on a ring, walking clockwise); rendezvous: D. Thaler, C. Ravishankar, IEEE/ACM ToN 6(1),
/// 1998; c = 1.25 is HAProxy's suggestion (`hash-balance-factor` 125 to 200).
/// - Complexity: O(candidates), one logarithm each; while the first is full O(candidates) more each.
public struct BoundedLoadHash: Strategy {
  private enum Field: Int {
    case conversation, call, user, team, key, feature, fingerprint
  }

  private let field: Field
  private let c: Double
  private var inFlight: [Int] = []
  private var weights: [Double] = []
  private var hashes: [UInt64] = []
  private var scores: [Double] = []

  /// Reads the field and the bound.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    field =
      Field(
        rawValue: try s.name(
          "by", default: "conversation",
          among: ["conversation", "call", "user", "team", "key", "feature", "fingerprint"],
          kind: "field", "what is hashed; a request without it is hashed by its call"))
      ?? .conversation
    c = try s.number(
      "c", default: 1.25, in: 1...1_000_000, "at most this factor of a child's fair share in flight"
    )
  }

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) {
    inFlight = children.map { _ in 0 }
    weights = children.map(\.weight)
    hashes = children.map { NameHash($0.name).bits }
    scores = children.map { _ in 0 }
  }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    let key = hash(of: request)
    var total = 1
    var weight = 0.0
    var rest = candidates.bits
    while rest != 0 {
      let child = rest.trailingZeroBitCount
      total += max(0, inFlight[child])
      weight += weights[child]
      let uniform = draws.hash(key ^ hashes[child])
      scores[child] =
        weights[child] > 0 ? -Elementary.log(uniform) / weights[child] : .infinity
      rest &= rest &- 1
    }
    guard weight > 0 else { return candidates.lowest { scores[$0] } }
    let share = c * Double(total) / weight
    var left = candidates
    while !left.isEmpty {
      let child = left.lowest { scores[$0] }
      // Fewer than ⌈x⌉ is fewer than x: both are whole on one side.
      if Double(max(0, inFlight[child])) < share * weights[child] { return child }
      left.remove(child)
    }
    return candidates.lowest { scores[$0] }
  }

  @inline(__always)
  private func hash(of request: borrowing Request) -> UInt64 {
    let golden: UInt64 = 0x9E37_79B9_7F4A_7C15
    switch field {
    case .conversation:
      return request.conversation == 0 ? request.call.bits : request.conversation &* golden
    case .call: return request.call.bits
    case .user: return (UInt64(request.identity.user.index) &+ 1) &* golden
    case .team: return (UInt64(request.identity.team.index) &+ 1) &* golden
    case .key: return (UInt64(request.identity.key.index) &+ 1) &* golden
    case .feature: return (UInt64(request.identity.feature.index) &+ 1) &* golden
    case .fingerprint:
      if request.fingerprint == 0 { return request.call.bits }
      return UInt64(truncatingIfNeeded: request.fingerprint ^ (request.fingerprint >> 64))
    }
  }

  /// Attempts in flight, by which a child is full or not.
  public func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    Int64(max(0, inFlight[child]))
  }

  /// Wants to be told of attempts.
  public var observes: Bool { true }
  /// Counts an attempt that has started below a child.
  public mutating func started(_ child: Int, for request: borrowing Request, at now: Instant) {
    inFlight[child] += 1
  }
  /// Learns from an attempt that has ended below a child.
  public mutating func ended(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    inFlight[child] -= 1
  }
  /// Takes in what another replica has published.
  public mutating func remoteChanged(_ child: Int, by change: Int) { inFlight[child] += change }
}
