import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("An admission queue")
struct QueueTests {
  /// One request in flight at a time, or what `concurrency` says.
  private func bench(
    _ queue: Setting, concurrency: Setting = [["by": ["fixed": 1]]], limits: Setting = [],
    others: [(String, Setting)] = []
  ) throws -> Bench {
    try Bench(
      .members(
        [
          ("routes", ["chat": "a"]), ("concurrency", concurrency), ("limits", limits),
          ("queue", queue),
        ] + others))
  }

  /// The numbers of the requests in flight, in the order of their starts.
  private func served(_ bench: Bench) -> [UInt64] {
    bench.notes(.limiterCharged).filter { $0.value > 0 }.map(\.request)
  }

  @Test("serves first come first, last come first, or first come until the line is long")
  func order() throws {
    for (order, expected) in [
      ("fifo", [0, 1, 2, 3, 4, 5] as [UInt64]), ("lifo", [0, 5, 4, 3, 2, 1]),
      // Five wait; while more than two do, the newest is next.
      ("adaptive", [0, 5, 4, 3, 1, 2]),
    ] {
      let bench = try bench(["order": Setting(.string(order)), "lifoAbove": 2, "longest": "1h"])
      for _ in 0..<6 { bench.arrive() }
      #expect(bench.live.count == 1)
      while !bench.live.isEmpty { bench.end(.succeeded) }
      #expect(served(bench) == expected, "\(order)")
      #expect(bench.requests.allSatisfy { $0.end == .succeeded })
      #expect(bench.held == 0)
    }
  }

  @Test("Facebook: adaptive LIFO is FIFO normally and LIFO once a queue forms", .tags(.fact))
  func adaptive() throws {
    let bench = try bench(["order": "adaptive", "lifoAbove": 1, "longest": "1h"])
    bench.arrive()
    bench.arrive()
    bench.end(.succeeded)
    bench.arrive()
    bench.end(.succeeded)
    #expect(served(bench) == [0, 1, 2], "one in the line: first come, first served")
    for _ in 0..<3 { bench.arrive() }
    bench.end(.succeeded)
    #expect(served(bench).last == 5, "three in the line: the newest")
  }

  @Test("serves higher priorities first, and in order within one")
  func priority() throws {
    let bench = try bench(["byPriority": true, "longest": "1h"])
    for priority in [0, 1, 5, 1, 5, 0] as [UInt8] { bench.arrive { $0.priority = priority } }
    while !bench.live.isEmpty { bench.end(.succeeded) }
    #expect(served(bench) == [0, 2, 4, 1, 3, 5])
  }

  @Test("sheds when it is full, with its own status and reason")
  func full() throws {
    let bench = try bench(["capacity": 2, "status": 429])
    for _ in 0..<4 { bench.arrive() }
    #expect(bench.held == 3)
    #expect(bench.requests.map(\.rejection) == [.shed])
    #expect(bench.requests[0].outcome.status == 429)
    #expect(bench.notes(.dequeued).map(\.subject) == [Note.Shedding.full.rawValue])
    #expect(bench.notes(.queued).map(\.value) == [1, 2])
  }

