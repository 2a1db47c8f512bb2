/// The names that streams mention, by kind, and the dense ids they stand for.
///
/// The scenario declares what it knows (the aliases that have a route, the teams with a budget)
/// before it reads the streams; tables that are open take further names from the streams.
public struct TrafficNames: Sendable {
  /// Model aliases; closed, because an alias without a route anywhere is an error.
  public var aliases = NameTable(kind: "alias", limit: 65_535, isOpen: false)
  /// Teams; id 0 is "none".
  public var teams = NameTable(kind: "team", limit: 65_535, isOpen: true, reserved: none)
  /// Users; id 0 is "none".
  public var users = NameTable(kind: "user", limit: 1 << 31, isOpen: true, reserved: none)
  /// Virtual keys; id 0 is "none".
  public var keys = NameTable(kind: "virtual key", limit: 1 << 31, isOpen: true, reserved: none)
  /// Product features; id 0 is "none".
  public var features = NameTable(kind: "feature", limit: 65_535, isOpen: true, reserved: none)
  /// Tags as "key=value"; an id is a bit of a `TagSet`.
  public var tags = NameTable(kind: "tag", limit: 64, isOpen: true)
  /// Capabilities such as "vision"; an id is a bit of a `TagSet`.
  public var capabilities = NameTable(kind: "capability", limit: 64, isOpen: true)

  /// The name of id 0 where a request may have none.
  public static let none = "none"

  /// Makes the tables; only the reserved names are in them.
  public init() {}

  /// The names that a column of a trace gives; `nil` if it gives none.
  func table(of role: TraceFormat.Role) -> NameTable? {
    switch role {
    case .team: teams
    case .user: users
    case .key: keys
    case .feature: features
    case .alias: aliases
    default: nil
    }
  }

  /// The name of a tag with a value, as the table keeps it.
  public static func tag(_ key: String, _ value: String) -> String { "\(key)=\(value)" }
}
