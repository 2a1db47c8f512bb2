public import Vocabulary

/// A provider's own limit, shared by the deployments that name it.
public struct QuotaPlan: Sendable, Hashable {
  /// When an attempt's tokens are judged and charged.
  public enum Charge: UInt8, Sendable, Hashable, CaseIterable {
    /// At the start: input and the output cap (the true output if the client sets no cap). What
    /// was reserved and not used is not given back.
    case reserve
    /// At the start as `reserve`; what was not used is given back when the answer ends.
    case reconcile
    /// When the answer ends, with what it used; an attempt starts while one permit is left.
    case actual
    /// At the start as `reserve`, but an attempt starts while one permit is left, whatever its size;
    /// the difference to what it used is settled when the answer ends.
    case estimate
    /// Input at the start; output with what was made, when the answer ends: an output cap costs
    /// nothing, and an attempt starts while one permit of output is left. Anthropic's rule.
    case produced
  }

  /// What a meter of the quota counts.
  public enum Unit: UInt8, Sendable, Hashable, CaseIterable {
    /// Attempts.
    case requests
    /// Input and output tokens.
    case tokens
    /// Input tokens.
    case inputTokens
    /// Output tokens.
    case outputTokens
    /// Thousandths of tokens, each kind of token with its weight.
    case weighted
  }

  /// What the kinds of tokens weigh, in thousandths of an uncached input token.
  public struct Weights: Sendable, Hashable {
    /// An output token.
    public var output: Int64
    /// A cached input token.
    public var cached: Int64
    /// Whether counts of tokens that are not weighted count cached input.
    public var countsCached: Bool

    /// Makes weights.
    public init(output: Int64 = 1000, cached: Int64 = 1000, countsCached: Bool = true) {
      self.output = output
      self.cached = cached
      self.countsCached = countsCached
    }
  }

  /// One count and its limit.
  public struct Meter: Sendable, Hashable {
    /// What is counted.
    public var unit: Unit
    /// The limit.
    public var rate: Rate
    /// The most that a continuous bucket holds; `nil` means what the rate gives in a minute, at least 1.
    public var burst: Int64?
    /// Whether it counts by the calendar's day, whatever the quota's window.
    public var isDaily = false

    /// Makes a meter.
    public init(_ unit: Unit, rate: Rate, burst: Int64? = nil) {
      self.unit = unit
      self.rate = rate
      self.burst = burst
    }
  }

  /// A limit on how fast a window's tokens may grow over those of the window before.
  public struct Acceleration: Sendable, Hashable {
    /// The most for the tokens of one in the last window.
    public var factor: Double
    /// What is always allowed in a window.
    public var from: Int64
    /// The window.
    public var window: Duration

    /// Makes a limit.
    public init(factor: Double, from: Int64, window: Duration = .seconds(60)) {
      self.factor = factor
      self.from = from
      self.window = window
    }
  }

  /// The name.
  public var name: String
  /// The counts; an attempt must fit all of them, and is charged to all or to none.
  public var meters: [Meter]
  /// When tokens are charged.
  public var charge: Charge
  /// The length of a fixed window; `nil` for a bucket that refills continuously.
  public var window: Duration?
  /// How long a refusal takes.
  public var answers: Duration
  /// Whether a refusal says when to come back.
  public var saysRetryAfter: Bool
  /// What tokens weigh where they are weighted.
  public var weights: Weights
  /// Whether requests that are refused count as well: they use up what is there, so that nobody gets
  /// through as long as more come than the rate lets in, and waiting is the only cure.
  ///
  /// Source: OpenAI, guide "Rate limits", section on retrying: unsuccessful requests contribute to
  /// the limit a minute (as stored 2026). That a refusal uses up no more than is there is assumed.
  public var countsRefused = false
  /// The most that is spent in a period of the calendar; beyond it every attempt is refused with a
  /// 429 that no waiting cures before the period is over, and that says so in its code.
  public var spend: PeriodicAmount?
  /// How fast the tokens may grow, if that is limited.
  public var acceleration: Acceleration?
  /// Where days and months begin.
  public var calendar = Calendar(epochSecondsAtStart: 0, offsetSeconds: 0)

  /// Makes a quota.
  public init(
    name: String, meters: [Meter], charge: Charge = .reserve, window: Duration? = nil,
    answers: Duration = .milliseconds(50), saysRetryAfter: Bool = true,
    weights: Weights = Weights()
  ) {
    self.name = name
    self.meters = meters
    self.charge = charge
    self.window = window
    self.answers = answers
    self.saysRetryAfter = saysRetryAfter
    self.weights = weights
  }
}
