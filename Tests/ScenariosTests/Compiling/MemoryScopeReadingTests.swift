import Foundation
import GatewayCore
import Scenarios
import Testing
import Vocabulary

/// Whose experience sticky tables, retry budgets and strategies hold, as a file says it.
@Suite("The scope of what replicas remember, in a file")
struct MemoryScopeReadingTests {
  /// What remembers, with a state.
  private func policy(_ what: String, _ state: String) -> String {
    switch what {
    case "sticky":
      "{ routes: { chat: { sticky: \"user\", idle: \"1m\", over: [\"a/x\", \"b/y\"], state: \"\(state)\" } } }"
    case "budget":
      "{ routes: { chat: \"a/x\" }, attempts: { retry: { max: 1 }, budget: { share: \"20%\", state: \"\(state)\" } } }"
    default:
      "{ routes: { chat: { balance: { \"\(what)\": { state: \"\(state)\" } }, over: [\"a/x\", \"b/y\"] } } }"
    }
  }

  private func text(_ what: String, _ state: String, _ more: String) -> String {
    edited("today: { routes: { chat: \"a/x\" } }", "today: \(policy(what, state))")
      .replacingOccurrences(of: "lab: 1,", with: "lab: 1, \(more)")
  }

  private static let gossip =
    "gateway: { replicas: 3, state: { gossiped: { lag: \"50ms\" } } },"

  @Test("needs replicas that gossip", arguments: ["sticky", "budget", "lowest-latency", "ucb1"])
  func gossiped(what: String) throws {
    let missing = try #require(
      try message(text(what, "gossiped", "gateway: { replicas: 3 },")))
    #expect(missing.contains("gossip missing: the policy \"today\""))
    #expect(missing.contains("pin, count or learn"))
    #expect(missing.contains("next: add gateway: { replicas: 3, state: { gossiped:"))
    #expect(try message(text(what, "gossiped", MemoryScopeReadingTests.gossip)) == nil)
    // One replica has nobody to tell.
    #expect(try message(text(what, "gossiped", "")) == nil)
  }

  @Test("needs a store if it is central", arguments: ["sticky", "budget", "ewma"])
  func central(what: String) throws {
    let replicas = "gateway: { replicas: 3 },"
    let missing = try #require(try message(text(what, "central", replicas)))
    #expect(missing.contains("service missing") && missing.contains("store"))
    #expect(
      try message(
        text(what, "central", replicas + " services: { store: { latency: \"2ms\" } },")) == nil)
  }

  @Test("is refused where there is nothing to share, at its place in the file")
  func refused() throws {
    let turns = try #require(
      try message(text("smooth-weighted-round-robin", "gossiped", MemoryScopeReadingTests.gossip)))
    #expect(turns.contains("whose turn it is belongs to each replica by nature"))
    #expect(turns.contains("scenario.json5:"))
    let inFlight = try #require(
      try message(text("least-in-flight", "local", MemoryScopeReadingTests.gossip)))
    #expect(inFlight.contains("is told wherever replicas gossip"))
    #expect(inFlight.contains("routes.chat.balance"))
  }
}
