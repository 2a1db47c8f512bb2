import Chance
import Foundation
import Settings
import Testing
import Vocabulary

@testable import Traffic

@Suite("A generated stream")
struct GeneratedStreamTests {
  static func gaps(_ arrivals: [Arrival]) -> (mean: Double, variation: Double) {
    var last = 0.0
    var (sum, squares) = (0.0, 0.0)
    for arrival in arrivals {
      let at = Double(arrival.at.nanoseconds) / 1e9
      sum += at - last
      squares += (at - last) * (at - last)
      last = at
    }
    let count = Double(arrivals.count)
    let mean = sum / count
    return (mean, max(0, squares / count - mean * mean).squareRoot() / mean)
  }

  // The tolerances are four standard errors of the estimates for 20,000 gaps.
  @Test(
    "has the rate and the coefficient of variation that it is asked for",
    arguments: [
      (["poisson": ["rate": "50/s"]], 1.0, 0.04, 0.04),
      (["gamma": ["rate": "50/s", "cv": 2.0]], 2.0, 0.06, 0.12),
      (["gamma": ["rate": "50/s", "cv": 0.5]], 0.5, 0.015, 0.015),
      (["weibull": ["rate": "50/s", "cv": 2.0]], 2.0, 0.06, 0.25),
      (["regular": ["rate": "50/s"]], 0.0, 0.001, 0.001),
    ] as [(Tree, Double, Double, Double)])
  func renewal(law: Tree, variation: Double, meanError: Double, variationError: Double) throws {
    let stream = try plan(["arrivals": law, "alias": "chat", "tokens": ["input": 1, "output": 1]])
    let gaps = Self.gaps(try arrivals(stream, 20_000))
    #expect(abs(gaps.mean * 50 - 1) < meanError)
    #expect(abs(gaps.variation - variation) < variationError)
  }

  @Test("draws its bodies by Zipf's law, and equal bodies have equal fingerprints")
  func zipf() throws {
    let all = try arrivals(try plan(smallModel), 40_000)
    var counts: [UInt128: Int] = [:]
    for arrival in all { counts[arrival.request.fingerprint, default: 0] += 1 }
    let sorted = counts.values.sorted(by: >)
    let harmonic = (1...10_000).reduce(0.0) { $0 + 1 / Double($1) }
    for rank in 1...5 {
      let expected = 40_000 / Double(rank) / harmonic
      #expect(abs(Double(sorted[rank - 1]) - expected) < 5 * expected.squareRoot())
    }
    // Expected number of different bodies: Σ 1 - (1 - p)ⁿ.
    let different = (1...10_000).reduce(0.0) {
      $0 + 1 - pow(1 - 1 / Double($1) / harmonic, 40_000)
    }
    #expect(abs(Double(counts.count) - different) < 5 * different.squareRoot())
  }

  @Test("gives 1 + ⌊x⌋ tokens for a continuous law and a bare number exactly")
  func tokens() throws {
    let all = try arrivals(try plan(smallModel), 20_000)
    #expect(all.allSatisfy { $0.request.inputTokens == 500 && $0.truth.outputTokens >= 1 })
    let mean = all.reduce(0.0) { $0 + Double($1.truth.outputTokens) } / 20_000
    // E(1 + ⌊X⌋) = 1 / (1 - e^(-1/250)) = 250.5, standard error 250/√20000 = 1.8.
    #expect(abs(mean - 250.5) < 7)
  }

  @Test("cuts tokens at a maximum, which leaves an atom there")
  func atom() throws {
    let stream = try plan([
      "arrivals": ["poisson": "10/s"], "alias": "chat",
      "tokens": [
        "input": ["median": 1000, "p95": 4000], "output": ["median": 300, "p95": 900],
        "inputMax": 4000,
      ],
    ])
    let all = try arrivals(stream, 4_000)
    let atLimit = all.filter { $0.request.inputTokens == 4_000 }.count
    #expect(abs(Double(atLimit) / 4_000 - 0.05) < 0.014)
    #expect(all.allSatisfy { $0.request.inputTokens <= 4_000 })
    let median = all.map(\.truth.outputTokens).sorted()[2_000]
    #expect(abs(Double(median) - 300) < 25)
  }

