import Chance
import Vocabulary

/// A deployment's speed over time, cell by cell.
///
/// Time is cut into cells of equal length, the shortest step of the processes in it (1–60 s); in a
/// cell nothing changes. Cells are made in order and the latest 1,024 are kept, so an attempt costs two
/// comparisons and a bound over a request's life a look at each of its cells.
/// - Complexity: O(1) amortised while time goes on; going back further than what is kept starts
///   anew.
struct PaceGrid: Sendable {
  private static let kept = 1024

  private let plan: LatencyPlan
  private let step: Int64
  private var walks: [MeanRevertingWalk] = []
  private var wander: MeanRevertingWalk?
  private var cells: [PaceCell] = []
  private var newest: Int64 = -1
  private var current = PaceCell()
  private var from = Int64.max
  /// When the cell that was looked at last ends.
  private(set) var until = Int64.min

  init(_ plan: LatencyPlan, deployment: DeploymentPlan, chance: Chance) {
    self.plan = plan
    let provider = NameHash(deployment.provider)
    let parts: [(MeanReversion?, MeanRevertingWalk.Owner, NameHash)] = [
      (plan.drift?.provider, .provider, provider), (plan.drift?.own, .deployment, deployment.hash),
      (plan.drift?.common, .world, NameHash("world")),
    ]
    for (part, owner, name) in parts {
      guard let part else { continue }
      walks.append(MeanRevertingWalk(part, of: owner, name: name, chance: chance))
    }
    wander = plan.load?.wander.map {
      MeanRevertingWalk($0, of: .utilisation, name: deployment.hash, chance: chance)
    }
    var step: Int64 = 60_000_000_000
    for walk in walks { step = min(step, walk.step) }
    if let wander { step = min(step, wander.step) }
    if let load = plan.load, !load.utilisation.isConstant { step = min(step, 10_000_000_000) }
    self.step = step
    cells.reserveCapacity(Self.kept)
  }

  /// The cell of an instant.
  @inline(__always)
  mutating func cell(at now: Int64) -> PaceCell {
    if now >= from && now < until { return current }
    return look(at: now)
  }

  /// The least of each factor in a stretch of time; of all time if it is longer than what is kept.
  mutating func least(from: Int64, until: Int64) -> PaceCell {
    let (first, last) = (max(0, from) / step, max(0, until) / step)
    guard last - first < Int64(Self.kept), last < .max / step else { return leastEver }
    var least = cell(first)
    for index in first...last { least = least.least(cell(index)) }
    return least
  }

  @inline(never)
  private mutating func look(at now: Int64) -> PaceCell {
    let index = max(0, now) / step
    current = cell(index)
    from = index * step
    until = from + step
    return current
  }

  private mutating func cell(_ index: Int64) -> PaceCell {
    if index + Int64(cells.count) <= newest || newest < 0 {
      cells.removeAll(keepingCapacity: true)
      newest = -1
    }
    while newest < index {
      newest += 1
      let made = make(newest * step)
      if cells.count < Self.kept {
        cells.append(made)
      } else {
        cells[Int(newest % Int64(Self.kept))] = made
      }
    }
    return cells[Int(index % Int64(Self.kept))]
  }

  private mutating func make(_ now: Int64) -> PaceCell {
    var cell = PaceCell()
    if let drift = plan.drift {
      var sum = 0.0
      for place in walks.indices { sum += walks[place].value(at: now) }
      cell.first = Elementary.exp(sum)
      cell.token = drift.perToken == 1 ? cell.first : Elementary.exp(sum * drift.perToken)
    }
    let hour = plan.followsHours ? plan.hour(at: now) : 0
    if !plan.hours.isEmpty {
      cell.first *= plan.hours[hour]
      cell.token *= plan.hours[hour]
    }
    if let load = plan.load {
      var u = load.utilisation.value(at: now - plan.zero.nanoseconds)
      if !load.hours.isEmpty { u += load.hours[hour] }
      if let wandering = wander?.value(at: now) { u += wandering }
      cell.utilisation = LoadPlan.bounded(u)
    }
    return cell
  }

  /// A bound of all cells that there can be.
  private var leastEver: PaceCell {
    var sum = 0.0
    for walk in walks { sum += walk.least }
    let hour = plan.hours.min() ?? 1
    return PaceCell(
      first: Elementary.exp(sum) * hour,
      token: Elementary.exp(sum * (plan.drift?.perToken ?? 1)) * hour, utilisation: 0)
  }
}

extension LatencyPlan {
  /// The hour of the day, 0 to 23.
  func hour(at now: Int64) -> Int {
    calendar?.date(at: Instant(nanoseconds: now)).hour ?? Int(now / 3_600_000_000_000 % 24)
  }
}
