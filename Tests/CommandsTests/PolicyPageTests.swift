import Testing

@testable import Commands

@Suite("The page of a mechanism")
struct PolicyPageTests {
  private func page(_ name: String) -> String { run("policies", name).out }

  @Test("goes into lists and alternatives, once, and leaves routes to their own page")
  func nested() {
    let breaker = page("breaker")
    #expect(breaker.contains("open.growth: ") && breaker.contains("open.forgetAfter: "))
    let condition = page("condition")
    #expect(condition.contains("condition[].if.remainingBelow: "))
    #expect(condition.contains("condition[].then: ") && !condition.contains("condition[].then."))
    #expect(!condition.contains("if.all[].tags"))
    #expect(condition.split(separator: "\n").count < 60)
    let filter = page("filter")
    #expect(filter.contains("except.regions: ") && filter.contains("price.request: "))
    let attempts = page("attempts")
    #expect(attempts.contains("retry[].budget.share: "))
  }

  @Test("ends a sentence once")
  func sentence() {
    #expect(!page("exponential").contains(".."))
  }
}
