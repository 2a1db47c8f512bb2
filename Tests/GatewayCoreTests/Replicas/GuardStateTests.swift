import Settings
import Testing
import Vocabulary

@testable import GatewayCore

/// Three replicas by hand: what one tells, the test carries to the others.
@Suite("The state of breakers and ejections")
struct GuardStateTests {
  private func fleet(_ policy: Setting, gossips: Bool = true) throws -> [Bench] {
    try (0..<3).map {
      try Bench(policy, replica: $0, gossips: gossips, hasPeers: true)
    }
  }

  private func breaker(_ state: Setting, _ more: [(String, Setting)] = []) -> Setting {
    [
      "routes": ["chat": ["fallback": ["a", "b"]]],
      "breaker": Setting.members(
        [("trip", ["consecutiveFailures": 3]), ("open", "10s"), ("state", state)] + more),
    ]
  }

  /// Carries what has been told to all others; returns how much that was.
  @discardableResult
  private func exchange(_ fleet: [Bench]) -> Int {
    var carried = 0
    for sender in fleet {
      let told = sender.published.filter { $0.counter != .inFlight }
      sender.published = []
      for delta in told {
        carried += 1
        for other in fleet where other !== sender {
          other.report(.received(delta, from: sender.gateway.replica))
        }
      }
    }
    return carried
  }

  private func fail(
    _ bench: Bench, _ outcome: Outcome = .status(503), retryAfter: RetryAfter = .unsaid
  ) {
    bench.arrive()
    bench.end(outcome, of: "a", retryAfter: retryAfter)
    bench.end(.succeeded, of: "b")
  }

  /// Where a request goes first.
  private func first(_ bench: Bench) -> String? {
    bench.arrive()
    let place = bench.live.last?.deployment
    bench.end(.succeeded, of: place)
    return place
  }

  @Test("sums failures over all replicas if it is gossiped: one each opens three breakers of three")
  func summed() throws {
    let fleet = try fleet(breaker("gossiped"))
    for bench in fleet {
      fail(bench)
      #expect(bench.notes(.breakerChanged).isEmpty || bench === fleet[2])
      exchange(fleet)
    }
    for bench in fleet {
      #expect(bench.notes(.breakerChanged).map(\.value) == [1])
      #expect(first(bench) == "b")
    }
  }

  @Test("opens only at a replica's own third failure if it is local, and tells nothing")
  func local() throws {
    let fleet = try fleet(breaker("local"))
    for bench in fleet {
      fail(bench)
      fail(bench)
    }
    #expect(exchange(fleet) == 0)
    #expect(fleet.allSatisfy { first($0) == "a" })
    // That success had ended the row.
    for _ in 0..<3 { fail(fleet[0]) }
    #expect(first(fleet[0]) == "b" && first(fleet[1]) == "a")
  }

  @Test("lets a success elsewhere end a row of failures, as one replica would")
  func success() throws {
    let fleet = try fleet(breaker("gossiped"))
    fail(fleet[0])
    fail(fleet[0])
    exchange(fleet)
    #expect(first(fleet[1]) == "a")
    exchange(fleet)
    fail(fleet[2])
    exchange(fleet)
    #expect(fleet.allSatisfy { $0.notes(.breakerChanged).isEmpty })
  }

  @Test("takes no outcome that it hears for its own probe's")
  func probes() throws {
    let fleet = try fleet(breaker("gossiped"))
    for bench in fleet {
      fail(bench)
      exchange(fleet)
    }
    for bench in fleet { bench.pass(.seconds(10)) }
    // The first probes, and closes by its own probe's success; the others probe for themselves.
    #expect(first(fleet[0]) == "a")
    exchange(fleet)
    #expect(fleet[0].notes(.breakerChanged).map(\.value) == [1, 2, 0])
    #expect(fleet[1].notes(.breakerChanged).map(\.value) == [1])
    fleet[1].arrive()
    #expect(fleet[1].notes(.probed).count == 1)
    // While its probe is out, a failure that it hears does not open it again.
    fail(fleet[0])
    exchange(fleet)
    #expect(fleet[1].notes(.breakerChanged).map(\.value) == [1, 2])
    fleet[1].end(.succeeded, of: "a")
    #expect(fleet[1].notes(.breakerChanged).map(\.value) == [1, 2, 0])
  }

  @Test("tells with verdicts only that it is open: who opens first decides for all")
  func verdicts() throws {
    let fleet = try fleet(breaker(["gossiped": "verdicts"]))
    fail(fleet[0])
    fail(fleet[1])
    fail(fleet[2])
    #expect(exchange(fleet) == 0)
    fail(fleet[1])
    fail(fleet[1])
    #expect(exchange(fleet) == 1)
    for bench in fleet {
      #expect(bench.notes(.breakerChanged).map(\.value) == [1])
      #expect(bench.notes(.breakerChanged).map(\.other) == [10_000_000_000])
      #expect(first(bench) == "b")
    }
    // Who heard it tells it to nobody, and a later one that ends earlier changes nothing.
    #expect(exchange(fleet) == 0)
    let early = Delta(.opened, 0, until: at(.seconds(5)), at: .start, policy: 0)
    fleet[2].report(.received(early, from: ReplicaID(0)))
    #expect(fleet[2].notes(.breakerChanged).count == 1)
  }

