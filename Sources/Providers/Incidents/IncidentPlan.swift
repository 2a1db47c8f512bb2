public import Vocabulary

/// Something that goes wrong at some deployments for some time, whatever the policy does.
///
/// Incidents are known ahead as intervals; whether one touches an attempt is drawn under the key
/// (call, deployment, ordinal, incident's name). Where incidents overlap, survivals multiply,
/// slow-downs multiply, and the earliest failure wins.
public struct IncidentPlan: Sendable {
  /// Errors that the struck deployments answer with.
  public struct Failure: Sendable {
    /// What goes wrong: a status, `connection` or `broken`.
    public var kind: Fault.Kind
    /// When it shows.
    public var delay: Fault.Delay
    /// The share of attempts that meet it, over the time since the incident began.
    public var share: Polyline
    /// How long the answer asks to wait before the next try; only of a status.
    public var retryAfter: RetryAfter

    /// Makes a failure.
    public init(
      _ kind: Fault.Kind, delay: Fault.Delay = .after(Fault.usualDelay),
      share: Polyline = Polyline(1), retryAfter: RetryAfter = .unsaid
    ) {
      self.retryAfter = retryAfter
      self.kind = kind
      self.delay = delay
      self.share = share
    }
  }

  /// What happens to attempts that are in flight when the incident begins.
  public enum InFlight: UInt8, Sendable, Hashable, CaseIterable {
    /// They go on as if nothing had happened.
    case survive
    /// They stand still until the incident is over, then go on.
    case stall
    /// Their connections break at the moment the incident begins.
    case `break`
  }

  /// The name; part of the key of every draw.
  public var name: String
  /// Whom it strikes.
  public var on: IncidentSelector
  /// When it begins.
  public var from: Instant
  /// When it is over.
  public var until: Instant
  /// The errors, if it makes any.
  public var failure: Failure?
  /// The factor on all times, at least 1.
  public var slow: Polyline?
  /// The share of attempts that are never answered.
  public var hang: Polyline?
  /// The factor on the quotas of the struck deployments.
  public var quota: Polyline?
  /// The share of answers that come whole, with status 200, and are wrong.
  public var spoilt: Polyline?
  /// Nanoseconds that are added before the first token.
  public var delay: Polyline?
  /// The course that is laid over what it does, if it is not laid yet.
  public var shape: IncidentShape?
  /// How its occurrences are drawn; `nil` if it happens once, from `from` to `until`.
  public var draws: IncidentDraws?
  /// What happens to what is in flight when it begins.
  public var inFlight: InFlight
  /// The share of what is in flight that is touched.
  public var inFlightShare: Probability
  /// Its bit in the masks of promises and truths.
  public var bit: UInt8

  /// Makes an incident.
  public init(
    name: String, on: IncidentSelector, from: Instant, until: Instant, failure: Failure? = nil,
    slow: Polyline? = nil, hang: Polyline? = nil, quota: Polyline? = nil, spoilt: Polyline? = nil,
    delay: Polyline? = nil,
    inFlight: InFlight = .survive, inFlightShare: Probability = .always, bit: UInt8
  ) {
    self.name = name
    self.on = on
    self.from = from
    self.until = until
    self.failure = failure
    self.slow = slow
    self.hang = hang
    self.quota = quota
    self.spoilt = spoilt
    self.delay = delay
    self.inFlight = inFlight
    self.inFlightShare = inFlightShare
    self.bit = bit
  }

  /// Its bit, as a mask.
  public var mask: UInt32 { 1 << UInt32(min(bit, 31)) }
}
