import Settings
import Vocabulary

/// What an admission queue holds, in which order, and whom it sheds.
///
/// A request that a limit on rates or on what is in flight would refuse waits instead. It holds no
/// permit, and is judged anew when something comes back (a request or an attempt has ended, a
/// reservation is reconciled) or when the limit that refused it said it would pass.
///
/// Every bucket of every limit has its own line, and a line is served in order: with `overtake`
/// (the default) a request passes others that wait for another bucket, never those before it that
/// wait for the same; without it there is one line for all, and who is first holds up everybody.
///
/// `order`: `fifo`; `lifo`; `adaptive`, first come first served until more than `lifoAbove` wait in
/// a line, then last come first served, so that some are served in time while the oldest, whose
/// clients have most likely left, run into `longest` (B. Maurer, "Fail at scale", ACM Queue 13(8),
/// 2015). Higher priorities come first if `byPriority`. `fair` takes tenants in turns (start-time
/// fair queueing, one request each: P. Goyal, H. Vin, H. Cheng, IEEE/ACM ToN 5(5), 1997).
///
/// A request is shed when the queue is full (`full`); to make room for a higher priority, or in
/// last-come order for a newcomer (`evicted`); when it has waited for `longest` or its deadline has
/// come (`late`); when it could no longer be served in time (`hopeless`, `deadlineAware`); by CoDel
/// (`codel`).
/// - Complexity: O(log waiting) an arrival, a departure, a judgement; memory is bounded by
///   `capacity` and the number of buckets.
public struct QueueRule: Sendable {
  /// In which order a line is served.
  public enum Order: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// First come, first served.
    case fifo
    /// Last come, first served.
    case lifo
    /// First come first served while the line is short, last come first served while it is long.
    case adaptive
  }

  /// Who takes turns.
  public enum Tenant: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// Virtual keys.
    case key
    /// Users.
    case user
    /// Teams.
    case team
  }

  /// How many may wait.
  public var capacity: Int
  /// In which order a line is served.
  public var order: Order
  /// How many must wait in a line for the adaptive order to turn it round: more than this.
  public var lifoAbove: Int
  /// Whether higher priorities come first.
  public var byPriority: Bool
  /// Who takes turns; `nil` for nobody.
  public var fair: Tenant?
  /// Whether a request may pass others that wait for another bucket.
  public var overtakes: Bool
  /// Nanoseconds that a request waits at the longest.
  public var longest: Int64
  /// Controlled delay.
  public var codel: CoDel.Rule?
  /// Whether a request that could not be served before its deadline is shed at once.
  public var deadlineAware: Bool
  /// Nanoseconds that a request is taken to need once admitted; `nil` if that is observed.
  public var service: Int64?
  /// Which quantile of the observed times counts.
  public var serviceQuantile: Double
  /// The status that a shed client gets.
  public var status: UInt16
}

extension QueueRule {
  /// Reads the rule of a queue.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    capacity = try s.integer(
      "capacity", default: 1_000, in: 1...1_000_000, "requests that may wait")
    order =
      Order(
        rawValue: UInt8(
          try s.name(
            "order", default: "fifo", among: Order.allCases.map { "\($0)" }, kind: "order",
            "in which order a line is served"))) ?? .fifo
    lifoAbove = try s.integer(
      "lifoAbove", default: 10, in: 0...1_000_000,
      "adaptive: a line longer than this is served last come, first served")
    byPriority = try s.flag("byPriority", default: false, "whether higher priorities come first")
    fair = try s.optionalName(
      "fair", among: Tenant.allCases.map { "\($0)" }, kind: "tenant", "who takes turns"
    ).flatMap { Tenant(rawValue: UInt8($0)) }
    overtakes = try s.flag(
      "overtake", default: true, "whether a request may pass others that wait for another bucket")
    longest = try s.duration(
      "longest", default: .seconds(5), in: .milliseconds(1) ... .seconds(86_400),
      "how long a request waits before it is shed"
    ).nanoseconds
    codel = try s.object(
      "codel", "controlled delay (RFC 8289), of this replica's own queue (local by design)"
    ) {
      r throws(SettingError) -> CoDel.Rule in try CoDel.Rule(reading: &r)
    }
    deadlineAware = try s.flag(
      "deadlineAware", default: false,
      "whether a request that could not be served before its deadline is shed at once")
    service = try s.optionalDuration(
      "service", in: .zero ... .seconds(86_400),
      "deadlineAware: how long a request needs once admitted; without it, what is observed"
    )?.nanoseconds
    serviceQuantile = try s.share(
      "serviceQuantile", default: Probability(clamping: 0.5),
      in: Probability(clamping: 0.01)...Probability(clamping: 0.99),
      "deadlineAware: which quantile of the observed times counts"
    ).value
    status = UInt16(
      try s.integer("status", default: 503, in: 400...599, "what a shed client gets"))
    guard s.isDescribing || fair == nil || order == .fifo else {
      throw SettingError(
        at: s.setting.position, path: s.setting.path, found: "\"fair\" with order \"\(order)\"",
        expected: "turns are taken in order of arrival",
        next: "use order: \"fifo\", or leave \"fair\" away")
    }
  }
}

extension QueueRule {
  /// The rule of a queue that nobody enters.
  static let none = QueueRule(
    capacity: 1, order: .fifo, lifoAbove: 0, byPriority: false, fair: nil, overtakes: false,
    longest: 0, codel: nil, deadlineAware: false, service: nil, serviceQuantile: 0.5, status: 503)

  /// How many tenants may take turns.
  func tenants(in populations: Populations) -> Int {
    switch fair {
    case nil: 0
    case .key: populations.keys
    case .user: populations.users
    case .team: populations.teams
    }
  }
}

extension GatewayPlan {
  /// Reads the admission queue.
  mutating func readQueue(_ s: inout SettingsReader) throws(SettingError) {
    queue = try s.object("queue", "where a request waits that a limit would refuse") {
      r throws(SettingError) -> QueueRule in try QueueRule(reading: &r)
    }
  }
}
