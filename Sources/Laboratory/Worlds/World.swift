import Chance
import Engine
import GatewayCore
import Measures
import Providers
import Scenarios
import Traffic
import Vocabulary

/// What is the same for every policy of a case: traffic, fleet, incidents, horizon and bounds.
struct World: Sendable {
  let scenario: Scenario
  let fleet: FleetPlan
  let seed: UInt64
  let data: DataFolders
  /// The deployments that may serve each alias under any policy of the scenario.
  let bounds: [[DeploymentID]]
  /// The true price sheet that stands for each alias in the cost bridge.
  let yardsticks: [PriceSheet]
  let grouping: Grouping
  /// What befalls the gateway's replicas, and the services beside it.
  let gatewayFaults: [GatewayFault]
  let serviceIncidents: [ServiceIncident]
  /// The incidents of the case that are the gateway's own.
  let gatewayIncidents: [GatewayIncident]
  /// Parts of the population that are measured beside those of the expectations, after them.
  var furtherSlices: [Slice] = []
  /// Whether the bounds are computed and their law checked.
  var hasBounds = true

  init(
    _ scenario: Scenario, case active: Scenario.Case, policies: [GatewayPlan],
    baseline: GatewayPlan, seed: UInt64, data: DataFolders, grouping: Grouping
  ) {
    self.scenario = scenario
    self.seed = seed
    self.data = data
    self.grouping = grouping
    var fleet = scenario.fleet
    fleet.incidents = active.incidents.filter(scenario.fleet.incidents.indices.contains).map {
      scenario.fleet.incidents[$0]
    }
    self.fleet = fleet
    gatewayIncidents = active.gateway.filter(scenario.gatewayIncidents.indices.contains).map {
      scenario.gatewayIncidents[$0]
    }
    gatewayFaults = gatewayIncidents.flatMap { World.faults(of: $0, in: scenario) }
    serviceIncidents = gatewayIncidents.compactMap { incident in
      guard case .service(let kind, let effect) = incident.effect else { return nil }
      return ServiceIncident(kind, from: incident.from, until: incident.until, effect)
    }
    bounds = scenario.aliases.indices.map { alias in
      Set(policies.flatMap { $0.tree.deployments(reachableFrom: alias) }).sorted()
    }
    let deployments = scenario.fleet.deployments
    yardsticks = scenario.aliases.indices.map { alias in
      let primary = baseline.tree.primary(of: alias).map { Int($0.index) } ?? 0
      guard deployments.indices.contains(primary) else {
        return PriceSheet(input: .zero, cachedInput: .zero, output: .zero)
      }
      return deployments[primary].price
    }
  }

  /// The first sheet of each deployment.
  var sheets: [PriceSheet] { fleet.deployments.map(\.price) }

  /// The first sheet of each deployment if a curve bends any of them; else empty.
  var flatSheets: [PriceSheet] {
    fleet.deployments.contains { $0.curve != nil } ? sheets : []
  }

  /// The randomness of one replication.
  func chance(_ replication: Int) -> Chance {
    Chance(seed: seed, replication: UInt64(replication))
  }

  /// Where the prompts of one run put their pieces; `nil` if no deployment has a prompt cache.
  func makePrefixes() -> PrefixArena? {
    fleet.deployments.contains { $0.promptCache != nil } ? PrefixArena() : nil
  }

  /// The clients of one replication, in the order of the file; traces tell `skipped` how many rows
  /// they left out.
  func clients(
    _ chance: Chance, prefixes: PrefixArena? = nil, telling skipped: SkippedRows? = nil
  ) throws(TrafficError) -> [any Client] {
    var clients: [any Client] = []
    for stream in scenario.streams {
      let client = try stream.makeClient(
        chance: chance, from: .start, until: scenario.horizon, zero: scenario.warmUp, data: data,
        prefixes: prefixes, names: scenario.names)
      if let skipped, stream.dataFile != nil {
        clients.append(WatchedClient(client, tells: skipped))
      } else {
        clients.append(client)
      }
    }
    return clients
  }

