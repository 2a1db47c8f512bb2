import Testing

@testable import Commands

@Suite("The help")
struct HelpTests {
  @Test("lists every verb and nothing else")
  func overview() throws {
    let result = run("--help")
    #expect(result.status == 0)
    #expect(run("help").out == result.out)
    try expectSnapshot(result.out, "help.txt")
  }

  @Test("without a verb goes to standard error and is an error")
  func nothing() {
    let result = run()
    #expect(result.status == 2)
    #expect(result.out.isEmpty)
    #expect(result.err == run("--help").out)
  }

  @Test("has a page for each verb, by both ways", arguments: Verb.all.map(\.name))
  func page(_ name: String) throws {
    let result = run(name, "--help")
    #expect(result.status == 0)
    #expect(run("help", name).out == result.out)
    #expect(run(name, "x", "--seed", "--help").out == result.out)
    #expect(result.out.split(separator: "\n").allSatisfy { $0.count <= 100 })
    try expectSnapshot(result.out, "help-\(name).txt")
  }

  @Test("names every option of a verb")
  func options() {
    for verb in Verb.all {
      let page = Help.page(verb)
      for option in verb.options { #expect(page.contains("  " + option.usage)) }
    }
  }

  @Test("tells the version")
  func version() {
    #expect(run("--version").out == "gateway-lab \(Version.number)\n")
  }
}
