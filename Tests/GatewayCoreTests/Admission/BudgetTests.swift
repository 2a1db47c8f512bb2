import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A budget")
struct BudgetTests {
  /// A request of 1,000 and 100 tokens at a costs $0.002.
  private func bench(_ budget: Setting, names: PolicyNames = .letters) throws -> Bench {
    try Bench(
      [
        "routes": [
          "chat": [
            "condition": [["if": ["rerouted": true], "then": "b"]], "else": "a",
          ],
          "extract": "a",
        ],
        "budgets": [budget],
      ], names: names)
  }

  private func serve(_ bench: Bench, _ count: Int = 1) {
    for _ in 0..<count {
      bench.arrive { $0.alias = AliasID(1) }
      bench.end(.succeeded)
    }
  }

  @Test("of each deployment is gone around when it is spent, and ends in 402 when all are")
  func ofDeployments() throws {
    let bench = try Bench([
      "routes": ["chat": ["fallback": ["a", "b"]], "extract": "a"],
      "budgets": [
        ["each": "deployment", "money": "$0.004/day", "at": ["50%": "warn", "100%": "reject"]]
      ],
    ])
    // An answer costs $0.002 at a and twice that at b.
    for _ in 0..<4 {
      bench.arrive()
      bench.end(.succeeded)
    }
    #expect(bench.attempts.map(\.deployment.index) == [0, 0, 1])
    #expect(bench.requests.last?.rejection == .budget)
    #expect(bench.requests.last?.outcome == .status(402))
    #expect(bench.notes(.budgetPassed).map(\.other) == [0, 0, 1, 1])
    bench.pass(.seconds(86_400))
    bench.arrive()
    #expect(bench.live.count == 1)
  }

  @Test("notes each mark once in a period, with the share that is spent")
  func marks() throws {
    let bench = try bench([
      "each": "team", "money": "$0.01/day",
      "at": ["40%": "warn", "80%": "warn", "100%": "reject"],
    ])
    serve(bench, 7)
    let passed = bench.notes(.budgetPassed)
    #expect(passed.map(\.value) == [400_000, 800_000, 1_000_000])
    #expect(bench.requests.map(\.end).filter { $0 == .rejected }.count == 2)
    #expect(bench.requests.last?.outcome == .status(402))
    bench.now = at(.seconds(86_400))
    serve(bench, 2)
    #expect(bench.notes(.budgetPassed).count == 4)
  }

  @Test("that is soft warns and never refuses")
  func soft() throws {
    let bench = try bench(["money": "$0.01/day", "at": ["100%": "warn"]])
    serve(bench, 20)
    #expect(bench.requests.allSatisfy { $0.end == .succeeded })
    #expect(bench.notes(.budgetPassed).count == 1)
  }

  @Test("may be overdrawn by what its mark allows")
  func overdraft() throws {
    let bench = try bench(["money": "$0.01/day", "at": ["150%": "reject"]])
    serve(bench, 20)
    #expect(bench.requests.filter { $0.end == .succeeded }.count == 8)
  }

  @Test("is exceeded by no more than what was in flight when it was spent")
  func overshoot() throws {
    let bench = try bench(["money": "$0.01/day", "at": ["100%": "reject"]])
    for _ in 0..<9 { bench.arrive() }
    while !bench.live.isEmpty { bench.end(.succeeded) }
    #expect(bench.requests.filter { $0.end == .succeeded }.count == 9)
    bench.arrive()
    #expect(bench.live.isEmpty)
  }

  @Test("that reserves holds back the most that a request may cost, at the dearest deployment")
  func reserves() throws {
    // chat reaches a and b; b costs $2 and $20 a million: 1,000 + 500 tokens are $0.012.
    let bench = try bench([
      "money": "$0.03/day", "charge": "reserve", "at": ["100%": "reject"],
    ])
    for _ in 0..<3 { bench.arrive() }
    #expect(bench.live.count == 2)
    #expect(bench.notes(.limiterCharged).map(\.value) == [12_000_000_000, 12_000_000_000])
    bench.end(.succeeded)
    bench.end(.succeeded)
    #expect(bench.notes(.reconciled).map(\.other) == [2_000_000_000, 2_000_000_000])
    bench.arrive()
    #expect(bench.live.count == 1)
  }

