import Chance
import Settings
import Vocabulary

@testable import GatewayCore

/// One request of a replayed case: when it arrives, and what each child would answer.
struct ReplayedAnswer {
  var took: Duration
  var outcome = Outcome.succeeded
  var input: UInt32 = 10
  var output: UInt32 = 10
  var firstToken: Duration?
}

/// Sends requests one by one through a strategy on a script of uniforms; tells the children chosen.
///
/// Each has ended before the next arrives; a child is a letter.
func replay(
  _ setting: Setting, children: Int, at instants: [Duration], draws: [Double],
  streams: Bool = false, sheets: [PriceSheet?]? = nil,
  _ answer: (_ child: Int, _ time: Int) -> ReplayedAnswer
) throws -> String {
  var strategy = try Strategies.registry.make(from: setting)
  strategy.prepare(
    for: (0..<children).map { place in
      RouteChild(
        name: "\(place)", weight: 1, deployment: DeploymentID(place),
        sheet: sheets.map { $0[place] } ?? .dollars(1))
    })
  let script = Script(draws)
  let key = Chance(seed: 1, replication: 0).key(.routing)
  var times = Array(repeating: 0, count: children)
  var story = ""
  for (number, instant) in instants.enumerated() {
    let request = Request(
      call: CallKey(bits: UInt64(number)), inputTokens: 10, alias: AliasID(0), streams: streams)
    let child = strategy.choose(
      among: CandidateSet(all: children), for: request, at: at(instant),
      draws: RoutingDraws(key: key, script: script, call: request.call, attempt: 0, level: 0))
    story += String(UnicodeScalar(UInt8(97 + child)))
    let said = answer(child, times[child])
    times[child] += 1
    strategy.started(child, for: request, at: at(instant))
    strategy.ended(
      child,
      AttemptObservation(
        outcome: said.outcome, elapsed: said.took.nanoseconds,
        untilFirstToken: (said.firstToken ?? said.took).nanoseconds,
        usage: said.outcome.isSuccess
          ? Usage(inputTokens: said.input, outputTokens: said.output) : .none,
        inputTokens: 10, streams: streams), at: at(instant + said.took))
  }
  return story
}
