import Settings
import Vocabulary

/// Which algorithm a limit uses, with its rule.
public enum LimiterRule: BitwiseCopyable, Sendable, Hashable {
  /// A continuous bucket.
  case tokenBucket(TokenBucket.Rule)
  /// A bucket of whole permits.
  case integerBucket(IntegerBucket.Rule)
  /// The generic cell rate algorithm.
  case gcra(GCRA.Rule)
  /// A counter per window.
  case fixedWindow(FixedWindow.Rule)
  /// Two counters, and an estimate.
  case slidingWindow(SlidingWindow.Rule)
  /// A log.
  case slidingLog(SlidingLog.Rule)
  /// So many at a time.
  case concurrency(Concurrency.Rule)

  /// What it promises when it judges and charges at once.
  public var shape: LimitEnvelope.Shape {
    switch self {
    case .tokenBucket(let rule): .bucket(rate: rule.rate, burst: rule.burst)
    case .integerBucket(let rule): .bucket(rate: rule.rate, burst: rule.capacity)
    case .gcra(let rule):
      .bucket(rate: Rate(count: 1, per: .nanoseconds(rule.cell)), burst: rule.burst)
    case .fixedWindow(let rule):
      if rule.fromFirstUse {
        .firstUse(length: .nanoseconds(rule.period.length), most: rule.most)
      } else {
        .calendar(rule.period, rule.calendar, most: rule.most)
      }
    case .slidingWindow(let rule):
      .estimate(origin: rule.origin, length: .nanoseconds(rule.length), most: rule.most)
    case .slidingLog(let rule):
      .bucket(rate: Rate(count: rule.most, per: .nanoseconds(rule.length)), burst: rule.most)
    case .concurrency(let rule): .inFlight(most: rule.most)
    }
  }

  /// Whether debts are forgotten: what a log was charged beyond its window's most is over when the
  /// charge is one length old, so a bucket that never owes more than its burst bounds it.
  public var forgives: Bool {
    switch self {
    case .integerBucket(let rule): rule.forgives
    case .slidingLog: true
    default: false
    }
  }

  /// The most permits that one request may need and still pass.
  public var most: Int64 {
    switch self {
    case .tokenBucket(let rule): rule.burst
    case .integerBucket(let rule): rule.capacity
    case .gcra(let rule): rule.burst
    case .fixedWindow(let rule): rule.most
    case .slidingWindow(let rule): rule.most
    case .slidingLog(let rule): rule.most
    case .concurrency(let rule): rule.most
    }
  }
}

/// How much per how long: what a limit says before an algorithm is chosen.
public struct Allowance: Sendable, Hashable {
  /// Permits per period.
  public var count: Int64
  /// The period.
  public var period: CalendarPeriod
  /// Permits of a full bucket, if stated.
  public var burst: Int64?
  /// The calendar that windows are aligned to.
  public var calendar: Calendar

  /// The period's length, if it is fixed.
  var length: Duration? {
    switch period.kind {
    case .length: .nanoseconds(period.length)
    case .week: .seconds(7 * 86_400)
    case .month, .year: nil
    }
  }

  /// The steady rate, if the period has a fixed length.
  var rate: Rate? { length.map { Rate(count: max(0, count), per: $0) } }
}

/// The algorithms by which a limit may judge: one line each makes one known everywhere.
///
/// An entry reads its own parameters and returns what makes the rule of an allowance, or the words
/// that say why it cannot.
public enum Limiters {
  /// What makes a rule, or says why not.
  public typealias Maker = @Sendable (Allowance) -> Made

  /// A rule, or the reason why there is none.
  public enum Made: Sendable {
    /// The rule.
    case rule(LimiterRule)
    /// Why there is none.
    case impossible(String)

    init(_ rule: LimiterRule?, _ reason: String) {
      if let rule { self = .rule(rule) } else { self = .impossible(reason) }
    }
  }

  static let needsRate = "a month or a year has no steady rate: choose \"fixed-window\""

