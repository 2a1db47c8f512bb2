import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("Identical requests in flight")
struct CoalescingTests {
  private func bench(
    _ coalesce: Setting = ["onLeaderFailure": "promote"], route: Setting = "a",
    _ others: [(String, Setting)] = []
  ) throws -> Bench {
    try Bench(.members([("routes", ["chat": route]), ("coalesce", coalesce)] + others))
  }

  @discardableResult
  private func same(
    _ bench: Bench, streams: Bool = false, _ change: (inout Request) -> Void = { _ in }
  ) -> RequestID {
    bench.arrive {
      $0.fingerprint = 77
      $0.streams = streams
      change(&$0)
    }
  }

  @Test("LiteLLM: requests in flight are not coalesced unless the policy says so", .tags(.fact))
  func off() throws {
    let bench = try Bench(["routes": ["chat": "a"], "cache": ["exact": ["ttl": "1m"]]])
    for _ in 0..<3 { same(bench) }
    #expect(bench.live.count == 3)
  }

  @Test("share one attempt, and the answer when it comes")
  func follow() throws {
    let bench = try bench()
    for _ in 0..<3 { same(bench) }
    bench.arrive()
    #expect(bench.live.count == 2, "another body, another attempt")
    #expect(bench.notes(.followed).map(\.value) == [0, 0])
    bench.pass(.seconds(1))
    bench.end(.succeeded)
    #expect(bench.requests.map(\.source) == [.provider, .follow, .follow])
    #expect(bench.requests.map(\.ended) == [at(.seconds(1)), at(.seconds(1)), at(.seconds(1))])
    #expect(bench.requests[1].deployment == DeploymentID(0))
    #expect(bench.requests[1].outputTokens == 100)
    #expect(bench.requests[1].estimate == .zero)
    #expect(bench.requests[1].saved == bench.requests[0].estimate)
    #expect(bench.finished.count == 3)
    same(bench)
    #expect(bench.live.count == 2, "what has ended is not followed")
  }

  @Test("are those with the same alias, scope, tags and way of answering, and a body")
  func sameness() throws {
    let bench = try bench(["scope": "team"])
    same(bench)
    same(bench, streams: true)
    same(bench) { $0.identity.team = TeamID(1) }
    same(bench) { $0.tags = TagSet(rawValue: 1) }
    same(bench) { $0.capabilities = TagSet(rawValue: 1) }
    #expect(bench.live.count == 5)
    same(bench) { $0.identity.user = UserID(3) }
    #expect(bench.live.count == 5)
    for _ in 0..<2 { bench.arrive { $0.fingerprint = 0 } }
    #expect(bench.live.count == 7)
  }

