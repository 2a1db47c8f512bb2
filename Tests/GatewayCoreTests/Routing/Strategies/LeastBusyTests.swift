import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("Least in flight, as LiteLLM's least-busy")
struct LeastBusyTests {
  /// The children chosen, as letters, for requests at fixed gaps; each child takes its own time.
  private func run(gap: Int64, count: Int, took: [Int64], _ outcomes: [Outcome]) throws -> String {
    var one = try Choosing("least-in-flight", weights: took.map { _ in 1 })
    var open: [(child: Int, at: Int64)] = []
    var story = ""
    for number in 0..<count {
      let now = Int64(number) * gap
      for done in open where done.at <= now {
        one.ended(done.child, outcomes[done.child], at: at(.milliseconds(done.at)))
      }
      open.removeAll { $0.at <= now }
      let child = one.choose(at: at(.milliseconds(now)))
      one.started(child)
      open.append((child, now + took[child]))
      story += String(UnicodeScalar(UInt8(97 + child)))
    }
    return story
  }

  @Test("LiteLLM lb-basic: fewest in flight, ties to the first in the list", .tags(.fact))
  func basic() throws {
    let story = try run(
      gap: 300, count: 20, took: [5_000, 1_000, 2_000],
      [.succeeded, .succeeded, .succeeded])
    #expect(story == "abcabbcabbcbbcbbbcab")
  }

  @Test("LiteLLM lb-fail: a failure takes one off too", .tags(.fact))
  func fail() throws {
    // Until the failing one is cooled down, which is another mechanism.
    let story = try run(
      gap: 430, count: 12, took: [2_000, 3_000], [.status(500), .succeeded])
    #expect(story == "ababaababaab")
  }

  @Test(
    "Kong least-connections: the highest spare capacity, weight against in flight",
    .tags(.fact))
  func kong() throws {
    var one = try Choosing("least-in-flight", weights: [100, 50])
    var counts = [0, 0]
    for _ in 0..<30 {
      let child = one.choose()
      one.started(child)
      counts[child] += 1
    }
    #expect(counts == [20, 10])
  }
}
