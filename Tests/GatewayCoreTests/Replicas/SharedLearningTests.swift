import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("The state of strategies that learn")
struct SharedLearningTests {
  /// Every strategy that learns, with what makes it learn.
  static let learners: [(name: String, parameters: Setting)] = [
    // What a reading leaves of a peak average is each replica's own.
    ("peak-ewma", ["samples": 0, "readDecay": false]), ("ewma", ["coldStart": "initial"]),
    ("lowest-latency", ["samples": 4, "window": "3s"]), ("prequal", [:]),
    ("cheapest", ["expect": "observed"]), ("price-weighted", [:]),
    ("lowest-usage", ["window": "2s"]), ("lowest-usage", ["of": "requests"]),
    ("lowest-usage", ["window": "3s", "kind": "sliding", "of": "cost"]),
    ("cheapest-within", ["minimum": 3, "within": "150ms"]), ("adaptive-weights", ["minimum": 2]),
    ("epsilon-greedy", ["reward": "latency"]), ("ucb1", [:]), ("thompson-sampling", [:]),
  ]

  private static func stated(_ name: String, _ parameters: Setting, _ state: Setting) -> Setting {
    .members([
      (name, .members((parameters.members ?? []).map { ($0.key, $0.value) } + [("state", state)]))
    ])
  }

  private func observation(_ random: inout SplitMix64, _ child: Int) -> AttemptObservation {
    let elapsed = Int64.random(in: 20_000_000...200_000_000 * Int64(child + 1), using: &random)
    return AttemptObservation(
      outcome: Int.random(in: 0..<6, using: &random) == 0 ? .status(503) : .succeeded,
      elapsed: elapsed, untilFirstToken: elapsed / 2,
      usage: Usage(
        inputTokens: 1_000, outputTokens: UInt32.random(in: 1...900, using: &random)),
      estimate: Money(picodollars: elapsed), inputTokens: 1_000, outputCap: 500)
  }

