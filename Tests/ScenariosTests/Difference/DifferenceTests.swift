import Scenarios
import Testing

@Suite("The effective difference of two policies")
struct DifferenceTests {
  @Test("names each value once, with both sides")
  func values() throws {
    let policies = try Files([("scenario.json5", example)]).load().policies
    let found = Scenario.effectiveDifference(policies[1], policies[2])
    #expect(
      found == [
        PolicyDifference(
          path: "routes.chat",
          before:
            "{ fallback: [\"azure/sweden\", { balance: { \"peak-ewma\": { decay: \"10s\" } }, "
            + "over: [\"azure/france\", \"openai\"] }], on: [\"429\", \"5xx\", \"timeout\", "
            + "\"connection\"] }",
          after: "{ sticky: \"conversation\", over: [\"azure/sweden\", \"azure/france\"] }"),
        PolicyDifference(
          path: "routes.extract", before: "\"azure/sweden\"",
          after:
            "{ condition: [{ if: { tags: { data: \"confidential\" } }, then: \"azure/france\" }], "
            + "else: { split: [\"openai\", \"azure/france\"], by: \"user\" } }"),
        PolicyDifference(
          path: "breaker.trip", before: "{ consecutiveFailures: 5 }",
          after: "{ failureRatio: { share: \"50%\" } }"),
        PolicyDifference(
          path: "cache", before: "{ exact: { ttl: \"10m\", capacity: \"200k\", scope: \"team\" } }",
          after: nil),
      ])
  }

  @Test("is nothing between a policy and itself")
  func nothing() throws {
    let policies = try Files([("scenario.json5", example)]).load().policies
    for policy in policies { #expect(Scenario.effectiveDifference(policy, policy).isEmpty) }
  }
}
