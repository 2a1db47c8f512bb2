import Vocabulary

/// Faults that come and go, at all deployments that it names together.
///
/// Its state is a property of time and of the process' name; which attempts it fails is drawn for
/// each under (process, deployment, call, ordinal). So an outage of a provider's control plane
/// strikes all its deployments at once, and none of their attempts alike.
public struct FaultProcess: Sendable {
  /// What turns it on.
  public enum Driver: Sendable, Hashable {
    /// It is always on: base rates of a provider or of a model.
    case always
    /// It comes in bursts.
    case bursts(Bursts)
    /// The deployment's utilisation: the factor on the shares over it; a knot's offset is the
    /// utilisation in millionths.
    case overload(Polyline)
    /// How many attempts are in flight at all the deployments that it strikes together: the factor
    /// on the shares over it, 0 to 1; a knot's offset is the number.
    case crowd(Polyline)
  }

  /// The name; part of the key of every draw.
  public var name: String
  /// Whom it strikes.
  public var on: IncidentSelector
  /// What turns it on.
  public var driver: Driver
  /// The faults while it is on; their shares sum up to at most 1.
  public var faults: [Fault]
  /// The factor on all times where `crowd` shows whole; 1 + (slow − 1) × factor else.
  public var slow = 1.0

  /// Makes a process.
  public init(name: String, on: IncidentSelector, driver: Driver = .always, faults: [Fault]) {
    self.name = name
    self.on = on
    self.driver = driver
    self.faults = faults
  }

  /// The factor over what is in flight; `nil` if something else turns it on.
  var crowd: Polyline? { if case .crowd(let line) = driver { line } else { nil } }
}

/// A two-state chain after Gilbert and Elliott: good for long, bad for a while.
///
///     p = P(good → bad) = 1 − e^(−step/every), q = P(bad → good) = 1 − e^(−step/lasts)
///
/// The share of bad time is p ÷ (p + q), stretches are geometric with means step/p and step/q, and
/// the autocorrelation of the state at lag k is (1 − p − q)^k. Source: E. N. Gilbert, "Capacity of a
/// burst-noise channel" (1960); E. O. Elliott, "Estimates of error rates for codes on burst-noise
/// channels" (1963).
public struct Bursts: Sendable, Hashable {
  /// The mean length of a good stretch in nanoseconds.
  public var every: Int64
  /// The mean length of a bad stretch in nanoseconds.
  public var lasts: Int64

  /// Makes a chain.
  public init(every: Duration, lasts: Duration) {
    self.every = max(1, every.nanoseconds)
    self.lasts = max(1, lasts.nanoseconds)
  }

  /// The length of a step: a sixteenth of the shorter stretch, 100 ms to a minute.
  public var step: Int64 { min(max(min(every, lasts) / 16, 100_000_000), 60_000_000_000) }
}
