import Vocabulary

/// A part of the population that is measured by itself: all its conditions hold together.
public struct Slice: Sendable, Hashable {
  /// The begin of the interval of arrivals, which belongs to it.
  public var from: Instant
  /// The end of the interval of arrivals, which does not belong to it.
  public var to: Instant
  /// Asked for this alias.
  public var alias: AliasID?
  /// Served by this deployment.
  public var deployment: DeploymentID?
  /// Served by one of these deployments, by index; any, or nobody, if empty.
  public var deployments: [Bool] = []
  /// Came from this team.
  public var team: TeamID?
  /// Came from one of these teams.
  public var teams: Range<Int>?
  /// Came from this feature.
  public var feature: FeatureID?
  /// Came from one of these users.
  public var users: Range<Int>?
  /// Ended in one of these ways, in the order of `Ending.allCases`; any if empty.
  public var endings: [Bool] = []
  /// The HTTP status that stands for the last outcome.
  public var status: UInt16?
  /// Carries all of these tags.
  public var tags: TagSet
  /// Carries none of these tags.
  public var withoutTags: TagSet = []
  /// Whether it is kept minute by minute as well.
  public var keepsMinutes: Bool
  /// Whether the time by output token is kept.
  public var timesTokens = false
  /// Whether attempts that a provider throttled are counted.
  public var countsThrottled = false

  /// Makes a slice; silence means any.
  public init(
    from: Instant = .distantPast, to: Instant = .distantFuture, alias: AliasID? = nil,
    deployment: DeploymentID? = nil, team: TeamID? = nil, feature: FeatureID? = nil,
    tags: TagSet = [], keepsMinutes: Bool = false
  ) {
    self.from = from
    self.to = to
    self.alias = alias
    self.deployment = deployment
    self.team = team
    self.feature = feature
    self.tags = tags
    self.keepsMinutes = keepsMinutes
  }

  /// Whether it is all requests of the population at all times.
  public var isWhole: Bool {
    from == .distantPast && to == .distantFuture && alias == nil && deployment == nil
      && deployments.isEmpty && !asksIdentity && feature == nil && endings.isEmpty && status == nil
  }

  /// Whether it asks what only the request knows: who asked, and with which tags.
  public var asksIdentity: Bool {
    team != nil || teams != nil || users != nil || feature != nil || !tags.isEmpty
      || !withoutTags.isEmpty
  }

  /// Whether an arrival falls into its interval.
  @inline(__always)
  func covers(_ arrived: Instant) -> Bool { arrived >= from && arrived < to }

  /// Whether a request meets all conditions but that of the time.
  @inline(__always)
  func concerns(_ record: UnsafePointer<RequestRecord>, _ seen: Seen) -> Bool {
    if let alias, record.pointee.alias != alias { return false }
    if let deployment, record.pointee.deployment != deployment { return false }
    if !deployments.isEmpty, !isAmong(deployments, Int(record.pointee.deployment.index)) {
      return false
    }
    if let team, record.pointee.identity.team != team { return false }
    if let teams, !teams.contains(Int(record.pointee.identity.team.index)) { return false }
    if let feature, record.pointee.identity.feature != feature { return false }
    if let users, !users.contains(Int(record.pointee.identity.user.index)) { return false }
    if !endings.isEmpty, !isAmong(endings, Int(seen.ending.rawValue)) { return false }
    if let status, record.pointee.outcome.status != status { return false }
    return record.pointee.tags.isSuperset(of: tags)
      && record.pointee.tags.isDisjoint(with: withoutTags)
  }

  /// Whether an attempt meets the conditions that an attempt's record can tell.
  func concerns(_ attempt: UnsafePointer<AttemptRecord>) -> Bool {
    if let alias, attempt.pointee.alias != alias { return false }
    if let deployment, attempt.pointee.deployment != deployment { return false }
    return deployments.isEmpty || isAmong(deployments, Int(attempt.pointee.deployment.index))
  }

  @inline(__always)
  private func isAmong(_ set: [Bool], _ index: Int) -> Bool {
    index < set.count && set[index]
  }
}
