import Foundation
import Testing

@testable import Commands

@Suite("The verb compare")
struct CompareTests {
  @Test("prints the table and writes every file, the same bytes for one job and two")
  func writesAll() throws {
    let place = try Place()
    let one = run("compare", place.scenario, "--jobs", "1", "--output", place.path + "/one")
    let two = run("compare", place.scenario, "--jobs", "2", "--output", place.path + "/two")
    #expect(one.status == 0)
    #expect(one.err.isEmpty)
    let files = place.files("one")
    #expect(files.isSuperset(of: ["report.html", "report.md", "summary.csv", "summary.json"]))
    #expect(
      files.isSuperset(of: [
        "bridge-failover.svg", "differences.svg", "frontier.svg", "shares.svg", "timeline.svg",
      ]))
    #expect(files == place.files("two"))
    for file in files {
      #expect(try place.text("one/" + file) == place.text("two/" + file), "\(file)")
    }
    #expect(
      one.out.replacing(place.path + "/one", with: "")
        == two.out.replacing(place.path + "/two", with: ""))
    for words in ["single (baseline)", "failover", "clairvoyant (reference)", "▲", "±", "seed 7"] {
      #expect(one.out.contains(words), "\(words)")
    }
    #expect(one.out.hasSuffix("\nreport: \(place.path)/one/report.html\n"))
  }

  @Test("answers, explains and tells how to make it again")
  func report() throws {
    let place = try Place()
    let result = run("compare", place.scenario, "--set", "horizon=90s", "--jobs", "1")
    #expect(result.status == 0)
    let report = try place.text("results/tiny/report.md")
    for words in [
      "Does a second deployment help?", "raises availability from", "What is set differently",
      "routes.chat", "calls answered or not", "only failover answered",
      "gateway-lab explain \(place.scenario)", "--policy single --policy failover",
      "from vendor sheet, 2026-01", "assumed", "`traffic.users`", "All 11 laws hold",
      "gateway-lab compare \(place.scenario) --set horizon=90s\n", "An extrapolation",
      "least cost", "north down",
    ] { #expect(report.contains(words), "\(words)") }
  }

  @Test("keeps the contract of its JSON")
  func json() throws {
    let place = try Place()
    let result = run("compare", place.scenario, "--format", "json", "--replications", "2")
    #expect(result.out == (try place.text("results/tiny/summary.json")))
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: Any])
    #expect(json["lab"] as? Int == 1)
    #expect(json["scenario"] as? String == "tiny")
    #expect(json["seed"] as? Int == 7)
    #expect(json["replications"] as? Int == 2)
    #expect((json["inputs"] as? [String: String])?.keys.sorted() == ["scenario.json5"])
    let cases = try #require(json["cases"] as? [[String: Any]])
    let policies = try #require(cases.first?["policies"] as? [[String: Any]])
    #expect(
      policies.compactMap { $0["name"] as? String } == [
        "single", "failover", "no-gateway", "clairvoyant",
      ])
    let measures = try #require(policies[1]["measures"] as? [String: [String: Any]])
    let availability = try #require(measures["availability"])
    #expect(availability["unit"] as? String == "share")
    #expect(availability["mean"] is Double)
    #expect(availability["halfWidth"] is Double)
    let difference = try #require(availability["difference"] as? [String: Any])
    #expect(difference["verdict"] as? String == "better")
    #expect(measures["costPerSuccess"]?["unit"] as? String == "dollars")
  }

  @Test("writes CSV with one row for each case and policy")
  func csv() throws {
    let place = try Place()
    let result = run("compare", place.scenario, "--format=csv", "--replications=2")
    let lines = result.out.split(separator: "\n")
    #expect(lines.count == 5)
    #expect(lines[0].hasPrefix("role,case,policy,successPerCall,successPerCall.halfWidth"))
    #expect(lines[1].hasPrefix("baseline,default,single,"))
  }

  @Test("splits the rows on demand")
  func breakdown() throws {
    let place = try Place()
    let result = run(
      "compare", place.scenario, "--by", "deployment", "--replications", "2", "--policy", "failover"
    )
    #expect(result.status == 0)
    #expect(result.out.contains("by deployment"))
    #expect(result.out.contains("south"))
  }

  @Test("refuses what is wrong, with nothing written")
  func wrong() throws {
    let place = try Place()
    let before = place.files()
    let policy = run("compare", place.scenario, "--policy", "failovr")
    #expect(policy.status == 2)
    #expect(
      policy.err == """
        gateway-lab compare: no policy named "failovr"
          did you mean failover?  allowed: single, failover
          next: a policy from a file is named by its path: --policy FILE[#NAME]

        """)
    #expect(run("compare", place.scenario, "--case", "quiet").status == 2)
    #expect(run("compare", place.scenario, "--set", "horizon=-2m").status == 2)
    #expect(run("compare", place.scenario, "--set", "horizn=2m").err.contains("did you mean"))
    let output = run("compare", place.scenario, "--output", place.scenario + "/scenario.json5/x")
    #expect(output.status == 2)
    // Before the simulation, not after it: nothing but the message is on standard error.
    #expect(
      output.err == """
        gateway-lab compare: \(place.scenario)/scenario.json5: a file, not a folder
          next: choose another folder with --output

        """)
    #expect(place.files() == before)
  }

  @Test("goes to results beside the scenarios folder, or here")
  func folders() {
    func path(_ scenario: String, _ output: String? = nil) -> String {
      ResultFolder(output: output, scenarioPath: scenario, name: "n").path
    }
    #expect(path("scenarios/n/scenario.json5") == "results/n")
    #expect(path("/a/scenarios/n/scenario.json5") == "/a/results/n")
    #expect(path("../scenarios/deep/n/scenario.json5") == "../results/deep/n")
    #expect(path("elsewhere/n.json5") == "results/n")
    #expect(path("n.json5") == "results/n")
    #expect(path("scenarios/n/scenario.json5", "there/") == "there")
  }
}

@Suite("A folder of results")
struct ResultFolderTests {
  @Test("appears whole or not at all")
  func wholeOrNot() throws {
    let place = try Place()
    let folder = ResultFolder(output: place.path + "/new/deep", scenarioPath: "", name: "")
    #expect(throws: CommandError.self) {
      try folder.publish([("a", "1"), ("no/such", "2"), ("b", "3")])
    }
    #expect(!FileManager.default.fileExists(atPath: place.path + "/new"))
    try folder.publish([("a", "1"), ("b", "3")])
    #expect(place.files("new/deep") == ["a", "b"])
    #expect(throws: CommandError.self) { try folder.publish([("a", "9"), ("no/such", "2")]) }
    #expect(place.files("new/deep") == ["a", "b"])
    #expect(try place.text("new/deep/a") == "1")
  }
}

extension Array where Element: Hashable {
  func isSuperset(of others: [Element]) -> Bool { Set(self).isSuperset(of: others) }
}
