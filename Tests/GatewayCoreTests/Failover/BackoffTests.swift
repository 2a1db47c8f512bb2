import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A backoff")
struct BackoffTests {
  private func make(_ setting: Setting) throws -> Backoff {
    try Backoff.registry.make(from: setting)
  }

  @Test("doubles from the first wait to the longest")
  func exponential() throws {
    let backoff = try make(["exponential": ["from": "200ms", "to": "2s", "jitter": "none"]])
    let waits = (0..<6).map { backoff.wait(beforeRetry: $0, uniform: 0.3) / 1_000_000 }
    #expect(waits == [200, 400, 800, 1_600, 2_000, 2_000])
  }

  @Test("can be constant, can grow by another factor, can be nothing")
  func others() throws {
    let constant = try make(["constant": ["delay": "300ms"]])
    #expect(
      (0..<3).map { constant.wait(beforeRetry: $0, uniform: 0.9) } == [
        300_000_000, 300_000_000, 300_000_000,
      ])
    let thrice = try make([
      "exponential": ["from": "1s", "to": "1h", "factor": 3, "jitter": "none"]
    ])
    #expect(thrice.wait(beforeRetry: 3, uniform: 0.5) == 27_000_000_000)
    #expect(try make("none").wait(beforeRetry: 3, uniform: 0.5) == 0)
  }

  @Test("with full jitter is uniform below its value, with equal jitter in the upper half")
  func jitter() throws {
    let full = try make(["exponential": ["from": "200ms", "to": "2s", "jitter": "full"]])
    let equal = try make(["exponential": ["from": "200ms", "to": "2s", "jitter": "equal"]])
    forEverySeed(0..<1) { _, random in
      for _ in 0..<5_000 {
        let retry = Int.random(in: 0..<8, using: &random)
        let u = Double.random(in: 0.000_001..<1, using: &random)
        let value = min(2_000_000_000, 200_000_000 << Int64(retry))
        let (a, b) = (
          full.wait(beforeRetry: retry, uniform: u), equal.wait(beforeRetry: retry, uniform: u)
        )
        #expect(a >= 0 && a <= value && abs(Double(a) - Double(value) * u) <= 1)
        #expect(b >= value / 2 && b <= value)
      }
    }
  }

  @Test("stays at its longest wait for any number of retries")
  func many() throws {
    let backoff = try make([
      "exponential": ["from": "1ms", "to": "24h", "factor": 100, "jitter": "none"]
    ])
    #expect(backoff.wait(beforeRetry: 100_000, uniform: 0.5) == 86_400_000_000_000)
  }

  @Test("whose longest wait is shorter than the first is refused")
  func wrong() {
    #expect(throws: SettingError.self) { try make(["exponential": ["from": "2s", "to": "1s"]]) }
    #expect(throws: SettingError.self) { try make(["exponential": ["from": "2s"]]) }
    #expect(throws: SettingError.self) { try make(["exponental": ["from": "2s", "to": "3s"]]) }
  }

  @Test("is waited out before the retry")
  func waited() throws {
    let attempts: Setting = [
      "retry": [
        "max": 3, "backoff": ["exponential": ["from": "200ms", "to": "500ms", "jitter": "none"]],
      ]
    ]
    #expect(try story("a", ["a": "555"], attempts: attempts) == "a5 ~200 a5 ~400 a5 ~500 a. ok")
  }

  @Test("draws its jitter anew for each retry, the same for the same call")
  func keyed() throws {
    let attempts: Setting = [
      "retry": ["max": 3, "backoff": ["exponential": ["from": "1s", "to": "1s"]]]
    ]
    let one = try stories("a", ["a": "555555"], requests: 2, attempts: attempts)
    let again = try stories("a", ["a": "555555"], requests: 2, attempts: attempts)
    #expect(one == again)
    #expect(one[0] != one[1])
    #expect(Set(one[0].split(separator: " ").filter { $0.hasPrefix("~") }).count == 3)
  }

  @Test("with decorrelated jitter lies between the first wait and three times the one before")
  func decorrelated() throws {
    let backoff = try make([
      "exponential": ["from": "100ms", "to": "2s", "jitter": "decorrelated"]
    ])
    var random = SplitMix64(seed: 1)
    for _ in 0..<200 {
      var previous: Int64 = 0
      for retry in 0..<8 {
        let u = Double.random(in: 0.000_001..<1, using: &random)
        let wait = backoff.wait(beforeRetry: retry, after: previous, uniform: u)
        let most = Double(previous == 0 ? 100_000_000 : previous) * 3
        let expected = min(2_000_000_000, 100_000_000 + (most - 100_000_000) * u)
        #expect(abs(Double(wait) - expected) <= 1)
        previous = wait
      }
    }
    // The request remembers the wait before: 100 + 200 · ½, then 100 + (3 · 200 − 100) · ½, ….
    let attempts: Setting = [
      "retry": [
        "max": 3,
        "backoff": ["exponential": ["from": "100ms", "to": "700ms", "jitter": "decorrelated"]],
      ]
    ]
    #expect(
      try stories("a", ["a": "555"], attempts: attempts, script: [0.5, 0.5, 0.5])
        == ["a5 ~200 a5 ~350 a5 ~575 a. ok"])
  }

  @Test("can grow by the same amount, and keep a floor")
  func linear() throws {
    let backoff = try make(["linear": ["from": "1s", "step": "250ms", "to": "2s"]])
    let waits = (0..<6).map { backoff.wait(beforeRetry: $0, uniform: 0.1) / 1_000_000 }
    #expect(waits == [1_000, 1_250, 1_500, 1_750, 2_000, 2_000])
    let floored = try make([
      "exponential": ["from": "1s", "to": "8s", "least": "3s", "jitter": "none"]
    ])
    #expect(floored.wait(beforeRetry: 1, uniform: 0.1) == 3_000_000_000)
    #expect(floored.wait(beforeRetry: 2, uniform: 0.1) == 4_000_000_000)
  }

  @Test("of every kind with every jitter never waits less than nothing or more than its bounds")
  func conformance() throws {
    let growths: [Setting] = ["none", ["constant": ["delay": "1s"]]]
    let jitters = BackoffJitter.registry.names
    #expect(Backoff.registry.names == ["none", "constant", "linear", "exponential"])
    var random = SplitMix64(seed: 7)
    for jitter in jitters {
      let word = Setting(.string(jitter))
      let backoffs: [Setting] =
        growths + [
          ["constant": ["delay": "1s", "jitter": word]],
          ["linear": ["from": "1s", "to": "3s", "jitter": word]],
          ["exponential": ["from": "1s", "to": "3s", "jitter": word]],
        ]
      for setting in backoffs {
        let backoff = try make(setting)
        for retry in 0..<20 {
          let u = Double.random(in: 0.000_001..<1, using: &random)
          let previous = Int64.random(in: 0...3_000_000_000, using: &random)
          let wait = backoff.wait(beforeRetry: retry, after: previous, uniform: u)
          #expect(wait >= 0 && wait <= 3_750_000_000, "\(setting) \(retry)")
          let again = backoff.wait(beforeRetry: retry, after: previous, uniform: u)
          #expect(wait == again)
          let lower = backoff.wait(beforeRetry: retry, after: previous, uniform: u / 2)
          #expect(lower <= wait, "monotone in its draw")
        }
      }
    }
  }

  @Test("has registries whose entries can be described")
  func described() {
    #expect(Backoff.registry.audit().isEmpty)
    #expect(BackoffJitter.registry.audit().isEmpty)
  }
}
