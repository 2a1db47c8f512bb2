import Chance
import Testing
import Vocabulary

@testable import Traffic

@Suite("A client that tries again")
struct RetryingClientTests {
  private func client(_ behaviour: Tree, patience: Tree? = nil, seed: UInt64 = 1) throws
    -> any Client
  {
    var tree: [(String, Tree)] = [
      ("arrivals", ["poisson": "4/s"]), ("alias", "chat"), ("client", behaviour),
      ("tokens", ["input": 100, "output": ["exponential": ["mean": 50]]]),
      ("keys", ["repeats": "50%"]),
    ]
    if let patience { tree.append(("patience", patience)) }
    return try plan(.object(tree)).makeClient(
      chance: Chance(seed: seed, replication: 0), until: at(.seconds(60)),
      data: DataFolders(beside: ""))
  }

  private func failure(_ at: Instant, after: RetryAfter = .unsaid) -> AnswerEnd {
    AnswerEnd(.failed, .status(503), retryAfter: after, at: at)
  }

  @Test("sends what it would have sent without: failures alone make the difference")
  func sameArrivals() throws {
    var (plain, trying) = (try client("none"), try client("openai-sdk"))
    var (one, other) = (Arrival.blank, Arrival.blank)
    var count = 0
    while try plain.next(into: &one) {
      #expect(try trying.next(into: &other))
      #expect(one.at == other.at && one.request.call == other.request.call)
      #expect(one.request.fingerprint == other.request.fingerprint)
      #expect(one.truth.outputTokens == other.truth.outputTokens)
      count += 1
    }
    #expect(count > 100)
    #expect(try !trying.next(into: &other))
    #expect(trying.listens && !plain.listens)
  }

  @Test("gives the same arrivals one by one and many at a time")
  func batches() throws {
    var (single, many) = (try client("openai-sdk"), try client("openai-sdk"))
    var arrivals = [Arrival](repeating: .blank, count: 7)
    var one = Arrival.blank
    while true {
      var span = arrivals.mutableSpan
      let made = try many.fill(&span)
      for place in 0..<made {
        #expect(try single.next(into: &one))
        #expect(one.at == arrivals[place].at && one.memory.began == arrivals[place].memory.began)
        #expect(one.request.deadline == arrivals[place].request.deadline)
      }
      if made < arrivals.count { break }
    }
    #expect(try !single.next(into: &one))
  }

  @Test("tries the same call again with a key of its own, until it may not")
  func tries() throws {
    var one = try client("openai-sdk")
    var arrival = Arrival.blank
    #expect(try one.next(into: &arrival))
    let first = arrival
    #expect(first.request.deadline == first.at.advanced(by: .seconds(600)))
    var now = first.at.advanced(by: .seconds(1))
    for attempt in UInt8(1)...2 {
      #expect(one.answered(&arrival, failure(now)) == .again)
      let wait = now.nanoseconds(to: arrival.at)
      let most = Int64(500_000_000) << Int64(attempt - 1)
      #expect(wait <= most && wait >= most * 3 / 4, "\(wait)")
      #expect(arrival.request.clientTry == attempt)
      #expect(arrival.request.call == first.request.call.onTry(attempt, from: 0))
      #expect(arrival.request.fingerprint == first.request.fingerprint)
      #expect(arrival.memory.began == first.at)
      #expect(arrival.request.deadline == arrival.at.advanced(by: .seconds(600)))
      now = arrival.at.advanced(by: .seconds(1))
    }
    #expect(one.answered(&arrival, failure(now)) == .none)
    var success = first
    #expect(one.answered(&success, .succeeded(at: now)) == .none)
  }

  @Test("waits as long before each retry of a call under every policy, and not as long for others")
  func keyedWaits() throws {
    var waits: Set<Int64> = []
    var one = try client("openai-sdk")
    var arrival = Arrival.blank
    while try one.next(into: &arrival) {
      var (early, late) = (arrival, arrival)
      #expect(one.answered(&early, failure(arrival.at)) == .again)
      let much = arrival.at.advanced(by: .seconds(99))
      #expect(one.answered(&late, failure(much)) == .again)
      #expect(arrival.at.nanoseconds(to: early.at) == much.nanoseconds(to: late.at))
      waits.insert(arrival.at.nanoseconds(to: early.at))
    }
    #expect(waits.count > 100)
  }

