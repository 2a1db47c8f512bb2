import GatewayCore
import Providers
import Traffic
import Vocabulary

// The central store of counters: it stands outside the replicas, judges what they ask in the order
// in which they ask, and is told what requests have used.
//
// A question is judged when it is put, an answer takes its time; a report takes its time as well,
// and waits while the store is down. What is still on the way at the end arrives then.

extension Simulation {
  /// What is on its way to something outside of the replicas.
  enum Letter {
    case report(StoreMessage)
    case answer(PostedAnswer)
  }

  /// What is on its way to a store.
  struct StoreMessage {
    var store: Int
    var ticket: StoreTicket
    var report: StoreReport
    var replica: Int
    var order: UInt64
  }

  /// Connects a replica with what its policy asks outside of the replicas.
  mutating func connect(_ replica: Int, by plan: GatewayPlan) {
    connect(replica, toStoreOf: plan)
    connect(replica, toCacheOf: plan)
    remember(forPolicyOf: replica)
  }

  /// Connects a replica with the store of its policy's limits: the one that serves a replica whose
  /// policy says the same of limits, or a new one.
  private mutating func connect(_ replica: Int, toStoreOf plan: GatewayPlan) {
    let serving = [storeOf[replica]] + storeOf
    storeOf[replica] = -1
    guard plan.services.contains(.store) else { return }
    let shared = serving.first { $0 >= 0 && stores[$0].wording == plan.limitsWording }
    storeOf[replica] = shared ?? stores.count
    if shared == nil { stores.append(LimitStore(plan)) }
  }

  /// A store's verdict on a request that a replica asks about.
  mutating func judged(_ id: SideCallID, _ replica: Int) -> UInt64 {
    guard id.request != .none, storeOf[replica] >= 0 else { return 0 }
    let request = gateways[replica].request(inSlot: id.request.slot)
    return stores[storeOf[replica]].judge(
      request, gateways[replica].storeQuestion(inSlot: id.request.slot),
      place: Int(id.request.slot) &* replicas &+ replica, at: now,
      replica: ReplicaID(replica), into: &output)
  }

  /// Carries out `tellStore`.
  ///
  /// The store that has admitted it is told: after a reload that is an earlier policy's, which may
  /// still serve other replicas.
  mutating func tellStore(_ id: RequestID, _ report: StoreReport, _ replica: Int) {
    let request = gateways[replica].request(inSlot: id.slot)
    var held: (store: Int, ticket: StoreTicket)?
    for store in stores.indices.reversed() where held == nil {
      held = stores[store].ticket(
        of: request, report.question, place: Int(id.slot) &* replicas &+ replica
      ).map { (store, $0) }
    }
    guard let (store, ticket) = held else { return }
    let message = StoreMessage(
      store: store, ticket: ticket, report: report, replica: replica, order: sequence)
    send(.report(message), at: services.reach(.store, request.call, at: now))
  }

  /// Sends something on its way, to arrive at an instant.
  mutating func send(_ letter: Letter, at instant: Instant) {
    let place = letters.put(letter)
    queue.push(EventKey(.letter, at: instant, sequence: sequence, slot: place).bits)
    sequence &+= 1
  }

  /// Something has arrived.
  mutating func receive(_ place: Int) throws(TrafficError) {
    switch letters.take(place) {
    case .report(let message): storeHears(message)
    case .answer(let posted): try cacheKeeps(posted)
    case nil: break
    }
  }

  private mutating func storeHears(_ message: StoreMessage) {
    // A replica that has taken over other limits speaks of those now: another that still has these
    // answers for it, if there is one.
    let speaker =
      storeOf[message.replica] == message.store
      ? message.replica : storeOf.firstIndex(of: message.store)
    guard let speaker else { return }
    stores[message.store].settle(
      message.ticket, message.report, at: now, replica: ReplicaID(speaker), into: &output)
  }

  /// What is still on its way at the end of the run arrives.
  mutating func deliverReports() {
    let late = letters.left.compactMap { letter in
      if case .report(let message) = letter { message } else { nil }
    }
    for message in late.sorted(by: { $0.order < $1.order }) { storeHears(message) }
  }
}
