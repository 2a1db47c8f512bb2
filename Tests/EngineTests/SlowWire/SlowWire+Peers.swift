import Chance
import Engine
import GatewayCore
import Providers
import Vocabulary

// What replicas tell each other and ask of central stores, and what befalls them.

extension SlowWire {
  /// Something that a replica has published, on its way.
  struct Rumour {
    var delta: Delta
    var sender: Int
    /// Who hears it; everyone but the sender if it does not say.
    var reader: Int?
  }

  /// What a request has used, on its way to a store.
  struct StoreLetter {
    var store: Int
    var ticket: StoreTicket
    var report: StoreReport
    var replica: Int
  }

  // MARK: Rumours

  func publish(_ delta: Delta, _ replica: Int) {
    guard replicas > 1 else { return complaints.append("published to nobody: \(delta)") }
    let rumour = Rumour(delta: delta, sender: replica)
    switch delta.way {
    case .gossip: send(rumour, at: now.advanced(by: world.gossipLag ?? .zero))
    case .store:
      guard let seen = passesStore(replica) else { return }
      send(rumour, at: seen)
      guard delta.isVerdict else { return }
      // The store keeps the last word on each subject, until it has run out.
      shelf = shelf.filter {
        let (old, new) = ($0.delta, delta)
        let isSame =
          old.counter == new.counter && old.subject == new.subject && old.bucket == new.bucket
          && old.policy == new.policy
        return old.until > now && !isSame
      }
      shelf.append(rumour)
    }
  }

  /// When a message of a replica has been through the store; `nil` if it is lost there.
  private func passesStore(_ replica: Int) -> Instant? {
    let promise = services.start(
      .store, hereAndNow(replica), number: .max, inputTokens: 0, at: now)
    return promise.succeeds ? promise.end : nil
  }

  func publish(_ lesson: Lesson, _ replica: Int) {
    guard replicas > 1 else { return complaints.append("taught nobody: \(lesson)") }
    let arrives =
      lesson.way == .gossip ? now.advanced(by: world.gossipLag ?? .zero) : passesStore(replica)
    if let arrives { sendNoisily(.lesson(Of(replica, lesson)), at: arrives) }
  }

  private func send(_ rumour: Rumour, at instant: Instant) {
    switch rumour.delta.counter {
    case .pin, .budget: sendNoisily(.rumour(rumour), at: instant)
    default: schedule(.rumour(rumour), at: instant)
    }
  }

  /// What replicas remember bears it that a message is late, comes twice, or is lost.
  private func sendNoisily(_ what: Happening, at instant: Instant) {
    guard wire.delay > .zero else { return schedule(what, at: instant) }
    whispers += 1
    var draws = noise.draws(call: CallKey(bits: whispers | 1 << 63))
    guard draws.uniform() >= 0.1 else { return }
    schedule(what, at: instant.advanced(byNanoseconds: delay(draws.uniform())))
    if draws.uniform() < wire.repeats {
      schedule(what, at: instant.advanced(byNanoseconds: delay(draws.uniform())))
    }
  }

  /// The store that serves the policy of a replica; those that serve nobody any more are given up.
  func remember(_ replica: Int) {
    let served = Set((0..<replicas).map { gateways[$0].policyNumber })
    memories = memories.filter { served.contains($0.policy) }
    if memories.allSatisfy({ $0.policy != gateways[replica].policyNumber }),
      let memory = StateStore(for: &gateways[replica])
    {
      memories.append(memory)
    }
  }

  func spread(_ lesson: Of<Lesson>) {
    rumours += 1
    for place in memories.indices where lesson.its.way == .store {
      memories[place].hear(lesson.its, at: now)
    }
    for replica in 0..<replicas where replica != lesson.replica {
      gateways[replica].heard(lesson.its, from: ReplicaID(lesson.replica), at: now)
    }
  }

