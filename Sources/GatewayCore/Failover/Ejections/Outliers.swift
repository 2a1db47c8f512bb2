import Chance
import Settings
import Vocabulary

/// Takes deployments out whose failures stand out among their peers; longer with each time.
///
/// At once: after `consecutiveFailures` failures, or `consecutiveGatewayFailures` of 502, 503, 504
/// and connections, in a row. At each sweep: by the success rate of the interval, if at least
/// `minimumHosts` have `volume` requests, for a rate below mean − `stdevFactor` × standard deviation
/// (of the population); by the failure percentage, for one of at least `failureShare`. What is found
/// is enforced with a probability of its own. One that is out comes back at the first sweep that is
/// base × n or more after its ejection, n being how often it was out, at most `longest`; each sweep
/// that finds it in takes one off n. At most `maximumShare` of the peers are out, but always one.
/// Peers are the deployments that the policy's routes reach. Source: Envoy outlier detection
/// (architecture overview; config.cluster.v3.OutlierDetection; defaults as there).
/// - Complexity: O(1) an attempt, O(deployments) a sweep.
public struct Outliers: Ejection {
  private let consecutive: Int
  private let consecutiveGateway: Int
  private let every: Int64
  private let base: Int64
  private let longest: Int64
  private let maximumShare: Double
  private let enforced: Enforced
  private let minimumHosts: Int
  private let volume: Int
  private let factor: Double
  private let failureShare: Double
  private let failureHosts: Int
  private let failureVolume: Int
  private let on: OutcomeSet
  private let gateway: OutcomeSet
  /// Whose attempts count.
  public let state: GuardState
  private var hosts: [Host] = []
  private var keys: [ChanceKey] = []
  private var peers = 0
  private var out = 0

  private struct Enforced: BitwiseCopyable, Sendable {
    var consecutive: Double
    var gateway: Double
    var successRate: Double
    var failureShare: Double
  }

  private struct Host: BitwiseCopyable, Sendable {
    var isPeer: Bool
    var isOut = false
    var run = 0
    var gatewayRun = 0
    var outcomes = 0
    var failures = 0
    var times = 0
    var since = Instant.distantPast
    /// Decisions drawn about it.
    var draws: Int64 = 0
  }