  @Test("makes room for a higher priority by the newest of the lowest")
  func evicts() throws {
    let bench = try bench(["capacity": 3, "byPriority": true])
    for priority in [9, 1, 0, 0] as [UInt8] { bench.arrive { $0.priority = priority } }
    bench.arrive { $0.priority = 0 }
    #expect(bench.requests.map(\.number) == [4], "no higher than the lowest that waits")
    bench.arrive { $0.priority = 2 }
    #expect(bench.requests.map(\.number) == [4, 3])
    #expect(
      bench.notes(.dequeued).map(\.subject) == [
        Note.Shedding.full.rawValue, Note.Shedding.evicted.rawValue,
      ])
    while !bench.live.isEmpty { bench.end(.succeeded) }
    #expect(served(bench) == [0, 5, 1, 2])
  }

  @Test("in last-come order gives the place of the oldest to a newcomer")
  func evictsOldest() throws {
    let bench = try bench(["capacity": 2, "order": "lifo"])
    for _ in 0..<4 { bench.arrive() }
    #expect(bench.requests.map(\.number) == [1])
  }

  @Test("sheds who has waited for the longest time, to the nanosecond")
  func late() throws {
    let bench = try bench(["longest": "2s"])
    bench.arrive()
    bench.pass(.milliseconds(500))
    bench.arrive()
    #expect(bench.timers.map(\.at) == [at(.milliseconds(2_500))])
    bench.fire()
    #expect(bench.requests.map(\.rejection) == [.shed])
    #expect(bench.requests[0].outcome.status == 503)
    #expect(bench.requests[0].ended == at(.milliseconds(2_500)))
    #expect(bench.notes(.dequeued).map(\.subject) == [Note.Shedding.late.rawValue])
    #expect(bench.notes(.dequeued).map(\.other) == [2_000_000_000])
    bench.end(.succeeded)
    #expect(bench.held == 0)
  }

  @Test("waits for a rate limit until the instant that the limit names, in order")
  func rate() throws {
    let bench = try bench(
      ["longest": "1m"], concurrency: [], limits: [["requests": "1/s", "burst": 1]])
    for _ in 0..<4 { bench.arrive() }
    #expect(bench.live.count == 1)
    var starts: [Instant] = []
    while bench.fire() { starts.append(bench.now) }
    #expect(bench.live.count == 4)
    #expect(bench.live.map(\.started) == [0, 1, 2, 3].map { at(.seconds($0)) })
    #expect(bench.live.map(\.slot) == [0, 1, 2, 3])
    #expect(Set(starts).count == 3)
  }

  @Test("never lets a small request pass a big one that waits for the same bucket")
  func headOfLine() throws {
    let bench = try bench(
      ["longest": "1h"], concurrency: [], limits: [["inputTokens": "100/s", "burst": 1_000]])
    bench.arrive { $0.inputTokens = 900 }
    bench.arrive { $0.inputTokens = 800 }
    bench.arrive { $0.inputTokens = 10 }
    #expect(bench.live.count == 1, "ten permits are there, but they are the big one's")
    bench.fire()
    #expect(bench.live.count == 2)
    #expect(bench.now == at(.seconds(7)))
    bench.fire()
    #expect(bench.live.map(\.slot) == [0, 1, 2])
  }

  @Test(
    "lets a request of another bucket pass, unless nobody may overtake", arguments: [true, false])
  func overtaking(overtake: Bool) throws {
    let bench = try bench(
      ["longest": "1h", "overtake": Setting(.bool(overtake))], concurrency: [],
      limits: [["requests": "1/s", "burst": 1, "each": "team"]])
    bench.arrive()
    bench.arrive()
    bench.arrive { $0.identity.team = TeamID(1) }
    #expect(bench.live.count == (overtake ? 2 : 1))
    bench.fire()
    #expect(bench.live.count == 3)
    #expect(bench.now == at(.seconds(1)))
  }

  @Test("moves a request to the line of the bucket that refuses it next, by its arrival")
  func moves() throws {
    // A team's rate first, then what is in flight for all.
    let bench = try bench(
      ["longest": "1h"], concurrency: [["by": ["fixed": 1]]],
      limits: [["requests": "1/s", "burst": 1, "each": "team"]])
    bench.arrive { $0.identity.team = TeamID(0) }
    bench.pass(.milliseconds(100))
    bench.arrive { $0.identity.team = TeamID(0) }
    bench.arrive { $0.identity.team = TeamID(1) }
    #expect(bench.notes(.queued).count == 2)
    bench.end(.succeeded)
    #expect(served(bench).last == 2, "team 0 has no permit yet: team 1 goes on")
    bench.fire()
    #expect(bench.live.count == 1, "now team 0's request waits for what is in flight")
    bench.end(.succeeded)
    #expect(bench.live.count == 1)
    #expect(bench.requests.map(\.number) == [0, 2])
  }

  @Test("takes turns among tenants")
  func fair() throws {
    let bench = try bench(["fair": "team", "longest": "1h"])
    for team in [0, 0, 0, 0, 1, 1] { bench.arrive { $0.identity.team = TeamID(team) } }
    while !bench.live.isEmpty { bench.end(.succeeded) }
    #expect(served(bench) == [0, 1, 4, 2, 5, 3])
    #expect(throws: SettingError.self) { try self.bench(["fair": "team", "order": "lifo"]) }
  }

  @Test("forgets whose client has left, and looks at who was behind")
  func abandon() throws {
    let bench = try bench(
      ["longest": "1h"], concurrency: [], limits: [["inputTokens": "100/s", "burst": 1_000]])
    bench.arrive { $0.inputTokens = 900 }
    let big = bench.arrive { $0.inputTokens = 800 }
    bench.arrive { $0.inputTokens = 10 }
    bench.report(.abandoned(big))
    #expect(bench.live.count == 2, "the small one passes now")
    #expect(bench.requests.map(\.end) == [.abandoned])
    #expect(bench.notes(.dequeued).map(\.value) == [2, 0])
    #expect(bench.timers.isEmpty)
    bench.report(.abandoned(big))
    #expect(bench.late == 1)
  }

  @Test("wakes when a reservation is given back")
  func reconciled() throws {
    let bench = try bench(
      ["longest": "1h"], concurrency: [],
      limits: [["totalTokens": "1/s", "burst": 2_000, "charge": "reserve"]])
    bench.arrive()
    bench.arrive()
    #expect(bench.live.count == 1)
    bench.end(.succeeded, usage: Usage(inputTokens: 100, outputTokens: 100))
    #expect(bench.live.count == 1)
    #expect(bench.requests.count == 1)
  }

  @Test("sheds at once what could not be served before its deadline, by a stated time")
  func hopeless() throws {
    let bench = try bench(
      ["longest": "1h", "deadlineAware": true, "service": "2s"], concurrency: [],
      limits: [["requests": "1/s", "burst": 1]])
    bench.arrive()
    bench.arrive { $0.deadline = at(.milliseconds(2_900)) }
    #expect(bench.notes(.dequeued).map(\.subject) == [Note.Shedding.hopeless.rawValue])
    bench.arrive { $0.deadline = at(.milliseconds(3_000)) }
    #expect(bench.held == 2)
    bench.fire()
    #expect(bench.live.count == 2)
  }

  @Test("sheds at once what could not be served before its deadline, by what it has observed")
  func observed() throws {
    let bench = try bench(["longest": "1h", "deadlineAware": true])
    bench.arrive()
    bench.pass(.seconds(1))
    bench.end(.succeeded)
    bench.arrive()
    bench.arrive { $0.deadline = bench.now.advanced(by: .milliseconds(900)) }
    #expect(bench.requests.last?.rejection == .shed)
    bench.arrive { $0.deadline = bench.now.advanced(by: .milliseconds(1_500)) }
    #expect(bench.held == 2)
    // It has to begin half a second from now.
    #expect(bench.timers.map(\.at) == [bench.now.advanced(by: .milliseconds(500))])
    bench.fire()
    #expect(bench.notes(.dequeued).last?.subject == Note.Shedding.late.rawValue)
  }

  @Test("refuses at once what can never pass")
  func never() throws {
    let bench = try bench(
      ["longest": "1h"], concurrency: [], limits: [["inputTokens": "100/s", "burst": 500]])
    bench.arrive()
    #expect(bench.requests.last?.rejection == .limit)
    #expect(bench.requests.last?.outcome.status == 429)
  }

  @Test("finds the answer in the cache if it has come there in the meantime")
  func cache() throws {
    for order in ["admitFirst", "cacheFirst"] as [Setting] {
      let bench = try bench(
        ["longest": "1h"],
        others: [("cache", ["exact": ["ttl": "1h"]]), ("order", order)])
      for _ in 0..<3 { bench.arrive { $0.fingerprint = 5 } }
      bench.pass(.seconds(2))
      bench.end(.succeeded)
      #expect(bench.requests.map(\.source) == [.provider, .cache, .cache])
      #expect(bench.requests.map(\.arrived) == [.start, .start, .start])
      #expect(bench.held == 0)
      bench.arrive()
      #expect(bench.live.count == 1)
    }
  }

  @Test("is emptied by CoDel when the line stands, and keeps the wait near the target")
  func codel() throws {
    let bench = try bench([
      "longest": "1h", "codel": ["target": "20ms", "interval": "100ms"],
    ])
    // 150 arrivals a second for 100 that can be served.
    var nextArrival = 0
    var nextEnd = 10
    for millisecond in 0..<6_000 {
      bench.now = at(.milliseconds(millisecond))
      if millisecond * 3 >= nextArrival * 20 {
        nextArrival += 1
        bench.arrive()
      }
      if millisecond >= nextEnd {
        bench.end(.succeeded)
        nextEnd = millisecond + 10
      }
    }
    let shed = bench.notes(.dequeued).filter { $0.value == 1 }
    #expect(!shed.isEmpty)
    #expect(shed.allSatisfy { $0.subject == Note.Shedding.codel.rawValue })
    #expect(bench.held < 400, "without CoDel 300 would wait, and ever more")
    #expect(bench.gateway.queue.count < 250)
  }

  @Test("who asks for more than a bucket ever holds is refused at once, and holds up nobody")
  func vain() throws {
    let bench = try bench(
      ["longest": "1h"], concurrency: [],
      limits: [["inputTokens": "1k/s", "burst": 1_000, "charge": "check"]])
    for tokens in [1_000, 600, 2_000, 400] as [UInt32] { bench.arrive { $0.inputTokens = tokens } }
    #expect(bench.live.count == 1 && bench.held == 4)
    // The third waits behind the second until it is its turn to be judged.
    bench.fire()
    #expect(bench.now == at(.milliseconds(600)) && bench.live.count == 2)
    #expect(bench.requests.map(\.rejection) == [.limit])
    #expect(bench.requests[0].outcome == .status(429) && bench.requests[0].number == 2)
    bench.fire()
    #expect(bench.now == at(.seconds(1)) && bench.live.count == 3)
    // Nobody waits: it does not either.
    bench.arrive { $0.inputTokens = 2_000 }
    #expect(bench.requests.count == 2 && bench.requests[1].ended == bench.now)
  }

  @Test("nobody who has waited for others waits for a budget's next period")
  func spentMeanwhile() throws {
    let bench = try bench(
      ["longest": "1h"],
      others: [("budgets", [["money": "$0.001/day", "at": ["100%": "reject"]]])])
    bench.arrive()
    bench.arrive()
    // The first has spent the budget.
    bench.end(.succeeded)
    #expect(bench.live.isEmpty && bench.held == 0)
    #expect(bench.requests.map(\.rejection) == [.none, .budget])
    #expect(bench.requests[1].outcome == .status(402))
  }

  @Test("a request waits for a limit on what is in flight as it does for one of `concurrency`")
  func inFlight() throws {
    let bench = try bench(["longest": "1h"], concurrency: [], limits: [["inFlight": 1]])
    for _ in 0..<3 { bench.arrive() }
    #expect(bench.live.count == 1 && bench.held == 3)
    bench.end(.succeeded)
    #expect(bench.live.count == 1 && bench.held == 2)
    bench.end(.status(503))
    bench.end(.succeeded)
    #expect(bench.requests.map(\.end) == [.succeeded, .failed, .succeeded])
  }
}
