import Providers
import Vocabulary

/// The slow twin of a self-hosted deployment: every iteration is an event, every token is counted.
struct ServingTwin {
  struct Job {
    var at: Double
    var prompt: Int
    var output: Int
    var cancelAt: Double = .infinity
    var left = 0
    var made = 0
    var first = Double.infinity
    var end = Double.infinity
    var isGone = false
    /// How often it was preempted.
    var preempted = 0
  }

  private struct Machine {
    var coming: [Int] = []
    var running: [Int] = []
    var assigned = 0
    var reserved = 0
    var until = Double.infinity
    var isIdle = true
    /// Jobs whose prompt this iteration ends, or the piece of the first.
    var prefilling = 0
    var chunk = 0
    var decodes = false
  }

  let plan: ServingPlan
  private(set) var jobs: [Job]
  private(set) var iterations = 0
  private var machines: [Machine]
  private var lines: [[Int]]

  init(_ plan: ServingPlan, _ jobs: [Job]) {
    self.plan = plan
    self.jobs = jobs
    machines = Array(repeating: Machine(), count: plan.replicas)
    lines = Array(repeating: [], count: plan.replicas)
    for place in self.jobs.indices { self.jobs[place].left = max(1, jobs[place].prompt) }
  }

  mutating func run() {
    var events = jobs.indices.map { (at: jobs[$0].at, job: $0, isCancel: false) }
    events += jobs.indices.filter { jobs[$0].cancelAt < .infinity }
      .map { (jobs[$0].cancelAt, $0, true) }
    events.sort { $0.at < $1.at }
    var next = 0
    while true {
      let machine = machines.indices.min { machines[$0].until < machines[$1].until } ?? 0
      let event = next < events.count ? events[next].at : .infinity
      if machines[machine].until == .infinity && event == .infinity { return }
      if machines[machine].until <= event {
        endIteration(machine)
      } else {
        let (at, job, isCancel) = events[next]
        next += 1
        if isCancel { cancel(job, at) } else { arrive(job, at) }
      }
    }
  }

  private func need(_ job: Int) -> Int { jobs[job].prompt + jobs[job].output }

  private func fits(_ machine: Int, _ job: Int) -> Bool {
    if plan.preempts {
      return machines[machine].assigned < plan.batch
        && Int64(held(machine) + jobs[job].prompt + jobs[job].made + 1) <= plan.memory
    }
    return machines[machine].assigned < plan.batch
      && Int64(machines[machine].reserved + need(job)) <= plan.memory
  }

  /// Tokens of context that a machine holds, those that it is to compute included.
  private func held(_ machine: Int) -> Int {
    (machines[machine].coming + machines[machine].running).reduce(0) {
      $0 + jobs[$1].prompt + jobs[$1].made
    }
  }

  /// Puts the last that came back in front of the line, behind earlier ones of its kind, until the others
  /// have room for a token.
  private mutating func preempt(_ machine: Int) {
    while let last = machines[machine].running.max(),
      held(machine) + machines[machine].running.count > plan.memory
    {
      machines[machine].running.removeAll { $0 == last }
      machines[machine].assigned -= 1
      jobs[last].left = jobs[last].prompt + jobs[last].made
      jobs[last].preempted += 1
      let line = plan.dispatch == .shared ? 0 : machine
      let place = lines[line].firstIndex { jobs[$0].made == 0 || $0 > last }
      lines[line].insert(last, at: place ?? lines[line].count)
    }
  }

  private mutating func arrive(_ job: Int, _ now: Double) {
    var line = 0
    if plan.dispatch == .leastLoaded {
      line =
        machines.indices.min {
          machines[$0].assigned + lines[$0].count < machines[$1].assigned + lines[$1].count
        } ?? 0
    }
    lines[line].append(job)
    order(line)
    dispatch(line, now)
  }

  private mutating func dispatch(_ line: Int, _ now: Double) {
    while let head = lines[line].first {
      let takers = plan.dispatch == .shared ? Array(machines.indices) : [line]
      let free = takers.filter { fits($0, head) }
      guard let machine = free.min(by: { machines[$0].assigned < machines[$1].assigned }) else {
        return
      }
      take(head, from: line, machine)
      if machines[machine].isIdle {
        machines[machine].until = now
      }
    }
  }

  private mutating func order(_ line: Int) {
    guard plan.order == .shortestPrompt else { return }
    let jobs = jobs
    // The sort of the library is stable: equal prompts stay in order of arrival.
    lines[line].sort { jobs[$0].prompt < jobs[$1].prompt }
  }