  @Test("begin with the leader's stream, and at once if they come later")
  func streams() throws {
    let bench = try bench()
    same(bench, streams: true)
    same(bench, streams: true)
    bench.pass(.milliseconds(100))
    bench.showFirstToken()
    #expect(bench.begun.count == 2)
    bench.pass(.milliseconds(100))
    same(bench, streams: true)
    #expect(bench.begun.count == 3)
    bench.pass(.milliseconds(100))
    bench.end(.succeeded)
    #expect(
      bench.requests.map(\.began) == [
        at(.milliseconds(100)), at(.milliseconds(100)), at(.milliseconds(200)),
      ])
    #expect(bench.begun.count == 3)
  }

  @Test("fail with their leader, if the policy says so")
  func failure() throws {
    let bench = try bench(["onLeaderFailure": "fail"])
    for _ in 0..<3 { same(bench) }
    bench.end(.status(503))
    #expect(bench.requests.map(\.end) == [.failed, .failed, .failed])
    #expect(bench.requests.map(\.outcome.status) == [503, 503, 503])
    #expect(bench.requests.map(\.attempts) == [1, 0, 0])
    #expect(bench.held == 0)
  }

  @Test("promote the first follower when their leader fails; the others follow it")
  func promotion() throws {
    let bench = try bench()
    for _ in 0..<3 { same(bench) }
    bench.end(.status(503))
    #expect(bench.requests.map(\.number) == [0])
    #expect(bench.live.count == 1)
    same(bench)
    bench.end(.status(503))
    #expect(bench.requests.map(\.number) == [0, 1])
    bench.end(.succeeded)
    #expect(bench.requests.map(\.number) == [0, 1, 2, 3])
    #expect(bench.requests.map(\.source) == [.none, .none, .provider, .follow])
    #expect(bench.held == 0)
  }

  @Test("end one after the other when nothing is left to try, however many they are")
  func chain() throws {
    let bench = try bench(
      ["onLeaderFailure": "promote"], route: "b",
      [("breaker", ["trip": ["consecutiveFailures": 1], "open": "1h"]), ("allDown", "fail")])
    for _ in 0..<3_000 { same(bench) }
    bench.end(.status(503))
    #expect(bench.requests.count == 3_000)
    #expect(bench.held == 0)
  }

  @Test("fail over as their leader does")
  func failover() throws {
    let bench = try bench(route: ["fallback": ["a", "b"]])
    for _ in 0..<2 { same(bench) }
    bench.end(.status(503), of: "a")
    bench.end(.succeeded, of: "b")
    #expect(bench.requests.map(\.end) == [.succeeded, .succeeded])
    #expect(bench.requests.map(\.deployment) == [DeploymentID(1), DeploymentID(1)])
    #expect(bench.attempts.count == 2)
  }

  @Test("fail with a stream that breaks, whatever the policy says: they have seen bytes")
  func brokenStream() throws {
    let bench = try bench()
    for _ in 0..<2 { same(bench, streams: true) }
    bench.showFirstToken()
    bench.end(.brokenStream)
    #expect(bench.requests.map(\.end) == [.failed, .failed])
    #expect(bench.held == 0)
  }

  @Test("keep the call alive when the leader's client leaves", arguments: [false, true])
  func leaderAbandoned(streams: Bool) throws {
    let bench = try bench()
    let leader = same(bench, streams: streams)
    same(bench, streams: streams)
    bench.pass(.milliseconds(10))
    bench.report(.abandoned(leader))
    #expect(bench.cancelled.isEmpty)
    #expect(bench.finished.map(\.end) == [.abandoned])
    #expect(bench.requests.isEmpty, "its attempt has not settled")
    bench.report(.abandoned(leader))
    #expect(bench.late == 1)
    same(bench, streams: streams)
    #expect(bench.live.count == 1, "a detached leader is followed too")
    bench.pass(.milliseconds(10))
    bench.showFirstToken()
    #expect(bench.begun.count == (streams ? 2 : 0))
    bench.end(.succeeded)
    #expect(bench.requests.map(\.end) == [.abandoned, .succeeded, .succeeded])
    #expect(bench.requests[0].ended == at(.milliseconds(10)))
    #expect(bench.requests[0].settled == at(.milliseconds(20)))
    #expect(bench.requests[0].began == .distantFuture)
    #expect(bench.requests[0].wasted == .zero, "it bought the followers' answer")
    #expect(bench.begun.count == 2)
    #expect(bench.finished.count == 3)
    #expect(bench.held == 0)
  }

  @Test("promote a follower when a detached leader fails")
  func detachedFails() throws {
    let bench = try bench()
    let leader = same(bench)
    same(bench)
    bench.report(.abandoned(leader))
    bench.end(.status(500))
    #expect(bench.requests.map(\.end) == [.abandoned])
    #expect(bench.requests[0].outcome == .cancelled)
    bench.end(.succeeded)
    #expect(bench.requests.map(\.source) == [.none, .provider])
  }

  @Test("get the expired answer that their leader would have had, if its client has left")
  func detachedAnswersStale() throws {
    let cases: [(cache: Setting, source: Note.Kind)] = [
      (["exact": ["ttl": "10s", "staleOnError": "1h"]], .cacheLooked),
      (["semantic": ["threshold": 0.9, "ttl": "10s", "staleOnError": "1h"]], .semanticLooked),
    ]
    for (cache, source) in cases {
      for streams in [false, true] {
        let bench = try self.bench(route: "a", [("cache", cache)])
        func ask() -> RequestID {
          let id = same(bench, streams: streams)
          if source == .semanticLooked { bench.embed(cosine: 1) }
          return id
        }
        _ = ask()
        bench.end(.succeeded)
        bench.pass(.seconds(10))
        let leader = ask()
        same(bench, streams: streams)
        bench.report(.abandoned(leader))
        bench.end(.status(503))
        #expect(bench.requests.map(\.end) == [.succeeded, .abandoned, .succeeded])
        let follower = try #require(bench.requests.last)
        #expect(follower.source == .follow && follower.saved > .zero)
        #expect(bench.requests.first { $0.end == .abandoned }?.saved == .zero && bench.held == 0)
        #expect(bench.notes(source).last?.value == 3)
        // Who has seen the beginning of another answer gets no other.
        guard streams else { continue }
        bench.pass(.seconds(10))
        let second = ask()
        same(bench, streams: true)
        bench.report(.abandoned(second))
        bench.showFirstToken()
        bench.end(.brokenStream)
        #expect(bench.requests.suffix(2).map(\.end) == [.abandoned, .failed])
      }
    }
  }

  @Test("withdraw a detached leader when the last follower has left")
  func allAbandoned() throws {
    let bench = try bench()
    let ids = (0..<3).map { _ in same(bench) }
    bench.report(.abandoned(ids[1]))
    bench.report(.abandoned(ids[0]))
    #expect(bench.cancelled.isEmpty)
    bench.report(.abandoned(ids[2]))
    #expect(bench.cancelled.count == 1)
    bench.end(.cancelled)
    #expect(bench.requests.map(\.end) == [.abandoned, .abandoned, .abandoned])
    #expect(bench.held == 0)
    same(bench)
    #expect(bench.live.count == 1)
  }

  @Test("are charged as cache hits are", arguments: [true, false])
  func charged(countHits: Bool) throws {
    let bench = try bench(
      ["onLeaderFailure": "fail"], route: "a",
      [("limits", [["requests": "1/s", "burst": 2, "countHits": Setting(.bool(countHits))]])])
    same(bench)
    same(bench)
    bench.end(.succeeded)
    bench.arrive()
    #expect((bench.requests.last?.end == .rejected) == countHits)
  }

  @Test("follow without admission where the cache comes first, and need it when promoted")
  func cacheFirst() throws {
    let bench = try bench(
      ["onLeaderFailure": "promote"], route: "a",
      [
        ("order", "cacheFirst"), ("limits", [["requests": "1/s", "burst": 2]]),
        ("concurrency", [["by": ["fixed": 1]]]),
      ])
    for _ in 0..<4 { same(bench) }
    #expect(bench.live.count == 1 && bench.requests.isEmpty)
    bench.end(.status(500))
    #expect(bench.live.count == 1)
    bench.end(.status(500))
    #expect(bench.requests.map(\.end) == [.failed, .failed, .rejected, .rejected])
    #expect(bench.requests.map(\.rejection) == [.none, .none, .limit, .limit])
    #expect(bench.held == 0)
    let charges = bench.notes(.limiterCharged).filter { $0.subject >= ConcurrencyRule.subject }
    #expect(charges.map(\.value) == [1, -1, 1, -1])
  }

  @Test("end exactly once each, over random arrivals, ends, tokens and departures")
  func random() throws {
    var followed = 0
    try forEverySeed(0..<60) { seed, random in
      func one<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
      }
      let bench = try bench(
        ["onLeaderFailure": one(["fail", "promote"])], route: ["fallback": ["a", "b"]],
        [
          ("order", one(["admitFirst", "cacheFirst"])),
          ("cache", one([["exact": ["ttl": "1s"]], .init(.null)])),
          ("concurrency", one([[], [["by": ["fixed": 6]]]])),
          ("queue", one([["capacity": 5, "longest": "300ms"], .init(.null)])),
          ("limits", one([[], [["requests": "20/s", "burst": 5, "countHits": false]]])),
          ("attempts", ["retry": ["max": 1, "backoff": ["constant": ["delay": "30ms"]]]]),
        ])
      var ids: [RequestID] = []
      for _ in 0..<500 {
        bench.pass(.milliseconds(Int.random(in: 0...20, using: &random)))
        switch Int.random(in: 0..<10, using: &random) {
        case 0...4:
          let streams = Bool.random(using: &random)
          let print = UInt128(Int.random(in: 0...2, using: &random))
          ids.append(
            bench.arrive {
              $0.fingerprint = print
              $0.streams = streams
            })
        case 5...6: bench.end(one([.succeeded, .status(503), .brokenStream, .status(400)]))
        case 7: bench.showFirstToken()
        case 8: if let id = ids.randomElement(using: &random) { bench.report(.abandoned(id)) }
        default: if bench.timers.contains(where: { $0.at <= bench.now }) { bench.fire() }
        }
        while let id = bench.cancelled.popLast() {
          if let place = bench.live.firstIndex(where: { $0.id == id }) {
            bench.live.remove(at: place)
            bench.report(.attemptEnded(id, .none, .unsaid, .cancelled))
          }
        }
      }
      while !bench.live.isEmpty || !bench.timers.isEmpty {
        if bench.live.isEmpty { bench.fire() } else { bench.end(one([.succeeded, .status(503)])) }
      }
      #expect(bench.held == 0, "seed \(seed)")
      #expect(bench.requests.count == ids.count, "seed \(seed)")
      #expect(Set(bench.requests.map(\.number)).count == ids.count, "seed \(seed)")
      #expect(
        bench.finished.count == ids.count && Set(bench.finished.map(\.id)).count == ids.count,
        "seed \(seed)")
      #expect(Set(bench.begun.map(\.0)).count == bench.begun.count, "seed \(seed)")
      for record in bench.requests {
        #expect(record.ended >= record.arrived && record.settled >= record.ended)
        if record.began != .distantFuture {
          #expect(record.began >= record.arrived && record.began <= record.ended)
        }
        let mine = bench.attempts.filter { $0.request == record.number }
        #expect(mine.count == Int(record.attempts))
        #expect(mine.reduce(Money.zero) { $0 + $1.estimate } == record.estimate)
        #expect(mine.allSatisfy { $0.ended <= record.settled })
      }
      let permits = bench.notes(.limiterCharged).filter { $0.subject >= ConcurrencyRule.subject }
      #expect(permits.reduce(0) { $0 + $1.value } == 0, "seed \(seed)")
      followed += bench.requests.filter { $0.source == .follow }.count
    }
    #expect(followed > 1_000)
  }
}
