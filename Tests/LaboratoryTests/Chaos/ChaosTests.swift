import Chance
import Measures
import Providers
import Settings
import Testing
import Vocabulary

@testable import Laboratory
@testable import Scenarios

@Suite("Chaos")
struct ChaosTests {
  /// Two deployments; one policy fails over, one stays where it is.
  static let text = """
    {
      lab: 1, question: "who survives?", horizon: "400s", warmUp: "10s", seed: 3, baseline: "frail",
      traffic: {
        chat: {
          arrivals: { poisson: { rate: "2/s" } }, alias: "chat", client: "openai-sdk",
          tokens: { input: 500, output: { median: 80, p95: 160 } },
        },
      },
      deployments: {
        north: {
          model: "n/big", region: "north", price: { input: "$2/M", output: "$8/M" },
          latency: { timeToFirstToken: { median: "400ms", p95: "900ms" }, timePerOutputToken: "8ms" },
        },
        south: {
          model: "s/big", region: "south", price: { input: "$3/M", output: "$9/M" },
          latency: { timeToFirstToken: { median: "500ms", p95: "1s" }, timePerOutputToken: "9ms" },
        },
      },
      policies: {
        frail: { routes: { chat: "north" } },
        sound: {
          routes: { chat: { fallback: ["north", "south"], on: ["429", "5xx", "timeout", "connection"] } },
          attempts: { total: "8s", max: 4, retry: { max: 1, on: ["5xx", "connection"] } },
        },
        other: { routes: { chat: { fallback: ["south", "north"], on: ["any"] } }, attempts: { total: "8s" } },
      },
      expect: { frail: ["availability >= 99%", "availability >= 50% in case default"], sound: ["success per call >= 90%"] },
    }
    """

  static func scenario(_ change: (String) -> String = { $0 }) throws -> Scenario {
    let bytes = Array(change(text).utf8)
    var scenario = try Scenario(tree: try JSON5.parse(bytes: bytes, file: "chaos.json5"))
    (scenario.name, scenario.path) = ("tiny", "scenarios/tiny")
    return scenario
  }

  private func options(_ plans: Int, _ policies: [String], jobs: Int = 2) -> ChaosOptions {
    var options = ChaosOptions()
    (options.plans, options.policies, options.jobs) = (plans, policies, jobs)
    return options
  }

  @Test("finds a policy that cannot stand an outage, and shrinks the plan to one incident")
  func plantedFailure() throws {
    let result = try Experiment.chaos(try Self.scenario(), options(8, ["frail", "sound"]))
    let frail = try #require(result.rows.first)
    #expect(frail.policy == "frail" && frail.failed > 0)
    let finding = try #require(frail.failures.first { $0.failure.kind == .objective })
    #expect(finding.failure.what == "availability >= 99%")
    #expect(try #require(finding.failure.value) < 0.99 && finding.failure.bound == 0.99)
    #expect(finding.shrunk.faults.count == 1)
    #expect(finding.trials <= Shrinking.most)
    // The small plan fails by itself, as the fragment that is printed.
    let bench = ChaosBench(
      try Self.scenario(), grace: .seconds(39), meter: ProgressMeter(nil, isCancelled: nil))
    let again = try bench.trial(finding.shrunk, seed: finding.seed, policy: 0)
    #expect(again.failures.contains(where: finding.failure.isLike))
    #expect(try bench.trial(FaultPlan(faults: []), seed: finding.seed, policy: 0).failures.isEmpty)
    #expect(
      result.command(policy: "frail", seed: finding.seed)
        == "gateway-lab chaos scenarios/tiny --policy frail --seed \(finding.seed) --seeds 1")
    // The policy that can go elsewhere holds: one deployment is always spared.
    #expect(result.rows[1].failed == 0, "\(result.rows[1].failures)")
    #expect(result.rows.allSatisfy { $0.worst != nil })
  }

  @Test("draws the same plans from a seed, and others from another")
  func plans() throws {
    let draws = FaultDraws(try Self.scenario())
    var kinds: Set<String> = []
    var texts: Set<String> = []
    for seed in UInt64(0)..<60 {
      let plan = draws.plan(seed: seed)
      #expect(plan == draws.plan(seed: seed))
      #expect((1...5).contains(plan.faults.count))
      // All is over in time for a recovery, and one deployment is spared.
      #expect(plan.end <= 390 * 62 / 100 + 1)
      let struck = Set(
        plan.faults.compactMap { fault -> String? in
          switch fault.target {
          case .deployment(let name), .region(let name): name
          case .provider(let name): name == "n" ? "north" : "south"
          case .gateway: nil
          }
        })
      #expect(struck.count <= 1, "\(plan)")
      for fault in plan.faults {
        let words = fault.json5.split(separator: " ").map(String.init)
        kinds.formUnion(words.filter { $0.hasSuffix(":") && $0 != "on:" })
      }
      texts.insert(plan.json5)
      _ = try Self.scenario().inWeather(plan.json5, case: "chaos")
    }
    #expect(texts.count > 50)
    for kind in ["error:", "slow:", "hang:", "inFlight:", "restart:"] {
      #expect(kinds.contains(kind), "\(kinds)")
    }
  }

  @Test("finds the same, whatever the number of jobs")
  func deterministic() throws {
    func found(_ jobs: Int) throws -> [String] {
      try Experiment.chaos(try Self.scenario(), options(3, ["frail"], jobs: jobs)).rows.flatMap {
        ["\($0.policy) \($0.failed) \(String(describing: $0.worst))"] + $0.failures.map { "\($0)" }
      }
    }
    #expect(try found(1) == found(3))
  }

  @Test("keeps of what is expected what names no case")
  func expectations() throws {
    let plan = FaultPlan(faults: [
      DrawnFault(
        name: "a \"b\"", target: .region("north"), effect: .error(status: "503", share: 40),
        from: 20, length: 30)
    ])
    let struck = try Self.scenario().inWeather(plan.json5, case: "chaos")
    #expect(
      struck.expectations.expect.map(\.text) == ["availability >= 99%", "success per call >= 90%"])
    #expect(struck.cases.map(\.name) == ["chaos"] && struck.cases[0].incidents == [0])
    #expect(struck.fleet.incidents[0].name == "a \"b\"")
    #expect(struck.name == "tiny")
  }

  @Test("judges recovery by success and latency against the same run without faults")
  func recovery() {
    func after(_ success: Double?, _ latency: Double?) -> FaultRecovery.Aftermath {
      var group = FaultRecovery.Aftermath(.init())
      (group.success, group.latency) = (success, latency)
      return group
    }
    let quiet = after(0.99, 2)
    #expect(FaultRecovery(struck: after(0.985, 2.5), quiet: quiet).shortfall == nil)
    #expect(
      FaultRecovery(struck: after(0.97, 2), quiet: quiet).shortfall?.measure == "success per call")
    #expect(
      FaultRecovery(struck: after(0.99, 2.7), quiet: quiet).shortfall?.measure == "mean end to end")
    #expect(FaultRecovery(struck: after(nil, nil), quiet: quiet).shortfall != nil)
    #expect(FaultRecovery(struck: after(nil, nil), quiet: after(nil, nil)).shortfall == nil)
  }
}

