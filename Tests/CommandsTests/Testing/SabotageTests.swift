import Testing

@Suite("A policy with one mechanism broken on purpose")
struct SabotageTests {
  /// What is broken, how, and which scenarios must fail: those and no others.
  private static let sabotages: [(what: String, old: String, new: String, fails: [String])] = [
    ("nothing", "firstToken: \"2s\"", "firstToken: \"2s\"", []),
    (
      "the fallback list is emptied", "fallback: [\"north\", \"south\"]", "fallback: [\"north\"]",
      ["outage/hard"]
    ),
    (
      "the timeout is ten times as long", "firstToken: \"2s\"", "firstToken: \"20s\"",
      ["outage/black-hole"]
    ),
    (
      "the breaker is off", "breaker: { trip: { consecutiveFailures: 5 }, open: \"20s\" },", "",
      ["brown-out"]
    ),
  ]

  @Test(
    "fails test on the scenarios that lean on it, and on no other", arguments: sabotages.indices)
  func sabotage(_ index: Int) throws {
    let (what, old, new, fails) = SabotageTests.sabotages[index]
    let library = try Library()
    try library.change("scenarios/shared/policy.json5", old, new)
    let verdicts = try library.verdicts()
    #expect(verdicts.count == 3)
    #expect(verdicts.filter { $0.value != "holds" }.keys.sorted() == fails, "\(what)")
    for name in fails { #expect(verdicts[name] == "fails", "\(what): \(name)") }
  }
}
