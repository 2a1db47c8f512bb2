import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A sticky node that remembers")
struct StickyTableTests {
  private func bench(_ more: Setting = [:], breaker: Setting? = nil) throws -> Bench {
    var members: [(String, Setting)] = [
      ("sticky", "conversation"), ("idle", "10m"), ("over", ["a", "b", "c"]),
    ]
    for member in more.members ?? [] { members.append((member.key, member.value)) }
    var policy: [(String, Setting)] = [("routes", .members([("chat", .members(members))]))]
    if let breaker { policy.append(("breaker", breaker)) }
    return try Bench(.members(policy))
  }

  private func turn(
    _ bench: Bench, _ conversation: UInt64 = 7, _ outcome: Outcome = .succeeded
  ) -> String {
    bench.arrive { $0.conversation = conversation }
    let deployment = bench.live.first?.deployment ?? "none"
    bench.end(outcome)
    return deployment
  }

  /// A strategy that takes turns shows whether a pin holds.
  private let turns: Setting = ["choose": "smooth-weighted-round-robin"]

  @Test("OpenRouter: a conversation stays where it was answered, for 10 idle minutes", .tags(.fact))
  func idle() throws {
    let bench = try bench(turns)
    let home = turn(bench)
    #expect((0..<5).allSatisfy { _ in turn(bench) == home })
    bench.pass(.seconds(599))
    #expect(turn(bench) == home)
    bench.pass(.seconds(599))
    #expect(turn(bench) == home)
    bench.pass(.seconds(600))
    #expect(turn(bench) != home)
  }

  @Test("OpenRouter: an error neither pins nor renews", .tags(.fact))
  func errors() throws {
    let bench = try bench(turns)
    let first = turn(bench, 7, .status(500))
    let second = turn(bench)
    #expect(first != second)
    #expect(turn(bench) == second)
    bench.pass(.seconds(400))
    #expect(turn(bench, 7, .status(500)) == second)
    bench.pass(.seconds(200))
    #expect(turn(bench) != second)
  }

  @Test("OpenRouter: only a provider whose cache is cheaper than its prompt is kept", .tags(.fact))
  func cheaperCache() throws {
    var names = PolicyNames.letters
    names.deployments[0].sheet.cachedInput = names.deployments[0].sheet.input
    let bench = try Bench(
      [
        "routes": [
          "chat": [
            "sticky": "conversation", "idle": "10m", "onlyCheaperCache": true, "over": ["a", "b"],
            "choose": "smooth-weighted-round-robin",
          ]
        ]
      ], names: names)
    #expect([turn(bench), turn(bench), turn(bench), turn(bench)] == ["a", "b", "b", "b"])
  }

  @Test("Portkey: pinned when it is chosen, and a time to live that nothing renews", .tags(.fact))
  func timeToLive() throws {
    let more: Setting = [
      "choose": "smooth-weighted-round-robin", "pin": "choice", "renew": "never",
    ]
    let bench = try bench(more)
    let home = turn(bench, 7, .status(500))
    for _ in 0..<5 {
      bench.pass(.seconds(119))
      #expect(turn(bench) == home)
    }
    bench.pass(.seconds(5))
    #expect(turn(bench) != home)
  }

  @Test("moves with the answer when its child is down, and stays there")
  func moves() throws {
    let bench = try bench(
      turns, breaker: ["trip": ["consecutiveFailures": 1], "open": "10s"])
    let home = turn(bench)
    #expect(turn(bench, 7, .status(500)) == home)
    let other = turn(bench)
    #expect(other != home)
    bench.pass(.seconds(60))
    #expect((0..<3).allSatisfy { _ in turn(bench) == other })
  }

  @Test("without a strategy starts where the hash says")
  func hashed() throws {
    let (plain, keeps) = (
      try Bench(["routes": ["chat": ["sticky": "conversation", "over": ["a", "b", "c"]]]]),
      try bench()
    )
    for conversation in UInt64(1)...30 {
      #expect(turn(plain, conversation) == turn(keeps, conversation))
    }
  }

  @Test("does not remember requests that belong to no conversation")
  func none() throws {
    let bench = try bench(turns)
    #expect(Set((0..<3).map { _ in turn(bench, 0) }).count == 3)
    #expect(bench.gateway.pins[0].count == 0)
  }

  @Test("remembers at most as many keys as it may")
  func capacity() throws {
    let bench = try bench(["choose": "smooth-weighted-round-robin", "capacity": 2])
    let homes = [turn(bench, 1), turn(bench, 2), turn(bench, 3)]
    #expect(bench.gateway.pins[0].count == 2)
    #expect([turn(bench, 2), turn(bench, 3)] == [homes[1], homes[2]])
  }

