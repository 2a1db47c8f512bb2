import Chance
import Testing
import Vocabulary

@testable import Providers

@Suite("A self-hosted deployment and its twin of single iterations")
struct ServingTwinTests {
  struct Setup: Sendable, CustomTestStringConvertible {
    var name: String
    var plan: ServingPlan
    /// Arrivals a second.
    var load: Double
    /// The share of attempts that are withdrawn.
    var cancels = 0.0
    /// How long prompts may be.
    var prompt = 6000.0
    /// Whether answers are to be preempted.
    var preempts = false
    var testDescription: String { name }
  }

  static let llama = ServingPresets.rows[0].preset.speed

  /// The same plan, with nothing set aside for answers.
  static func growing(_ plan: ServingPlan) -> ServingPlan {
    var plan = plan
    plan.preempts = true
    return plan
  }

  static let setups = [
    Setup(
      name: "memory that runs out, prompts first",
      plan: growing(ServingPlan(replicas: 1, batch: 64, speed: llama, memory: 1_000)), load: 2,
      prompt: 600, preempts: true),
    Setup(
      name: "memory that runs out, chunked, some withdrawn",
      plan: growing(
        ServingPlan(
          replicas: 1, batch: 64, speed: llama, memory: 1_000, mixing: .chunked(tokens: 256))),
      load: 2, cancels: 0.2, prompt: 600, preempts: true),
    Setup(
      name: "memory that runs out at two replicas, a line each",
      plan: growing(
        ServingPlan(
          replicas: 2, batch: 64, speed: llama, memory: 1_000, dispatch: .leastLoaded)),
      load: 4, prompt: 600, preempts: true),
    Setup(
      name: "prefill first, llama2-70b on H100",
      plan: ServingPlan(replicas: 1, batch: 32, speed: llama), load: 2),
    Setup(
      name: "chunked prefill",
      plan: ServingPlan(replicas: 1, batch: 32, speed: llama, mixing: .chunked(tokens: 256)),
      load: 2),
    Setup(
      name: "little memory",
      plan: ServingPlan(replicas: 1, batch: 64, speed: llama, memory: 12_000), load: 2),
    Setup(
      name: "three replicas, one line",
      plan: ServingPlan(replicas: 3, batch: 8, speed: llama), load: 5),
    Setup(
      name: "three replicas, a line each, shortest prompt first",
      plan: ServingPlan(
        replicas: 3, batch: 4, speed: llama, order: .shortestPrompt, dispatch: .leastLoaded),
      load: 5),
    Setup(
      name: "a third withdrawn",
      plan: ServingPlan(replicas: 1, batch: 16, speed: llama), load: 3, cancels: 0.33),
    Setup(
      name: "a third withdrawn, chunked",
      plan: ServingPlan(replicas: 2, batch: 8, speed: llama, mixing: .chunked(tokens: 128)),
      load: 4, cancels: 0.33),
  ]

  @Test("agree on every first token and every end within 2 %", arguments: setups)
  func agrees(_ setup: Setup) {
    let draws = Chance(seed: 3, replication: 0).key(.arrival)
    var clock = 0.0
    var arrivals: [FleetDrive.Arrival] = []
    var jobs: [ServingTwin.Job] = []
    for number in UInt64(0)..<120 {
      var draw = draws.draws(call: CallKey(bits: number))
      clock += -Elementary.log(draw.uniform()) / setup.load * 1e9
      let prompt = UInt32(50 + draw.uniform() * draw.uniform() * setup.prompt)
      let output = UInt32(1 + draw.uniform() * 120)
      let cancel = draw.uniform() < setup.cancels ? clock + draw.uniform() * 6e9 : nil
      let at = Int64(clock)
      arrivals.append(
        FleetDrive.Arrival(
          at: at, attempt: attempt(number, input: prompt, output: output),
          cancelAt: cancel.map { Int64($0) }))
      jobs.append(
        ServingTwin.Job(
          at: Double(at), prompt: Int(prompt), output: Int(output),
          cancelAt: cancel.map { Double(Int64($0)) } ?? .infinity))
    }
    var twin = ServingTwin(setup.plan, jobs)
    twin.run()
    #expect((twin.jobs.reduce(0) { $0 + $1.preempted } > 10) == setup.preempts)
    var fleet = fleet(FleetPlan(deployments: [hosted("own", setup.plan)]))
    var drive = FleetDrive()
    drive.run(&fleet, arrivals)
    var worst = 0.0
    var compared = 0
    for (number, job) in twin.jobs.enumerated() {
      let seen = drive.seen[UInt32(number)]
      guard let seen else { continue }
      #expect(seen.outcome.isSuccess == (job.end < .infinity), "attempt \(number)")
      if job.end < .infinity, seen.outcome.isSuccess {
        compared += 1
        worst = max(worst, off(Double(seen.end), job.end, job.at))
        worst = max(worst, off(Double(seen.firstToken), job.first, job.at))
      } else if job.isGone {
        // What has been made of a withdrawn answer, to the token.
        #expect(abs(Int(seen.usage.outputTokens) - job.made) <= 1, "attempt \(number)")
      }
    }
    #expect(compared > 60)
    // The bar is 2 %; what is left is the rounding of instants to nanoseconds.
    #expect(worst < 1e-6, "\(worst)")
    // Nothing happens per iteration.
    #expect(
      drive.wakes * 2 < twin.iterations, "\(drive.wakes) wakes, \(twin.iterations) iterations")
  }

  private func off(_ seen: Double, _ expected: Double, _ from: Double) -> Double {
    abs(seen - expected) / max(1e6, expected - from)
  }
}