  /// The plan of a run under one policy.
  func runPlan(_ gateway: GatewayPlan, explaining request: UInt64? = nil) -> RunPlan {
    var plan = RunPlan(gateway: gateway, fleet: fleet, end: scenario.end)
    plan.measured = scenario.warmUp..<scenario.horizon
    plan.standing = fleet.deployments.map(\.standingPrice)
    plan.rented = rented(by: gateway)
    plan.replicas = scenario.replicas
    plan.gossipLag = scenario.gossipLag ?? .zero
    plan.gateway.gossips = scenario.gossipLag != nil && scenario.replicas > 1
    plan.gateway.hasPeers = scenario.replicas > 1
    plan.bounds = hasBounds ? bounds : []
    plan.explained = request
    plan.services = scenario.services
    plan.services.incidents = serviceIncidents
    plan.gatewayFaults = gatewayFaults
    return plan
  }

  /// Which deployments a policy can send anything to, before or after it is reloaded.
  ///
  /// What is paid by the hour is paid by the policies that use it: who asks an API for everything
  /// rents no machines.
  private func rented(by gateway: GatewayPlan) -> [Bool] {
    var plans = [gateway]
    for fault in gatewayFaults { if case .reload(let later) = fault.kind { plans.append(later) } }
    var rented = [Bool](repeating: false, count: fleet.deployments.count)
    for plan in plans {
      for alias in scenario.aliases.indices {
        for deployment in plan.tree.deployments(reachableFrom: alias) {
          rented[Int(deployment.index)] = true
        }
      }
    }
    return rented
  }

  /// The faults that an incident means: each replica at its instant.
  private static func faults(
    of incident: GatewayIncident, in scenario: Scenario
  ) -> [GatewayFault] {
    let kind: GatewayFault.Kind
    switch incident.effect {
    case .drain: kind = .restart
    case .crash: kind = .crash
    case .reload(let policy): kind = .reload(scenario.policies[policy].plan)
    case .service: return []
    }
    return incident.instants(replicas: scenario.replicas).enumerated().map { replica, instant in
      GatewayFault(kind, at: instant, replica: replica, absence: incident.absence)
    }
  }

  private func promises(of policy: GatewayPlan) -> PolicyPromises {
    policy.promises(
      aliases: scenario.aliases.count, replicas: scenario.replicas,
      lag: scenario.gossipLag ?? .zero)
  }

  /// What is measured of a run under one policy; without one, what needs no policy.
  func measuresPlan(_ gateway: GatewayPlan?) -> MeasuresPlan {
    var plan = MeasuresPlan(
      from: scenario.warmUp, to: scenario.horizon, end: scenario.end,
      aliases: scenario.aliases.count, deployments: fleet.deployments.count,
      teams: scenario.populations.teams, features: scenario.populations.features,
      keys: scenario.populations.keys, users: scenario.populations.users,
      replicas: scenario.replicas)
    plan.objectives = scenario.objectives.map { objective in
      objective.map { Objective(firstToken: $0.firstToken, endToEnd: $0.endToEnd) }
    }
    plan.tracksCalls = scenario.streams.contains(where: \.listens)
    plan.timed = grouping.union(.alias)
    plan.tallied.formUnion(grouping)
    plan.slices = scenario.expectations.expect.flatMap(\.slices) + furtherSlices
    guard let gateway else { return plan }
    plan.standing = zip(fleet.deployments, rented(by: gateway)).map {
      $1 ? $0.standingPrice : nil
    }
    let first = promises(of: gateway)
    plan.limits = first.limits
    plan.limitsWording = first.limitsWording
    plan.concurrency = first.concurrency
    plan.breakers = first.breakers
    plan.breakerOfLeaf = first.breakerOfLeaf
    plan.maximumAttempts = first.maximumAttempts
    for fault in gatewayFaults {
      guard case .reload(let later) = fault.kind else { continue }
      plan.takeovers.append(
        Takeover(at: fault.at, replica: fault.replica, promise: plan.laterPromises.count))
      plan.laterPromises.append(promises(of: later))
    }
    return plan
  }
}
