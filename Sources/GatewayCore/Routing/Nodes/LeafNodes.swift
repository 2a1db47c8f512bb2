import Settings
import Vocabulary

/// A leaf: an attempt on one deployment.
///
/// The deployment's name alone is such a node.
enum DeploymentNode {
  static let kind = RouteKind("deployment", "an attempt on one deployment") {
    builder, s, place throws(SettingError) in
    let index = try s.optionalName(
      "deployment", among: builder.deploymentNames, kind: "deployment",
      "an attempt on this deployment")
    if let index { builder.setDeployment(place.number, index, place.inherited) }
  }
}

/// A leaf that goes on at another alias' root.
///
/// The alias' name alone is such a node.
enum AliasNode {
  static let kind = RouteKind(
    "alias", "goes on at the route of another alias", source: "LiteLLM model_group_alias"
  ) { builder, s, place throws(SettingError) in
    let index = try s.optionalName(
      "alias", among: builder.names.aliases, kind: "alias", "go on at the route of another alias")
    if let index {
      builder.tree.nodes[Int(place.number)].kind = .alias
      builder.tree.nodes[Int(place.number)].target = UInt16(index)
    }
  }
}