  /// Reads Envoy's parameters under our names.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    let counts = 1...1_000_000
    consecutive = try s.integer(
      "consecutiveFailures", default: 5, in: counts, "failures in a row")
    consecutiveGateway = try s.integer(
      "consecutiveGatewayFailures", default: 5, in: counts,
      "502, 503, 504 and connection errors in a row")
    let limits: ClosedRange<Duration> = .milliseconds(1) ... .seconds(86_400)
    every = try s.duration(
      "interval", default: .seconds(10), in: limits, "between two sweeps"
    ).nanoseconds
    base = try s.duration(
      "baseTime", default: .seconds(30), in: limits, "out for this, times how often it was out"
    ).nanoseconds
    let most = try s.duration(
      "maximumTime", default: .seconds(300), in: limits, "the longest time out"
    ).nanoseconds
    longest = Swift.max(base, most)
    maximumShare = try s.share(
      "maximumShare", default: Probability(clamping: 0.1),
      "at most this share of the peers is out, but always one"
    ).value
    minimumHosts = try s.integer(
      "minimumHosts", default: 5, in: counts, "peers with enough requests to judge success rates")
    volume = try s.integer(
      "volume", default: 100, in: counts, "requests in an interval to judge a success rate")
    factor = try s.number(
      "stdevFactor", default: 1.9, in: 0...1_000,
      "standard deviations below the mean that are out of line")
    failureShare = try s.share(
      "failureShare", default: Probability(clamping: 0.85), "a failure percentage that is too high"
    ).value
    failureHosts = try s.integer(
      "failureHosts", default: 5, in: counts,
      "peers with enough requests to judge failure percentages")
    failureVolume = try s.integer(
      "failureVolume", default: 50, in: counts,
      "requests in an interval to judge a failure percentage")
    let all = Probability.always
    let none = Probability.never
    enforced = Enforced(
      consecutive: try s.share(
        "enforceConsecutive", default: all, "how often consecutive failures are acted on"
      ).value,
      gateway: try s.share(
        "enforceGateway", default: none, "how often consecutive gateway failures are acted on"
      ).value,
      successRate: try s.share(
        "enforceSuccessRate", default: all, "how often a success rate is acted on"
      ).value,
      failureShare: try s.share(
        "enforceFailureShare", default: none, "how often a failure percentage is acted on"
      ).value)
    on = try OutcomeSet(
      reading: &s, "on", default: .serverFailures, "5xx, timeout, connection, broken, malformed",
      "outcomes that are failures.")
    var gateway = OutcomeSet()
    for status in [UInt16(502), 503, 504] { gateway.insert(status: status) }
    gateway.insert(.connection)
    self.gateway = gateway
    state = try GuardState(reading: &s, endsKnown: false)
  }

  /// It stands out among its peers.
  public var reason: Note.Ejection { .outlier }
  /// `interval`.
  public var interval: Int64 { every }
  /// While something is counted, one is out, or one was not long ago.
  public var needsSweep: Bool {
    for host in hosts where host.isOut || host.times > 0 || host.outcomes > 0 { return true }
    return false
  }

  /// Learns who the peers are.
  public mutating func prepare(for deployments: [EjectionTarget], chance: Chance) {
    hosts = deployments.map { Host(isPeer: $0.isRouted) }
    keys = deployments.map { chance.key(.ejection, name: NameHash($0.name)) }
    peers = deployments.count { $0.isRouted }
  }

  /// Counts an outcome; enough failures in a row take it out.
  public mutating func ended(
    _ deployment: Int, _ outcome: Outcome, _ hint: RetryAfter, at now: Instant,
    _ table: inout EjectionTable
  ) {
    if outcome.kind == .cancelled { return }
    hosts[deployment].outcomes += 1
    guard on.contains(outcome) else {
      hosts[deployment].run = 0
      hosts[deployment].gatewayRun = 0
      return
    }
    hosts[deployment].failures += 1
    hosts[deployment].run += 1
    if gateway.contains(outcome) {
      hosts[deployment].gatewayRun += 1
      if hosts[deployment].gatewayRun == consecutiveGateway {
        hosts[deployment].gatewayRun = 0
        eject(deployment, enforced.gateway, at: now, &table)
      }
    } else {
      hosts[deployment].gatewayRun = 0
    }
    if hosts[deployment].run == consecutive {
      hosts[deployment].run = 0
      eject(deployment, enforced.consecutive, at: now, &table)
    }
  }

  /// Brings back whose time is over, and judges the interval.
  public mutating func sweep(at now: Instant, _ table: inout EjectionTable) {
    for deployment in hosts.indices { reconsider(deployment, at: now, &table) }
    judgeSuccessRates(at: now, &table)
    judgeFailures(at: now, &table)
    for deployment in hosts.indices {
      hosts[deployment].outcomes = 0
      hosts[deployment].failures = 0
    }
  }

  private mutating func reconsider(
    _ deployment: Int, at now: Instant, _ table: inout EjectionTable
  ) {
    guard hosts[deployment].isOut else {
      hosts[deployment].times = max(0, hosts[deployment].times - 1)
      return
    }
    let time = min(base * Int64(hosts[deployment].times), longest)
    guard hosts[deployment].since.nanoseconds(to: now) >= time else { return }
    hosts[deployment].isOut = false
    hosts[deployment].run = 0
    hosts[deployment].gatewayRun = 0
    out -= 1
    table.restore(deployment)
  }

  private mutating func judgeSuccessRates(at now: Instant, _ table: inout EjectionTable) {
    var (count, sum) = (0, 0.0)
    for host in hosts where isJudged(host, volume) {
      count += 1
      sum += rate(host)
    }
    guard count >= minimumHosts, count > 0 else { return }
    let mean = sum / Double(count)
    var squares = 0.0
    for host in hosts where isJudged(host, volume) {
      squares += (rate(host) - mean) * (rate(host) - mean)
    }
    let threshold = mean - factor * (squares / Double(count)).squareRoot()
    for deployment in hosts.indices
    where isJudged(hosts[deployment], volume) && rate(hosts[deployment]) < threshold {
      eject(deployment, enforced.successRate, at: now, &table)
    }
  }

  private mutating func judgeFailures(at now: Instant, _ table: inout EjectionTable) {
    guard enforced.failureShare > 0 else { return }
    var count = 0
    for host in hosts where isJudged(host, failureVolume) { count += 1 }
    guard count >= failureHosts else { return }
    for deployment in hosts.indices where isJudged(hosts[deployment], failureVolume) {
      let host = hosts[deployment]
      if Double(host.failures) / Double(host.outcomes) >= failureShare {
        eject(deployment, enforced.failureShare, at: now, &table)
      }
    }
  }

  private func isJudged(_ host: Host, _ volume: Int) -> Bool {
    host.isPeer && !host.isOut && host.outcomes >= volume
  }

  /// The success rate in percent, as Envoy reckons.
  private func rate(_ host: Host) -> Double {
    100 * Double(host.outcomes - host.failures) / Double(host.outcomes)
  }

  private mutating func eject(
    _ deployment: Int, _ enforcement: Double, at now: Instant, _ table: inout EjectionTable
  ) {
    guard !hosts[deployment].isOut else { return }
    if enforcement < 1 {
      hosts[deployment].draws += 1
      guard keys[deployment].uniform(step: hosts[deployment].draws) < enforcement else { return }
    }
    guard out == 0 || Double(out + 1) / Double(max(1, peers)) <= maximumShare else { return }
    out += 1
    hosts[deployment].isOut = true
    hosts[deployment].since = now
    if Int64(hosts[deployment].times) * base < longest + base { hosts[deployment].times += 1 }
    table.eject(deployment, until: .distantFuture)
  }
}
