import Vocabulary

/// One replica with continuous batching, moved from one change of its batch to the next.
///
/// All answers of a batch advance in lockstep, a token a step, so virtual time is the number of the
/// step: an answer that joins at step s with n tokens to come is whole after step s + n, whatever
/// joins or leaves meanwhile. Between two changes the batch B is constant and its context grows by B a
/// step, so that m steps take
///
///     W(m) = m·(a + b·B + c·K) + c·B·m·(m − 1)/2
///
/// of work: a closed form, and its inverse a square root. A change (arrival, end, withdrawal) takes
/// effect at the end of the iteration that is going on, as it does in a real engine. Nothing happens
/// per token or per iteration.
///
/// While an incident slows the deployment, the clock runs `slow` times as long as the work; it is
/// rebased where the factor changes.
/// - Complexity: O(log batch) per change.
struct Replica: ~Copyable, @unchecked Sendable {
  enum State: UInt8 { case off, starting, ready, draining }

  private enum Phase: UInt8 { case idle, prefill, mixed, decode }

  var state = State.off
  /// When it will be ready; only of one that is starting.
  var readyAt: Int64 = .max
  /// Jobs that it has in hand.
  private(set) var assigned = 0
  /// Tokens of memory set aside; where nothing is, of contexts that are to be computed.
  private(set) var reserved: Int64 = 0
  /// Its place among the replicas.
  let index: Int32
  /// Tokens of memory, if nothing is set aside and answers are preempted; else `.max`.
  private let growsTo: Int64
  /// Answers by how late they came, if any may be preempted.
  private var latest = KeyHeap()
  /// When its next change comes.
  private(set) var next: Int64 = .max

  private var answers: Int64 = 0
  private var context: Int64 = 0
  /// Steps made since the start of the run.
  private var step: Int64 = 0
  private var finishing = KeyHeap()
  private var coming = SlotLine()
  private var leaving = Buffer<UInt32>()

  private var phase = Phase.idle
  private var start: Int64 = 0
  /// Work done in this phase before `start`.
  private var done = 0.0
  /// Work of the phase's first iteration, and what each further one takes longer.
  private var first = 0.0
  private var growth = 0.0
  /// The iterations after which the phase ends.
  private var planned: Int64 = 0
  /// How many of `coming` this phase computes, or prompt tokens of the first a iteration.
  private var prefilling = 0
  private var chunk: Int64 = 0

  var isIdle: Bool { phase == .idle }

  init(_ index: Int, _ plan: borrowing ServingPlan) {
    self.index = Int32(index)
    growsTo = plan.preempts ? plan.memory : .max
  }

  private var preempts: Bool { growsTo < .max }

  /// Tokens of memory that are taken at `now`.
  mutating func held(at now: Int64, slow: Double) -> Int64 {
    guard preempts else { return reserved }
    var made: Int64 = 0
    if phase == .mixed || phase == .decode {
      made = answers &* min(planned, iterations(in: work(at: now, slow)))
    }
    return reserved &+ context &+ made
  }

  /// Takes a job in hand.
  mutating func assign(_ slot: Int, _ jobs: inout Buffer<ServingJob>) {
    assigned &+= 1
    reserved &+= jobs[slot].need
    coming.append(slot)
  }

  /// Lets something change at the end of the iteration that is going on.
  mutating func interrupt(at now: Int64, slow: Double) {
    switch phase {
    case .idle: next = now
    case .prefill: break
    case .mixed, .decode:
      let worked = work(at: now, slow)
      var whole = iterations(in: worked)
      if work(of: whole) < worked - Replica.tolerance { whole += 1 }
      guard whole < planned else { return }
      planned = whole
      next = clock(of: whole, slow, notBefore: now)
    }
  }

  /// Forgets a job that is in the batch, at the end of the iteration that is going on.
  mutating func withdraw(decoding slot: Int, at now: Int64, slow: Double) {
    leaving.append(UInt32(slot))
    interrupt(at: now, slow: slow)
  }

  /// Tokens of a job that is in the batch by `now`.
  mutating func made(_ job: ServingJob, at now: Int64, slow: Double) -> Int64 {
    guard phase == .mixed || phase == .decode else { return job.made(by: step) }
    return min(job.output, job.made(by: step + min(planned, iterations(in: work(at: now, slow)))))
  }

  /// Goes on with another factor on all times.
  mutating func rebase(at now: Int64, from old: Double, to new: Double) {
    guard phase != .idle else { return }
    done = work(at: now, old)
    start = now
    next = clock(of: planned, new, notBefore: now)
  }

