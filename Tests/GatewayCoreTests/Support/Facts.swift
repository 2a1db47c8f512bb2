import Testing
import Vocabulary

extension Tag {
  /// A rule of a real gateway, as its source states it; the test's name says whose.
  @Tag static var fact: Self
}

extension Bench {
  /// Requests arrive, so many; how many of them are admitted.
  func admitted(of count: Int) -> Int {
    let before = live.count
    for _ in 0..<count { arrive() }
    return live.count - before
  }

  /// The oldest attempt in flight succeeds, and has used so many tokens.
  func use(_ input: UInt32, _ output: UInt32) {
    end(.succeeded, usage: Usage(inputTokens: input, outputTokens: output))
  }
}
