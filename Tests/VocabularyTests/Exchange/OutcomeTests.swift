import Testing
import Vocabulary

@Suite("An outcome")
struct OutcomeTests {
  @Test("is a success only if the answer arrived whole")
  func success() {
    #expect(Outcome.succeeded.isSuccess)
    let failures: [Outcome] = [
      .status(503), .connection, .firstTokenTimeout, .idleTimeout, .totalTimeout, .brokenStream,
      .cancelled, .malformed,
    ]
    for failure in failures { #expect(!failure.isSuccess) }
  }

  @Test("is a timeout only after a deadline")
  func timeout() {
    for one in [Outcome.firstTokenTimeout, .idleTimeout, .totalTimeout] { #expect(one.isTimeout) }
    for one in [Outcome.succeeded, .status(504), .connection, .brokenStream, .malformed] {
      #expect(!one.isTimeout)
    }
  }
}

@Suite("A Retry-After")
struct RetryAfterTests {
  @Test("is whole milliseconds, rounded up, or unsaid")
  func rounds() {
    #expect(RetryAfter.unsaid.nanoseconds == nil)
    #expect(RetryAfter(.nanoseconds(1)).nanoseconds == 1_000_000)
    #expect(RetryAfter(.milliseconds(20)).nanoseconds == 20_000_000)
    #expect(RetryAfter(.zero).nanoseconds == 0)
    #expect(RetryAfter(.seconds(-5)).nanoseconds == 0)
  }

  @Test("of more than 49 days is the longest that can be said, never unsaid")
  func saturates() {
    #expect(RetryAfter(.seconds(5_000_000)).nanoseconds == Int64(UInt32.max - 1) * 1_000_000)
  }

  @Test("of the longest duration does not trap")
  func longest() {
    #expect(RetryAfter(.seconds(Int64.max / 2)).nanoseconds != nil)
  }
}