@Suite("Shrinking")
struct ShrinkingTests {
  private func fault(_ number: Int, _ effect: DrawnFault.Effect, length: Int = 60) -> DrawnFault {
    DrawnFault(
      name: "fault \(number)", target: .deployment("d\(number)"), effect: effect, from: 10,
      length: length)
  }

  @Test("leaves one of five incidents, as short and weak as it still fails")
  func smallest() {
    let plan = FaultPlan(
      faults: (0..<5).map { fault($0, .error(status: "500", share: 80)) })
    var tried = 0
    let (small, trials) = Shrinking.smallest(of: plan) { plan in
      tried += 1
      return plan.faults.contains {
        if case .error(_, let share) = $0.effect {
          $0.target == .deployment("d3") && share >= 15 && $0.length >= 10
        } else {
          false
        }
      }
    }
    #expect(small.faults.count == 1 && small.faults[0].name == "fault 3")
    #expect(
      small.faults[0].length == 15 && small.faults[0].effect == .error(status: "500", share: 20))
    #expect(trials == tried && trials <= Shrinking.most)
  }

  @Test("keeps two incidents that only together fail, and stops at its limit")
  func together() {
    let plan = FaultPlan(faults: (0..<4).map { fault($0, .hang(share: 50)) })
    let (small, _) = Shrinking.smallest(of: plan) { plan in
      let names = plan.faults.map(\.name)
      return names.contains("fault 0") && names.contains("fault 2")
    }
    #expect(small.faults.map(\.name) == ["fault 0", "fault 2"])
    let (_, trials) = Shrinking.smallest(
      of: FaultPlan(faults: (0..<90).map { fault($0, .slow(tenths: 300)) })
    ) { _ in true }
    #expect(trials <= Shrinking.most)
  }

  @Test("makes every effect smaller until nothing is left of it")
  func smaller() {
    let effects: [DrawnFault.Effect] = [
      .error(status: "connection", share: 100), .slow(tenths: 1_000), .hang(share: 50),
      .quota(share: 0), .cut(share: 100), .stall(share: 100), .restart(crash: true),
    ]
    for effect in effects {
      var one = fault(1, effect, length: 64)
      var steps = 0
      while let next = one.smaller.last, steps < 50 {
        #expect(next.json5 != one.json5)
        one = next
        steps += 1
      }
      #expect(steps > 0 && steps < 50, "\(effect)")
    }
  }
}
