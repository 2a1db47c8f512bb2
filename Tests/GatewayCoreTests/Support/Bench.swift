import Chance
import Settings
import Vocabulary

@testable import GatewayCore

/// A gateway on a bench: the test is the driver, and plays the clients and the providers by hand.
///
///     let bench = try Bench(["routes": ["chat": ["fallback": ["a", "b"]]]])
///     bench.arrive()                  // an attempt at a has started
///     bench.end(.status(503))         // … has failed, and one at b has started
///     bench.end(.succeeded)
///     #expect(bench.requests.last?.end == .succeeded)
final class Bench {
  /// An attempt that the gateway has started and that has not ended.
  struct Live {
    var id: AttemptID
    var slot: UInt32
    var deployment: String
    var deadlines: Deadlines
    var started: Instant
  }

  var gateway: Gateway
  var output: Output
  var now = Instant.start
  var live: [Live] = []
  var timers: [(id: TimerID, at: Instant)] = []
  var cancelled: [AttemptID] = []
  var published: [Delta] = []
  /// What it has told for the sake of strategies.
  var lessons: [Lesson] = []
  var begun: [(RequestID, AnswerSource)] = []
  var finished: [(id: RequestID, end: RequestRecord.End, at: Instant, retryAfter: RetryAfter)] = []
  var kept: [BodyID] = []
  var released: [BodyID] = []
  /// The side calls that the gateway has made, in order.
  var asked: [SideCallID] = []
  /// What it has posted to a shared cache.
  var shared: [(id: RequestID, kind: SideCallKind)] = []
  /// What it has told the central store.
  var told: [(RequestID, StoreReport)] = []
  var requests: [RequestRecord] = []
  var attempts: [AttemptRecord] = []
  var notes: [Note] = []
  /// What is asked for if a test does not say.
  var template = Request(
    call: CallKey(bits: 0), fingerprint: 0, inputTokens: 1_000, outputCap: 500, alias: AliasID(0))
  private var arrived: UInt64 = 0

  init(
    _ policy: Setting, names: PolicyNames = .letters, seed: UInt64 = 1, script: [Double]? = nil,
    replica: Int = 0, gossips: Bool = false, hasPeers: Bool = false, explaining: UInt64? = nil
  ) throws {
    let chance = script.map { Chance.scripted($0) } ?? Chance(seed: seed, replication: 0)
    gateway = Gateway(
      try GatewayPlan(policy, names: names, gossips: gossips, hasPeers: hasPeers),
      replica: ReplicaID(replica), chance: chance)
    output = Output(explaining: explaining)
  }

  /// How many requests the gateway holds.
  var held: Int { gateway.held }
  /// How many reports came too late.
  var late: Int { gateway.lateReports }

  // MARK: What the world does

  /// Lets time pass.
  func pass(_ duration: Duration) { now = now.advanced(by: duration) }

  /// A request arrives.
  @discardableResult
  func arrive(_ change: (inout Request) -> Void = { _ in }) -> RequestID {
    var request = template
    request.number = arrived
    request.call = CallKey(source: NameHash("bench"), number: arrived)
    arrived += 1
    change(&request)
    let id = gateway.arrived(request, at: now, into: &output)
    carryOut()
    return id
  }

  /// The oldest attempt in flight (at `deployment`) ends.
  func end(
    _ outcome: Outcome, of deployment: String? = nil, retryAfter: RetryAfter = .unsaid,
    usage: Usage? = nil
  ) {
    guard let place = live.firstIndex(where: { deployment == nil || $0.deployment == deployment })
    else { return }
    let attempt = live.remove(at: place)
    report(
      .attemptEnded(
        attempt.id,
        usage ?? (outcome.isSuccess ? Usage(inputTokens: 1_000, outputTokens: 100) : .none),
        retryAfter, outcome))
  }

  /// The oldest attempt in flight shows its first token.
  func showFirstToken() { if let attempt = live.first { report(.firstToken(attempt.id)) } }

  /// Time passes until the earliest timer, which fires; `false` without timers.
  @discardableResult
  func fire() -> Bool {
    guard let place = timers.indices.min(by: { timers[$0].at < timers[$1].at }) else {
      return false
    }
    let timer = timers.remove(at: place)
    now = max(now, timer.at)
    report(.timerFired(timer.id))
    return true
  }

