import Vocabulary

// Lines and replicas: who waits where, who is taken in hand, who leaves.

extension SelfHostedProvider {
  /// The line that an attempt joins: the only one, or that of the replica with the fewest in hand.
  ///
  /// As behind a load balancer with a check of readiness, a replica that is starting gets nothing
  /// while another serves; if none does, its line is where to wait.
  mutating func line(for now: Int64) -> Int {
    if plan.dispatch == .shared { return 0 }
    return leastLoaded { isOpen($0) } ?? leastLoaded { replicas[$0].state == .starting } ?? 0
  }

  private func leastLoaded(among isFit: (Int) -> Bool) -> Int? {
    var best: Int?
    var fewest = Int.max
    for place in 0..<count where isFit(place) {
      let inHand = replicas[place].assigned + waiting[place]
      if inHand < fewest { (best, fewest) = (place, inHand) }
    }
    return best
  }

  /// Whether a replica takes new work.
  func isOpen(_ place: Int) -> Bool { replicas[place].state == .ready && place < usable }

  func fits(_ place: Int, _ need: Int64, at now: Int64) -> Bool {
    guard replicas[place].assigned < plan.batch else { return false }
    return replicas[place].held(at: now, slow: slow) <= plan.memory - need
  }

  /// Tokens of memory that must be free for a job to be taken in hand.
  func room(_ slot: Int) -> Int64 {
    plan.preempts ? jobs[slot].prompt + jobs[slot].made + 1 : jobs[slot].need
  }

  /// Whether an attempt would be taken in hand at once.
  mutating func hasRoom(_ line: Int, _ need: Int64, at now: Int64) -> Bool {
    guard waiting[line] == 0 else { return false }
    if plan.dispatch == .leastLoaded { return isOpen(line) && fits(line, need, at: now) }
    return roomiest(need, at: now) != nil
  }

  /// The replica with room that has the fewest in hand.
  private mutating func roomiest(_ need: Int64, at now: Int64) -> Int? {
    var best: Int?
    var fewest = Int.max
    for place in 0..<count where isOpen(place) && fits(place, need, at: now) {
      if replicas[place].assigned < fewest { (best, fewest) = (place, replicas[place].assigned) }
    }
    return best
  }

  /// Tokens of memory that an attempt needs.
  func need(_ attempt: AttemptStart, _ whole: Usage) -> Int64 {
    let output =
      plan.reservesCap ? demand.permits(for: attempt, whole).outputTokens : whole.outputTokens
    return Int64(whole.inputTokens) + Int64(output)
  }

  mutating func queue(_ slot: Int, _ line: Int) {
    // Who was preempted goes on before others begin; of several the one that came first.
    let rank: UInt64 =
      switch jobs[slot].made > 0 ? .fifo : plan.order {
      case .fifo: 0
      case .shortestPrompt: UInt64(jobs[slot].toPrefill)
      case .priority: 255 - UInt64(jobs[slot].priority)
      }
    lines[line].push(KeyHeap.key(rank: rank, number: jobs[slot].number, slot: slot))
    waiting[line] += 1
  }

  /// Gives what waits in a line to replicas with room.
  mutating func dispatch(_ line: Int, at now: Int64) {
    while let slot = head(of: line) {
      let place: Int?
      if plan.dispatch == .shared {
        place = roomiest(room(slot), at: now)
      } else {
        place = isOpen(line) && fits(line, room(slot), at: now) ? line : nil
      }
      guard let place else { return }
      take(slot, from: line, to: place)
      replicas[place].interrupt(at: now, slow: slow)
    }
  }

  /// Lets a replica take what it has room for.
  mutating func pull(_ place: Int, at now: Int64) {
    guard isOpen(place) else { return }
    let line = plan.dispatch == .shared ? 0 : place
    while let slot = head(of: line), fits(place, room(slot), at: now) {
      take(slot, from: line, to: place)
    }
  }

