import Foundation
import Measures
import Testing
import Vocabulary

@testable import Engine

/// Random policies meet random faults; each seed is a world of its own.
///
/// `GATEWAY_LAB_SWARM=10000` runs as many worlds, `GATEWAY_LAB_SWARM=10000+50000` as many from seed
/// 50,000 on, `GATEWAY_LAB_SWARM=@1234` the one with that seed.
@Suite("A swarm of random worlds")
struct SwarmTests {
  /// The seeds asked for by the environment; two hundred if it does not say.
  private static var seeds: Range<UInt64> {
    let asked = ProcessInfo.processInfo.environment["GATEWAY_LAB_SWARM"] ?? "200"
    if asked.hasPrefix("@"), let seed = UInt64(asked.dropFirst()) { return seed..<seed + 1 }
    let parts = asked.split(separator: "+").map { UInt64($0) }
    let count = parts.first.flatMap { $0 } ?? 200
    let first = parts.count > 1 ? parts[1] ?? 0 : 0
    return first..<first + count
  }

  /// The command that shows one world again.
  private static func again(_ seed: UInt64) -> Comment {
    "seed \(seed); reproduce: GATEWAY_LAB_SWARM=@\(seed) swift test --filter SwarmTests"
  }

  private struct Seen: Sendable {
    var worlds = 0
    var succeeded = 0
    var requests = 0
    /// Runs in which something was not as it ought to be.
    var wrong = 0
    var ends = Set<RequestRecord.End>()

    var verdict: String {
      wrong == 0 ? "every law holds" : "\(wrong) of them are wrong, see above"
    }

    mutating func merge(_ other: Seen) {
      worlds += other.worlds
      succeeded += other.succeeded
      requests += other.requests
      wrong += other.wrong
      ends.formUnion(other.ends)
    }
  }

  @Test("keeps every law, whatever the mechanisms and the faults are")
  func keepsLaws() async throws {
    let seeds = SwarmTests.seeds
    let workers = UInt64(max(1, ProcessInfo.processInfo.activeProcessorCount))
    let seen = try await withThrowingTaskGroup(of: Seen.self) { group in
      for worker in 0..<workers {
        group.addTask {
          var seen = Seen()
          for seed in seeds where seed % workers == worker {
            seen.merge(try SwarmTests.look(at: seed))
          }
          return seen
        }
      }
      return try await group.reduce(into: Seen()) { $0.merge($1) }
    }
    #expect(seen.worlds == seeds.count)
    guard seeds.count >= 200 else { return }
    // The swarm is of use only if it sees all ends, and not only failures.
    #expect(seen.ends.count == RequestRecord.End.allCases.count)
    #expect(seen.succeeded > seen.requests / 4)
    print("\(seen.worlds) random worlds, \(seen.requests) requests: \(seen.verdict)")
  }

  private static func look(at seed: UInt64) throws -> Seen {
    var seen = try look(at: World(swarm: seed, caches: seed % 2 == 1), again(seed))
    // Every third world once more, where limits have scopes and stores have faults.
    guard seed % 3 == 0 else { return seen }
    var scoped = World(swarm: seed, caches: seed % 2 == 1)
    try scoped.addScopes(seed: seed)
    seen.merge(try look(at: scoped, "with scopes, \(again(seed))"))
    seen.worlds = 1
    return seen
  }

  private static func look(at world: World, _ again: Comment) throws -> Seen {
    let result = try world.run()
    for breach in result.breaches.kept.prefix(3) { print("\(again): \(breach)") }
    let open = result.tally.requests.open
    let attempts = result.requests.reduce(0) { $0 + Int($1.attempts) }
    let numbers = Set(result.requests.map(\.number)).count
    #expect(result.breaches.isEmpty, again)
    #expect(result.requests.count + open == 60, again)
    #expect(numbers == result.requests.count, again)
    #expect(result.attempts.count >= attempts, again)
    var seen = Seen()
    seen.worlds = 1
    seen.requests = result.requests.count
    let isRight =
      result.breaches.isEmpty && result.requests.count + open == 60
      && numbers == result.requests.count && result.attempts.count >= attempts
    seen.wrong = isRight ? 0 : 1
    seen.succeeded = result.requests.filter { $0.end == .succeeded }.count
    seen.ends = Set(result.requests.map(\.end))
    return seen
  }
}