  @Test("forgets everything when the replica starts anew")
  func restart() throws {
    let bench = try bench(turns)
    _ = turn(bench)
    bench.gateway.restart(at: bench.now, into: &bench.output)
    #expect(bench.gateway.pins[0].count == 0)
  }

  @Test("goes by any field: feature, a tag's key, or several together")
  func fields() throws {
    func homes(_ field: Setting, _ change: @escaping (Int, inout Request) -> Void) throws -> Set<
      String
    > {
      let bench = try Bench(["routes": ["chat": ["sticky": field, "over": ["a", "b", "c"]]]])
      return Set(
        (0..<24).map { n in
          bench.arrive { change(n, &$0) }
          defer { bench.end(.succeeded) }
          return bench.live[0].deployment
        })
    }
    #expect(try homes("feature") { _, r in r.identity.feature = FeatureID(5) }.count == 1)
    #expect(try homes("feature") { n, r in r.identity.feature = FeatureID(n) }.count == 3)
    #expect(
      try homes("tag.data") { n, r in r.tags = TagSet(rawValue: n % 2 == 0 ? 5 : 1) }.count == 1)
    #expect(try homes(["user", "team"]) { _, r in r.identity.user = UserID(3) }.count == 1)
    #expect(
      try homes(["user", "team"]) { n, r in
        r.identity.user = UserID(3)
        r.identity.team = TeamID(n)
      }.count == 3)
    for wrong: Setting in ["tag.planet", "planet", ["user", "planet"]] {
      #expect(throws: SettingError.self) { try homes(wrong) { _, _ in } }
    }
    #expect(throws: SettingError.self) {
      try GatewayPlan([
        "routes": ["chat": ["sticky": "user", "choose": "cheapest", "over": ["a"]]]
      ])
    }
  }
}

@Suite("A table that forgets what was not touched for longest")
struct RecencyTableTests {
  @Test("agrees with a list kept in order, over random streams")
  func twin() {
    var random = SplitMix64(seed: 3)
    for capacity in [1, 2, 7, 40, 200] {
      var table = RecencyTable<Int>(capacity: capacity)
      var list: [(key: UInt64, value: Int)] = []
      for step in 0..<3_000 {
        let key = random.next() % UInt64(capacity * 2)
        switch random.next() % 8 {
        case 0:
          table.removeLast()
          if !list.isEmpty { list.removeLast() }
        case 1:
          table.replace(key, by: step)
          if let place = list.firstIndex(where: { $0.key == key }) { list[place].value = step }
        case 2, 3, 4:
          #expect(table.value(of: key) == list.first { $0.key == key }?.value)
        default:
          table.set(key, to: step)
          list.removeAll { $0.key == key }
          list.insert((key, step), at: 0)
          if list.count > capacity { list.removeLast() }
        }
        #expect(table.count == list.count)
        #expect(table.last == list.last?.value)
      }
    }
  }
}

@Suite("A split of the keys")
struct SplitSharesTests {
  private func homes(_ weights: [Int], users: Int) throws -> [String] {
    let children = weights.enumerated().map { place, weight in
      Setting.members([
        ("deployment", Setting(.string(PolicyNames.letter(DeploymentID(place))))),
        ("weight", Setting(integerLiteral: weight)),
      ])
    }
    let bench = try Bench(
      .members([
        (
          "routes",
          .members([("chat", .members([("split", Setting(.array(children))), ("by", "user")]))])
        )
      ]))
    return (0..<users).map { user in
      bench.arrive { $0.identity.user = UserID(user) }
      defer { bench.end(.succeeded) }
      return bench.live[0].deployment
    }
  }

  @Test("gives each child its share: 90, 9 and 1 in a hundred")
  func shares() throws {
    let homes = try homes([90, 9, 1], users: 10_000)
    let counts = ["a", "b", "c"].map { name in homes.filter { $0 == name }.count }
    // Two degrees of freedom; 13.8 is the 99.9 % point.
    #expect(chiSquare(counts, shares: [90, 9, 1]) < 13.8)
  }

  @Test("moves, when a share is raised, only keys that go to the raised child")
  func raised() throws {
    let (before, after) = (
      try homes([90, 10], users: 2_000), try homes([80, 20], users: 2_000)
    )
    let moved = zip(before, after).filter { $0 != $1 }
    #expect(moved.allSatisfy { $0.1 == "b" })
    let share = Double(moved.count) / 2_000
    #expect(abs(share - 0.1) < 4 * (0.1 * 0.9 / 2_000).squareRoot())
  }

  @Test("refuses weights that are all nothing")
  func nothing() {
    #expect(throws: SettingError.self) { try homes([0, 0], users: 1) }
  }
}
