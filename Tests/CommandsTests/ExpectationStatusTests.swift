import Foundation
import Testing

@testable import Commands

@Suite("The exit status of a comparison")
struct ExpectationStatusTests {
  private func status(_ lines: String) throws -> Outcome {
    let place = try Place(Place.tiny.replacing("policies: {", with: lines + "\npolicies: {"))
    return run("compare", place.scenario, "--output", place.path + "/out", "--format", "terminal")
  }

  @Test("is 0 when all expectations hold, and the table says so")
  func holds() throws {
    let result = try status("expect: { failover: [\"availability >= 90%\"] },")
    #expect(result.status == 0)
    #expect(result.out.contains("What is expected") && result.out.contains("✓"))
  }

  @Test("is 1 when one fails, with the command that shows it")
  func fails() throws {
    let result = try status("expect: { single: [\"availability >= 99.9%\"] },")
    #expect(result.status == 1)
    #expect(result.out.contains("✗") && result.out.contains("gateway-lab run"))
    #expect(try status("never: [\"attempt where region = south\"],").status == 1)
    #expect(try status("sometimes: [\"breaker opens\"],").status == 1)
  }

  @Test("counts what is expected of the case that was asked for, and of no other")
  func ofOneCase() throws {
    let lines = """
      cases: { quiet: [], outage: ["north down"] },
      expect: { single: ["availability >= 99.9% in case outage"] },
      """
    let place = try Place(Place.tiny.replacing("policies: {", with: lines + "\npolicies: {"))
    func status(_ name: String) -> Int32 {
      run("compare", place.scenario, "--case", name, "--output", place.path + "/out").status
    }
    #expect(status("outage") == 1)
    #expect(status("quiet") == 0)
  }

  @Test("is 3 when one is undecided")
  func undecided() throws {
    // The interval of the baseline's availability under the outage covers its own mean.
    let probe = try status("")
    #expect(probe.status == 0)
    let place = try Place()
    let found = run(
      "compare", place.scenario, "--output", place.path + "/out", "--format", "json")
    let json = try JSONSerialization.jsonObject(with: Data(found.out.utf8)) as? [String: Any]
    let cases = json?["cases"] as? [[String: Any]]
    let policies = cases?.first?["policies"] as? [[String: Any]]
    let measures = policies?.first?["measures"] as? [String: [String: Any]]
    let mean = try #require((measures?["availability"]?["mean"] as? NSNumber)?.doubleValue)
    let result = try status("expect: { single: [\"availability >= \(mean)\"] },")
    #expect(result.status == 3)
    #expect(result.out.contains("undecided"))
  }

  @Test("is 2 when an expectation cannot be read, and nothing is written")
  func wrong() throws {
    let place = try Place(
      Place.tiny.replacing(
        "policies: {", with: "expect: { failover: [\"availabilty >= 9%\"] },\npolicies: {"))
    let result = run("compare", place.scenario)
    #expect(result.status == 2)
    #expect(result.err.contains("did you mean \"availability\"?"))
    #expect(place.files("results").isEmpty)
  }
}
