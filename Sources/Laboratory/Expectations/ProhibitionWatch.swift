import Scenarios
import Vocabulary

/// Looks at the records of a run for what must never be seen.
///
/// An attempt's record says where it was made, its request's record who asked and with which tags,
/// and comes later: an attempt that could be a counter-example is remembered until then.
/// - Complexity: O(prohibitions) a record; memory follows the requests in flight.
struct ProhibitionWatch {
  /// A request that showed what must never be seen.
  struct Example: Sendable, Hashable {
    var request: UInt64
    var at: Instant
  }

  /// What was found of one prohibition.
  struct Found: Sendable, Hashable {
    var count = 0
    var first: Example?
  }

  private let prohibitions: [Prohibition]
  private let isActive: [Bool]
  private var suspects: [UInt64: UInt64] = [:]
  private(set) var found: [Found]

  /// Watches those prohibitions that concern a case and a policy; at most 64 are watched.
  init(_ prohibitions: [Prohibition], case index: Int, policy: Int) {
    self.prohibitions = Array(prohibitions.prefix(64))
    isActive = self.prohibitions.map {
      $0.cases.contains(index) && ($0.policy == nil || $0.policy == policy)
    }
    found = self.prohibitions.map { _ in Found() }
  }

  var isIdle: Bool { !isActive.contains(true) }

  mutating func consume(_ attempts: Span<AttemptRecord>) {
    for place in attempts.indices {
      let deployment = Int(attempts[place].deployment.index)
      for (index, prohibition) in prohibitions.enumerated()
      where isActive[index] && prohibition.isAboutAttempts {
        guard deployment < prohibition.deployments.count, prohibition.deployments[deployment] else {
          continue
        }
        suspects[attempts[place].request, default: 0] |= 1 << UInt64(index)
      }
    }
  }

  mutating func consume(_ requests: Span<RequestRecord>) {
    for place in requests.indices {
      let seen = suspects.isEmpty ? nil : suspects.removeValue(forKey: requests[place].number)
      for (index, prohibition) in prohibitions.enumerated() where isActive[index] {
        if prohibition.isAboutAttempts {
          guard let seen, seen & (1 << UInt64(index)) != 0 else { continue }
        } else {
          let served = Int(requests[place].deployment.index)
          let matches =
            served < prohibition.deployments.count
            ? prohibition.deployments[served] : prohibition.mayBeUnserved
          guard matches else { continue }
        }
        guard prohibition.concerns(requests[place]) else { continue }
        found[index].count += 1
        if found[index].first == nil {
          found[index].first = Example(
            request: requests[place].number, at: requests[place].arrived)
        }
      }
    }
  }
}

extension Prohibition {
  /// Whether all that it says of the request holds.
  fileprivate func concerns(_ record: borrowing RequestRecord) -> Bool {
    guard record.tags.isSuperset(of: tags), record.tags.isDisjoint(with: withoutTags) else {
      return false
    }
    let (alias, team) = (Int(record.alias.index), Int(record.identity.team.index))
    if alias < aliases.count, !aliases[alias] { return false }
    if !teams.isEmpty, team < teams.count, !teams[team] { return false }
    let end = record.end
    return ends.isEmpty || ends.contains(end)
  }
}
