public import Vocabulary

/// A time in which a service is down or slow.
public struct ServiceIncident: Sendable, Hashable {
  /// What befalls it.
  public enum Effect: Sendable, Hashable {
    /// It answers nothing: a call ends at its deadline, or fails after so long if it is refused.
    case down(after: Duration?)
    /// Its answers take so many times as long.
    case slow(Double)
  }

  /// Which service.
  public var kind: SideCallKind
  /// When it begins.
  public var from: Instant
  /// When it is over.
  public var until: Instant
  /// What befalls it.
  public var effect: Effect

  /// Makes an incident.
  public init(_ kind: SideCallKind, from: Instant, until: Instant, _ effect: Effect) {
    self.kind = kind
    self.from = from
    self.until = until
    self.effect = effect
  }

  /// Whether it is on.
  func strikes(at now: Instant) -> Bool { from <= now && now < until }
}

extension [ServiceIncident] {
  /// How many times as long an answer takes that is asked for now; factors multiply.
  func slowness(at now: Instant) -> Double {
    reduce(1) { factor, incident in
      guard case .slow(let more) = incident.effect, incident.strikes(at: now) else { return factor }
      return factor * more
    }
  }

  /// The incident that keeps a service from answering now, if there is one.
  func outage(at now: Instant) -> ServiceIncident? {
    first {
      if case .down = $0.effect { $0.strikes(at: now) } else { false }
    }
  }
}
