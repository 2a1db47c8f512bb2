import Chance
import GatewayCore
import Providers
import Scenarios
import Testing
import Traffic
import Vocabulary

@Suite("The scenario small-v1")
struct SmallModelTests {
  private let path = packageFolder + "scenarios/small-v1"

  @Test("compiles to the model that its peers run")
  func compiles() throws {
    let scenario = try ScenarioLoader.load(path: path)
    #expect(scenario.name == "small-v1")
    #expect(scenario.aliases == ["chat"])
    #expect(scenario.fleet.deployments.map(\.name) == ["A", "B", "C"])
    #expect(scenario.fleet.deployments.map(\.cut) == [.full, .full, .full])
    #expect(scenario.warmUp == Instant(nanoseconds: 200_000_000_000))
    #expect(scenario.horizon == Instant(nanoseconds: 5_100_000_000_000))
    #expect(scenario.policies.map(\.name) == ["small-v1"])
    #expect(scenario.policies[0].plan.tree.deployments(reachableFrom: 0).count == 3)
    #expect(scenario.policies[0].plan.maximumAttempts == 3)
    #expect(scenario.inputs.map(\.file) == ["scenario.json5"])
    #expect(scenario.provenance.allSatisfy { $0.source == "model gateway-small-v1" })
    #expect(scenario.cases.map(\.name) == ["default"])
  }

  @Test("has clients whose calls are those of the model")
  func clients() throws {
    let scenario = try ScenarioLoader.load(path: path)
    var clients = try scenario.makeClients(chance: Chance(seed: 1, replication: 0))
    #expect(clients.count == 1)
    var arrival = Arrival.blank
    var output = 0.0
    for _ in 0..<2_000 {
      #expect(try clients[0].next(into: &arrival))
      #expect(arrival.request.inputTokens == 500)
      #expect(!arrival.request.streams)
      output += Double(arrival.truth.outputTokens)
    }
    // Mean 250.5, deviation 250 / √2000 = 5.6: four of these.
    #expect(abs(output / 2_000 - 250.5) < 22.4)
    #expect(abs(Double(arrival.at.nanoseconds) / 1e9 - 20) < 1.8)
  }

  @Test("has as many arrivals as --count says, and the time for them")
  func count() throws {
    var options = ScenarioOptions()
    options.count = 1_000
    var scenario = try ScenarioLoader.load(path: path, options: options)
    var clients = try scenario.makeClients(chance: Chance(seed: 3, replication: 0))
    var arrival = Arrival.blank
    var count = 0
    while try clients[0].next(into: &arrival) { count += 1 }
    #expect(count == 1_000)
    options.count = 2_000_000
    scenario = try ScenarioLoader.load(path: path, options: options)
    #expect(scenario.horizon > Instant(nanoseconds: 20_200_000_000_000))
  }
}
