import Chance
import Vocabulary

/// Who a call comes from: fixed ids, or members of groups drawn by Zipf's law.
struct IdentityLaw: Sendable {
  /// A range of ids, and how its members are drawn.
  struct Members: Sendable {
    var first = 0
    var count = 1
    /// Draws the rank, from 1; `nil` if there is one member only.
    var ranks: Zipf?

    /// The place in the group, from 0.
    @inline(__always)
    func member(_ key: ChanceKey, _ call: CallKey, counter: UInt32) -> Int {
      guard let ranks else { return 0 }
      return min(ranks.rank(key.uniform(call: call, counter: counter)), count) - 1
    }
  }

  var team = Members()
  /// Users of one team.
  var user = Members()
  /// How many users each team of the stream has of its own; 0 if all teams share them.
  var usersPerTeam = 0
  var virtualKey = Members()
  var feature = Members()
  /// Whether nothing is drawn.
  var isFixed: Bool {
    team.ranks == nil && user.ranks == nil && virtualKey.ranks == nil && feature.ranks == nil
  }

  /// The identity of whoever made `call`.
  func identity(_ key: ChanceKey, _ call: CallKey) -> Identity {
    let team = team.member(key, call, counter: 0)
    let user = user.member(key, call, counter: 1)
    return Identity(
      key: KeyID(virtualKey.first + virtualKey.member(key, call, counter: 2)),
      user: UserID(self.user.first + team * usersPerTeam + user),
      team: TeamID(self.team.first + team),
      feature: FeatureID(feature.first + feature.member(key, call, counter: 3)))
  }
}

/// The draws of identities: held by reference, because a law is large and a call needs one word of it.
final class IdentityDraws: Sendable {
  private let law: IdentityLaw
  private let key: ChanceKey

  init(_ law: IdentityLaw, _ key: ChanceKey) {
    self.law = law
    self.key = key
  }

  /// The identity of a call, or of the conversation that began with it.
  func identity(_ call: CallKey) -> Identity { law.identity(key, call) }
}