  @Test("ends after `count` calls and before `until`")
  func ends() throws {
    var tree = smallModel
    guard case .object(let members) = tree else { return }
    #expect(try arrivals(try plan(tree), until: .seconds(3)).count < 400)
    tree = .object(members.map { $0.0 == "count" ? ($0.0, 77) : $0 })
    let few = try arrivals(try plan(tree))
    #expect(few.count == 77)
    #expect(few.map(\.at) == (try arrivals(try plan(smallModel), 77).map(\.at)))
    let some = try arrivals(try plan(smallModel), until: .seconds(3))
    #expect(some.allSatisfy { $0.at < .start.advanced(by: .seconds(3)) })
    #expect(zip(some, some.dropFirst()).allSatisfy { $0.at <= $1.at })
  }

  @Test("follows its rate profile, counted from the scenario's zero")
  func profile() throws {
    let stream = try plan([
      "arrivals": ["poisson": ["rate": "100/s"]], "alias": "chat",
      "rate": ["0s": 0, "100s": 2, "200s": 2, "201s": 0.5],
      "tokens": ["input": 1, "output": 1],
    ])
    // The stream begins 50 s before zero: 50 s of factor 0.
    let zero = Instant.start.advanced(by: .seconds(50))
    let all = try arrivals(stream, until: .seconds(350), zero: zero)
    func count(_ from: Int64, _ to: Int64) -> Double {
      Double(
        all.filter { (from..<to).contains(Int64($0.at.nanoseconds / 1_000_000_000) - 50) }.count)
    }
    #expect(count(-50, 0) == 0)
    for (from, to, expected) in [
      (0, 50, 2_500.0), (50, 100, 7_500), (100, 200, 20_000), (201, 300, 4_950),
    ] as [(Int64, Int64, Double)] {
      #expect(abs(count(from, to) - expected) < 4.5 * expected.squareRoot())
    }
    #expect(zip(all, all.dropFirst()).allSatisfy { $0.at <= $1.at })
  }

  @Test("ends when its rate stays at zero for ever")
  func dies() throws {
    let stream = try plan([
      "arrivals": ["poisson": ["rate": "100/s"]], "alias": "chat", "rate": ["0s": 1, "10s": 0],
      "tokens": ["input": 1, "output": 1],
    ])
    let all = try arrivals(stream, until: .seconds(1_000_000))
    #expect(abs(Double(all.count) - 500) < 100)
    #expect(all.allSatisfy { $0.at.nanoseconds <= 10_000_000_000 })
  }

  @Test("is the same for the same seed, and another for another seed or name")
  func keyed() throws {
    func trace(_ seed: UInt64, _ name: String) throws -> [Int64] {
      try arrivals(try plan(smallModel, name: name), 100, seed: seed).map(\.at.nanoseconds)
    }
    #expect(try trace(1, "a") == trace(1, "a"))
    #expect(try trace(1, "a") != trace(2, "a"))
    #expect(try trace(1, "a") != trace(1, "b"))
  }

  @Test("keeps the body, hence the prompt's length, when it repeats an earlier call")
  func repeats() throws {
    let stream = try plan([
      "arrivals": ["poisson": "10/s"], "alias": "chat", "keys": ["repeats": "30%"],
      "tokens": ["input": ["median": 1000, "p95": 4000], "output": 1],
    ])
    let all = try arrivals(stream, 10_000)
    var lengths: [UInt128: UInt32] = [:]
    var repeated = 0
    for arrival in all {
      if let length = lengths[arrival.request.fingerprint] {
        repeated += 1
        #expect(length == arrival.request.inputTokens)
      }
      lengths[arrival.request.fingerprint] = arrival.request.inputTokens
    }
    #expect(abs(Double(repeated) / 10_000 - 0.3) < 0.02)
  }

