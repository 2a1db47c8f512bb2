import Settings
import Vocabulary

@testable import GatewayCore

/// Sends requests through a route and tells, in one line each, where they went and how they ended.
///
/// Each deployment has a script, one character an attempt: `.` answers, `5` is a 503, `4` a 429,
/// `3` a 400, `1` a 401, `t` a timeout, `c` no connection, `b` a broken stream, `w` a
/// prompt that is too long, `p` the content policy; after its end all
/// succeed. An attempt takes 100 ms. The story of a request: `a5 b. ok` is a failure at a, a success at b;
/// `~200` is a pause of 200 ms; the last word is `ok` or the status that the client gets.
///
///     try stories(["fallback": ["a", "b"]], ["a": "5"]) == ["a5 b. ok"]
func stories(
  _ route: Setting, _ scripts: [String: String] = [:], requests: Int = 1,
  attempts: Setting? = nil, breaker: Setting? = nil, allDown: String = "use",
  others: [(String, Setting)] = [], names: PolicyNames = .letters, script: [Double]? = nil,
  seed: UInt64 = 1, retryAfter: RetryAfter = .unsaid, change: (inout Request) -> Void = { _ in }
) throws -> [String] {
  var policy: [(String, Setting)] = [
    ("routes", .members([("chat", route)] + others)), ("allDown", .init(.string(allDown))),
  ]
  if let attempts { policy.append(("attempts", attempts)) }
  if let breaker { policy.append(("breaker", breaker)) }
  let bench = try Bench(.members(policy), names: names, seed: seed, script: script)
  var rest = scripts.mapValues { Array($0) }
  var lines: [String] = []
  for _ in 0..<requests {
    var words: [String] = []
    bench.arrive(change)
    while !bench.live.isEmpty || !bench.timers.isEmpty {
      if let attempt = bench.live.first {
        var next: Character = "."
        if let script = rest[attempt.deployment], let first = script.first {
          next = first
          rest[attempt.deployment] = Array(script.dropFirst())
        }
        words.append(attempt.deployment + String(next))
        bench.pass(.milliseconds(100))
        bench.end(outcome(next), retryAfter: next == "4" ? retryAfter : .unsaid)
      } else {
        let before = bench.now
        bench.fire()
        words.append("~\(before.nanoseconds(to: bench.now) / 1_000_000)")
      }
    }
    if let record = bench.requests.last {
      words.append(record.end == .succeeded ? "ok" : "\(record.outcome.status)")
    }
    lines.append(words.joined(separator: " "))
  }
  return lines
}

/// The story of a single request.
func story(
  _ route: Setting, _ scripts: [String: String] = [:], attempts: Setting? = nil,
  breaker: Setting? = nil, others: [(String, Setting)] = [], names: PolicyNames = .letters,
  retryAfter: RetryAfter = .unsaid, change: (inout Request) -> Void = { _ in }
) throws -> String {
  try stories(
    route, scripts, attempts: attempts, breaker: breaker, others: others, names: names,
    retryAfter: retryAfter, change: change)[0]
}

private func outcome(_ character: Character) -> Outcome {
  switch character {
  case "5": .status(503)
  case "4": .status(429)
  case "3": .status(400)
  case "1": .status(401)
  case "t": .totalTimeout
  case "c": .connection
  case "b": .brokenStream
  case "w": .contextWindow
  case "p": .contentPolicy
  case "m": .malformed
  default: .succeeded
  }
}

extension Setting {
  /// An object of the given members.
  static func members(_ pairs: [(String, Setting)]) -> Setting {
    Setting(.object(pairs.map { Member(key: $0.0, keyPosition: .code, value: $0.1) })).moved(to: "")
  }
}
