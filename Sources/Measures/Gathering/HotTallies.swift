import Vocabulary

/// The tallies of all groupings while they are being filled.
///
/// A request belongs to one alias, one deployment, one team … at once. As long as all combinations
/// are few, each has one tally, a request is counted once, and a grouping's tallies are the sums
/// over the combinations, taken when they are asked for. A grouping that would make the
/// combinations too many is counted apart. Ids that the plan does not know fall into a last place
/// of their own, which only the whole sees.
/// - Complexity: one tally a request, and one more for each grouping that is kept apart.
struct HotTallies: ~Copyable {
  /// How a grouping is laid out: `size` places (0: not counted), `stride` cells from one to the
  /// next (0: kept apart, or not counted).
  struct Lane: BitwiseCopyable {
    var size = 0
    var stride = 0
    /// The place of an id: its own, or the last.
    @inline(__always) func place(_ id: Int) -> Int { id < size ? id : size &- 1 }
  }

  /// The most combinations that are counted jointly: about 350 KiB, so that they stay in cache.
  static let mostCells = 1024

  let alias: Lane
  let deployment: Lane
  let team: Lane
  let feature: Lane
  let key: Lane
  let user: Lane
  private var cells: Rows<Tally>
  private var deploymentsApart: Rows<Tally>
  private var teamsApart: Rows<Tally>
  private var featuresApart: Rows<Tally>
  private var keysApart: Rows<Tally>
  private var usersApart: Rows<Tally>
  private let someApart: Bool
  /// Whether any of teams, features and keys takes part in the cells.
  private let someTenants: Bool

  init(_ plan: MeasuresPlan) {
    var product = max(1, plan.aliases)
    alias = Lane(size: product, stride: 1)
    func lane(_ by: Grouping, _ count: Int, strangers: Int) -> Lane {
      guard plan.tallied.contains(by), count > 1 else { return Lane() }
      let size = count + strangers
      guard size <= HotTallies.mostCells / product else { return Lane(size: size) }
      defer { product *= size }
      return Lane(size: size, stride: product)
    }
    deployment = lane(.deployment, plan.deployments + 1, strangers: 0)
    feature = lane(.feature, plan.features, strangers: 1)
    team = lane(.team, plan.teams, strangers: 1)
    key = lane(.key, plan.keys, strangers: 1)
    // Users are many: they are kept apart, and cost nothing as long as nobody asks for them.
    user = Lane(size: plan.tallied.contains(.user) && plan.users > 1 ? plan.users + 1 : 0)
    cells = Rows(repeating: Tally(), count: product)
    func apart(_ lane: Lane) -> Rows<Tally> {
      Rows(repeating: Tally(), count: lane.stride == 0 ? lane.size : 0)
    }
    deploymentsApart = apart(deployment)
    teamsApart = apart(team)
    featuresApart = apart(feature)
    keysApart = apart(key)
    usersApart = apart(user)
    someTenants = [feature, team, key].contains { $0.stride > 0 }
    someApart = [deployment, feature, team, key, user].contains { $0.size > 0 && $0.stride == 0 }
  }

  /// Counts the answer of a call that is not where its request is.
  @inline(never)
  mutating func shift(_ record: UnsafePointer<RequestRecord>, by shift: Int) {
    var one = Tally()
    one.answersElsewhere = shift
    place(record) { $0.merge(one) }
  }

  @inline(__always)
  mutating func add(
    _ record: UnsafePointer<RequestRecord>, _ truth: UnsafePointer<RequestTruth>, _ seen: Seen
  ) {
    place(record) { $0.add(record, truth, seen) }
  }

  /// Does something to each tally that a request belongs to.
  @inline(__always)
  private mutating func place(
    _ record: UnsafePointer<RequestRecord>, _ count: (inout Tally) -> Void
  ) {
    let aliasPlace = alias.place(Int(record.pointee.alias.index))
    let deploymentPlace = deployment.place(Int(record.pointee.deployment.index))
    var cell = aliasPlace &+ deploymentPlace &* deployment.stride
    if someTenants {
      cell &+= team.place(Int(record.pointee.identity.team.index)) &* team.stride
      cell &+= feature.place(Int(record.pointee.identity.feature.index)) &* feature.stride
      cell &+= key.place(Int(record.pointee.identity.key.index)) &* key.stride
    }
    count(&cells[proven: cell])
    if someApart { placeApart(record, count) }
  }

  /// The same for the groupings that are kept apart.
  @inline(never)
  private mutating func placeApart(
    _ record: UnsafePointer<RequestRecord>, _ count: (inout Tally) -> Void
  ) {
    let deploymentPlace = deployment.place(Int(record.pointee.deployment.index))
    let teamPlace = team.place(Int(record.pointee.identity.team.index))
    let featurePlace = feature.place(Int(record.pointee.identity.feature.index))
    let keyPlace = key.place(Int(record.pointee.identity.key.index))
    if deploymentsApart.count > 0 { count(&deploymentsApart[deploymentPlace]) }
    if teamsApart.count > 0 { count(&teamsApart[teamPlace]) }
    if featuresApart.count > 0 { count(&featuresApart[featurePlace]) }
    if keysApart.count > 0 { count(&keysApart[keyPlace]) }
    if usersApart.count > 0 {
      count(&usersApart[user.place(Int(record.pointee.identity.user.index))])
    }
  }

  /// The tallies by alias.
  var aliases: [Tally] { sums(alias, alias.size) }
  /// The tallies by deployment, "nobody" last.
  var deployments: [Tally] {
    deploymentsApart.count > 0
      ? deploymentsApart.array() : sums(deployment, deployment.size)
  }
  /// The tallies by team.
  var teams: [Tally] {
    teamsApart.count > 0 ? teamsApart.array(team.size - 1) : sums(team, team.size - 1)
  }
  /// The tallies by feature.
  var features: [Tally] {
    featuresApart.count > 0
      ? featuresApart.array(feature.size - 1) : sums(feature, feature.size - 1)
  }
  /// The tallies by virtual key.
  var keys: [Tally] {
    keysApart.count > 0 ? keysApart.array(key.size - 1) : sums(key, key.size - 1)
  }

  /// The tallies by user; none unless they were asked for.
  var users: [Tally] { usersApart.count > 0 ? usersApart.array(user.size - 1) : [] }

  /// The sums over all combinations for the first `count` places of a lane.
  private func sums(_ lane: Lane, _ count: Int) -> [Tally] {
    guard lane.stride > 0, count > 0 else { return [] }
    var sums = [Tally](repeating: Tally(), count: count)
    for cell in 0..<cells.count {
      let place = cell / lane.stride % lane.size
      if place < count, cells[cell] != Tally() { sums[place].merge(cells[cell]) }
    }
    return sums
  }
}
