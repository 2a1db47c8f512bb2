import Chance
import Testing
import Vocabulary

@testable import GatewayCore

/// What every comparison with the semantic cache's twin begins with: a rule drawn from a seed, the
/// twin under that rule, questions to ask, and whether both sides have agreed so far.
class SemanticPair {
  let seed: UInt64
  let rule: SemanticTwinRule
  let questions: Questions
  var twin: SemanticTwin
  var random: SplitMix64
  var hits = 0
  /// After the first disagreement the rest would only follow from it.
  private(set) var agrees = true

  init(_ seed: UInt64, questions count: Int) {
    self.seed = seed
    random = SplitMix64(seed: seed)
    rule = SemanticTwinRule(drawing: &random)
    questions = Questions(count, dimensions: rule.dimensions, &random)
    twin = SemanticTwin(rule, chance: Chance(seed: seed, replication: 0))
  }

  /// Where the comparison stands, for who reads that it has failed.
  var place: String { "the beginning" }

  func expect(_ holds: Bool, _ what: @autoclosure () -> String) {
    if !holds, agrees { Issue.record("seed \(seed), \(place): \(what())") }
    agrees = agrees && holds
  }

  func draw(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

  /// Mostly the first, so that there is something to be found.
  func few(_ count: Int) -> Int { draw(3) == 0 ? draw(count) : 0 }

  /// Somebody asks something of some length, in some way.
  func vary(_ request: inout Request) {
    request.alias = AliasID(few(3))
    request.identity = Identity(
      key: KeyID(few(4)), user: UserID(few(4)), team: TeamID(few(4)), feature: FeatureID(few(4)))
    request.tags = TagSet(rawValue: UInt64(draw(4) == 0 ? draw(8) : 1))
    request.inputTokens = UInt32([800, 850, 1_200, 400][few(4)])
    request.streams = draw(5) == 0
  }
}
