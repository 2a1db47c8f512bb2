/// How many of each there are: the sizes of the arrays that ids index.
public struct Populations: Sendable, Hashable {
  /// Virtual keys.
  public var keys: Int
  /// Users.
  public var users: Int
  /// Teams.
  public var teams: Int
  /// Features.
  public var features: Int
  /// Aliases.
  public var aliases: Int

  /// Makes populations.
  public init(keys: Int = 1, users: Int = 1, teams: Int = 1, features: Int = 1, aliases: Int = 1) {
    self.keys = keys
    self.users = users
    self.teams = teams
    self.features = features
    self.aliases = aliases
  }
}
