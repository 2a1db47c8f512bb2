import Foundation
import FoundationXML
import Testing

@testable import Commands

@Suite("The verb test")
struct TestVerbTests {
  @Test("runs every scenario below a folder and says how each stands")
  func holds() throws {
    let library = try Library()
    let result = library.test()
    #expect(result.status == 0)
    for name in ["outage/hard", "outage/black-hole", "brown-out"] {
      #expect(result.out.contains(name) && result.err.contains("\(name): holds"))
    }
    #expect(result.out.contains("3 scenarios · 3 rows · 3 hold"))
    // Nothing fails: no figure; nothing is committed, which is told and not punished.
    #expect(!library.has("figures") && result.out.contains("none"))
    #expect(library.test("--locked").status == 1)
  }

  @Test("shows a failing row with its line, a figure and a command, and writes JUnit XML")
  func fails() throws {
    let library = try Library()
    try library.change("scenarios/shared/policy.json5", "[\"north\", \"south\"]", "[\"north\"]")
    let xml = library.path + "/junit.xml"
    let result = library.test("--junit", xml)
    #expect(result.status == 1)
    #expect(result.out.contains("outage/hard · outage · prod"))
    #expect(result.out.contains("availability >= 99% in case outage: "))
    #expect(result.out.contains("gateway-lab run \(library.path)/scenarios/outage/hard"))
    let figure = try library.text("figures/outage/hard/outage-prod.svg")
    #expect(figure.contains("objective 99.00 %") && figure.contains("north down"))

    let junit = try library.text("junit.xml")
    let reader = JUnitReader(junit)
    #expect(reader.isWellFormed)
    #expect(reader.suites == ["brown-out", "outage/black-hole", "outage/hard"])
    #expect(reader.counts["outage/hard"] == ["tests": 1, "failures": 1, "errors": 0, "skipped": 0])
    #expect(reader.counts["brown-out"]?["failures"] == 0)
    #expect(reader.failures.first?.contains("availability >= 99% in case outage") == true)
    #expect(junit.contains("<system-out>gateway-lab run "))
  }

