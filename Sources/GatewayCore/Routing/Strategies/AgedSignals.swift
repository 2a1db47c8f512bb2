import Settings
import Vocabulary

/// Lets a strategy see what it observes only later: signals with an age.
///
/// A report of time t becomes visible at t + `staleness`, and with `refresh` at the next multiple of
/// that interval: so between two refreshes every request sees the same snapshot, which is how a
/// fleet that polls a shared table herds onto whoever looked idle (M. Mitzenmacher, "How useful is
/// old information?", IEEE TPDS 11(1), 2000: the periodic and the continuous update model). The
/// strategy itself is untouched: the reports wait in a queue and reach it with their own instants,
/// in order, before it chooses. Decisions of its own (whose turn it is) do not age. Of a request
/// whose attempt has started its tokens, cap and streaming are kept. A report of another replica
/// has aged by the gossip's lag already and takes its time from the latest report before it.
///
/// Stands beside `balance`: `signals: { refresh: "5s", staleness: "200ms" }`.
/// - Complexity: O(1) a report, amortised; the queue holds what is not yet visible.
struct AgedSignals: Strategy {
  /// How old signals are.
  struct Age: Sendable {
    var refresh: Int64
    var staleness: Int64

    /// Reads `refresh` and `staleness`.
    init(reading s: inout SettingsReader) throws(SettingError) {
      refresh =
        try s.duration(
          "refresh", default: .zero, in: .zero ... .seconds(86_400),
          "what the strategy sees is renewed so often; 0s at every report"
        ).nanoseconds
      staleness =
        try s.duration(
          "staleness", default: .zero, in: .zero ... .seconds(86_400),
          "a report is seen so much later"
        ).nanoseconds
    }

    @inline(__always)
    func visible(_ now: Instant) -> Int64 {
      let late = now.advanced(byNanoseconds: staleness).nanoseconds
      guard refresh > 0 else { return late }
      // A snapshot holds what came before it.
      return (late / refresh + 1) * refresh
    }
  }

  private enum Kind: UInt8 { case started, ended, remote, reset, lesson, lessonStart }

  private struct Report: BitwiseCopyable, Sendable {
    var visible: Int64
    var at: Instant
    var observation: AttemptObservation
    var change: Int32
    var child: UInt8
    var kind: Kind
  }

  private static let nothing = AttemptObservation(
    outcome: .succeeded, elapsed: 0, untilFirstToken: 0)

  private let age: Age
  private(set) var inner: any Strategy
  /// A ring: its size is a power of two.
  private var queue: [Report] = []
  private var head = 0
  private var count = 0
  private var latest = Instant.start
  let observes: Bool
  let scope: StateScope
  let learnsFromStarts: Bool

  init(_ inner: any Strategy, age: Age) {
    self.inner = inner
    self.age = age
    observes = inner.observes
    scope = inner.scope
    learnsFromStarts = inner.learnsFromStarts
    queue = Array(
      repeating: Report(
        visible: 0, at: .start, observation: AgedSignals.nothing, change: 0, child: 0,
        kind: .started), count: 64)
  }

  mutating func prepare(for children: [RouteChild]) { inner.prepare(for: children) }

  mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    latest = max(latest, now)
    while count > 0, queue[head].visible <= now.nanoseconds { deliver() }
    return inner.choose(among: candidates, for: request, at: now, draws: draws)
  }

  var scoreUnit: ScoreUnit { inner.scoreUnit }

  func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    inner.score(of: child, for: request, at: now)
  }

  mutating func started(_ child: Int, for request: borrowing Request, at now: Instant) {
    var observation = AgedSignals.nothing
    observation.inputTokens = request.inputTokens
    observation.outputCap = request.outputCap
    observation.streams = request.streams
    append(.started, child, observation, at: now)
  }

  mutating func ended(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    append(.ended, child, observation, at: now)
  }

  /// Another replica's attempt: what has aged on its way ages on here.
  mutating func learn(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    append(.lesson, child, observation, at: now)
  }

  mutating func learnStart(_ child: Int, at now: Instant) {
    append(.lessonStart, child, AgedSignals.nothing, at: now)
  }

  mutating func takeOver(_ other: any Strategy) { inner.takeOver(other) }

  mutating func remoteChanged(_ child: Int, by change: Int) {
    append(.remote, child, AgedSignals.nothing, change: Int32(clamping: change), at: latest)
  }

  mutating func reset(_ child: Int, at now: Instant) {
    append(.reset, child, AgedSignals.nothing, at: now)
  }

  private mutating func append(
    _ kind: Kind, _ child: Int, _ observation: AttemptObservation, change: Int32 = 0,
    at now: Instant
  ) {
    latest = max(latest, now)
    if count == queue.count { grow() }
    queue[(head + count) & (queue.count - 1)] = Report(
      visible: age.visible(now), at: now, observation: observation, change: change,
      child: UInt8(child), kind: kind)
    count += 1
  }

  private mutating func deliver() {
    let report = queue[head]
    head = (head + 1) & (queue.count - 1)
    count -= 1
    let child = Int(report.child)
    switch report.kind {
    case .started:
      let request = Request(
        call: CallKey(bits: 0), inputTokens: report.observation.inputTokens,
        outputCap: report.observation.outputCap, alias: AliasID(0),
        streams: report.observation.streams)
      inner.started(child, for: request, at: report.at)
    case .ended: inner.ended(child, report.observation, at: report.at)
    case .remote: inner.remoteChanged(child, by: Int(report.change))
    case .reset: inner.reset(child, at: report.at)
    case .lesson: inner.learn(child, report.observation, at: report.at)
    case .lessonStart: inner.learnStart(child, at: report.at)
    }
  }

  private mutating func grow() {
    var larger: [Report] = []
    larger.reserveCapacity(queue.count * 2)
    for number in 0..<count { larger.append(queue[(head + number) & (queue.count - 1)]) }
    larger.append(contentsOf: queue)
    queue = larger
    head = 0
  }
}
