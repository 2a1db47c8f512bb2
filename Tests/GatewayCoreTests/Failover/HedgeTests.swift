import Settings
import Testing
import Vocabulary

@testable import GatewayCore

/// A bench whose withdrawn attempts end at once, as those of a simulator do.
extension Bench {
  /// The withdrawn attempts that still live end.
  func settleWithdrawn() {
    for id in cancelled {
      guard let place = live.firstIndex(where: { $0.id == id }) else { continue }
      live.remove(at: place)
      report(.attemptEnded(id, Usage(inputTokens: 1_000), .unsaid, .cancelled))
    }
  }

  /// The deployments of the attempts that live, in the order in which they were started.
  var places: String { live.map(\.deployment).joined() }

  /// The first attempt at a deployment that lives shows its first token.
  func begin(at deployment: String) {
    guard let attempt = live.first(where: { $0.deployment == deployment }) else { return }
    report(.firstToken(attempt.id))
  }
}

@Suite("A hedge")
struct HedgeTests {
  private func bench(
    _ hedge: Setting = ["after": "1s"], route: Setting = ["fallback": ["a", "b", "c"]],
    more: [(String, Setting)] = [], breaker: Setting? = nil
  ) throws -> Bench {
    var policy: [(String, Setting)] = [
      ("routes", .members([("chat", route)])), ("attempts", .members([("hedge", hedge)] + more)),
    ]
    if let breaker { policy.append(("breaker", breaker)) }
    return try Bench(.members(policy))
  }

  @Test("starts a second attempt elsewhere when nothing has begun after the delay")
  func starts() throws {
    let bench = try bench()
    bench.arrive()
    #expect(bench.places == "a" && bench.timers.count == 1)
    #expect(bench.timers[0].at == at(.seconds(1)))
    bench.fire()
    #expect(bench.places == "ab" && bench.timers.isEmpty)
    #expect(bench.notes(.hedged).first?.value == 1_000_000_000)
    #expect(bench.notes(.hedged).first?.deployment == DeploymentID(1))
  }

  @Test("wins if it ends first: the first attempt is withdrawn, and its cost is wasted")
  func wins() throws {
    let bench = try bench()
    bench.arrive()
    bench.fire()
    bench.end(.succeeded, of: "b")
    #expect(bench.finished.count == 1 && bench.cancelled.count == 1 && bench.requests.isEmpty)
    bench.settleWithdrawn()
    let record = try #require(bench.requests.first)
    #expect(record.end == .succeeded && record.deployment == DeploymentID(1))
    #expect((record.attempts, record.hedges, record.retries, record.fallbacks) == (2, 1, 0, 0))
    // 1,000 input tokens at a, which serves nobody.
    #expect(record.wasted == Money(picodollars: 1_000_000_000))
    #expect(bench.attempts.map(\.served) == [true, false])
    #expect(bench.attempts.map(\.reason) == [.hedge, .first])
    #expect(bench.held == 0)
  }

  @Test("loses if the first attempt ends first, and is withdrawn")
  func loses() throws {
    let bench = try bench()
    bench.arrive()
    bench.fire()
    bench.end(.succeeded, of: "a")
    bench.settleWithdrawn()
    let record = try #require(bench.requests.first)
    #expect(record.deployment == DeploymentID(0) && record.end == .succeeded)
    #expect(bench.held == 0 && bench.late == 0)
  }

  @Test("of a stream is decided by the first token; the winner may then break")
  func streams() throws {
    let bench = try bench()
    bench.arrive { $0.streams = true }
    bench.fire()
    bench.begin(at: "b")
    #expect(bench.begun.count == 1 && bench.cancelled.count == 1)
    bench.begin(at: "a")
    #expect(bench.begun.count == 1)
    bench.settleWithdrawn()
    bench.end(.brokenStream, of: "b")
    let record = try #require(bench.requests.first)
    #expect(record.end == .failed && record.outcome == .brokenStream && record.attempts == 2)
  }

  @Test("is not started once the answer has begun, and its timer is cleared")
  func begun() throws {
    let bench = try bench()
    bench.arrive { $0.streams = true }
    bench.begin(at: "a")
    #expect(bench.timers.isEmpty)
    bench.end(.succeeded)
    #expect(bench.requests.count == 1)
    bench.arrive()
    bench.end(.succeeded)
    #expect(bench.timers.isEmpty && bench.requests.count == 2)
  }

  @Test("that lives keeps a failure of the first attempt from ending or retrying anything")
  func failureWaits() throws {
    for (first, second) in [("a", "b"), ("b", "a")] {
      let bench = try bench(more: [("retry", ["max": 1])])
      bench.arrive()
      bench.fire()
      bench.end(.status(503), of: first)
      #expect(bench.places == second && bench.requests.isEmpty)
      bench.end(.succeeded, of: second)
      #expect(bench.requests.first?.end == .succeeded)
      #expect(bench.attempts.count == 2 && bench.held == 0)
    }
  }

