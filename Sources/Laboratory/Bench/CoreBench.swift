import Chance
import GatewayCore
import Settings
import Vocabulary

/// What each mechanism of the gateway core costs: the core alone, driven as fast as it goes.
///
/// Each row is the user CPU time of a request with the mechanism on less that without it, the least
/// of several alternating runs. Requests come a millisecond apart; the oldest of 64 attempts in
/// flight ends with each, one in fifty with 503; identities and conversations vary, no body comes twice. A
/// strategy's row is per candidate: it chooses among 16. What is over its bar is measured anew, since
/// a machine with other work adds to a time and never takes away from it. A bar is in nanoseconds of a
/// machine on which the request with everything off, measured beside each row, costs `nominal`;
/// where that costs more, a row may cost as many times more. The semantic index has rows of its own
/// (`MeaningBench`).
public enum CoreBench {
  /// One mechanism.
  public struct Row: Sendable {
    /// The family.
    public var family: String
    /// The mechanism.
    public var mechanism: String
    /// Nanoseconds that it adds to what the row is per.
    public var nanoseconds: Double
    /// What a row is per: a request, a candidate, a look-up.
    public var unit: String
    /// The most that it may add.
    public var bar: Double
    /// How many times more the request with everything off costs here than on the machine of the
    /// bar; at least 1.
    public var slowness = 1.0
    /// The share of the answers that a look-up finds, and the least that it may be.
    public var recall: (found: Double, bar: Double)?

    /// Whether it is as quick, and finds as much, as it must.
    public var holds: Bool {
      nanoseconds <= bar * slowness && (recall.map { $0.found >= $0.bar } ?? true)
    }
  }

  /// A mechanism and how a policy turns it on.
  struct Subject {
    var family: String
    var mechanism: String
    var policy: Setting
    var isPerCandidate = false
  }

  static let candidates = 16
  /// Nanoseconds of a request with everything off on the machine of the bars.
  static let nominal = 75.0

  /// The families and the mechanisms.
  public static var names: [String] {
    var names: [String] = []
    for name in subjects.flatMap({ [$0.family, $0.mechanism] }) + [MeaningBench.family]
    where !names.contains(name) {
      names.append(name)
    }
    return names
  }

  /// Measures every mechanism.
  /// - Parameters:
  ///   - requests: How many requests a run has.
  ///   - repeats: How often both are run, by turns.
  ///   - entries: How many vectors the semantic index holds.
  ///   - only: The mechanisms of this name, or this family; `nil` for all.
  public static func rows(
    requests: Int = 100_000, repeats: Int = 5, entries: Int = 100_000, only: String? = nil
  ) throws(SettingError) -> [Row] {
    let plain = try plan(["routes": ["chat": "d0"]])
    var rows: [Row] = []
    for subject in subjects
    where only == nil || only == subject.family || only == subject.mechanism {
      let other = try plan(subject.policy)
      let parts = subject.isPerCandidate ? Double(candidates) : 1
      let bar = subject.isPerCandidate ? 60.0 : 150
      var row = Row(
        family: subject.family, mechanism: subject.mechanism, nanoseconds: .infinity,
        unit: subject.isPerCandidate ? "candidate" : "request", bar: bar)
      var (least, most) = (Double.infinity, Double.infinity)
      for round in 0..<4 * repeats {
        if round >= repeats, row.holds { break }
        least = min(least, time(plain, requests))
        most = min(most, time(other, requests))
        row.nanoseconds = max(0, (most - least) / parts)
        row.slowness = max(1, least / nominal)
      }
      rows.append(row)
    }
    guard only == nil || only == MeaningBench.family else { return rows }
    return rows + MeaningBench.rows(entries: entries, repeats: repeats)
  }

  // MARK: The driver

  static func plan(_ policy: Setting) throws(SettingError) -> GatewayPlan {
    let names = PolicyNames(
      deployments: (0..<candidates).map { place -> DeploymentFacts in
        let price = Int64(place + 1) * 1_000_000_000
        let sheet = PriceSheet(
          input: TokenPrice(femtodollars: price),
          cachedInput: TokenPrice(femtodollars: price / 2),
          output: TokenPrice(femtodollars: price * 4))
        return DeploymentFacts(name: "d\(place)", sheet: sheet)
      },
      aliases: ["chat"],
      populations: Populations(keys: 64, users: 64, teams: 16, features: 4, aliases: 1))
    var reader = try SettingsReader(policy)
    let plan = try GatewayPlan(reading: &reader, names: names)
    try reader.finish()
    return plan
  }

  /// Nanoseconds of user CPU time a request, of so many; the first tenth warms up and does not count.
  private static func time(_ plan: GatewayPlan, _ requests: Int) -> Double {
    var gateway = Gateway(plan, chance: Chance(seed: 1, replication: 0))
    var output = Output()
    var flights = Buffer<AttemptID>(capacity: 4096)
    var timers = Buffer<TimerID>(capacity: 4096)
    var oldest = 0
    var before = MachineUsage.now.userSeconds
    for number in 0..<requests {
      if number == requests / 10 { before = MachineUsage.now.userSeconds }
      let now = Instant(nanoseconds: Int64(number) * 1_000_000)
      let mixed = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
      gateway.arrived(
        Request(
          number: UInt64(number), call: CallKey(bits: mixed),
          fingerprint: UInt128(mixed | 1), conversation: mixed >> 56 | 1,
          identity: Identity(
            key: KeyID(number & 63), user: UserID(number & 63), team: TeamID(number & 15)),
          inputTokens: 500 + UInt32(mixed >> 56), outputCap: 400, alias: AliasID(0)),
        at: now, into: &output)
      collect(&output, &flights, &timers)
      if flights.count - oldest > 64 {
        let failed = number % 50 == 0
        gateway.handle(
          .attemptEnded(
            flights[oldest], failed ? .none : Usage(inputTokens: 500, outputTokens: 200), .unsaid,
            failed ? .status(503) : .succeeded), at: now, into: &output)
        oldest += 1
        collect(&output, &flights, &timers)
      }
      // A pause is over at once: what is measured is the work, not the wait.
      while !timers.isEmpty {
        gateway.handle(.timerFired(timers.removeLast()), at: now, into: &output)
        collect(&output, &flights, &timers)
      }
      if oldest > 65_536 {
        for place in oldest..<flights.count { flights[place - oldest] = flights[place] }
        for _ in 0..<oldest { _ = flights.removeLast() }
        oldest = 0
      }
    }
    let seconds = MachineUsage.now.userSeconds - before
    return seconds * 1e9 / Double(requests - requests / 10)
  }

  private static func collect(
    _ output: inout Output, _ flights: inout Buffer<AttemptID>, _ timers: inout Buffer<TimerID>
  ) {
    for place in 0..<output.commands.count {
      switch output.commands[place] {
      case .startAttempt(_, let id, _, _): flights.append(id)
      case .setTimer(let id, _): if id.kind == .backoff { timers.append(id) }
      default: break
      }
    }
    output.commands.removeAll()
    output.requests.removeAll()
    output.attempts.removeAll()
    output.notes.removeAll()
  }
}
