import Chance
import Engine
import GatewayCore
import Measures
import Providers
import Settings
import Traffic
import Vocabulary

/// A small world and a policy, both plain values that a test may change and run again.
struct World {
  var deployments: [DeploymentPlan]
  var quotas: [QuotaPlan] = []
  var incidents: [IncidentPlan] = []
  var faults: [FaultProcess] = []
  var streams: [Stream]
  /// Streams as a scenario file says them; nothing arrives after 20 minutes.
  var clients: [(name: String, setting: Setting)] = []
  var policy: Setting
  var replicas = 1
  var gossipLag: Duration?
  var services = ServicesPlan()
  var gatewayFaults: [GatewayFault] = []
  var seed: UInt64 = 1
  var mergesDeadlines = true
  /// The factor on the gateway's copy of the prices; 1 for the true ones.
  var priceFactor: Int64 = 1
  var end = Instant.start.advanced(by: .seconds(3_600))

  static let aliases = ["chat", "extract"]

  /// The policy, compiled against this world's names.
  func plan() throws -> GatewayPlan {
    let facts = deployments.map { DeploymentFacts(name: $0.name, sheet: $0.price * priceFactor) }
    var names = PolicyNames(
      deployments: facts, aliases: World.aliases, teams: ["red", "blue"],
      tags: ["ask=anew", "ask=nothing"],
      populations: Populations(keys: 3, users: 5, teams: 2, features: 2, aliases: 2))
    names.servicePrices = services.prices
    var reader = try SettingsReader(policy)
    let plan = try GatewayPlan(
      reading: &reader, names: names, gossips: gossipLag != nil && replicas > 1,
      hasPeers: replicas > 1)
    try reader.finish()
    return plan
  }

  /// What measures and laws must know of a policy.
  func measures(_ plan: GatewayPlan) -> MeasuresPlan {
    var measures = MeasuresPlan(
      from: .start, to: end, end: end, aliases: 2, deployments: deployments.count, teams: 2,
      features: 2, keys: 3, replicas: replicas)
    measures.standing = deployments.map(\.standingPrice)
    measures.maximumAttempts = [plan.maximumAttempts, plan.maximumAttempts]
    measures.limits = plan.limitEnvelopes(replicas: replicas, lag: gossipLag ?? .zero)
    measures.limitsWording = plan.limitsWording
    measures.concurrency = plan.concurrency.map { $0.isShadow ? nil : $0.algorithm.limit }
    measures.breakers = plan.tree.guardedDeployments
    measures.breakerOfLeaf = plan.tree.breakerOfLeaf
    for fault in gatewayFaults {
      guard case .reload(let later) = fault.kind else { continue }
      measures.takeovers.append(
        Takeover(at: fault.at, replica: fault.replica, promise: measures.laterPromises.count))
      measures.laterPromises.append(
        later.promises(aliases: 2, replicas: replicas, lag: gossipLag ?? .zero))
    }
    return measures
  }

  var fleet: FleetPlan {
    FleetPlan(
      deployments: deployments, quotas: quotas, incidents: incidents, faults: faults)
  }

  private func settledClients() throws -> [any Client] {
    var names = TrafficNames()
    for alias in World.aliases { try names.aliases.declare(alias) }
    return try clients.map { name, setting in
      var reader = try SettingsReader(setting)
      let plan = try StreamPlan(name: name, reading: &reader, names: &names)
      try reader.finish()
      return try plan.makeClient(
        chance: chance, until: min(end, Instant.start.advanced(by: .seconds(1_200))),
        data: DataFolders(beside: ""))
    }
  }

  var chance: Chance { Chance(seed: seed, replication: 0) }

  /// Runs it through the engine.
  func run() throws -> RunResult {
    let gateway = try plan()
    var run = RunPlan(gateway: gateway, fleet: fleet, end: end)
    run.replicas = replicas
    run.measured = .start..<end
    run.standing = deployments.map(\.standingPrice)
    run.gossipLag = gossipLag ?? .zero
    run.services = services
    run.gatewayFaults = gatewayFaults
    run.mergesDeadlines = mergesDeadlines
    let policies =
      [gateway]
      + gatewayFaults.compactMap { if case .reload(let later) = $0.kind { later } else { nil } }
    run.bounds = World.aliases.indices.map { alias in
      Set(policies.flatMap { $0.tree.deployments(reachableFrom: alias) }).sorted()
    }
    let sink = Collector(measures(gateway))
    var simulation = Simulation(
      run, clients: streams.map { ListClient($0, seed: seed) } + (try settledClients()),
      chance: chance, sink: sink)
    let (tally, _) = try simulation.run()
    return sink.close(tally)
  }
}

