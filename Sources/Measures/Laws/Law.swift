import Vocabulary

/// What holds in every run, whatever the policy; checked by code that did not keep the books.
public enum Law: UInt8, Sendable, Hashable, CaseIterable {
  /// Every request ends exactly once.
  case endsOnce
  /// Every attempt settles exactly once.
  case settlesOnce
  /// No effect comes before its cause.
  case causeFirst
  /// A request costs what its attempts and side calls cost, on both ledgers.
  case booksBalance
  /// No request makes more attempts than the policy allows.
  case attemptMaximum
  /// An open breaker passes only probes and bypasses.
  case openBreaker
  /// No limit admits more than its envelope.
  case limiterEnvelope
  /// Closed requests' reservations are reconciled.
  case reservationsReconciled
  /// The integral of the number inside is the sum of the times inside.
  case littlesLaw
  /// No success is cheaper or faster than the best potential outcome.
  case boundsHold
  /// Every call ends exactly once, and after its end no try of it comes.
  case callEndsOnce

  /// The name, as reports and filters spell it.
  public var name: String {
    switch self {
    case .endsOnce: "ends once"
    case .settlesOnce: "settles once"
    case .causeFirst: "cause first"
    case .booksBalance: "books balance"
    case .attemptMaximum: "attempt maximum"
    case .openBreaker: "open breaker"
    case .limiterEnvelope: "limiter envelope"
    case .reservationsReconciled: "reservations reconciled"
    case .littlesLaw: "Little's law"
    case .boundsHold: "bounds hold"
    case .callEndsOnce: "a call ends once"
    }
  }

  /// The law in one sentence or formula.
  public var statement: String {
    switch self {
    case .endsOnce:
      "Each request ends exactly once: arrived = succeeded + failed + rejected + abandoned + open."
    case .settlesOnce:
      "Each attempt and side call settles exactly once, before its request does: started = settled + open."
    case .causeFirst:
      "arrived ≤ began ≤ ended ≤ settled; arrived ≤ started ≤ first token ≤ attempt's end ≤ settled."
    case .booksBalance:
      "Cost = Σ attempts' bills + Σ side calls' bills, request by request, + Σ standing charges; and so the estimates."
    case .attemptMaximum:
      "Attempts ≤ the policy's maximum, and = first + retries + fallbacks + hedges."
    case .openBreaker:
      "While a breaker is not closed or a deployment is out, only noted probes and bypasses start."
    case .limiterEnvelope:
      "In any stretch of t a limit charges at most burst + rate × t (or its window's most)."
    case .reservationsReconciled:
      "No request that has settled leaves a reservation behind."
    case .littlesLaw:
      "∫ inFlight dt = Σ sojourn of the ended + Σ age of the open, to the nanosecond."
    case .boundsHold:
      "Each success: bill ≥ floor bill, latency ≥ floor latency."
    case .callEndsOnce:
      "A call's tries are 0, 1, 2 …, each after the end of the one before; only the last succeeds."
    }
  }
}

/// One breach of a law: what, who, when, and what was seen.
public struct BrokenLaw: Sendable, Hashable, CustomStringConvertible {
  /// The law.
  public var law: Law
  /// The request's number; `nil` if it concerns none in particular.
  public var request: UInt64?
  /// When.
  public var at: Instant
  /// What was seen and what the law demands.
  public var detail: String

  /// Makes a report of a breach.
  public init(_ law: Law, request: UInt64? = nil, at: Instant, detail: String) {
    self.law = law
    self.request = request
    self.at = at
    self.detail = detail
  }

  /// One line for a report.
  public var description: String {
    let who = request.map { "request \($0)" } ?? "no request"
    return "\(law.name): \(who) at \(at.nanoseconds) ns: \(detail)"
  }
}

/// All breaches of a run: an exact count for each law, and the first few in full.
public struct Breaches: Sendable, Equatable {
  /// How many breaches of one law are kept in full.
  public static let keptPerLaw = 16

  /// How often each law was broken, in the order of `Law.allCases`.
  public private(set) var counts = [Int](repeating: 0, count: Law.allCases.count)
  /// The first breaches of each law, in the order in which they were found.
  public private(set) var kept: [BrokenLaw] = []

  /// Makes an empty list.
  public init() {}

  /// Whether every law held.
  public var isEmpty: Bool { counts.allSatisfy { $0 == 0 } }

  /// How often `law` was broken.
  public func count(of law: Law) -> Int { counts[Int(law.rawValue)] }

  @inline(never)
  mutating func add(_ law: Law, request: UInt64? = nil, at: Instant, _ detail: String) {
    counts[Int(law.rawValue)] += 1
    guard counts[Int(law.rawValue)] <= Breaches.keptPerLaw else { return }
    kept.append(BrokenLaw(law, request: request, at: at, detail: detail))
  }

  mutating func merge(_ other: Breaches) {
    for index in counts.indices { counts[index] += other.counts[index] }
    kept += other.kept
  }
}
