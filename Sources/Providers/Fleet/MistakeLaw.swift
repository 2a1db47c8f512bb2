import Chance
import Settings
import Vocabulary

/// How often a model's whole answers are wrong, by how hard the question is.
///
/// Difficulty is a fact of the call (`traffic.X.difficulty`, 0 to 1). The same model errs alike
/// wherever it is deployed and however often it is asked: the draw belongs to the call and the
/// model. Two models' mistakes are independent given the difficulty, which is what makes them go
/// together: RouteLLM's 15,361 prompts have Mixtral wrong on .323, GPT-4 on .190, both on .135.
public struct MistakeLaw: Sendable, Hashable {
  /// The share of wrong answers; the offsets are difficulties in parts of 2³¹, as the truth has them.
  public var share: Polyline

  /// Reads a share, or shares by difficulty: `{ "0.2": "15%", "0.8": "85%" }`, straight between.
  init(_ setting: Setting) throws(SettingError) {
    guard !setting.isDescribing, let members = setting.members else {
      share = Polyline(try setting.share().value)
      return
    }
    var knots: [Polyline.Knot] = []
    for member in members where !member.value.isNull {
      let value = try member.value.share().value
      guard let difficulty = Double(member.key), (0...1).contains(difficulty) else {
        throw SettingError(
          at: member.keyPosition, path: member.value.path, found: "\"\(member.key)\"",
          expected: "a difficulty from 0 to 1")
      }
      knots.append(Polyline.Knot(offset: Int64(Truth.difficulty(difficulty)), value: value))
    }
    guard let line = Polyline(knots: knots) else {
      throw SettingError(
        at: setting,
        expected: "difficulties that increase, as in { \"0.2\": \"15%\", \"0.8\": \"85%\" }")
    }
    share = line
  }
}

/// Which answers of a fleet are wrong by themselves, whatever happens to it.
public struct Mistakes: Sendable {
  private var laws: [(share: Polyline, key: ChanceKey)?]

  /// The mistakes of a fleet; `nil` if no deployment has a law of them.
  public init?(_ fleet: FleetPlan, chance: Chance) {
    guard fleet.deployments.contains(where: { $0.mistakes != nil }) else { return nil }
    laws = fleet.deployments.map { plan in
      plan.mistakes.map { ($0.share, chance.key(.mistake, name: NameHash(plan.model))) }
    }
  }

  /// Whether a deployment's answer to a call is wrong.
  /// - Complexity: O(log corners of its law).
  public func spoil(_ call: CallKey, difficulty: UInt32, at deployment: DeploymentID) -> Bool {
    guard let law = laws[Int(deployment.index)] else { return false }
    return law.key.uniform(call: call) < law.share.value(at: Int64(difficulty))
  }
}
