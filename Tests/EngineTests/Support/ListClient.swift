import Chance
import Traffic
import Vocabulary

/// What one stream of a small world sends.
struct Stream {
  var name: String
  var count: Int
  /// The mean gap between arrivals.
  var gap: Duration = .milliseconds(200)
  var alias = 0
  var streamed = 0.5
  var bodies = 40
  var patience: Duration?
  /// The share of requests with each of the two tags.
  var tagged = 0.0
}

/// A client with a list of arrivals, drawn under keys of its stream's name.
struct ListClient: Client {
  private let stream: Stream
  private let gap: ChanceKey
  private let body: ChanceKey
  private var number: UInt64 = 0
  private var now = Instant.start

  init(_ stream: Stream, seed: UInt64) {
    self.stream = stream
    let chance = Chance(seed: seed, replication: 0)
    gap = chance.key(.arrival, name: NameHash(stream.name))
    body = chance.key(.identity, name: NameHash(stream.name))
  }

  var patience: Duration? { stream.patience }

  /// A place for arrivals.
  static var blank: Arrival { .blank }

  mutating func next(into arrival: inout Arrival) throws(TrafficError) -> Bool {
    guard number < stream.count else { return false }
    let call = CallKey(source: NameHash(stream.name), number: number)
    number += 1
    let wait = -Elementary.log(gap.uniform(call: call)) * Double(stream.gap.nanoseconds)
    now = now.advanced(byNanoseconds: Int64(wait) + 1)
    var draws = body.draws(call: call)
    let print = 1 + UInt64(draws.uniform() * Double(stream.bodies))
    arrival.at = now
    arrival.request = Request(
      call: call, fingerprint: UInt128(print &* 0x9E37_79B9_7F4A_7C15),
      conversation: 1 + UInt64(draws.uniform() * 9),
      deadline: stream.patience.map { now.advanced(by: $0) } ?? .distantFuture,
      identity: Identity(
        key: KeyID(Int(draws.uniform() * 3)), user: UserID(Int(draws.uniform() * 5)),
        team: TeamID(Int(draws.uniform() * 2)), feature: FeatureID(0)),
      inputTokens: UInt32(100 + draws.uniform() * 3_000),
      outputCap: draws.uniform() < 0.5 ? .max : 400, alias: AliasID(stream.alias),
      streams: draws.uniform() < stream.streamed)
    if stream.tagged > 0 {
      var tags = TagSet()
      for bit in 0..<2 where draws.uniform() < stream.tagged {
        tags.insert(TagSet(rawValue: 1 << UInt64(bit)))
      }
      arrival.request.tags = tags
    }
    arrival.truth = Truth(
      outputTokens: UInt32(1 + draws.uniform() * 300), cluster: UInt32(1 + print % 30))
    return true
  }
}
