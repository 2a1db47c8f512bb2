import Chance
import Foundation
import Testing
import Vocabulary

@testable import Traffic

/// Measurements, not tests: run with
/// `TRAFFIC_SPEED=1 swift test -c release -Xswiftc -enable-testing --filter SpeedTests`.
@Suite(
  "The speed of traffic", .serialized,
  .enabled(if: ProcessInfo.processInfo.environment["TRAFFIC_SPEED"] != nil))
struct SpeedTests {
  static func best(of rounds: Int, _ body: () throws -> Int) rethrows -> (
    seconds: Double, count: Int
  ) {
    var best = (seconds: Double.infinity, count: 0)
    for _ in 0..<rounds {
      let clock = ContinuousClock()
      var count = 0
      let time = try clock.measure { count = try body() }
      if time.inSeconds < best.seconds { best = (time.inSeconds, count) }
    }
    return best
  }

  @Test("of a trace of 10 million rows")
  func trace() throws {
    let folder = try ScratchFolder()
    let path = try LargeTrace.write(rows: 10_000_000, in: folder)
    let before = LargeTrace.peakMemory
    let read = try Self.best(of: 3) {
      try TraceSummary(path: path, format: .azureLLM).rows
    }
    print("trace: \(read.count) rows, \(Int(Double(read.count) / read.seconds)) rows/s")
    print("peak memory: \(before) -> \(LargeTrace.peakMemory) KiB")
    let stream = try plan(["trace": .text(path), "alias": "chat"])
    let play = try Self.best(of: 2) {
      var client = try stream.makeClient(
        chance: Chance(seed: 1, replication: 0), until: .distantFuture,
        data: DataFolders(beside: ""))
      var arrival = Arrival.blank
      var count = 0
      while try client.next(into: &arrival) { count += 1 }
      return count
    }
    print("client: \(play.count) arrivals, \(Int(Double(play.count) / play.seconds)) per second")
    #expect(read.count == 10_000_000 && play.count == 10_000_000)
    let sum = try Self.best(of: 1) { try Checksum.sha256(ofFile: path).utf8.count }
    print("checksum: \(sum.seconds) s for 390 MB")
  }

  @Test(
    "of the arrivals of generated streams",
    arguments: ["small model", "gamma, lognormal tokens", "conversations"])
  func generated(name: String) throws {
    let tree: Tree =
      switch name {
      case "small model": smallModel
      case "conversations": ConversationTests.stream
      default:
        [
          "arrivals": ["gamma": ["rate": "100/s", "cv": 2]], "alias": "chat",
          "tokens": [
            "input": ["median": 1000, "p95": 4000], "output": ["median": 300, "p95": 900],
          ],
        ]
      }
    guard case .object(let members) = tree else { return }
    let stream = try plan(.object(members.filter { $0.0 != "count" }))
    let made = try Self.best(of: 5) {
      var client = try stream.makeClient(
        chance: Chance(seed: 1, replication: 0), until: .distantFuture,
        data: DataFolders(beside: ""))
      var arrival = Arrival.blank
      var count = 0
      while count < 2_000_000, try client.next(into: &arrival) { count += 1 }
      return count
    }
    print("\(name): \(made.seconds / Double(made.count) * 1e9) ns per arrival")
  }

  @Test("of the parts of an arrival, for comparison on the same machine")
  func parts() throws {
    let key = Chance(seed: 1, replication: 0).key(.arrival, name: NameHash("parts"))
    let source = NameHash("parts")
    let zipf = Zipf(count: 10_000, exponent: 1)
    func report(_ name: String, _ body: (CallKey) -> Double) {
      var sum = 0.0
      let made = Self.best(of: 5) {
        for number in 0..<2_000_000 { sum += body(CallKey(source: source, number: UInt64(number))) }
        return 2_000_000
      }
      print("\(name): \(made.seconds / 2e6 * 1e9) ns (\(sum > 0))")
    }
    report("a uniform number") { key.uniform(call: $0) }
    report("an exponential number") { -Elementary.log(1 - key.uniform(call: $0)) }
    report("a rank of 10,000") { Double(zipf.rank(key.uniform(call: $0))) }
  }
}