  @Test(
    "chooses and scores as one that has seen all, where three tell each other at once",
    arguments: learners.indices)
  func asOne(place: Int) throws {
    let (name, parameters) = SharedLearningTests.learners[place]
    let setting = SharedLearningTests.stated(name, parameters, "gossiped")
    var together = 0
    try forEverySeed(0..<12) { seed, random in
      let weights = [1.0, 1, 1]
      var one = try Choosing(setting, weights: weights)
      var three = try (0..<3).map { _ in try Choosing(setting, weights: weights) }
      var alone = try Choosing(setting, weights: weights)
      var flying: [(replica: Int, child: Int)] = []
      var now = Instant.start
      for call in UInt64(0)..<120 {
        now = now.advanced(by: .milliseconds(Int.random(in: 1...80, using: &random)))
        // Weights are computed at a replica's own first request of every five seconds.
        if name == "adaptive-weights" { three.indices.forEach { _ = three[$0].choose(at: now) } }
        let replica = Int.random(in: 0..<3, using: &random)
        let child = one.choose(at: now, call: call)
        #expect(
          three[replica].choose(at: now, call: call) == child, "\(setting.json()), seed \(seed)")
        if alone.choose(at: now, call: call) == child { together += 1 }
        one.started(child, at: now)
        three[replica].started(child, at: now)
        for other in 0..<3 where other != replica {
          if three[other].strategy.learnsFromStarts {
            three[other].strategy.learnStart(child, at: now)
          }
          three[other].strategy.remoteChanged(child, by: 1)
        }
        flying.append((replica, child))
        guard flying.count > 2 else { continue }
        now = now.advanced(by: .milliseconds(3))
        let (owner, ended) = flying.remove(at: Int.random(in: 0..<3, using: &random))
        let seen = observation(&random, ended)
        one.strategy.ended(ended, seen, at: now)
        three[owner].strategy.ended(ended, seen, at: now)
        for other in 0..<3 where other != owner {
          three[other].strategy.learn(ended, seen, at: now)
          three[other].strategy.remoteChanged(ended, by: -1)
        }
        for replica in 0..<3 {
          #expect(
            (0..<3).map { three[replica].score($0, at: now) }
              == (0..<3).map { one.score($0, at: now) },
            "\(setting.json()), seed \(seed)")
        }
      }
    }
    // Who has seen nothing would have chosen otherwise, but where prices decide.
    #expect(together < 12 * 120 || name == "cheapest")
  }

  @Test("reads from a store all that one has learnt, and nothing that is in flight")
  func takeOver() throws {
    for (name, parameters) in SharedLearningTests.learners {
      let setting = SharedLearningTests.stated(name, parameters, "central")
      var random = SplitMix64(seed: 3)
      var one = try Choosing(setting, weights: [1, 1, 1])
      var anew = try Choosing(setting, weights: [1, 1, 1])
      for step in 0..<40 {
        let now = at(.milliseconds(step * 20))
        one.started(step % 3, at: now)
        one.strategy.ended(step % 3, observation(&random, step % 3), at: now)
      }
      anew.started(2, at: at(.milliseconds(790)))
      let before = (0..<3).map { anew.score($0, at: at(.milliseconds(800))) }
      anew.strategy.takeOver(one.strategy)
      anew.ended(2, .cancelled, at: at(.milliseconds(799)))
      #expect(
        one.choose(at: at(.milliseconds(800)), call: 1)
          == anew.choose(at: at(.milliseconds(800)), call: 1), "\(setting.json())")
      if name == "lowest-usage" { continue }
      #expect(
        (0..<3).map { anew.score($0, at: at(.milliseconds(800))) }
          == (0..<3).map { one.score($0, at: at(.milliseconds(800))) }, "\(setting.json())")
      #expect(
        before != (0..<3).map { one.score($0, at: at(.milliseconds(800))) }
          || ["price-weighted", "cheapest-within"].contains(name), "\(setting.json())")
    }
  }

  @Test("is stated by every strategy that learns, and refused by every other with what to do")
  func everyStrategy() throws {
    let learners = Set(SharedLearningTests.learners.map(\.name))
    for entry in Strategies.registry.entries {
      let parameters =
        SharedLearningTests.learners.first { $0.name == entry.name }?.parameters ?? [:]
      let setting = SharedLearningTests.stated(entry.name, parameters, "gossiped")
      if learners.contains(entry.name) {
        #expect(try Strategies.registry.make(from: setting).scope == .gossiped, "\(entry.name)")
        #expect(Strategies.registry.describe(entry.name).contains { $0.key == "state" })
        continue
      }
      do {
        _ = try Strategies.registry.make(from: setting)
        Issue.record("\(entry.name) takes a state")
      } catch {
        #expect("\(error)".contains("no state to share"), "\(error)")
        #expect("\(error)".contains("next: leave \"state\" out"), "\(error)")
      }
    }
    for setting: Setting in [
      ["cheapest": ["state": "gossiped"]],
      ["price-weighted": ["window": "0s", "state": "central"]],
    ] {
      #expect(throws: SettingError.self) { try Strategies.registry.make(from: setting) }
    }
  }

  // MARK: In the gateway

  private func fleet(
    _ strategy: Setting, more: [(String, Setting)] = [], gossips: Bool = true,
    explaining: UInt64? = nil
  ) throws -> [Bench] {
    try (0..<3).map {
      try Bench(
        [
          "routes": [
            "chat": Setting.members([("balance", strategy), ("over", ["a", "b", "c"])] + more)
          ]
        ], replica: $0, gossips: gossips, hasPeers: true, explaining: explaining)
    }
  }

  /// Carries lessons to all others, and to a store.
  @discardableResult
  private func exchange(_ fleet: [Bench], _ store: inout StateStore?) -> Int {
    var carried = 0
    for sender in fleet {
      let told = sender.lessons
      sender.lessons = []
      for lesson in told {
        carried += 1
        store?.hear(lesson, at: sender.now)
        for other in fleet where other !== sender {
          other.gateway.heard(lesson, from: sender.gateway.replica, at: other.now)
        }
      }
    }
    return carried
  }

  @discardableResult
  private func exchange(_ fleet: [Bench]) -> Int {
    var none: StateStore?
    return exchange(fleet, &none)
  }

  private func ask(_ bench: Bench, took: Duration = .zero) -> String? {
    bench.arrive()
    let place = bench.live.last?.deployment
    bench.pass(took)
    bench.end(.succeeded)
    return place
  }

  @Test(
    "LiteLLM: what latency-based routing has measured in one process, another reads from Redis",
    .tags(.fact))
  func latencies() throws {
    let fleet = try fleet(["lowest-latency": ["state": "central"]], gossips: false)
    var store = StateStore(for: &fleet[0].gateway)
    // The first replica tries all three: the second of them is the quickest.
    var seen = Set<String?>()
    for _ in 0..<30 {
      let place = fleet[0].gateway.strategies.isEmpty ? nil : trial(fleet[0])
      seen.insert(place)
    }
    #expect(seen.count == 3)
    #expect(fleet[0].lessons.allSatisfy { $0.way == .store })
    exchange(fleet, &store)
    #expect((0..<10).allSatisfy { _ in ask(fleet[1], took: .milliseconds(50)) == "b" })
    // Who starts anew reads it again.
    let memory = try #require(store)
    fleet[2].gateway.restart(at: fleet[2].now, into: &fleet[2].output)
    fleet[2].settle()
    fleet[2].gateway.read(memory, at: fleet[2].now)
    #expect((0..<10).allSatisfy { _ in ask(fleet[2], took: .milliseconds(50)) == "b" })
  }

  /// One request, of which a and c take longer than b.
  private func trial(_ bench: Bench) -> String? {
    bench.arrive()
    let place = bench.live.last?.deployment
    bench.pass(.milliseconds(place == "b" ? 50 : place == "a" ? 400 : 500))
    bench.end(.succeeded)
    return place
  }

  @Test("tells each end once for each strategy on the way, and starts only where these count")
  func told() throws {
    let one = try fleet([
      "ewma": ["state": "gossiped"]
    ])
    _ = ask(one[0])
    #expect(one[0].lessons.count == 1 && one[0].lessons.allSatisfy { !$0.isStart })
    let counting = try fleet(["lowest-usage": ["of": "requests", "state": "gossiped"]])
    _ = ask(counting[0])
    #expect(counting[0].lessons.map(\.isStart) == [true, false])
    let local = try fleet("ewma")
    _ = ask(local[0])
    #expect(local[0].lessons.isEmpty)
    let alone = try Bench([
      "routes": ["chat": ["balance": ["ewma": ["state": "gossiped"]], "over": ["a", "b"]]]
    ])
    _ = ask(alone)
    #expect(alone.lessons.isEmpty && alone.published.isEmpty)
  }

  @Test("passes over lessons of another policy, another strategy, another way or an unknown child")
  func strangers() throws {
    let fleet = try fleet(["lowest-usage": ["state": "gossiped"]])
    _ = ask(fleet[0])
    let lesson = try #require(fleet[0].lessons.first)
    for change in 0..<5 {
      var other = lesson
      switch change {
      case 0: other.policy = 3
      case 1: other.strategy = 4
      case 2: other.way = .store
      case 3: other.child = 3
      default: other.childCount = 2
      }
      fleet[1].gateway.heard(other, from: ReplicaID(0), at: fleet[1].now)
    }
    fleet[0].gateway.heard(lesson, from: ReplicaID(0), at: fleet[0].now)
    #expect(ask(fleet[1]) == "a")
    fleet[2].gateway.heard(lesson, from: ReplicaID(0), at: fleet[2].now)
    #expect(ask(fleet[2]) == "b")
  }

  @Test("lets what it hears age like what it sees, where signals have an age")
  func aged() throws {
    let fleet = try fleet(
      ["lowest-usage": ["state": "gossiped"]], more: [("signals", ["staleness": "10s"])])
    _ = ask(fleet[0])
    exchange(fleet)
    #expect(ask(fleet[1]) == "a")
    for bench in fleet { bench.pass(.seconds(11)) }
    #expect(ask(fleet[1]) == "b")
  }

  @Test("says in the life of a request how much the others have told")
  func explained() throws {
    let fleet = try fleet(["ewma": ["state": "gossiped"]], explaining: 0)
    _ = ask(fleet[0])
    exchange(fleet)
    _ = ask(fleet[1])
    let note = try #require(fleet[1].notes(.toldByOthers).first)
    #expect(note.value == Note.Told.attempts.rawValue && note.other == 1)
    #expect(fleet[0].notes(.toldByOthers).isEmpty)
  }
}
