import Settings
import Vocabulary

/// One kind of route node: the key that names it, and how the rest of it is read.
///
/// A kind is one file and one line in `RouteKinds.all`.
struct RouteKind: Sendable {
  /// A node that is being read.
  struct Place {
    /// Its number in the tree.
    var number: UInt16
    /// Where it stands in the file.
    var setting: Setting
    /// What holds for what is below it.
    var inherited: Inherited
  }

  typealias Reading =
    @Sendable (
      inout RouteBuilder, inout SettingsReader, Place
    ) throws(SettingError) -> Void

  /// The key by which a node says its kind.
  var name: String
  /// What it does, in one sentence.
  var summary: String
  /// Where the rule comes from.
  var source: String?
  /// Reads the node's own keys into its place.
  var read: Reading

  init(_ name: String, _ summary: String, source: String? = nil, read: @escaping Reading) {
    self.name = name
    self.summary = summary
    self.source = source
    self.read = read
  }
}

/// All kinds of route nodes.
public enum RouteKinds {
  static let all: [RouteKind] = [
    DeploymentNode.kind, AliasNode.kind, BalanceNode.kind, FallbackNode.kind, ConditionNode.kind,
    SplitNode.kind, StickyNode.kind, TiersNode.kind, ThresholdNode.kind, FailNode.kind,
  ]

  /// The kinds as a registry, for the list of mechanisms: an entry reads one node of its kind.
  public static let registry = Registry<Void>(
    "route node",
    all.map { kind in
      Registry<Void>.Entry(kind.name, kind.summary, source: kind.source) {
        s throws(SettingError) -> Void in
        var builder = RouteBuilder(
          names: PolicyNames(deployments: [], aliases: []), attempts: AttemptRules(), breaker: nil)
        let number = try builder.add(s.setting)
        let place = RouteKind.Place(
          number: number, setting: s.setting, inherited: Inherited(AttemptRules(), nil, retry: nil))
        try kind.read(&builder, &s, place)
      }
    })
}
