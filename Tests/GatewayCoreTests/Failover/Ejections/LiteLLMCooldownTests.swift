import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("LiteLLM's cooldown")
struct LiteLLMCooldownTests {
  private func watching(
    _ parameters: Setting = [:] as Setting, deployments: Int = 2, single: [Int] = []
  ) throws -> Watching {
    Watching(
      try Cooldowns.registry.make("litellm", from: parameters), deployments: deployments,
      single: single)
  }

  @Test("LiteLLM: a 429 cools a deployment with siblings at once, for 5 s", .tags(.fact))
  func throttled() throws {
    var one = try watching(single: [1])
    one.end(0, .status(429), 3)
    one.end(1, .status(429), 3)
    #expect(one.told == ["3.0: 0 until 8.0"])
  }

  @Test("LiteLLM: Retry-After replaces the router's time and is not capped", .tags(.fact))
  func retryAfter() throws {
    var one = try watching(["time": "7s"])
    one.end(0, .status(429), 0, hint: 100_000)
    one.end(1, .status(429), 0, hint: 0)
    #expect(one.told == ["0.0: 0 until 100000.0"])
  }

  @Test("LiteLLM: a deployment's own cooldown_time precedes Retry-After", .tags(.fact))
  func ownTime() throws {
    var one = try watching([
      "deployments": ["host 0": ["time": "1s"], "host 1": ["time": "0s"]]
    ])
    one.end(0, .status(429), 0, hint: 30)
    one.end(1, .status(429), 0, hint: 30)
    #expect(one.told == ["0.0: 0 until 1.0"])
  }

  @Test(
    "LiteLLM: other 4xx and connection errors never cool", .tags(.fact),
    arguments: [Outcome.status(400), .status(403), .status(422), .connection, .cancelled])
  func spared(outcome: Outcome) throws {
    for parameters in [[:], ["allowedFails": 0]] as [Setting] {
      var one = try watching(parameters)
      one.end(0, outcome, 0, times: 2_000)
      #expect(one.told.isEmpty)
    }
  }

  @Test(
    "LiteLLM: 401 and 404 cool at once, also a deployment without siblings", .tags(.fact),
    arguments: [401, 404] as [UInt16])
  func notRetried(status: UInt16) throws {
    var one = try watching(deployments: 1, single: [0])
    one.end(0, .status(status), 2)
    #expect(one.told == ["2.0: 0 until 7.0"])
  }

  @Test("LiteLLM: more than half of at least five attempts within a minute cool", .tags(.fact))
  func ratio() throws {
    var one = try watching()
    for second in 0..<3 { one.end(0, .succeeded, Double(second)) }
    for second in 3..<6 { one.end(0, .status(500), Double(second)) }
    #expect(one.told.isEmpty)
    one.end(0, .totalTimeout, 6)
    #expect(one.told == ["6.0: 0 until 11.0"])
    // Nothing is reset: one more failure after the return cools it again.
    one.end(0, .status(500), 12)
    #expect(one.told.last == "12.0: 0 until 17.0")
    // The windows of successes and failures began apart, at 0 s and at 3 s.
    one.end(0, .succeeded, 60.5)
    one.end(0, .status(500), 60.6)
    #expect(one.told.last == "60.6: 0 until 65.6")
  }

  @Test(
    "LiteLLM: a deployment without siblings cools only after 1,000 failures alone", .tags(.fact))
  func single() throws {
    var one = try watching(deployments: 1, single: [0])
    one.end(0, .status(500), 1, times: 999)
    #expect(one.told.isEmpty)
    one.end(0, .status(500), 1)
    #expect(one.told == ["1.0: 0 until 6.0"])
  }

  @Test("LiteLLM: allowed_fails counts all classes in a window of the cooldown time", .tags(.fact))
  func allowedFails() throws {
    var one = try watching(["time": "10s", "allowedFails": 2], deployments: 1, single: [0])
    one.end(0, .status(429), 0)
    one.end(0, .status(500), 4)
    one.end(0, .succeeded, 5)
    #expect(one.told.isEmpty)
    one.end(0, .status(503), 9)
    #expect(one.told == ["9.0: 0 until 19.0"])
    // The counter began at 0 s and has gone.
    one.end(0, .status(503), 20)
    one.end(0, .status(503), 21)
    #expect(one.told.count == 1)
    one.end(0, .status(503), 22)
    #expect(one.told.last == "22.0: 0 until 32.0")
  }

  @Test("LiteLLM: allowed_fails 3 cannot be told from unset", .tags(.fact))
  func three() throws {
    var one = try watching(["allowedFails": 3])
    one.end(0, .status(429), 0)
    #expect(one.told.count == 1)
    var other = try watching(["allowedFails": 3, "countsThree": true])
    other.end(0, .status(429), 0, times: 3)
    #expect(other.told.isEmpty)
    other.end(0, .status(429), 0)
    #expect(other.told.count == 1)
  }

  @Test("LiteLLM: a policy allows failures by class, and shares one counter", .tags(.fact))
  func policy() throws {
    var one = try watching(["policy": ["rateLimit": 1, "timeout": 4]])
    one.end(0, .totalTimeout, 0)
    one.end(0, .status(429), 1)
    #expect(one.told == ["1.0: 0 until 6.0"])
  }

  @Test("LiteLLM: a deployment's own policy counts each class for itself", .tags(.fact))
  func ownPolicy() throws {
    var one = try watching([
      "deployments": ["host 0": ["policy": ["rateLimit": 1, "timeout": 1]]]
    ])
    one.end(0, .totalTimeout, 0)
    one.end(0, .status(429), 1)
    #expect(one.told.isEmpty)
    one.end(0, .status(429), 2)
    #expect(one.told == ["2.0: 0 until 7.0"])
  }

  @Test("LiteLLM: a failure of one that is cooled does not make it longer", .tags(.fact))
  func again() throws {
    var one = try watching()
    one.end(0, .status(429), 0)
    one.end(0, .status(429), 4)
    #expect(one.told == ["0.0: 0 until 5.0"])
  }

  @Test("leaves a deployment out of the routes until its time is over, and notes it")
  func gateway() throws {
    let bench = try Bench([
      "routes": ["chat": ["balance": "smooth-weighted-round-robin", "over": ["a", "b"]]],
      "cooldown": "litellm",
    ])
    var served: [String] = []
    for second in 0..<8 {
      bench.now = at(.seconds(second))
      bench.arrive()
      served += bench.live.map(\.deployment)
      bench.end(second == 0 ? .status(429) : .succeeded)
    }
    #expect(served.prefix(5) == ["a", "b", "b", "b", "b"] && served.suffix(3).contains("a"))
    let note = try #require(bench.notes(.ejected).first)
    #expect(note.deployment == DeploymentID(0) && note.subject == Note.Ejection.cooldown.rawValue)
    #expect(note.value == at(.seconds(5)).nanoseconds)
  }

  @Test("knows only deployments that there are")
  func names() {
    #expect(throws: SettingError.self) {
      try Bench([
        "routes": ["chat": "a"],
        "cooldown": ["litellm": ["deployments": ["nobody": ["time": "1s"]]]],
      ])
    }
  }
}
