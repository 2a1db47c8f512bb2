import Settings
import Vocabulary

/// Chooses among the children whose latency over a window is lowest.
///
/// score(i) is the mean or a percentile of child i's latest samples of a signal (`SampleRing`), in
/// seconds, summed from the oldest: so ties at the bound fall as they do in LiteLLM.
/// Candidates are all within (1 + `buffer`) × the lowest score; one of them is drawn, all alike. A
/// child without samples scores 0 (`unseen: "first"`), the mean of its peers, or comes last. A
/// timeout counts as a sample of `timeoutPenalty` if there is one; other failures count not at all.
///
/// LiteLLM 1.106 `latency-based-routing` is
/// `{signal: "endToEndPerOutputToken", streamSignal: "firstToken", samples: 10, window: "1h",
/// kind: "tumbling", timeoutPenalty: "1000s", zeroSample: true, buffer: lowest_latency_buffer}`:
/// `streamSignal` is judged for streamed requests where a child has samples of it; `zeroSample` is
/// its quirk: once anyone has a sample, a child without one is given a literal 0, which dilutes its
/// mean until later samples push it out. Sources: LiteLLM lowest_latency.py; OpenRouter
/// `sort: latency | throughput` (percentiles over 5 minutes); Kong `lowest-latency` (tpot, e2e).
/// LiteLLM keeps the lists in its router's DualCache, so with Redis it is `state: "central"`, except
/// that a process goes on with what it has in memory until that expires.
/// - Complexity: O(candidates), one draw; after an attempt O(samples) once.
public struct LowestLatency: Strategy {
  /// Whose attempts it learns from.
  public let scope: StateScope
  private enum Unseen: Int { case first, peers, last }

  private let signal: LatencySignal
  private let streamSignal: LatencySignal?
  private let buffer: Double
  private let timeoutPenalty: Double?
  private let zeroSample: Bool
  private let unseen: Unseen
  private var samples: SampleRing
  private var streamSamples: SampleRing
  private var scores: [Double] = []

  /// Reads signal, window, buffer, penalty and cold start.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    signal = try LatencySignal(reading: &s)
    let stream = try s.optionalName(
      "streamSignal", among: LatencySignal.names, kind: "signal",
      "what is judged instead for streamed requests, where a child has samples of it")
    streamSignal = stream.flatMap { LatencySignal(rawValue: $0) }
    samples = try SampleRing(reading: &s, samples: 10)
    streamSamples = samples
    buffer = try s.number(
      "buffer", default: 0, in: 0...1_000, "children within (1 + buffer) × the best are alike")
    timeoutPenalty =
      try s.optionalDuration(
        "timeoutPenalty", in: .zero ... .seconds(100_000), "a timeout counts as this sample"
      ).map { Double($0.nanoseconds) / 1e9 }
    zeroSample = try s.flag(
      "zeroSample", default: false,
      "whether a child without samples is given a 0 once another has one (LiteLLM)")
    unseen =
      Unseen(
        rawValue: try s.name(
          "unseen", default: "first", among: ["first", "peers", "last"], kind: "cold start",
          "a child without samples is tried first, judged as the mean of its peers, or last"))
      ?? .first
    scope = try StateScope(learntBy: &s)
  }

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) {
    samples.prepare(children.count)
    streamSamples.prepare(children.count)
    scores = children.map { _ in 0 }
  }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    if samples.expire(at: now) { streamSamples.forgetAll() }
    let gives = zeroSample && samples.isOpen
    let streams = request.streams && streamSignal != nil
    var unknown = CandidateSet(bits: 0)
    var sum = 0.0
    var rest = candidates.bits
    while rest != 0 {
      let child = rest.trailingZeroBitCount
      rest &= rest &- 1
      if gives, samples.count(child) == 0 { samples.add(0, to: child, at: now) }
      let special = streams ? streamSamples.statistic(of: child, at: now) : nil
      guard let score = special ?? samples.statistic(of: child, at: now) else {
        unknown.insert(child)
        scores[child] = unseen == .first ? 0 : .infinity
        continue
      }
      scores[child] = score
      sum += score
    }
    if !unknown.isEmpty, unseen == .peers {
      let seen = candidates.count - unknown.count
      let mean = seen > 0 ? sum / Double(seen) : 0
      unknown.forEach { scores[$0] = mean }
    }
    return pick(among: candidates, draws)
  }

  /// One of those within the buffer, counted by score, equal ones in the order of the file.
  private func pick(among candidates: CandidateSet, _ draws: RoutingDraws) -> Int {
    var lowest = Double.infinity
    candidates.forEach { lowest = min(lowest, scores[$0]) }
    var near = CandidateSet(bits: 0)
    let bound = lowest < .infinity ? lowest + lowest * buffer : .infinity
    candidates.forEach { if scores[$0] <= bound { near.insert($0) } }
    var number = min(near.count - 1, Int(draws.uniform() * Double(near.count)))
    while number > 0 {
      near.remove(near.lowest { scores[$0] })
      number -= 1
    }
    return near.lowest { scores[$0] }
  }

  /// A time.
  public var scoreUnit: ScoreUnit { .nanoseconds }
  /// The latency that is judged, of answers that are not streamed; lower is better.
  public func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    let special =
      request.streams && streamSignal != nil ? streamSamples.look(child, at: now) : nil
    return (special ?? samples.look(child, at: now)).map { wholeScore($0 * 1e9) }
  }

  /// Wants to be told of attempts.
  public var observes: Bool { true }
  /// Learns from an attempt that has ended below a child.
  public mutating func learn(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    if observation.outcome.isSuccess {
      samples.add(signal.value(of: observation) / 1e9, to: child, at: now)
      if let streamSignal, observation.streams {
        streamSamples.add(streamSignal.value(of: observation) / 1e9, to: child, at: now)
      }
    } else if let timeoutPenalty,
      observation.outcome.isTimeout || observation.outcome.status == 408
    {
      samples.add(timeoutPenalty, to: child, at: now)
    }
  }
  /// Forgets a child's samples.
  public mutating func reset(_ child: Int, at now: Instant) {
    samples.reset(child)
    streamSamples.reset(child)
  }
  /// Takes over what another has learnt.
  public mutating func takeOver(_ other: any Strategy) {
    guard let other = other as? Self else { return }
    samples = other.samples
    streamSamples = other.streamSamples
  }
}
