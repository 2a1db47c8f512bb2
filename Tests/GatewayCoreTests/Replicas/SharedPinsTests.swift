import Settings
import Testing
import Vocabulary

@testable import GatewayCore

/// Three replicas by hand: what one tells, the test carries to the others.
@Suite("The state of sticky tables")
struct SharedPinsTests {
  private func policy(_ state: Setting, _ more: [(String, Setting)] = []) -> Setting {
    [
      "routes": [
        "chat": Setting.members(
          [
            ("sticky", "conversation"), ("idle", "10m"), ("over", ["a", "b", "c"]),
            ("choose", "smooth-weighted-round-robin"), ("state", state),
          ] + more)
      ]
    ]
  }

  private func fleet(
    _ policy: Setting, gossips: Bool = true, explaining: UInt64? = nil
  ) throws -> [Bench] {
    try (0..<3).map {
      try Bench(policy, replica: $0, gossips: gossips, hasPeers: true, explaining: explaining)
    }
  }

  /// Carries what has been told of pins to all others, and to a store; returns how much that was.
  @discardableResult
  private func exchange(_ fleet: [Bench], _ store: inout StateStore?) -> Int {
    var carried = 0
    for sender in fleet {
      let told = sender.published.filter { $0.counter == .pin }
      sender.published = []
      for delta in told {
        carried += 1
        store?.hear(delta, from: sender.gateway.replica, at: sender.now)
        for other in fleet where other !== sender {
          other.report(.received(delta, from: sender.gateway.replica))
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

  private func turn(
    _ bench: Bench, _ conversation: UInt64 = 7, _ outcome: Outcome = .succeeded
  ) -> String {
    bench.arrive { $0.conversation = conversation }
    let deployment = bench.live.first?.deployment ?? "none"
    bench.end(outcome)
    return deployment
  }

  @Test("keeps a conversation at its child wherever its next turn arrives, if it is gossiped")
  func gossiped() throws {
    let fleet = try fleet(policy("gossiped"))
    // Whose turn it is differs from replica to replica.
    _ = turn(fleet[0], 0)
    #expect(turn(fleet[0]) == "b")
    #expect(exchange(fleet) == 1)
    #expect(fleet.map { turn($0) } == ["b", "b", "b"])
    // Each of these turns has renewed the pin.
    #expect(exchange(fleet) == 3)
  }

  @Test("lets each replica pin for itself, and tells nothing, if it is local")
  func local() throws {
    let fleet = try fleet(policy("local"))
    _ = turn(fleet[0], 0)
    #expect(turn(fleet[0]) == "b" && turn(fleet[1]) == "a")
    #expect(exchange(fleet) == 0)
  }

  @Test("moves elsewhere what has moved here: the latest pin wins, in whatever order it is heard")
  func latest() throws {
    let fleet = try fleet(policy("gossiped"))
    #expect(turn(fleet[0]) == "a")
    let first = fleet[0].published.filter { $0.counter == .pin }
    exchange(fleet)
    for bench in fleet { bench.pass(.seconds(60)) }
    // The second replica's answer comes from c.
    fleet[1].gateway.pins[0].hear(
      PinTable.Pin(child: 2, until: at(.seconds(661))), of: 0, at: fleet[1].now)
    _ = fleet[1].gateway.pins[0].answered(2, for: key(7), at: fleet[1].now)
    let pin = try #require(fleet[1].gateway.pins[0].pin(of: key(7), at: fleet[1].now))
    let moved = Delta(pin, of: key(7), table: 0, policy: 0, way: .gossip)
    for delta in [moved, first[0], moved, first[0]] {
      fleet[2].report(.received(delta, from: ReplicaID(1)))
    }
    #expect(turn(fleet[2]) == "c" && turn(fleet[1]) == "c" && turn(fleet[0]) == "a")
  }

  /// The hash by which the node knows a conversation.
  private func key(_ conversation: UInt64) -> UInt64 {
    conversation &* 0x9E37_79B9_7F4A_7C15
  }

  @Test("agrees after any exchange, repeated and out of order, also on what only moves")
  func converges() throws {
    var reader = try SettingsReader(["idle": "10s", "renew": "never", "pin": "choice"])
    let rule = try #require(
      try StickyRule.read(&reader, HashedField.call))
    forEverySeed(0..<60) { seed, random in
      var tables = (0..<3).map { _ in PinTable(rule) }
      var told: [(key: UInt64, pin: PinTable.Pin)] = []
      for step in 0..<30 {
        let now = at(.milliseconds(step * 400))
        let (one, key) = (
          Int.random(in: 0..<3, using: &random), UInt64.random(in: 1...3, using: &random)
        )
        let child = Int.random(in: 0..<4, using: &random)
        if let pin = tables[one].chosen(child, for: key, at: now) { told.append((key, pin)) }
      }
      let end = at(.milliseconds(12_000))
      for place in tables.indices {
        for (key, pin) in (told + told).shuffled(using: &random) {
          tables[place].hear(pin, of: key, at: end)
        }
      }
      for key in UInt64(1)...3 {
        let pins = tables.map { table in
          table.pin(of: key, at: end).map { "\($0.child) \($0.until) \($0.moves)" }
        }
        #expect(Set(pins).count == 1, "seed \(seed)")
      }
    }
  }

  @Test("passes over what belongs to another policy, another table, another way or is over")
  func strangers() throws {
    let fleet = try fleet(policy("gossiped"))
    #expect(turn(fleet[0]) == "a")
    var delta = try #require(fleet[0].published.first { $0.counter == .pin })
    delta.bucket = 2
    for change in 0..<4 {
      var other = delta
      switch change {
      case 0: other.policy = 1
      case 1: other.subject = 9
      case 2: other.way = .store
      default: other.charged = .start
      }
      fleet[1].report(.received(other, from: ReplicaID(0)))
    }
    #expect(fleet[1].gateway.pins[0].count == 0)
    // A child that there is not is no candidate.
    delta.bucket = 200
    fleet[1].report(.received(delta, from: ReplicaID(0)))
    #expect(fleet[1].gateway.pins[0].count == 1 && turn(fleet[1]) == "a")
  }

  @Test("tells nothing where there is one replica", arguments: ["gossiped", "central"])
  func alone(state: String) throws {
    let bench = try Bench(policy(Setting(.string(state))))
    _ = turn(bench)
    #expect(bench.published.isEmpty)
    #expect(StateStore(for: &bench.gateway) == nil)
  }

  @Test(
    "LiteLLM: a process that starts anew reads from Redis where a key was sent, and stays there",
    .tags(.fact))
  func central() throws {
    let fleet = try fleet(policy("central"), gossips: false)
    var store = StateStore(for: &fleet[0].gateway)
    _ = turn(fleet[0], 0)
    #expect(turn(fleet[0]) == "b")
    #expect(fleet[0].published.filter { $0.counter == .pin }.map(\.way) == [.store])
    exchange(fleet, &store)
    let memory = try #require(store)
    for bench in fleet {
      bench.gateway.restart(at: bench.now, into: &bench.output)
      bench.settle()
    }
    #expect(fleet[2].gateway.pins[0].count == 0)
    fleet[1].gateway.read(memory, at: fleet[1].now)
    #expect(turn(fleet[1]) == "b" && turn(fleet[2]) == "a")
    #expect(try GatewayPlan(policy("central")).services.contains(.store))
  }

  @Test("says in the life of a request that another replica has told the pin, and which")
  func explained() throws {
    let fleet = try fleet(policy("gossiped"), explaining: 0)
    _ = turn(fleet[2])
    #expect(fleet[2].notes(.toldByOthers).isEmpty)
    exchange(fleet)
    _ = turn(fleet[0])
    let note = try #require(fleet[0].notes(.toldByOthers).first)
    #expect(note.value == Note.Told.pin.rawValue && note.other == 2)
  }

  @Test("is refused where nothing is remembered, and the error says what to do")
  func errors() {
    func error(_ node: Setting) -> String {
      do {
        _ = try GatewayPlan(["routes": ["chat": node]])
        return "none"
      } catch { return "\(error)" }
    }
    let hashed = error(["sticky": "user", "over": ["a", "b"], "state": "gossiped"])
    #expect(hashed.contains("every replica hashes alike") && hashed.contains("idle: \"10m\""))
    let unknown = error(["sticky": "user", "idle": "1m", "over": ["a", "b"], "state": "shared"])
    #expect(unknown.contains("gossiped") && unknown.contains("scope"))
    #expect(error(["sticky": "user", "idle": "1m", "over": ["a"], "state": "local"]) == "none")
  }
}