extension GatewayPlan {
  /// What it promises, for the laws.
  func promises(aliases: Int, replicas: Int, lag: Duration) -> PolicyPromises {
    var promises = PolicyPromises()
    promises.limits = limitEnvelopes(replicas: replicas, lag: lag)
    promises.limitsWording = limitsWording
    promises.concurrency = concurrency.map { $0.isShadow ? nil : $0.algorithm.limit }
    promises.breakers = tree.guardedDeployments
    promises.breakerOfLeaf = tree.breakerOfLeaf
    promises.maximumAttempts = Array(repeating: maximumAttempts, count: aliases)
    return promises
  }
}

extension PriceSheet {
  static func * (sheet: PriceSheet, factor: Int64) -> PriceSheet {
    PriceSheet(
      input: TokenPrice(femtodollars: sheet.input.femtodollars * factor),
      cachedInput: TokenPrice(femtodollars: sheet.cachedInput.femtodollars * factor),
      output: TokenPrice(femtodollars: sheet.output.femtodollars * factor))
  }
}

/// What a run has left behind.
struct RunResult {
  var requests: [RequestRecord]
  var attempts: [AttemptRecord]
  var requestTruths: [RequestTruth]
  var attemptTruths: [AttemptTruth]
  /// Each side call with its truth, as text.
  var sideCalls: [String]
  var notes: [Note]
  var breaches: Breaches
  var tally: DriverTally

  /// All of it as text, so that equal text means equal records to the last bit.
  var text: [String] {
    requests.indices.map { "\(requests[$0]) \(requestTruths[$0])" }
      + attempts.indices.map { "\(attempts[$0]) \(attemptTruths[$0])" } + sideCalls
      + notes.map { "\($0)" }
  }

  /// How each call ended.
  var ends: [UInt64: String] {
    Dictionary(
      requests.map {
        (
          $0.call.bits,
          "\($0.end) \($0.outcome) \($0.source) \($0.deployment.index) \($0.attempts) \($0.ended.nanoseconds)"
        )
      }, uniquingKeysWith: { "\($0) AND \($1)" })
  }

  /// What became of each (call, deployment by name, ordinal).
  func outcomes(_ names: [String]) -> [String: String] {
    Dictionary(
      attempts.indices.map { place in
        let one = attempts[place]
        return (
          "\(one.call.bits) \(names[Int(one.deployment.index)]) \(one.ordinal)",
          "\(one.outcome) \(one.usage) \(one.started.nanoseconds(to: one.ended)) \(attemptTruths[place].bill)"
        )
      }, uniquingKeysWith: { "\($0) AND \($1)" })
  }
}

/// Keeps all records of a run and lets the laws see them.
final class Collector: Sink {
  private let measures: RunMeasures
  private var requests: [RequestRecord] = []
  private var attempts: [AttemptRecord] = []
  private var requestTruths: [RequestTruth] = []
  private var attemptTruths: [AttemptTruth] = []
  private var notes: [Note] = []
  private var sideCalls: [String] = []

  init(_ plan: MeasuresPlan) { measures = RunMeasures(plan: plan) }

  func consume(attempts records: Span<AttemptRecord>, truths: Span<AttemptTruth>) {
    precondition(records.count == truths.count)
    for place in records.indices {
      attempts.append(records[place])
      attemptTruths.append(truths[place])
    }
    measures.consume(attempts: records, truths: truths)
  }

  func consume(requests records: Span<RequestRecord>, truths: Span<RequestTruth>) {
    precondition(records.count == truths.count)
    for place in records.indices {
      requests.append(records[place])
      requestTruths.append(truths[place])
    }
    measures.consume(requests: records, truths: truths)
  }

  func consume(sideCalls records: Span<SideCallRecord>, truths: Span<SideCallTruth>) {
    precondition(records.count == truths.count)
    for place in records.indices { sideCalls.append("\(records[place]) \(truths[place])") }
    measures.consume(sideCalls: records, truths: truths)
  }

  func consume(notes batch: Span<Note>) {
    for place in batch.indices { notes.append(batch[place]) }
    measures.consume(notes: batch)
  }

  func close(_ tally: DriverTally) -> RunResult {
    measures.close(tally)
    return RunResult(
      requests: requests, attempts: attempts, requestTruths: requestTruths,
      attemptTruths: attemptTruths, sideCalls: sideCalls, notes: notes, breaches: measures.breaches,
      tally: tally)
  }
}
