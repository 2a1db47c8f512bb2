import Chance
import GatewayCore
import Providers
import Scenarios
import Vocabulary

/// Draws whole fault plans: a swarm.
///
/// Each plan first draws which kinds of fault it may have at all, then one to five incidents of
/// those kinds (A. Groce et al., "Swarm testing", ISSTA 2012: plans that leave kinds out meet
/// combinations that a plan of everything hardly ever does). Targets are a deployment, a region, a
/// provider or the gateway; all are over at 62 % of the measured time, so that recovery can be
/// asked for. Of each alias one deployment that its routes can reach is spared, if they reach
/// more than one: a policy that may fail over then can. Everything is drawn under (seed, purpose)
/// alone, and the fleet's names.
struct FaultDraws {
  private enum Kind: CaseIterable {
    case error, throttle, connection, slow, hang, quota, cut, stall, restart
  }

  private let deployments: [Target]
  private let targets: [DrawnFault.Target]
  private let hasQuotas: Set<String>
  private let measured: Int
  private let spares: [[Int]]

  private struct Target {
    var name: String
    var region: String
    var provider: String
  }

  init(_ scenario: Scenario) {
    let fleet = scenario.fleet.deployments
    deployments = fleet.map {
      Target(name: $0.name, region: $0.region, provider: $0.provider)
    }
    hasQuotas = Set(fleet.filter { $0.quota != nil }.map(\.name))
    measured = Int(scenario.warmUp.duration(to: scenario.horizon).inSeconds)
    spares = scenario.aliases.indices.map { alias in
      let reachable = Set(
        scenario.policies.flatMap { $0.plan.tree.deployments(reachableFrom: alias) })
      return reachable.sorted().map { Int($0.index) }
    }
    self.targets =
      fleet.map { .deployment($0.name) }
      + FaultDraws.distinct(fleet.map(\.region)).map { .region($0) }
      + FaultDraws.distinct(fleet.map(\.provider)).map { .provider($0) }
  }

  /// The names that are not empty, each once, in order.
  private static func distinct(_ names: [String]) -> [String] {
    var seen: [String] = []
    for name in names where !name.isEmpty && !seen.contains(name) { seen.append(name) }
    return seen
  }

  /// The plan of one seed.
  func plan(seed: UInt64) -> FaultPlan {
    let key = Chance(seed: seed, replication: 0).key(.exploration, name: NameHash("chaos"))
    var draws = key.draws(call: CallKey(bits: 1))
    let spared = spares.compactMap { reachable -> Int? in
      let place = draws.index(below: reachable.count)
      return reachable.count > 1 ? reachable[place] : nil
    }
    let open = targets.filter { target in !spared.contains { strikes(target, deployments[$0]) } }
    var kinds = Kind.allCases.filter { _ in draws.uniform() < 0.5 }
    if open.isEmpty { kinds.removeAll { $0 != .restart } }
    if kinds.isEmpty { kinds = [open.isEmpty ? .restart : .error] }
    let count = 1 + draws.index(below: 5)
    return FaultPlan(
      faults: (0..<count).map { number in
        let kind = kinds[draws.index(below: kinds.count)]
        return fault("fault \(number + 1)", kind, open, &draws)
      })
  }

  private func strikes(_ target: DrawnFault.Target, _ one: Target) -> Bool {
    switch target {
    case .deployment(let name): one.name == name
    case .region(let name): one.region == name
    case .provider(let name): one.provider == name
    case .gateway: false
    }
  }

  private func fault(
    _ name: String, _ kind: Kind, _ open: [DrawnFault.Target], _ draws: inout Draws
  ) -> DrawnFault {
    let begin = Double(measured) * (0.05 + 0.40 * draws.uniform())
    // From a sixtieth to a sixth of the measured time, every order of magnitude as likely.
    let span = Double(measured) / 60 * Elementary.exp(draws.uniform() * Elementary.log(10))
    let target = open.isEmpty ? .gateway : open[draws.index(below: open.count)]
    func percent(_ least: Int) -> Int {
      min(100, (least + draws.index(below: 101 - least) + 4) / 5 * 5)
    }
    let effect: DrawnFault.Effect
    switch kind {
    case .error:
      effect = .error(status: ["500", "503", "529"][draws.index(below: 3)], share: percent(10))
    case .throttle: effect = .error(status: "429", share: percent(20))
    case .connection: effect = .error(status: "connection", share: percent(10))
    case .slow:
      effect = .slow(tenths: 15 + Int(Elementary.exp(draws.uniform() * Elementary.log(120))))
    case .hang: effect = .hang(share: max(1, percent(1) / 2))
    case .quota:
      if case .deployment(let name) = target, hasQuotas.contains(name) {
        effect = .quota(share: draws.index(below: 80))
      } else {
        effect = .error(status: "429", share: percent(20))
      }
    case .cut: effect = .cut(share: percent(20))
    case .stall: effect = .stall(share: percent(20))
    case .restart: effect = .restart(crash: draws.uniform() < 0.5)
    }
    let isRestart = kind == .restart
    return DrawnFault(
      name: name, target: isRestart ? .gateway : target, effect: effect, from: max(1, Int(begin)),
      length: max(1, min(Int(span), Int(Double(measured) * 0.62) - Int(begin))))
  }
}