  private mutating func take(_ slot: Int, from line: Int, to place: Int) {
    lines[line].removeFirst()
    waiting[line] -= 1
    jobs[slot].place = .coming
    jobs[slot].home = Int32(place)
    replicas[place].assign(slot, &jobs)
  }

  /// The slot of the first that still waits.
  private mutating func head(of line: Int) -> Int? {
    while lines[line].count > 0 {
      let key = lines[line].first
      let slot = KeyHeap.slot(of: key)
      if jobs[slot].place == .waiting, KeyHeap.isAbout(key, number: jobs[slot].number),
        Int(jobs[slot].home) == line
      {
        return slot
      }
      lines[line].removeFirst()
    }
    return nil
  }

  /// Those that incidents have held up until `now` join their lines.
  mutating func join(at now: Int64) {
    while arriving.count > 0, Int64(KeyHeap.rank(of: arriving.first)) <= now {
      let key = arriving.first
      arriving.removeFirst()
      let slot = KeyHeap.slot(of: key)
      guard jobs[slot].place == .delayed, KeyHeap.isAbout(key, number: jobs[slot].number) else {
        continue
      }
      let line = line(for: now)
      jobs[slot].place = .waiting
      jobs[slot].home = Int32(line)
      queue(slot, line)
      dispatch(line, at: now)
    }
    nextArrival = arriving.count > 0 ? Int64(KeyHeap.rank(of: arriving.first)) : .max
  }

  /// Those that a replica has preempted wait in front of its line.
  mutating func requeue(from place: Int, at now: Int64) {
    for index in 0..<preempted.count {
      let slot = Int(preempted[index])
      var line = plan.dispatch == .shared ? 0 : place
      if plan.dispatch != .shared, replicas[place].state != .ready { line = self.line(for: now) }
      jobs[slot].home = Int32(line)
      jobs[slot].need = jobs[slot].toPrefill
      queue(slot, line)
    }
    let isMoved = preempted.count > 0 && replicas[place].state != .ready
    preempted.removeAll()
    if isMoved {
      for line in 0..<(plan.dispatch == .shared ? 1 : count) { dispatch(line, at: now) }
    }
  }

  /// A job leaves before its end: the gateway withdrew it, or its connection broke.
  mutating func leave(_ slot: Int, at now: Int64) {
    let home = Int(jobs[slot].home)
    switch jobs[slot].place {
    case .delayed: freeSlot(slot)
    case .waiting:
      waiting[home] -= 1
      freeSlot(slot)
      // Who stood behind it may fit where it did not.
      dispatch(home, at: now)
    case .coming:
      jobs[slot].place = .gone
      replicas[home].interrupt(at: now, slow: slow)
    case .decoding:
      jobs[slot].place = .gone
      replicas[home].withdraw(decoding: slot, at: now, slow: slow)
    case .gone, .free: break
    }
  }

  /// Tokens of a job's answer by `now`.
  mutating func made(_ slot: Int, at now: Int64) -> Int64 {
    guard jobs[slot].place == .decoding else { return jobs[slot].made }
    return replicas[Int(jobs[slot].home)].made(jobs[slot], at: now, slow: slow)
  }

  // MARK: Slots

  func slot(of flight: UInt32) -> Int? {
    guard Int(flight) < slotOfFlight.count, slotOfFlight[Int(flight)] != .max else { return nil }
    return Int(slotOfFlight[Int(flight)])
  }

  mutating func takeSlot() -> Int {
    if !free.isEmpty { return Int(free.removeLast()) }
    precondition(jobs.count < KeyHeap.slots, "more than \(KeyHeap.slots) attempts in hand")
    jobs.append(ServingJob())
    return jobs.count - 1
  }

  mutating func freeSlot(_ slot: Int) {
    jobs[slot].place = .free
    free.append(UInt32(slot))
    inHand -= 1
  }
}