  /// Ends the phase: tokens are made, answers end, prompts are whole.
  ///
  /// - Parameters:
  ///   - ended: the slots of whole answers, which the replica has let go of.
  ///   - begun: the slots of answers whose first token is made.
  ///   - dropped: the slots of withdrawn jobs, which the replica has let go of.
  mutating func finishPhase(
    at now: Int64, _ jobs: inout Buffer<ServingJob>, ended: inout Buffer<UInt32>,
    begun: inout Buffer<UInt32>, dropped: inout Buffer<UInt32>
  ) {
    next = .max
    if phase == .mixed || phase == .decode {
      step &+= planned
      context &+= answers &* planned
    }
    for place in 0..<leaving.count {
      let slot = Int(leaving[place])
      answers &-= 1
      context &-= jobs[slot].prompt &+ jobs[slot].made(by: step)
      release(slot, &jobs)
      dropped.append(UInt32(slot))
    }
    leaving.removeAll()
    while finishing.count > 0 {
      let key = finishing.first
      let slot = KeyHeap.slot(of: key)
      let isLive = isFinishing(key, jobs[slot])
      if isLive, Int64(KeyHeap.rank(of: key)) > step { break }
      finishing.removeFirst()
      guard isLive else { continue }
      answers &-= 1
      context &-= jobs[slot].prompt &+ jobs[slot].output
      release(slot, &jobs)
      jobs[slot].place = .gone
      ended.append(UInt32(slot))
    }
    if phase == .mixed {
      let slot = coming[0]
      jobs[slot].toPrefill &-= chunk &* planned
      prefilling = jobs[slot].toPrefill <= 0 ? 1 : 0
    }
    if phase == .mixed || phase == .prefill {
      for _ in 0..<prefilling {
        begin(at: now, &jobs, ended: &ended, begun: &begun, dropped: &dropped)
      }
    }
    // Before others are taken in hand, who may need their room.
    while coming.count > 0, jobs[coming[0]].place == .gone {
      let slot = coming[0]
      coming.removeFirst()
      release(slot, &jobs)
      dropped.append(UInt32(slot))
    }
    phase = .idle
  }

  /// Plans what comes next; `next` is when it ends.
  mutating func planPhase(
    at now: Int64, _ jobs: inout Buffer<ServingJob>, _ speed: borrowing SpeedLaw,
    _ mixing: ServingPlan.Mixing, slow: Double, dropped: inout Buffer<UInt32>,
    preempted: inout Buffer<UInt32>
  ) {
    start = now
    done = 0
    if preempts { makeRoom(mixing, &jobs, preempted: &preempted) }
    var untilEnd = finishing.count > 0 ? Int64(KeyHeap.rank(of: finishing.first)) &- step : .max
    // A step makes a token of each answer: after so many the memory is full.
    if preempts, answers > 0 {
      untilEnd = min(untilEnd, max(1, (growsTo &- reserved &- context) / answers))
      // Who waits may fit where one has made room: that is seen at the end of the iteration.
      if preempted.count > 0 { untilEnd = 1 }
    }
    if coming.count > 0 {
      switch mixing {
      case .prefillFirst(let most): planPrefill(most, &jobs, speed)
      case .chunked(let tokens):
        let rest = jobs[coming[0]].toPrefill
        chunk = min(rest, max(1, tokens &- answers))
        planned = min(rest / chunk, untilEnd)
        phase = .mixed
        let base = speed.prefillTime(0)
        first = answers > 0 ? speed.stepTime(answers: answers, context: context) : base
        first += speed.prefillTime(chunk) - base
        growth = speed.perContextToken * Double(answers)
      }
    } else if answers > 0 {
      phase = .decode
      first = speed.stepTime(answers: answers, context: context)
      growth = speed.perContextToken * Double(answers)
      planned = untilEnd
    } else {
      phase = .idle
      next = .max
      return
    }
    next = clock(of: planned, slow, notBefore: now)
  }

  private mutating func planPrefill(
    _ most: Int64, _ jobs: inout Buffer<ServingJob>, _ speed: borrowing SpeedLaw
  ) {
    var tokens: Int64 = 0
    prefilling = 0
    while prefilling < coming.count {
      let slot = coming[prefilling]
      // One that has been withdrawn costs nothing.
      let more = jobs[slot].place == .gone ? 0 : jobs[slot].toPrefill
      if prefilling > 0, tokens &+ more > most { break }
      tokens &+= more
      prefilling &+= 1
    }
    phase = .prefill
    first = speed.prefillTime(tokens)
    growth = 0
    planned = 1
  }