  /// The registry of limiters.
  public static let registry = Registry<Maker>(
    "limiter",
    [
      .init(
        "token-bucket",
        "holds up to a burst and gains the rate continuously: burst + rate × t in any stretch of t",
        source: "AWS API Gateway throttling; M/D/1/K",
        make: { _ throws(SettingError) in
          return { allowance in
            guard let rate = allowance.rate else { return .impossible(needsRate) }
            return Made(
              TokenBucket.Rule(rate: rate, burst: allowance.burst ?? rate.oneSecondsWorth)
                .map { .tokenBucket($0) }, bad(allowance))
          }
        }),
      .init(
        "integer-bucket",
        "gains whole permits only; a refusal may empty it, and it is never in debt",
        source: "Portkey gateway 2.0.0 (capacity = limit)",
        make: { s throws(SettingError) in
          let keeps = try s.flag(
            "keepsFraction", default: false, "whether a gathered part of a permit survives a look")
          let empties = try s.flag(
            "empties", default: true, "whether a refusal leaves the bucket empty")
          let forgives = try s.flag(
            "forgives", default: true, "whether it never falls below zero")
          return { allowance in
            guard let rate = allowance.rate else { return .impossible(needsRate) }
            return Made(
              IntegerBucket.Rule(
                rate: rate, capacity: allowance.burst ?? allowance.count, keepsFraction: keeps,
                empties: empties, forgives: forgives
              ).map { .integerBucket($0) }, bad(allowance))
          }
        }),
      .init(
        "gcra",
        "permits are due one cell = period / count apart, and so many may come early",
        source: "ITU-T I.371; Helicone (governor): burst = count",
        make: { _ throws(SettingError) in
          return { allowance in
            guard let rate = allowance.rate else { return .impossible(needsRate) }
            return Made(
              GCRA.Rule(rate: rate, burst: allowance.burst ?? allowance.count).map { .gcra($0) },
              bad(allowance) + " at \(allowance.count) a period")
          }
        }),
      .init(
        "fixed-window",
        "a count that starts anew with each window: twice the limit may come around its edge",
        source: "AWS usage plans; TensorZero and LiteLLM proxy (align: firstUse)",
        make: { s throws(SettingError) in
          let align = try s.name(
            "align", default: "calendar", among: ["calendar", "firstUse"], kind: "alignment",
            "windows begin with the calendar, or with the first charge after the last one")
          let opening = try s.integer(
            "opening", default: 0, in: 0...(1 << 60), "permits that the first window has used")
          return { allowance in
            if allowance.burst != nil { return .impossible("a window has no burst") }
            return Made(
              FixedWindow.Rule(
                most: allowance.count, period: allowance.period, fromFirstUse: align == 1,
                calendar: allowance.calendar, opening: Int64(opening)
              ).map { .fixedWindow($0) },
              "\(bad(allowance)), or a month or year from first use")
          }
        }),
      .init(
        "sliding-window",
        "this window's count + the last one's × the part of it that still overlaps",
        source: "Kong ai-rate-limiting-advanced (sliding)",
        make: { _ throws(SettingError) in
          return { allowance in
            if allowance.burst != nil { return .impossible("a window has no burst") }
            guard let length = allowance.length else { return .impossible(needsRate) }
            return Made(
              SlidingWindow.Rule(
                most: allowance.count, length: length,
                calendar: allowance.calendar
              ).map { .slidingWindow($0) }, bad(allowance))
          }
        }),
      .init(
        "sliding-log", "the exact sum of the last window, from a log of bounded length",
        source: "sliding log (Redis sorted sets)",
        make: { s throws(SettingError) in
          let entries = try s.integer(
            "entries", default: 1024, in: 2...1_000_000, "charges that a log tells apart")
          return { allowance in
            if allowance.burst != nil { return .impossible("a window has no burst") }
            guard let length = allowance.length else { return .impossible(needsRate) }
            return Made(
              SlidingLog.Rule(
                most: allowance.count, length: length,
                entries: entries
              ).map { .slidingLog($0) }, bad(allowance))
          }
        }),
    ])

  private static func bad(_ allowance: Allowance) -> String {
    allowance.count <= 0
      ? "a rate of zero" : "a burst of \(allowance.burst ?? allowance.count)"
  }
}

extension Rate {
  /// What comes in a second, rounded up; at least 1.
  fileprivate var oneSecondsWorth: Int64 { max(1, Int64(min(perSecond.rounded(.up), 9e18))) }
}