  @Test("leaves when its user's patience with the call is over, whatever the tries")
  func patience() throws {
    var one = try client(
      [
        "custom": [
          "timeout": "2s", "retries": ["max": 9, "backoff": ["from": "1s", "jitter": 0]],
        ]
      ],
      patience: "4s")
    var arrival = Arrival.blank
    #expect(try one.next(into: &arrival))
    let begin = arrival.at
    let timeout = { (at: Instant) in AnswerEnd(.abandoned, .cancelled, at: at) }
    #expect(arrival.request.deadline == begin.advanced(by: .seconds(2)))
    #expect(one.answered(&arrival, timeout(begin.advanced(by: .seconds(2)))) == .again)
    #expect(arrival.at == begin.advanced(by: .seconds(3)))
    // Of the second try only a second is left.
    #expect(arrival.request.deadline == begin.advanced(by: .seconds(4)))
    var left = arrival
    #expect(one.answered(&left, timeout(begin.advanced(by: .seconds(4)))) == .none)
    // Nor does it begin a wait that would end after the user has gone.
    #expect(one.answered(&arrival, failure(begin.advanced(by: .milliseconds(3_100)))) == .none)
  }

  @Test("may draw its patience, call by call, the same under every policy")
  func drawnPatience() throws {
    let law: Tree = ["median": "10s", "p95": "60s"]
    var (plain, trying) = (
      try client("none", patience: law), try client("openai-sdk", patience: law)
    )
    var (one, other) = (Arrival.blank, Arrival.blank)
    var waits: [Double] = []
    while try plain.next(into: &one), try trying.next(into: &other) {
      #expect(one.request.deadline == other.memory.leaves)
      waits.append(Double(one.at.nanoseconds(to: one.request.deadline)) / 1e9)
    }
    waits.sort()
    let median = waits[waits.count / 2]
    #expect(median > 7 && median < 14, "\(median)")
  }

  @Test("obeys x-should-retry before any status")
  func shouldRetry() throws {
    var one = try client([
      "openai-sdk": [
        "retries": ["shouldRetry": ["true": ["404", "broken"], "false": ["spendLimit", "503"]]]
      ]
    ])
    var arrival = Arrival.blank
    #expect(try one.next(into: &arrival))
    func tries(_ outcome: Outcome, hasBegun: Bool = false) -> Bool {
      var again = arrival
      let end = AnswerEnd(.failed, outcome, hasBegun: hasBegun, at: arrival.at)
      return one.answered(&again, end) == .again
    }
    #expect(tries(.status(404)) && !tries(.status(400)))
    #expect(tries(.status(429)) && !tries(.spendLimit))
    #expect(tries(.status(500)) && !tries(.status(503)))
    #expect(tries(.brokenStream, hasBegun: true))
  }

  @Test("pays its retries from a bucket that successes fill again")
  func budget() throws {
    var one = try client([
      "openai-sdk": [
        "retries": ["budget": ["capacity": 20, "cost": 5, "timeoutCost": 10, "refund": 1]]
      ]
    ])
    var arrival = Arrival.blank
    #expect(try one.next(into: &arrival))
    func tries(_ end: AnswerEnd) -> Bool {
      var again = arrival
      return one.answered(&again, end) == .again
    }
    let timeout = AnswerEnd(.abandoned, .cancelled, at: arrival.at)
    #expect(tries(timeout) && tries(failure(arrival.at)) && tries(failure(arrival.at)))
    #expect(!tries(failure(arrival.at)), "20 are spent")
    for _ in 0..<4 { _ = tries(.succeeded(at: arrival.at)) }
    #expect(!tries(failure(arrival.at)), "4 are there")
    _ = tries(.succeeded(at: arrival.at))
    #expect(tries(failure(arrival.at)))
    // A success after a retry gives back what that took.
    arrival.request.clientTry = 1
    _ = tries(.succeeded(at: arrival.at))
    arrival.request.clientTry = 0
    #expect(tries(failure(arrival.at)))
    #expect(!tries(failure(arrival.at)))
    // After a timeout that was more: botocore releases what the retry had acquired.
    var (slow, later) = (arrival, arrival)
    for _ in 0..<10 { _ = tries(.succeeded(at: arrival.at)) }
    #expect(one.answered(&slow, timeout) == .again && slow.memory.timedOut)
    #expect(!tries(failure(arrival.at)), "all is spent")
    #expect(one.answered(&slow, .succeeded(at: arrival.at)) == .none)
    #expect(one.answered(&later, timeout) == .again, "10 are there again, not 5")
  }

  @Test("is told what is wrong with a budget or a mark")
  func wrong() {
    func error(_ retries: Tree) -> String {
      do { _ = try client(["openai-sdk": ["retries": retries]]) } catch { return "\(error)" }
      return "none"
    }
    #expect(error(["budget": ["capacity": 5]]).contains("room for one retry"))
    #expect(error(["shouldRetry": ["false": ["spendlimit"]]]).contains("spendLimit"))
  }
}
