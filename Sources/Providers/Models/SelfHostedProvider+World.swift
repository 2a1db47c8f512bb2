import Vocabulary

// What changes by itself: weather, broken connections, the number of replicas.

extension SelfHostedProvider {
  /// What an attempt would be if it were alone: the yardstick of faults that show after a share of
  /// its time.
  func alone(_ whole: Usage, from begin: Int64, after delay: Int64 = 0) -> Course {
    let fresh = Int64(whole.inputTokens) - Int64(whole.cachedInputTokens)
    let first = begin + delay + Progress.nanoseconds(speed.prefillTime(max(1, fresh)))
    let decode = speed.decodeAlone(
      prompt: Int64(whole.inputTokens), output: Int64(whole.outputTokens))
    return Course(
      begin: begin, firstToken: first, end: first + Progress.nanoseconds(decode),
      outputTokens: whole.outputTokens)
  }

  /// The promise of an attempt that takes no place, as its course says.
  mutating func refusal(
    _ attempt: AttemptStart, _ whole: Usage, _ course: Course, startedAt begin: Int64
  ) -> Promise {
    let (usage, bill) = billing.charge(whole, course, cut: cutBilling, startedAt: begin)
    var promise = Promise(
      flight: attempt.flight, outcome: course.outcome, retryAfter: course.retryAfter,
      incidents: course.incidents, isDegraded: course.isDegraded && course.outcome.isSuccess,
      billing: course.billing,
      firstToken: Instant(nanoseconds: course.firstToken),
      end: Instant(nanoseconds: course.end), usage: usage, bill: bill,
      pausedAt: Instant(nanoseconds: course.pausedAt), pauseNanoseconds: course.pause)
    promise.isUnreached = course.isUnreached
    return promise
  }

  /// Comes to an instant before which nothing was in hand.
  mutating func catchUp(to now: Int64) {
    place = weather.place(at: now)
    takeWeather(at: now)
    while nextBreak < breaks.count, breaks[nextBreak].from <= now { nextBreak += 1 }
    scale(until: now)
  }

  /// Goes on with the weather of `now`.
  mutating func changeWeather(at now: Int64, into output: inout ProviderOutput) {
    let before = slow
    place = weather.place(at: now)
    takeWeather(at: now)
    if slow == .infinity, before != .infinity { pause(at: now, into: &output) }
    for index in 0..<count { replicas[index].rebase(at: now, from: before, to: slow) }
    for line in 0..<(plan.dispatch == .shared ? 1 : count) { dispatch(line, at: now) }
  }

  /// Streams stand still: what an idle deadline looks at.
  private mutating func pause(at now: Int64, into output: inout ProviderOutput) {
    var last = place
    while weather.end(of: last) != .max, weather[last + 1].slow == .infinity { last += 1 }
    for slot in 0..<jobs.count where jobs[slot].place == .decoding && jobs[slot].streams {
      var promise = promise(slot, end: .distantFuture)
      promise.pausedAt = Instant(nanoseconds: now)
      promise.pauseNanoseconds = weather.end(of: last) &- now
      output.promises.append(promise)
    }
  }

  private mutating func takeWeather(at now: Int64) {
    slow = weather[place].slow
    if let cell = grid?.cell(at: now) {
      slow *= cell.first
      nextDrift = grid?.until ?? .max
    }
    countUsable()
  }

  /// How many of the replicas take new work.
  private mutating func countUsable() {
    let step = weather[place]
    guard step.share < 1 else { return usable = .max }
    var serving = 0
    for index in 0..<count where replicas[index].state == .ready { serving += 1 }
    let share = max(0, step.share) * Double(serving)
    let kept = Int(share)
    var left = Double(kept) < share ? kept + 1 : kept
    // The first of those that serve are the ones that are left.
    usable = 0
    for index in 0..<count where left > 0 && replicas[index].state == .ready {
      left -= 1
      usable = index + 1
    }
  }

