import Chance
import Measures
import Providers
import Settings
import Testing
import Vocabulary

@testable import Laboratory
@testable import Scenarios

/// The small world, changed, under all its policies without references.
private func compared(_ change: (String) -> String) throws -> (Scenario, Comparison) {
  let scenario = try Scenario(
    tree: try JSON5.parse(bytes: Array(change(SmallWorld.text).utf8), file: "small.json5"))
  var options = ExperimentOptions()
  options.references = false
  options.replications = Scenario.Replications(from: 2, upTo: 2)
  return (scenario, try Experiment.compare(scenario, options))
}

@Suite("What is paid by the hour")
struct RentTests {
  private static let rented = SmallWorld.text.replacing(
    "price: { input: \"$3/M\", output: \"$9/M\" },",
    with: "provisioned: { units: 2, tokensPerUnit: 100000000, perUnitHour: \"$36\" },")

  @Test("is paid by the policies whose routes can reach it, and by no others")
  func reached() throws {
    let (_, comparison) = try compared { _ in Self.rented }
    let quiet = try #require(comparison.result(for: "quiet"))
    // Two replications of 50 s, two units of $36 an hour.
    #expect(quiet.policies.map(\.name) == ["today", "failover", "cached"])
    #expect(quiet.policies.map(\.pooled.standingCharges.dollars) == [0, 2, 2])
    #expect(quiet.policies.allSatisfy { $0.pooled.breaches.isEmpty })
  }

  @Test("is paid by a policy that is reloaded into one that uses it")
  func reloaded() throws {
    let (_, comparison) = try compared { _ in
      Self.rented.replacing(
        "incidents: {",
        with:
          "incidents: { switch: { on: \"gateway\", from: \"20s\", reload: { policy: \"failover\" } },"
      ).replacing("outage: [\"north down\"]", with: "outage: [\"switch\"]")
    }
    let today = comparison.cases.compactMap { $0.policy("today") }
    #expect(comparison.cases.map(\.name) == ["quiet", "outage"])
    #expect(today.map(\.pooled.standingCharges.dollars) == [0, 2])
    #expect(today.allSatisfy { $0.pooled.breaches.isEmpty })
  }
}

@Suite("A law of mistakes")
struct MistakeTests {
  private func quality(difficulty: String, wrong: String) throws -> Double {
    let (_, comparison) = try compared {
      $0.replacing("alias: \"chat\",", with: "alias: \"chat\", difficulty: \(difficulty),")
        .replacing("model: \"n/big\",", with: "model: \"n/big\", wrong: \(wrong),")
    }
    let row = try #require(comparison.result(for: "quiet")?.policy("today"))
    return try #require(row.measure("quality")?.estimate?.mean)
  }

  @Test("makes answers wrong by how hard the call is, straight between its corners")
  func byDifficulty() throws {
    let law = "{ \"0.2\": \"0%\", \"0.8\": \"100%\" }"
    #expect(try quality(difficulty: "0.2", wrong: law) == 1)
    #expect(try quality(difficulty: "0.9", wrong: law) == 0)
    // About 1,100 calls: three standard errors of a half are 0.045.
    #expect(abs(try quality(difficulty: "0.5", wrong: law) - 0.5) < 0.05)
    #expect(abs(try quality(difficulty: "0.5", wrong: "\"25%\"") - 0.75) < 0.04)
  }

  @Test("is the model's: where it is deployed makes no difference, another model errs on others")
  func ofTheModel() throws {
    let (scenario, _) = try compared {
      $0.replacing("model: \"n/big\",", with: "model: \"n/big\", wrong: \"50%\",")
        .replacing("model: \"s/big\",", with: "model: \"n/big\", wrong: \"50%\",")
    }
    let mistakes = try #require(Mistakes(scenario.fleet, chance: Chance(seed: 1, replication: 0)))
    var other = scenario.fleet
    other.deployments[1].model = "s/big"
    let others = try #require(Mistakes(other, chance: Chance(seed: 1, replication: 0)))
    var (same, apart) = (0, 0)
    for call in 0..<1000 {
      let call = CallKey(bits: UInt64(call))
      let north = mistakes.spoil(call, difficulty: 0, at: DeploymentID(0))
      if north == mistakes.spoil(call, difficulty: 0, at: DeploymentID(1)) { same += 1 }
      if north != others.spoil(call, difficulty: 0, at: DeploymentID(1)) { apart += 1 }
    }
    #expect(same == 1000 && abs(apart - 500) < 60)
  }

  @Test("tells what is wrong with it")
  func errors() throws {
    for (law, words) in [
      ("{ hard: \"50%\" }", "a difficulty from 0 to 1"),
      ("{ \"0.8\": \"1%\", \"0.2\": \"2%\" }", "difficulties that increase"),
      ("\"150%\"", "150%"),
    ] {
      do {
        _ = try quality(difficulty: "0.5", wrong: law)
        Issue.record("\(law) was accepted")
      } catch let error as SettingError {
        #expect("\(error)".contains(words), "\(error)")
      }
    }
  }
}