  @Test("shares bodies with the streams that name the same pool and alias, and with no others")
  func pools() throws {
    func prints(_ name: String, _ pool: Tree?) throws -> Set<UInt128> {
      var zipf: [(String, Tree)] = [("count", 5)]
      if let pool { zipf.append(("pool", pool)) }
      let stream = try plan(
        [
          "arrivals": ["poisson": "10/s"], "alias": "chat", "keys": ["zipf": .object(zipf)],
          "tokens": ["input": 1, "output": 1],
        ], name: name)
      return Set(try arrivals(stream, 200).map(\.request.fingerprint))
    }
    #expect(try prints("a", "faq") == prints("b", "faq"))
    #expect(try prints("a", nil).isDisjoint(with: prints("b", nil)))
  }

  @Test("streams a share of its answers, and sets caps, deadlines, tags and cached input")
  func details() throws {
    var names = try someNames()
    let stream = try plan(
      [
        "arrivals": ["poisson": "10/s"], "alias": "chat", "streams": "70%", "outputCap": 100,
        "patience": "30s", "cachedInput": "25%", "priority": 3, "capabilities": ["vision"],
        "tags": ["data": "confidential", "tier": ["gold", "&eu"]], "team": "kyc",
        "feature": "search",
        "user": "bob", "virtualKey": "vk-1",
        "tokens": ["input": 1_000, "output": 1_000],
      ], names: &names)
    let all = try arrivals(stream, 2_000)
    #expect(abs(Double(all.filter(\.request.streams).count) / 2_000 - 0.7) < 0.05)
    let request = all[0].request
    #expect(request.outputCap == 100 && all[0].truth.outputTokens == 100)
    #expect(request.deadline == all[0].at.advanced(by: .seconds(30)))
    #expect(all[0].truth.cachedInputTokens == 250)
    #expect(request.priority == 3 && request.tags.rawValue == 7)
    #expect(request.capabilities.rawValue == 1)
    #expect(names.tags.name(of: 0) == "data=confidential")
    #expect(names.tags.name(of: 2) == "tier=&eu")
    #expect(names.teams.name(of: Int(request.identity.team.index)) == "kyc")
    #expect(names.users.name(of: Int(request.identity.user.index)) == "bob")
    #expect(names.keys.name(of: Int(request.identity.key.index)) == "vk-1")
    #expect(names.features.name(of: Int(request.identity.feature.index)) == "search")
  }

  @Test("draws teams by rank, and users of a team belong to that team alone")
  func identities() throws {
    var names = try someNames()
    try names.teams.declare("others", count: 4, skew: 1)
    let stream = try plan(
      [
        "arrivals": ["poisson": "10/s"], "alias": "chat", "team": "others",
        "users": ["count": 3, "skew": 0], "tokens": ["input": 1, "output": 1],
      ], names: &names)
    let all = try arrivals(stream, 8_000)
    var counts = [Int](repeating: 0, count: 5)
    var teamOf: [UInt32: UInt16] = [:]
    for identity in all.map(\.request.identity) {
      counts[Int(identity.team.index)] += 1
      #expect(teamOf[identity.user.index, default: identity.team.index] == identity.team.index)
      teamOf[identity.user.index] = identity.team.index
    }
    #expect(counts[0] == 0 && teamOf.count == 12)
    for rank in 1...4 {
      let share = 1 / Double(rank) / (1 + 1 / 2.0 + 1 / 3.0 + 1 / 4.0)
      #expect(abs(Double(counts[rank]) / 8_000 - share) < 0.025)
    }
    #expect(names.teams.name(of: 2) == "others/2")
    #expect(names.users.count == 13)
  }
}
