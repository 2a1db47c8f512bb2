import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("The gateway's books")
struct CostTests {
  private let used = Usage(inputTokens: 1_000, cachedInputTokens: 400, outputTokens: 100)

  @Test("estimate an attempt by the sheet of its deployment")
  func estimate() throws {
    let bench = try Bench(["routes": ["chat": "b"]])
    bench.arrive()
    bench.end(.succeeded, usage: used)
    // 600 × $2/M + 400 × $1/M + 100 × $20/M.
    #expect(bench.requests.first?.estimate == Money(picodollars: 3_600_000_000))
    #expect(bench.attempts.first?.estimate == Money(picodollars: 3_600_000_000))
    #expect(bench.requests.first?.wasted == .zero)
  }

  @Test("keep what bought no answer apart")
  func wasted() throws {
    let bench = try Bench(["routes": ["chat": ["fallback": ["a", "b"]]]])
    bench.arrive()
    bench.end(.brokenStream, usage: used)
    bench.end(.succeeded, usage: used)
    let record = try #require(bench.requests.first)
    #expect(record.wasted == Money(picodollars: 1_800_000_000))
    #expect(record.estimate == Money(picodollars: 5_400_000_000))
    #expect((record.inputTokens, record.outputTokens) == (1_000, 100))
    #expect(record.deployment == DeploymentID(1))
  }

  @Test("of a request that failed say that all of it was wasted, and that nobody served it")
  func failed() throws {
    let bench = try Bench(["routes": ["chat": "a"]])
    bench.arrive()
    bench.end(.totalTimeout, usage: used)
    let record = try #require(bench.requests.first)
    #expect(record.wasted == record.estimate && record.wasted > .zero)
    #expect(record.deployment == .none && record.source == .none)
  }

  @Test("of a request whose client has left wait for the withdrawn attempt, and call it wasted")
  func abandoned() throws {
    let bench = try Bench(["routes": ["chat": "a"]])
    let id = bench.arrive()
    bench.pass(.seconds(1))
    bench.report(.abandoned(id))
    #expect(bench.finished.last?.end == .abandoned)
    #expect(bench.requests.isEmpty && bench.held == 1)
    bench.pass(.seconds(1))
    bench.end(.cancelled, usage: used)
    let record = try #require(bench.requests.first)
    #expect(record.ended == at(.seconds(1)) && record.settled == at(.seconds(2)))
    #expect(record.wasted == Money(picodollars: 1_800_000_000))
    #expect(bench.held == 0)
  }

  @Test("call an answer wasted that comes although its client has left")
  func tooLate() throws {
    let bench = try Bench(["routes": ["chat": "a"]])
    let id = bench.arrive()
    bench.report(.abandoned(id))
    bench.end(.succeeded, usage: used)
    let record = try #require(bench.requests.first)
    #expect(record.end == .abandoned && record.source == .none)
    #expect(record.wasted == record.estimate && record.wasted > .zero)
    #expect(bench.attempts.first?.served == false)
  }

  @Test("say when the answer began: at the first token if it is streamed, else at its end")
  func began() throws {
    for streams in [true, false] {
      let bench = try Bench(["routes": ["chat": "a"]])
      bench.arrive { $0.streams = streams }
      bench.pass(.seconds(1))
      bench.showFirstToken()
      bench.pass(.seconds(1))
      bench.end(.succeeded)
      let record = try #require(bench.requests.first)
      #expect(record.began == at(.seconds(streams ? 1 : 2)))
      #expect(record.ended == at(.seconds(2)))
      #expect(bench.attempts.first?.firstToken == at(.seconds(1)))
      #expect(bench.begun.count == 1 && bench.finished.count == 1)
    }
  }
}

@Suite("The notes about an explained request")
struct ExplanationTests {
  @Test("tell what was left out, scored, chosen and how it went on")
  func story() throws {
    let bench = try Bench(
      [
        "routes": [
          "chat": [
            "fallback": [["balance": ["peak-ewma": ["samples": 0]], "over": ["a", "b"]], "c"]
          ]
        ],
        "breaker": ["trip": ["consecutiveFailures": 1], "open": "1h"],
      ], explaining: 1)
    bench.arrive()
    bench.end(.status(503))
    bench.end(.succeeded)
    let before = bench.notes.count
    #expect(bench.notes(.chose).isEmpty && bench.notes(.candidateRemoved).isEmpty)
    bench.arrive()
    bench.end(.status(503))
    bench.end(.succeeded)
    let told = bench.notes.dropFirst(before)
    #expect(told.allSatisfy { $0.request == 1 })
    #expect(
      told.map(\.kind) == [
        .candidateRemoved, .scored, .chose, .breakerChanged, .continued,
      ])
    #expect(told.first?.value == Note.Removal.breaker.rawValue)
  }
}
