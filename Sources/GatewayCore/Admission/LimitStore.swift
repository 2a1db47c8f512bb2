import Vocabulary

/// The central store of counters: judges for all replicas, and counts what they have admitted.
///
/// It is outside of every replica. A driver owns it (the simulator in virtual time; a server would
/// put the same algorithm into Redis) and asks it when a replica makes a side call of kind `store`;
/// the answer goes back as the call's value. What a request has used is told when it settles. It
/// judges and charges in one step, so its promise holds for all replicas together, exactly.
///
/// An answer that comes too late has been charged all the same; the report of its request corrects
/// that. A replica that starts anew forgets nothing here.
/// - Complexity: O(central limits) a question; a ticket a request in flight, and one for each of its
///   attempts.
public final class LimitStore {
  /// What the store remembers of a request, or of an attempt, that it has admitted.
  struct Ticket: BitwiseCopyable {
    var number: UInt64
    var spared: UInt64
    var charged: Instant
    var question: StoreQuestion
  }

  /// The limits as the policy's file has them: a store serves replicas whose policies say the same.
  public let wording: String
  private var chain: LimitChain
  private var attempts: LimitChain
  /// For each place the ticket of a request, and of each of its attempts: several may be in flight.
  private var tickets = Buffer<Ticket>()
  private let ticketsPerPlace: Int

  /// A store that has counted nothing.
  public init(_ plan: GatewayPlan) {
    wording = plan.limitsWording
    chain = LimitChain(plan, .central)
    attempts = LimitChain(plan, .centralAttempts)
    ticketsPerPlace = attempts.isEmpty ? 1 : 17
  }

  /// Judges a request or an attempt of it, and charges it if all limits admit it.
  ///
  /// `place` is the request's among the driver's.
  /// - Returns: the value of the side call's answer.
  public func judge(
    _ request: borrowing Request, _ question: StoreQuestion, place: Int, at now: Instant,
    replica: ReplicaID, into output: inout Output
  ) -> UInt64 {
    let place = ticketPlace(place, question)
    if place >= tickets.count {
      tickets.fill(
        upTo: place + 1,
        with: Ticket(number: .max, spared: .max, charged: .start, question: .request))
    }
    let verdict =
      question.isAboutAttempt
      ? attempts.admit(
        request, deployment: question.deployment, attempt: question.attempt, at: now,
        replica: replica, into: &output)
      : chain.admit(request, at: now, replica: replica, into: &output)
    switch verdict {
    case .admit(let spared):
      tickets[place] = Ticket(
        number: request.number, spared: spared, charged: now, question: question)
      return StoreAnswer.admitted
    case .refuse(let limit, let retryAt):
      tickets[place].number = .max
      return StoreAnswer(limit: limit, retryAt: retryAt, at: now).value
    }
  }

  /// What the store has to be told of the request at a place, or of its attempt; `nil` if it has not
  /// admitted that.
  public func ticket(
    of request: borrowing Request, _ question: StoreQuestion, place: Int
  ) -> StoreTicket? {
    let place = ticketPlace(place, question)
    guard place < tickets.count, tickets[place].number == request.number,
      tickets[place].question == question
    else { return nil }
    let ticket = tickets[place]
    tickets[place].number = .max
    return StoreTicket(
      request: copy request, question: question, spared: ticket.spared, charged: ticket.charged)
  }

  private func ticketPlace(_ place: Int, _ question: StoreQuestion) -> Int {
    ticketsPerPlace &* place &+ (question.isAboutAttempt ? 1 &+ Int(question.attempt & 15) : 0)
  }

  /// Counts what a request, or an attempt of it, has used.
  public func settle(
    _ ticket: StoreTicket, _ report: StoreReport, at now: Instant, replica: ReplicaID,
    into output: inout Output
  ) {
    let usage = Usage(inputTokens: report.inputTokens, outputTokens: report.outputTokens)
    if ticket.question.isAboutAttempt {
      attempts.settle(
        ticket.request, deployment: ticket.question.deployment, attempt: ticket.question.attempt,
        usage: usage, cost: report.cost, hit: false, undone: report.end == .refused,
        spared: ticket.spared, chargedAt: ticket.charged, at: now, replica: replica, into: &output)
    } else {
      chain.settle(
        ticket.request, usage: usage, cost: report.cost, hit: report.end == .hit,
        undone: report.end == .refused, spared: ticket.spared, chargedAt: ticket.charged, at: now,
        replica: replica, into: &output)
    }
  }
}

/// A request, or an attempt, that a store has admitted and not yet been told the end of.
public struct StoreTicket: Sendable {
  var request: Request
  var question: StoreQuestion
  var spared: UInt64
  var charged: Instant
}

/// A store's verdict as the value of a side call: admitted, or who refuses and for how long.
///
/// 0 admits. Otherwise the top bit is set, then 15 bits name the limit, and 48 bits are the
/// microseconds, rounded up, until the same request would pass; all ones: never.
struct StoreAnswer {
  static let admitted: UInt64 = 0
  private static let never: UInt64 = (1 << 48) - 1
  let value: UInt64

  init(value: UInt64) { self.value = value }

  init(limit: Int, retryAt: Instant, at now: Instant) {
    let wait = max(0, now.nanoseconds(to: retryAt))
    let microseconds =
      retryAt == .distantFuture
      ? StoreAnswer.never : min(UInt64(wait) / 1000 + (wait % 1000 == 0 ? 0 : 1), StoreAnswer.never)
    value = 1 << 63 | UInt64(limit & 0x7FFF) << 48 | microseconds
  }

  var isAdmitted: Bool { value >> 63 == 0 }
  var limit: Int { Int(value >> 48 & 0x7FFF) }
  /// Nanoseconds from the verdict on; `nil` for never.
  var wait: Int64? {
    let microseconds = value & StoreAnswer.never
    return microseconds == StoreAnswer.never ? nil : Int64(microseconds) * 1000
  }
}