  /// An incident breaks connections of what is in hand.
  mutating func strike(
    _ strike: Strike, at now: Int64, quotas: inout Quotas, into output: inout ProviderOutput
  ) {
    for slot in 0..<jobs.count {
      let job = jobs[slot]
      guard job.place != .free && job.place != .gone,
        job.begin < strike.from, strike.touchesInFlight(job.call, ordinal: job.ordinal)
      else { continue }
      var usage = job.usage
      usage.outputTokens = UInt32(clamping: made(slot, at: now))
      let isBroken = job.firstToken <= now
      let isBilled = isBroken && cutBilling != .nothing
      let bill = isBilled ? billing.charge(usage, startedAt: job.begin) : .zero
      let promise = Promise(
        flight: job.flight, outcome: isBroken ? .brokenStream : .connection,
        incidents: job.incidents | strike.incident.mask,
        firstToken: Instant(nanoseconds: job.firstToken), end: Instant(nanoseconds: now),
        usage: isBroken ? usage : .none, bill: bill)
      output.promises.append(promise)
      close(job.flight, promise.usage, bill, at: promise.end, quotas: &quotas)
      slotOfFlight[Int(job.flight)] = .max
      leave(slot, at: now)
    }
  }

  // MARK: Replicas

  /// Looks at the load at every instant of the grid until `now`; replicas that have started serve.
  mutating func scale(until now: Int64) {
    guard autoscaler != nil else { return }
    while true {
      var ready = Int64.max
      for index in 0..<count { ready = min(ready, replicas[index].readyAt) }
      let look = autoscaler?.next ?? .max
      guard min(ready, look) <= now else { return }
      if ready <= look { open(at: ready) } else { judge(at: look) }
      if inHand == 0, ready == .max, running == plan.autoscaling?.least {
        autoscaler?.skip(to: now)
      }
    }
  }

  private var running: Int {
    var running = 0
    for index in 0..<count
    where replicas[index].state == .ready || replicas[index].state == .starting { running += 1 }
    return running
  }

  private mutating func judge(at now: Int64) {
    let before = running
    let wanted = autoscaler?.look(inFlight: inHand, replicas: before) ?? before
    if wanted > before { grow(by: wanted - before, at: now) }
    if wanted < before { shrink(by: before - wanted, at: now) }
    if wanted != before { countUsable() }
  }

  /// Starts replicas; those that were to go stay instead.
  private mutating func grow(by more: Int, at now: Int64) {
    var left = more
    for index in 0..<count where left > 0 && replicas[index].state == .draining {
      replicas[index].state = .ready
      left -= 1
      pull(index, at: now)
      replicas[index].interrupt(at: now, slow: slow)
    }
    for index in 0..<count where left > 0 && replicas[index].state == .off {
      replicas[index].state = .starting
      replicas[index].readyAt = now + (autoscaler?.startUp ?? 0)
      capacity.change(by: 1, at: now)
      left -= 1
    }
  }

  /// Takes replicas away, the last first: starting ones at once, others when they are empty.
  private mutating func shrink(by fewer: Int, at now: Int64) {
    var left = fewer
    for index in stride(from: count - 1, through: 0, by: -1)
    where left > 0 && replicas[index].state == .starting {
      turnOff(index, at: now)
      left -= 1
    }
    for index in stride(from: count - 1, through: 0, by: -1)
    where left > 0 && replicas[index].state == .ready {
      left -= 1
      replicas[index].state = .draining
      if replicas[index].assigned == 0 { turnOff(index, at: now) }
      rehouse(index, at: now)
    }
  }

  /// Those who wait at a replica that goes away go to another line.
  private mutating func rehouse(_ place: Int, at now: Int64) {
    guard plan.dispatch == .leastLoaded, waiting[place] > 0 else { return }
    for slot in 0..<jobs.count
    where jobs[slot].place == .waiting && Int(jobs[slot].home) == place {
      let line = line(for: now)
      waiting[place] -= 1
      jobs[slot].home = Int32(line)
      queue(slot, line)
      dispatch(line, at: now)
    }
  }

  /// Replicas that have started by `now` serve.
  private mutating func open(at now: Int64) {
    for index in 0..<count where replicas[index].readyAt <= now {
      replicas[index].readyAt = .max
      replicas[index].state = .ready
      countUsable()
      pull(index, at: now)
      replicas[index].interrupt(at: now, slow: slow)
    }
  }

  mutating func turnOff(_ place: Int, at now: Int64) {
    replicas[place].state = .off
    replicas[place].readyAt = .max
    capacity.change(by: -1, at: now)
  }
}