  private mutating func take(_ job: Int, from line: Int, _ machine: Int) {
    lines[line].removeFirst()
    machines[machine].coming.append(job)
    machines[machine].assigned += 1
    machines[machine].reserved += need(job)
  }

  private mutating func cancel(_ job: Int, _ now: Double) {
    guard jobs[job].end == .infinity else { return }
    jobs[job].isGone = true
    // Who stood behind it may fit where it did not.
    for line in lines.indices where lines[line].contains(job) {
      lines[line].removeAll { $0 == job }
      dispatch(line, now)
    }
  }

  private mutating func release(_ machine: Int, _ job: Int) {
    machines[machine].assigned -= 1
    machines[machine].reserved -= need(job)
  }

  private mutating func endIteration(_ machine: Int) {
    let now = machines[machine].until
    iterations += 1
    if machines[machine].decodes {
      for job in machines[machine].running { jobs[job].made += 1 }
    }
    for job in machines[machine].running where jobs[job].isGone { release(machine, job) }
    machines[machine].running.removeAll { jobs[$0].isGone }
    for job in machines[machine].running where jobs[job].made >= jobs[job].output {
      jobs[job].end = now
      release(machine, job)
    }
    machines[machine].running.removeAll { jobs[$0].end < .infinity }
    if machines[machine].chunk > 0 {
      let head = machines[machine].coming[0]
      jobs[head].left -= machines[machine].chunk
      machines[machine].prefilling = jobs[head].left <= 0 ? 1 : 0
    }
    for _ in 0..<machines[machine].prefilling {
      let job = machines[machine].coming.removeFirst()
      if jobs[job].isGone {
        release(machine, job)
        continue
      }
      jobs[job].first = min(jobs[job].first, now)
      jobs[job].made += 1
      if jobs[job].output <= jobs[job].made {
        jobs[job].end = now
        release(machine, job)
      } else {
        machines[machine].running.append(job)
      }
    }
    while let head = machines[machine].coming.first, jobs[head].isGone {
      machines[machine].coming.removeFirst()
      release(machine, head)
    }
    let line = plan.dispatch == .shared ? 0 : machine
    while let head = lines[line].first, fits(machine, head) { take(head, from: line, machine) }
    begin(machine, now)
  }

  private mutating func begin(_ machine: Int, _ now: Double) {
    machines[machine].isIdle = false
    machines[machine].prefilling = 0
    machines[machine].chunk = 0
    machines[machine].decodes = true
    var growsNow = true
    if case .prefillFirst = plan.mixing, !machines[machine].coming.isEmpty { growsNow = false }
    if plan.preempts, growsNow { preempt(machine) }
    let running = machines[machine].running
    let context = running.reduce(0) { $0 + jobs[$1].prompt + jobs[$1].made }
    let step =
      plan.speed.step + plan.speed.perAnswer * Double(running.count)
      + plan.speed.perContextToken * Double(context)
    if let head = machines[machine].coming.first {
      switch plan.mixing {
      case .prefillFirst(let most):
        var tokens = 0
        for job in machines[machine].coming {
          let more = jobs[job].isGone ? 0 : jobs[job].left
          if machines[machine].prefilling > 0, tokens + more > Int(most) { break }
          tokens += more
          machines[machine].prefilling += 1
        }
        machines[machine].decodes = false
        machines[machine].until = now + prefill(tokens)
      case .chunked(let tokens):
        let chunk = min(jobs[head].left, max(1, Int(tokens) - running.count))
        machines[machine].chunk = chunk
        machines[machine].until =
          now + (running.isEmpty ? prefill(0) : step) + prefill(chunk) - prefill(0)
      }
    } else if !running.isEmpty {
      machines[machine].until = now + step
    } else {
      machines[machine].until = .infinity
      machines[machine].isIdle = true
      machines[machine].decodes = false
    }
  }

  private func prefill(_ tokens: Int) -> Double {
    let points = plan.speed.prefill
    if tokens <= Int(points[0].tokens) || points.count == 1 { return points[0].nanoseconds }
    var place = 1
    while place + 1 < points.count, Int(points[place].tokens) < tokens { place += 1 }
    let (a, b) = (points[place - 1], points[place])
    return a.nanoseconds + (b.nanoseconds - a.nanoseconds)
      * Double(tokens - Int(a.tokens)) / Double(b.tokens - a.tokens)
  }
}
