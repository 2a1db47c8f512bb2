import Chance
import Testing
import Vocabulary

@testable import Traffic

@Suite("A crowd")
struct CrowdTests {
  static func merged(_ plans: [StreamPlan]) throws -> [(client: Int, arrival: Arrival)] {
    let chance = Chance(seed: 5, replication: 2)
    let end = Instant.start.advanced(by: .seconds(60))
    var clients: [any Client] = []
    for plan in plans {
      clients.append(
        try plan.makeClient(chance: chance, until: end, data: DataFolders(beside: "")))
    }
    var crowd = Crowd(clients)
    var arrival = Arrival.blank
    var all: [(client: Int, arrival: Arrival)] = []
    while try crowd.next(into: &arrival) { all.append((crowd.latest, arrival)) }
    return all
  }

  @Test("merges by time and numbers the arrivals")
  func merges() throws {
    let all = try Self.merged([
      try plan(smallModel, name: "a"), try plan(smallModel, name: "b"),
      try plan(ConversationTests.stream, name: "c"),
    ])
    #expect(zip(all, all.dropFirst()).allSatisfy { $0.arrival.at <= $1.arrival.at })
    #expect(all.enumerated().allSatisfy { $0.offset == Int($0.element.arrival.request.number) })
    #expect(Set(all.map(\.client)) == [0, 1, 2])
  }

  @Test("leaves every draw of a stream as it is when another stream joins, in whatever place")
  func independent() throws {
    let first = try plan(ConversationTests.stream, name: "first")
    let other = try plan(smallModel, name: "other")
    func bytes(_ plans: [StreamPlan], _ client: Int) throws -> [[UInt8]] {
      try Self.merged(plans).filter { $0.client == client }.map { _, arrival in
        var arrival = arrival
        arrival.request.number = 0
        return withUnsafeBytes(of: arrival) { [UInt8]($0.prefix(MemoryLayout<Instant>.size)) }
          + "\(arrival)".utf8
      }
    }
    let alone = try bytes([first], 0)
    #expect(alone.count > 50)
    #expect(try bytes([first, other], 0) == alone)
    #expect(try bytes([other, first], 1) == alone)
  }

  @Test("lets the client that stands first go first at the same instant")
  func ties() throws {
    let regular: Tree = [
      "arrivals": ["regular": "1/s"], "alias": "chat", "tokens": ["input": 1, "output": 1],
    ]
    let all = try Self.merged([try plan(regular, name: "z"), try plan(regular, name: "a")])
    #expect(all.prefix(6).map(\.client) == [0, 1, 0, 1, 0, 1])
  }
}