  /// The first of `coming` has its first token.
  private mutating func begin(
    at now: Int64, _ jobs: inout Buffer<ServingJob>, ended: inout Buffer<UInt32>,
    begun: inout Buffer<UInt32>, dropped: inout Buffer<UInt32>
  ) {
    let slot = coming[0]
    coming.removeFirst()
    if jobs[slot].place == .gone {
      release(slot, &jobs)
      return dropped.append(UInt32(slot))
    }
    let isFirst = jobs[slot].made == 0
    let made = jobs[slot].made &+ 1
    if isFirst { jobs[slot].firstToken = now }
    if jobs[slot].output <= made {
      release(slot, &jobs)
      jobs[slot].place = .gone
      return ended.append(UInt32(slot))
    }
    jobs[slot].place = .decoding
    jobs[slot].finish = step &+ jobs[slot].output &- made
    answers &+= 1
    context &+= jobs[slot].prompt &+ made
    if preempts {
      reserved &-= jobs[slot].need
      jobs[slot].need = 0
      latest.push(
        KeyHeap.key(
          rank: .max &- jobs[slot].number, number: jobs[slot].number, slot: slot))
    }
    finishing.push(
      KeyHeap.key(
        rank: UInt64(jobs[slot].finish), number: jobs[slot].number, slot: slot))
    if isFirst { begun.append(UInt32(slot)) }
  }

  // MARK: Memory that runs out

  /// Whether a key of `finishing` is about an answer that ends here, then.
  private func isFinishing(_ key: UInt128, _ job: ServingJob) -> Bool {
    job.place == .decoding && KeyHeap.isAbout(key, number: job.number)
      && (!preempts || job.home == index && Int64(KeyHeap.rank(of: key)) == job.finish)
  }

  /// Puts answers back, the last that came first, until the others have room for one more token.
  ///
  /// What had been made of them is kept and counts as prompt when they come again.
  private mutating func makeRoom(
    _ mixing: ServingPlan.Mixing, _ jobs: inout Buffer<ServingJob>,
    preempted: inout Buffer<UInt32>
  ) {
    // While prompts come first no answer grows.
    if case .prefillFirst = mixing, coming.count > 0 { return }
    while answers > 0, reserved &+ context &+ answers > growsTo, latest.count > 0 {
      let key = latest.first
      let slot = KeyHeap.slot(of: key)
      latest.removeFirst()
      guard jobs[slot].place == .decoding, jobs[slot].home == index,
        KeyHeap.isAbout(key, number: jobs[slot].number)
      else { continue }
      jobs[slot].made = jobs[slot].made(by: step)
      jobs[slot].toPrefill = jobs[slot].prompt &+ jobs[slot].made
      jobs[slot].place = .waiting
      answers &-= 1
      assigned &-= 1
      context &-= jobs[slot].toPrefill
      preempted.append(UInt32(slot))
    }
    while finishing.count > 0,
      !isFinishing(finishing.first, jobs[KeyHeap.slot(of: finishing.first)])
    {
      finishing.removeFirst()
    }
  }

  private mutating func release(_ slot: Int, _ jobs: inout Buffer<ServingJob>) {
    assigned &-= 1
    reserved &-= jobs[slot].need
  }

  // MARK: Work and clock

  /// Work that rounding may hide, in nanoseconds.
  private static let tolerance = 0.01

  /// The work of so many iterations of this phase.
  private func work(of iterations: Int64) -> Double {
    let m = Double(iterations)
    return m * first + growth * m * (m - 1) / 2
  }

  private func work(at now: Int64, _ slow: Double) -> Double {
    slow == .infinity ? done : done + Double(now &- start) / slow
  }

  /// The whole iterations in an amount of work: the inverse of `work(of:)`.
  private mutating func iterations(in worked: Double) -> Int64 {
    let worked = worked + Replica.tolerance
    let linear = first - growth / 2
    let divisor = linear + (linear * linear + 2 * growth * worked).squareRoot()
    guard divisor > 0 else { return planned }
    let guess = 2 * worked / divisor
    guard guess < Double(planned) + 2 else { return planned }
    var whole = Int64(guess)
    while whole < planned, work(of: whole + 1) <= worked { whole += 1 }
    while whole > 0, work(of: whole) > worked { whole -= 1 }
    return whole
  }

  private func clock(of iterations: Int64, _ slow: Double, notBefore now: Int64) -> Int64 {
    if slow == .infinity { return .max }
    let span = (work(of: iterations) - done) * slow
    guard span < 4e18 else { return .max }
    let whole = Int64(max(0, span))
    return max(now, start &+ (Double(whole) < span ? whole &+ 1 : whole))
  }
}