  @Test("and the first gone, the walk goes on from where it was: retry, then the next child")
  func bothFail() throws {
    let bench = try bench(more: [("retry", ["max": 1])])
    bench.arrive()
    bench.fire()
    bench.end(.status(503), of: "a")
    bench.end(.status(500), of: "b")
    #expect(bench.places == "b")
    bench.end(.status(500), of: "b")
    #expect(bench.places == "c")
    bench.end(.succeeded)
    let record = try #require(bench.requests.first)
    #expect((record.attempts, record.retries, record.fallbacks, record.hedges) == (4, 1, 1, 1))
  }

  @Test("before its time gives way to a retry or a fallback, which has a delay of its own")
  func failsEarly() throws {
    let bench = try bench()
    bench.arrive()
    bench.pass(.milliseconds(300))
    bench.end(.status(503))
    #expect(bench.places == "b" && bench.timers.count == 1)
    #expect(bench.timers[0].at == at(.milliseconds(1_300)))
    bench.fire()
    #expect(bench.places == "bc")
  }

  @Test("at a deployment's own node goes to the same; at a balance to one not tried")
  func places() throws {
    let own = try bench(route: ["deployment": "a", "hedge": ["after": "1s"]])
    own.arrive()
    own.fire()
    #expect(own.places == "aa")
    own.end(.succeeded)
    own.settleWithdrawn()
    #expect(own.attempts.map(\.ordinal) == [0, 1])

    let balance = try bench(
      ["after": "1s", "max": 5],
      route: ["balance": "weighted-random", "over": ["a", "b"]])
    for _ in 0..<20 {
      balance.arrive()
      balance.fire()
      #expect(Set(balance.places) == ["a", "b"])
      // All are tried: no third.
      balance.end(.status(503))
      #expect(!balance.fire() || balance.live.count == 1)
      balance.end(.succeeded)
      balance.settleWithdrawn()
    }
  }

  @Test("is armed anew when one of two has failed, up to its maximum; two live at a time")
  func several() throws {
    let bench = try bench(["after": "1s", "max": 2])
    bench.arrive()
    bench.fire()
    #expect(bench.places == "ab" && bench.timers.isEmpty)
    bench.end(.status(503), of: "a")
    #expect(bench.timers.count == 1)
    bench.fire()
    #expect(bench.places == "bc")
    bench.end(.status(503), of: "b")
    #expect(bench.timers.isEmpty)
    bench.end(.succeeded)
    #expect(bench.requests.first?.hedges == 2)
  }

  @Test("counts as an attempt: none beyond the maximum, none after the deadline")
  func caps() throws {
    let most = try bench(more: [("max", 1)])
    most.arrive()
    #expect(most.timers.isEmpty)
    let late = try bench(more: [("request", "1s")])
    late.arrive()
    #expect(late.timers.isEmpty)
    let slow = try bench(more: [("request", "2s")])
    slow.arrive()
    slow.pass(.seconds(2))
    slow.fire()
    #expect(slow.places == "a")
    slow.end(.totalTimeout)
    #expect(slow.requests.count == 1 && slow.held == 0)
  }

  @Test("passes over a deployment whose breaker is open, and is not made if none is left")
  func breaker() throws {
    let bench = try bench(breaker: ["trip": ["consecutiveFailures": 1], "open": "1h"])
    bench.arrive { $0.alias = AliasID(0) }
    bench.end(.status(503))
    bench.end(.status(503))
    bench.end(.succeeded)
    #expect(bench.requests.count == 1)
    bench.arrive()
    #expect(bench.places == "c")
    bench.fire()
    #expect(bench.places == "c")
    bench.end(.succeeded)
    #expect(bench.requests.last?.attempts == 1)
  }

  @Test("stays within its budget, and gives back what it did not use")
  func budget() throws {
    let bench = try bench(["after": "1s", "budget": ["share": "10%", "window": "1h"]])
    for _ in 0..<100 {
      bench.arrive()
      bench.fire()
      bench.end(.succeeded)
      bench.settleWithdrawn()
    }
    #expect(bench.requests.reduce(0) { $0 + Int($1.hedges) } == 10)
    // Nothing else fits: nothing is spent.
    let alone = try self.bench(
      ["after": "1s", "budget": ["share": "0%", "floor": "1/h", "window": "1h"]],
      route: [
        "condition": [["if": ["inputAbove": 10], "then": "a"]],
        "else": ["balance": "weighted-random", "over": ["a", "b"]],
      ])
    alone.arrive()
    alone.fire()
    #expect(alone.places == "a")
    alone.end(.succeeded)
    alone.arrive { $0.inputTokens = 1 }
    alone.fire()
    #expect(alone.live.count == 2)
  }

  @Test("is withdrawn with the first when the client leaves")
  func abandoned() throws {
    let bench = try bench()
    let id = bench.arrive()
    bench.fire()
    bench.report(.abandoned(id))
    #expect(bench.cancelled.count == 2)
    bench.settleWithdrawn()
    #expect(bench.requests.first?.end == .abandoned && bench.held == 0)
    let early = bench.arrive()
    bench.report(.abandoned(early))
    #expect(bench.timers.isEmpty)
    bench.settleWithdrawn()
    #expect(bench.held == 0)
  }

