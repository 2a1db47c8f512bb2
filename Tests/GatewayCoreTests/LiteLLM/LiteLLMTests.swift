import Testing

@testable import GatewayCore

@Suite("LiteLLM's router")
struct LiteLLMTests {
  static let categories = [
    "cooldown", "retry", "fallback", "timeout", "shuffle", "least-busy", "alias",
  ]

  /// What our policy does otherwise, and why.
  static let differences: [String: String] = [
    "cd-inflight-refail":
      "at 12 s a request arrives in the very instant in which a's failure cools it: LiteLLM's order"
      + " of equal times is not specified (litellm.md section 12)",
    "to-stream": "no total deadline for streams alone",
  ]

  @Test("makes the same attempts and ends as our policy, case by case, but for the listed ones")
  func replays() throws {
    let cases = try LiteLLMCase.read(LiteLLMTests.categories)
    #expect(cases.count == 44)
    var unequal: [String] = []
    for one in cases {
      let told = try difference(one)
      if let told {
        unequal.append(one.id)
        if LiteLLMTests.differences[one.id] == nil { Issue.record("\(one.id): \(told)") }
      }
    }
    #expect(unequal.sorted() == LiteLLMTests.differences.keys.sorted())
  }

  private func difference(_ one: LiteLLMCase) throws -> String? {
    let replay = try LiteLLMReplay(one)
    replay.run()
    if let line = first(of: replay.attempts, unlike: one.attempts) { return "attempt: \(line)" }
    let key: (LiteLLMCase.Line, LiteLLMCase.Line) -> Bool = {
      ($0.at, $0.request) < ($1.at, $1.request)
    }
    if let line = first(of: replay.ends.sorted(by: key), unlike: one.ends.sorted(by: key)) {
      return "end: \(line)"
    }
    return nil
  }

  private func first(of ours: [LiteLLMCase.Line], unlike theirs: [LiteLLMCase.Line]) -> String? {
    for place in 0..<max(ours.count, theirs.count) {
      let our = place < ours.count ? "\(ours[place])" : "nothing"
      let their = place < theirs.count ? "\(theirs[place])" : "nothing"
      let close =
        place < min(ours.count, theirs.count)
        && abs(ours[place].at - theirs[place].at) <= 1
        && ours[place].request == theirs[place].request && ours[place].what == theirs[place].what
      if !close { return "ours \(our), theirs \(their)" }
    }
    return nil
  }
}