  @Test("lets a Retry-After that is heard count from when it was said")
  func retryAfter() throws {
    let fleet = try fleet(breaker("gossiped", [("retryAfter", "atOnce")]))
    fail(fleet[0], .status(429), retryAfter: RetryAfter(.seconds(8)))
    for bench in fleet { bench.pass(.seconds(3)) }
    exchange(fleet)
    #expect(
      fleet.map { $0.notes(.breakerChanged).map(\.other) }
        == Array(
          repeating: [8_000_000_000], count: 3))
  }

  @Test("does not hear what replicas of another policy tell, nor what comes the other way")
  func strangers() throws {
    let fleet = try fleet(breaker("gossiped"))
    for _ in 0..<3 { fail(fleet[0]) }
    for var delta in fleet[0].published where delta.counter == .outcome {
      delta.policy = 1
      fleet[1].report(.received(delta, from: ReplicaID(0)))
      delta.policy = 0
      delta.way = .store
      fleet[1].report(.received(delta, from: ReplicaID(0)))
      delta.way = .gossip
      delta.bucket = 77
      fleet[1].report(.received(delta, from: ReplicaID(0)))
    }
    #expect(fleet[1].notes(.breakerChanged).isEmpty)
  }

  @Test(
    "tells nothing where there is one replica, whatever the state",
    arguments: ["gossiped", "central"])
  func alone(state: String) throws {
    let bench = try Bench(breaker(Setting(.string(state))))
    for _ in 0..<3 { fail(bench) }
    #expect(bench.published.isEmpty && bench.notes(.breakerChanged).count == 1)
  }

  @Test("goes through a store if it is central, also where nobody gossips")
  func central() throws {
    let fleet = try fleet(breaker("central"), gossips: false)
    fail(fleet[0])
    #expect(fleet[0].published.map(\.way) == [.store, .store])
    for bench in fleet.dropFirst() {
      fail(bench)
    }
    exchange(fleet)
    #expect(fleet.allSatisfy { !$0.notes(.breakerChanged).isEmpty })
    #expect(try GatewayPlan(breaker("central")).services.contains(.store))
  }

  @Test("is forgotten at a restart")
  func restart() throws {
    let fleet = try fleet(breaker("gossiped"))
    for _ in 0..<2 { fail(fleet[0]) }
    exchange(fleet)
    fleet[1].gateway.restart(at: fleet[1].now, into: &fleet[1].output)
    fleet[1].settle()
    fail(fleet[2])
    exchange(fleet)
    #expect(fleet.map { $0.notes(.breakerChanged).count } == [1, 0, 1])
  }

  // MARK: Cooldowns and ejections

  private func guarded(_ guarding: (String, Setting)) -> Setting {
    .members([
      ("routes", ["chat": ["balance": "least-in-flight", "over": ["a", "b", "c"]]]), guarding,
    ])
  }

  private func gossiping(_ name: String) -> (String, Setting) {
    func ejection(_ parts: [(String, Setting)]) -> (String, Setting) {
      ("ejection", .members([(name, .members(parts + [("state", "gossiped")]))]))
    }
    return switch name {
    case "litellm":
      ("cooldown", [name: ["time": "30s", "allowedFails": 2, "state": "gossiped"]])
    case "outliers": ejection([("consecutiveFailures", 3)])
    case "errorRatio": ejection([("minimum", 3), ("every", "1s")])
    case "recentOutage": ejection([("failures", 3)])
    default: ejection([])
    }
  }

  @Test(
    "takes a deployment out everywhere by what all have seen together",
    arguments: ["litellm", "throttled", "outliers", "errorRatio", "recentOutage"])
  func ejections(name: String) throws {
    let fleet = try fleet(guarded(gossiping(name)))
    for bench in fleet {
      bench.arrive()
      bench.end(.status(name == "throttled" ? 429 : 503), of: "a")
      exchange(fleet)
    }
    // Health is judged at a sweep.
    for bench in fleet where bench.notes(.ejected).isEmpty { bench.fire() }
    for bench in fleet {
      #expect(bench.notes(.ejected).map(\.deployment.index) == [0], "\(name)")
    }
  }

  @Test("shares a cooldown as LiteLLM does through Redis: counted alone, cooled together")
  func litellm() throws {
    let fleet = try fleet(
      guarded(
        (
          "cooldown",
          ["litellm": ["time": "30s", "allowedFails": 1, "state": ["central": "verdicts"]]]
        )), gossips: false)
    for bench in fleet {
      bench.arrive()
      bench.end(.status(503), of: "a")
    }
    #expect(exchange(fleet) == 0)
    fleet[0].pass(.seconds(1))
    fleet[0].arrive()
    fleet[0].end(.status(503), of: "a")
    #expect(exchange(fleet) == 1)
    for bench in fleet {
      #expect(bench.notes(.ejected).map(\.value) == [31_000_000_000])
      #expect(first(bench) == "b")
    }
  }

  @Test("says what is wrong: an unknown scope, a verdict without an end, a learning limit's state")
  func errors() {
    func error(_ policy: Setting) -> String {
      do {
        _ = try GatewayPlan(policy)
        return "none"
      } catch { return "\(error)" }
    }
    #expect(error(breaker("shared")).contains("gossiped"))
    #expect(error(breaker(["gossiped": "verdict"])).contains("verdicts"))
    for name in ["throttled", "outliers", "errorRatio"] {
      let policy = guarded(
        ("ejection", .members([(name, ["state": ["gossiped": "verdicts"]] as Setting)])))
      #expect(error(policy).contains("comes back by what is counted"), "\(name)")
    }
    let adaptive = guarded(
      ("concurrency", ["by": "vegas", "state": "gossiped"]))
    #expect(error(adaptive).contains("each replica weighs its own times"))
    #expect(error(adaptive).contains("limits: [{ inFlight"))
    #expect(error(guarded(("concurrency", ["by": "vegas", "state": "local"]))) == "none")
  }
}