  @Test("that ends in success although it was withdrawn serves nobody")
  func lateSuccess() throws {
    let bench = try bench()
    bench.arrive { $0.streams = true }
    bench.fire()
    bench.begin(at: "b")
    bench.end(.succeeded, of: "a")
    #expect(bench.finished.isEmpty && bench.requests.isEmpty)
    bench.end(.succeeded, of: "b")
    let record = try #require(bench.requests.first)
    #expect(record.deployment == DeploymentID(1))
    #expect(bench.attempts.map(\.served) == [false, true])
    #expect(record.estimate - record.wasted == bench.attempts[1].estimate)
  }

  @Test("waits for an observed quantile of the deployment once enough has been seen")
  func observed() throws {
    let bench = try bench([
      "after": "9s",
      "observed": ["quantile": "90%", "of": "endToEnd", "window": "1h", "minimum": 10],
    ])
    for number in 1...10 {
      bench.arrive()
      #expect(bench.timers[0].at == bench.now.advanced(by: .seconds(9)))
      bench.pass(.milliseconds(100 * number))
      bench.end(.succeeded)
    }
    bench.arrive()
    let delay = bench.now.nanoseconds(to: bench.timers[0].at)
    #expect(abs(delay - 900_000_000) <= 900_000_000 / 16)
  }

  @Test(
    "gRPC A6: a non-fatal failure starts the next hedge at once, a fatal one ends the race",
    .tags(.fact))
  func nonFatal() throws {
    let rule: Setting = ["after": "1s", "max": 4, "nonFatal": ["503"]]
    let route: Setting = ["balance": "smooth-weighted-round-robin", "over": ["a", "b", "c"]]
    let bench = try bench(rule, route: route)
    bench.arrive()
    bench.pass(.milliseconds(200))
    bench.end(.status(503))
    #expect(bench.places == "b" && bench.timers.first?.at == at(.milliseconds(1_200)))
    bench.fire()
    #expect(bench.places == "bc")
    bench.end(.status(400), of: "b")
    #expect(bench.cancelled.count == 1 && bench.timers.isEmpty)
    bench.settleWithdrawn()
    let record = try #require(bench.requests.first)
    #expect(record.outcome == .status(400) && record.hedges == 2 && bench.held == 0)
  }

  @Test("reads the same as written, and says what is wrong")
  func wrong() {
    #expect(throws: SettingError.self) { try bench([:]) }
    #expect(throws: SettingError.self) { try bench(["after": "1s", "max": 0]) }
    #expect(throws: SettingError.self) { try bench(["after": "1s", "observed": ["of": "end"]]) }
  }
}

@Suite("An observed quantile")
struct ObservedQuantileTests {
  private func rule(_ setting: Setting) throws -> ObservedRule {
    var reader = try SettingsReader(setting)
    return try ObservedRule(reading: &reader, quantile: 0.5, of: .endToEnd)
  }

  @Test("is within a sixteenth of the nearest rank of a sorted list")
  func twin() throws {
    for share in [5, 50, 95] {
      var random = SplitMix64(seed: UInt64(share))
      let rule = try rule([
        "quantile": Setting(.string("\(share)%")), "window": "1h", "minimum": 30,
      ])
      var quantile = ObservedQuantile(rule)
      var samples: [Int64] = []
      for step in 0..<2_000 {
        let octave = Int64.random(in: 20...36, using: &random)
        let time = Int64.random(in: 1 << octave..<2 << octave, using: &random)
        quantile.add(time, at: .start)
        samples.append(time)
        let value = quantile.value(at: .start)
        #expect((value != nil) == (step + 1 >= 30))
        // Between readings it may be as old as an eighth of the samples.
        guard let value, step % 500 == 499 else { continue }
        let sorted = samples.sorted()
        let slack = samples.count / 8 + 1
        let rank = (share * samples.count + 99) / 100 - 1
        let low = sorted[max(0, rank - slack)]
        let high = sorted[min(samples.count - 1, rank + slack)]
        #expect(value >= low - low / 16 && value <= high + high / 16, "\(share) at \(step)")
      }
    }
  }

  @Test("forgets what is older than two windows, and keeps the window before")
  func window() throws {
    var quantile = ObservedQuantile(try rule(["window": "10s", "minimum": 5]))
    for _ in 0..<5 { quantile.add(1_000_000_000, at: .start) }
    let now = quantile.value(at: at(.seconds(9)))
    let next = quantile.value(at: at(.seconds(19)))
    let gone = quantile.value(at: at(.seconds(20)))
    #expect(now != nil && next != nil && gone == nil)
  }

  @Test("has buckets that cover every time in order")
  func buckets() {
    var before = -1
    for octave in Int64(0)..<62 {
      for part in Int64(0)..<16 {
        let time = (Int64(1) << octave) + part * ((Int64(1) << octave) / 16)
        let bucket = ObservedQuantile.bucket(time)
        #expect(bucket >= before && bucket < ObservedQuantile.buckets)
        before = bucket
        let (low, width) = ObservedQuantile.bounds(bucket)
        if octave >= 10, octave < 48 { #expect(time >= low && time < low + width) }
      }
    }
  }
}