  /// Any report at all.
  func report(_ event: Event) {
    gateway.handle(event, at: now, into: &output)
    carryOut()
  }

  /// Takes in what a test has made the gateway say by itself.
  func settle() { carryOut() }

  /// The embedding that a side call has asked for comes.
  func embed(_ call: SideCallID, _ vector: [Float]) {
    gateway.embedded(call, vector: vector.span, at: now, into: &output)
    carryOut()
  }

  /// A shared cache has looked, for the latest side call if the test does not say.
  func find(_ answer: CachedAnswer, for call: SideCallID? = nil) {
    guard let call = call ?? asked.last else { return }
    gateway.found(call, answer, at: now, into: &output)
    carryOut()
  }

  // MARK: What the gateway asks for

  private func carryOut() {
    for place in 0..<output.commands.count {
      switch output.commands[place] {
      case .startAttempt(let deadlines, let id, let slot, let deployment):
        live.append(
          Live(
            id: id, slot: slot, deployment: PolicyNames.letter(deployment), deadlines: deadlines,
            started: now))
      case .cancelAttempt(let id): cancelled.append(id)
      case .setTimer(let id, let at):
        timers.removeAll {
          id.kind == .poll ? $0.id == id : $0.id.request == id.request && $0.id.kind == id.kind
        }
        timers.append((id, at))
      case .clearTimer(let id): timers.removeAll { $0.id == id }
      case .beginAnswer(let id, let source): begun.append((id, source))
      case .finishAnswer(let id, let end): finished.append((id, end.end, end.at, end.retryAfter))
      case .keepBody(let body, _): kept.append(body)
      case .releaseBody(let body): released.append(body)
      case .publish(let delta): published.append(delta)
      case .publishLesson(let place): lessons.append(output.lessons[Int(place)])
      case .startSideCall(let id, _): asked.append(id)
      case .shareAnswer(let id, by: let kind): shared.append((id, kind))
      case .tellStore(let id, let report): told.append((id, report))
      }
    }
    output.commands.removeAll()
    output.lessons.removeAll()
    for place in 0..<output.attempts.count { attempts.append(output.attempts[place]) }
    output.attempts.removeAll()
    for place in 0..<output.requests.count { requests.append(output.requests[place]) }
    output.requests.removeAll()
    for place in 0..<output.notes.count { notes.append(output.notes[place]) }
    output.notes.removeAll()
  }

  /// The notes of one kind.
  func notes(_ kind: Note.Kind) -> [Note] { notes.filter { $0.kind == kind } }
}

extension PolicyNames {
  /// Four deployments a to d, of which each costs twice its forerunner; three aliases.
  static var letters: PolicyNames {
    PolicyNames(
      deployments: (0..<4).map { place in
        DeploymentFacts(name: PolicyNames.letter(DeploymentID(place)), sheet: .dollars(1 << place))
      },
      aliases: ["chat", "extract", "other"], teams: ["red", "blue"],
      tags: ["data=public", "data=confidential", "tier=gold"],
      populations: Populations(keys: 4, users: 4, teams: 2, features: 2, aliases: 3))
  }

  static func letter(_ deployment: DeploymentID) -> String {
    String(UnicodeScalar(UInt8(97 + min(25, deployment.index))))
  }
}

extension PriceSheet {
  /// So many dollars per million input tokens; half of it cached, and ten times as much for output.
  static func dollars(_ price: Int) -> PriceSheet {
    PriceSheet(
      input: TokenPrice(femtodollars: Int64(price) * 1_000_000_000),
      cachedInput: TokenPrice(femtodollars: Int64(price) * 500_000_000),
      output: TokenPrice(femtodollars: Int64(price) * 10_000_000_000))
  }
}

extension GatewayPlan {
  /// A policy written in Swift.
  init(
    _ policy: Setting, names: PolicyNames = .letters, gossips: Bool = false,
    hasPeers: Bool = false
  ) throws(SettingError) {
    var reader = try SettingsReader(policy)
    try self.init(reading: &reader, names: names, gossips: gossips, hasPeers: hasPeers)
    try reader.finish()
  }
}

/// The instant that lies so long after the start.
func at(_ duration: Duration) -> Instant { Instant.start.advanced(by: duration) }