  @Test("annotates the expectation's file and line for GitHub")
  func annotations() throws {
    let library = try Library()
    try library.change("scenarios/shared/policy.json5", "[\"north\", \"south\"]", "[\"north\"]")
    let result = library.test("--format", "github")
    let lines = result.out.split(separator: "\n")
    #expect(lines.count == 2)
    let file = "\(library.path)/scenarios/outage/hard/scenario.json5"
    #expect(
      lines[0].hasPrefix("::error file=\(file),line=7,col=12,title=outage/hard · outage · prod::"))
    #expect(lines[0].contains("99%25") && lines[0].contains("%0Aagain: gateway-lab run"))
    #expect(lines[1] == "2 of 3 rows hold")
  }

  @Test("writes light results and the golden table, against which it then compares")
  func update() throws {
    let library = try Library()
    #expect(library.test("--update").status == 0)
    #expect(library.has("results/outage/hard/summary.json"))
    #expect(library.has("results/outage/hard/timeline.svg"))
    #expect(!library.has("results/outage/hard/report.html"))
    let page = try library.text("results/README.md")
    #expect(page.contains("[outage/hard](outage/hard/timeline.svg)"))
    #expect(page.contains("| **prod** | ✓ holds |"))
    let locked = library.test("--locked")
    #expect(locked.status == 0 && locked.out.contains("the same"))

    // A reviewer's trap: the table edited by hand.
    try library.change("results/README.md", "✓ holds", "✗ fails")
    #expect(library.test("--locked").status == 1)
    #expect(library.test().status == 0)
    #expect(library.test("--update").status == 0)
    #expect(try library.text("results/README.md") == page)

    // Other inputs: the drift is told with its reason, and fails only when locked.
    try library.change("scenarios/shared/fleet.json5", "$1.2/M", "$1.3/M")
    let drifted = library.test()
    #expect(drifted.status == 0)
    #expect(drifted.out.contains("../../shared/fleet.json5 has changed"))
    #expect(drifted.out.contains("cost per success"))
    #expect(library.test("--locked").status == 1)
  }

  @Test("holds a line against the committed result of the same line")
  func committed() throws {
    let library = try Library()
    let file = "scenarios/outage/hard/scenario.json5"
    try library.change(
      file, "prod: [", "prod: [\"cost per success <= 1.02 x committed\", ")
    let first = library.test()
    #expect(first.status == 3 && first.out.contains("no committed result yet"))
    #expect(library.test("--update").status == 3)
    #expect(library.test().status == 0)
    // South gets dearer: during the outage that is a tenth of the bill.
    try library.change("scenarios/shared/fleet.json5", "$1.2/M", "$3/M")
    let dear = library.test()
    #expect(dear.status == 1)
    #expect(dear.out.contains("cost per success <= 1.02 x committed: $"))
    #expect(dear.out.contains(" above the bound"))
  }

  @Test("judges a policy from outside by what the baseline must hold")
  func policy() throws {
    let library = try Library()
    try library.write(
      """
      { policies: { hope: { routes: { chat: "north" }, attempts: { firstToken: "2s", total: "60s" } } } }
      """, to: "hope.json5")
    let result = library.test("--policy", library.path + "/hope.json5")
    #expect(result.status == 1)
    #expect(result.out.contains("outage/hard · outage · hope"))
    #expect(!result.out.contains("· prod"))
    #expect(result.out.contains("--policy \(library.path)/hope.json5"))
    // It was judged by what the baseline must hold: nothing is missing there.
    #expect(!result.out.contains("outage/hard: nothing is expected of policy hope"))
  }

  @Test("judges by what another policy must hold, if a scenario has it and one is from outside")
  func model() throws {
    let library = try Library()
    try library.write(
      "{ policies: { hope: { routes: { chat: \"north\" } } } }", to: "hope.json5")
    let file = library.path + "/hope.json5"
    #expect(library.test("--policy", file, "--as", "prod").status != 2)
    let wrong = library.test("--policy", file, "--as", "prodd")
    #expect(wrong.status == 2 && wrong.err.contains("no policy named \"prodd\""))
    #expect(wrong.err.contains("did you mean prod?"))
    let alone = library.test("--as", "prod")
    #expect(alone.status == 2 && alone.err.contains("next: name one by --policy"))
  }

  @Test("chooses scenarios and cases, and refuses what matches nothing")
  func choice() throws {
    let library = try Library()
    let some = try library.verdicts("--only", "outage/*")
    #expect(some.keys.sorted() == ["outage/black-hole", "outage/hard"])
    let none = library.test("--only", "inage/*")
    #expect(none.status == 2 && none.err.contains("outage/hard"))
    let wrong = library.test("--case", "outrage")
    #expect(wrong.status == 2 && wrong.err.contains("did you mean outage?"))
    #expect(library.test("--update", "--case", "outage").status == 2)
    #expect(run("test", library.path + "/nowhere").status == 2)
    #expect(library.test("--within", "soon").status == 2)
    let unheard = library.test("--junit", library.path + "/nowhere/junit.xml")
    #expect(
      unheard.status == 2 && unheard.out.isEmpty && unheard.err.contains("there is no folder"))
  }

  @Test("reads all scenarios before it runs one, and tells every mistake")
  func mistakes() throws {
    let library = try Library()
    try library.change("scenarios/outage/hard/scenario.json5", "availability", "availabilty")
    try library.change("scenarios/brown-out/scenario.json5", "question:", "qestion:")
    let result = library.test()
    #expect(result.status == 2 && result.out.isEmpty)
    #expect(result.err.contains("did you mean \"availability\"?"))
    #expect(result.err.contains("did you mean \"question\"?"))
  }

  @Test("names a scenario whose data is missing, and fails for it when locked")
  func missingData() throws {
    let library = try Library()
    try library.change(
      "scenarios/outage/hard/scenario.json5", "lab: 1,",
      "lab: 1, traffic: { users: null, log: { trace: \"nowhere.csv\", format: \"azure-llm\", alias: \"chat\" } },"
    )
    let result = library.test("--junit", library.path + "/junit.xml")
    #expect(result.out.contains("outage/hard was skipped: nowhere.csv is not on this machine"))
    // In CI a scenario that cannot run is a failure: the machine should have its data.
    let isInCI = ProcessInfo.processInfo.environment["CI"] == "true"
    let word = isInCI ? "<error message=" : "<skipped message="
    #expect(try library.text("junit.xml").contains(word))
    #expect(result.status == (isInCI ? 1 : 0))
    #expect(library.test("--locked").status == 1)
  }

  @Test("runs other seeds, and fewer replications under a limit of time")
  func seedsAndTime() throws {
    let library = try Library()
    let fresh = library.test("--fresh", "2", "--only", "outage/hard")
    #expect(fresh.status == 0 && fresh.out.contains("2 other seeds give the same verdicts"))
    // No time at all: two replications each, and said so.
    let short = library.test("--within", "1ms")
    #expect(short.status == 0 && short.out.contains("2, cut short"))
  }

  @Test("prints the table of measures")
  func measures() {
    let page = run("test", "--measures", "--format", "markdown").out
    for word in ["successPerCall", "errorBudgetBurn", "timeToRecover", "timePerOutputToken"] {
      #expect(page.contains(word))
    }
  }

  @Test("matches names by stars and question marks")
  func patterns() {
    let all: [(String, String, Bool)] = [
      ("*", "a/b", true), ("outage/*", "outage/hard", true), ("*429*", "storm/429-wave", true),
      ("o?tage/*", "outage/x", true), ("outage", "outage/x", false), ("", "", true),
      ("a*b*c", "aXbYc", true), ("a*b*c", "aXbY", false),
    ]
    for (pattern, name, isMatch) in all {
      #expect(ScenarioSearch.matches(pattern, name) == isMatch, "\(pattern) \(name)")
    }
  }
}

/// Reads JUnit XML as a server does.
private final class JUnitReader: NSObject, XMLParserDelegate {
  var suites: [String] = []
  var counts: [String: [String: Int]] = [:]
  var failures: [String] = []
  private(set) var isWellFormed = false

  init(_ xml: String) {
    super.init()
    let parser = XMLParser(data: Data(xml.utf8))
    parser.delegate = self
    isWellFormed = parser.parse()
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String] = [:]
  ) {
    switch name {
    case "testsuite":
      let suite = attributes["name"] ?? ""
      suites.append(suite)
      counts[suite] = ["tests", "failures", "errors", "skipped"].reduce(into: [:]) {
        $0[$1] = attributes[$1].flatMap { Int($0) }
      }
    case "failure": failures.append(attributes["message"] ?? "")
    default: break
    }
  }
}