  @Test("reroutes: a condition node asks whether the mark has been passed, tenant by tenant")
  func reroutes() throws {
    let bench = try bench([
      "each": "team", "money": "$0.01/day", "at": ["40%": "reroute", "100%": "reject"],
    ])
    for _ in 0..<3 {
      bench.arrive()
      bench.end(.succeeded)
    }
    #expect(bench.attempts.map { PolicyNames.letter($0.deployment) } == ["a", "a", "b"])
    bench.arrive { $0.identity.team = TeamID(1) }
    #expect(bench.live.last?.deployment == "a")
  }

  @Test("tells a condition node how much is left")
  func remaining() throws {
    let bench = try Bench([
      "routes": [
        "chat": ["condition": [["if": ["remainingBelow": "50%"], "then": "b"]], "else": "a"]
      ],
      "budgets": [["money": "$0.01/day"]],
    ])
    for _ in 0..<4 {
      bench.arrive()
      bench.end(.succeeded)
    }
    #expect(bench.attempts.map { PolicyNames.letter($0.deployment) } == ["a", "a", "a", "b"])
  }

  @Test("opens with what a team has already spent")
  func opening() throws {
    var names = PolicyNames.letters
    names.openings = [0, 9_000_000_000]
    let bench = try bench(
      ["each": "team", "money": "$0.01/month", "at": ["100%": "reject"]], names: names)
    for team in [0, 1] {
      for _ in 0..<3 {
        bench.arrive { $0.identity.team = TeamID(team) }
        bench.end(.succeeded)
      }
    }
    #expect(
      bench.requests.filter { $0.end == .succeeded }.map(\.identity.team.index) == [0, 0, 0, 1])
    bench.now = at(.seconds(31 * 86_400))
    for _ in 0..<3 {
      bench.arrive { $0.identity.team = TeamID(1) }
      bench.end(.succeeded)
    }
    #expect(bench.requests.filter { $0.end == .succeeded }.count == 7)
  }

  @Test("begins its periods at the calendar's offset from UTC")
  func offset() throws {
    var names = PolicyNames.letters
    names.calendar = Calendar(epochSecondsAtStart: 82_800, offsetSeconds: 0)
    for (offset, reset) in [("0s", 3_600), ("1h", 86_400), ("-30m", 5_400)] {
      let bench = try bench(
        [
          "money": "$0.001/day", "utcOffset": Setting(.string(offset)), "at": ["100%": "reject"],
        ], names: names)
      serve(bench, 2)
      #expect(
        bench.notes(.limiterJudged).last?.other == at(.seconds(reset)).nanoseconds, "\(offset)")
    }
  }

  @Test("is read with errors that say what is wrong")
  func errors() {
    for wrong: Setting in [
      ["at": ["80%": "warn"]], ["money": "$5"], ["money": "$0/day"],
      ["money": "$5/day", "at": ["much": "warn"]], ["money": "$5/day", "at": ["80%": "explode"]],
      ["money": "$5/month", "align": "firstUse"],
      ["each": "deployment", "money": "$5/day", "at": ["80%": "reroute"]],
      ["money": "$5/day", "state": "central", "at": ["80%": "reroute"]],
    ] {
      #expect(throws: SettingError.self, "\(wrong)") { try bench(wrong) }
    }
  }

  @Test("a mark below a picodollar is passed by the first charge")
  func leastMark() throws {
    let bench = try bench(["money": "$0.00000001/day", "at": ["0.001%": "reject"]])
    bench.arrive()
    bench.end(.succeeded)
    bench.arrive()
    #expect(bench.requests.map(\.rejection) == [.none, .budget])
  }
}
