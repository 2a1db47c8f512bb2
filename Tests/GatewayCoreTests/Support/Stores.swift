import Testing
import Vocabulary

@testable import GatewayCore

/// The test plays the central store of counters.
extension Bench {
  /// What its latest question is about.
  var storeQuestion: StoreQuestion? {
    asked.last.map { gateway.storeQuestion(inSlot: $0.request.slot) }
  }

  /// The store answers its latest question; what it refuses it would admit after `wait`.
  func answerStore(admits: Bool, after wait: Duration? = nil) throws {
    let retryAt = wait.map { now.advanced(by: $0) } ?? .distantFuture
    let refusal = StoreAnswer(limit: 0, retryAt: retryAt, at: now).value
    report(
      .sideCallEnded(
        try #require(asked.last), succeeded: true, value: admits ? StoreAnswer.admitted : refusal))
  }

  /// The store does not answer its latest question in time.
  func silenceStore() throws {
    report(.sideCallEnded(try #require(asked.last), succeeded: false, value: 0))
  }
}