  func readMemories(_ reader: Int) {
    let number = gateways[reader].policyNumber
    if let memory = memories.first(where: { $0.policy == number }) {
      gateways[reader].read(memory, at: now)
    }
  }

  func spread(_ rumour: Rumour) {
    rumours += 1
    for place in memories.indices where rumour.delta.way == .store && rumour.reader == nil {
      memories[place].hear(rumour.delta, from: ReplicaID(rumour.sender), at: now)
    }
    for replica in 0..<replicas
    where rumour.reader.map({ $0 == replica }) ?? (replica != rumour.sender) {
      gateways[replica].handle(
        .received(rumour.delta, from: ReplicaID(rumour.sender)), at: now, into: &output)
      carryOut(replica)
    }
  }

  // MARK: Central stores

  /// A replica turns to the store whose limits are those of its policy.
  func connect(_ replica: Int, toStoreOf plan: GatewayPlan) {
    let old = storeOf[replica]
    storeOf[replica] = nil
    if plan.services.contains(.store) {
      let fresh = LimitStore(plan)
      let serving = [old] + storeOf
      storeOf[replica] =
        serving.lazy.compactMap { $0 }.first { stores[$0].wording == fresh.wording }
      if storeOf[replica] == nil {
        stores.append(fresh)
        storeOf[replica] = stores.count - 1
      }
    }
  }

  func judged(_ request: Request, _ id: SideCallID, _ replica: Int) -> UInt64 {
    guard let store = storeOf[replica] else { return 0 }
    return stores[store].judge(
      request, gateways[replica].storeQuestion(inSlot: id.request.slot),
      place: Int(id.request.slot) * replicas + replica, at: now, replica: ReplicaID(replica),
      into: &output)
  }

  /// What a request has used goes to the store that has admitted it, as soon as that can be reached.
  func tellStore(_ id: RequestID, _ report: StoreReport, _ replica: Int) {
    let request = gateways[replica].request(inSlot: id.slot)
    // After a reload that may be one that the replica asks no more.
    for store in stores.indices.reversed() {
      guard
        let ticket = stores[store].ticket(
          of: request, report.question, place: Int(id.slot) * replicas + replica)
      else { continue }
      return schedule(
        .storeReport(StoreLetter(store: store, ticket: ticket, report: report, replica: replica)),
        at: services.reach(.store, request.call, at: now))
    }
  }

  func storeHears(_ letter: StoreLetter) {
    // Who has other limits by now is spoken for by one that still has these.
    let speakers = [letter.replica] + (0..<replicas)
    guard let speaker = speakers.first(where: { storeOf[$0] == letter.store }) else { return }
    stores[letter.store].settle(
      letter.ticket, letter.report, at: now, replica: ReplicaID(speaker), into: &output)
  }

  // MARK: Restarts and reloads

  func befall(_ fault: GatewayFault) {
    for replica in 0..<replicas where fault.replica.map({ $0 == replica }) ?? true {
      switch fault.kind {
      case .restart: gateways[replica].restart(at: now, into: &output)
      case .crash: gateways[replica].restart(.crash, at: now, into: &output)
      case .reload(let policy):
        gateways[replica].reload(policy, at: now, into: &output)
        connect(replica, toStoreOf: policy)
        connect(replica, toCacheOf: policy)
        remember(replica)
      }
      if case .reload = fault.kind {} else { readShelf(replica) }
      carryOut(replica)
    }
  }

  /// Who starts anew reads the verdicts that the store holds.
  private func readShelf(_ replica: Int) {
    let number = gateways[replica].policyNumber
    let isRemembered = memories.contains { $0.policy == number }
    guard !shelf.isEmpty || isRemembered, let seen = passesStore(replica) else { return }
    for rumour in shelf where rumour.delta.until > now {
      schedule(
        .rumour(Rumour(delta: rumour.delta, sender: rumour.sender, reader: replica)), at: seen)
    }
    if isRemembered { schedule(.memories(reader: replica), at: seen) }
  }
}
