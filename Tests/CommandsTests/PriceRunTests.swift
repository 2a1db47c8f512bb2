import Foundation
import Testing

@testable import Commands

@Suite("A run with prices that are bent")
struct PriceRunTests {
  /// The price rises in the middle, the volume earns a discount, half of the capacity is rented, and
  /// an incident spoils answers.
  private static func text(sheets: String) -> String {
    """
    {
      lab: 1, horizon: "2m", warmUp: "10s", seed: 7, replications: 2, baseline: "mini",
      gateway: { sheets: "\(sheets)" },
      traffic: {
        users: {
          arrivals: { poisson: { rate: "5/s" } }, alias: "chat", recordedOn: "openai/gpt-4.1",
          tokens: { input: { median: 500, p95: 900 }, output: { median: 60, p95: 100 } },
        },
      },
      deployments: {
        mini: { model: "openai/gpt-5-mini", price: { changes: [{ from: "1m", input: "$10/M" }], perHour: "$3" } },
        claude: { model: "anthropic/claude-sonnet-4-6", serviceTier: "batch",
          price: { volume: { steps: { "$0.1": "50%" } } } },
      },
      incidents: { "worse": { on: "mini", from: "0s", for: "2m", spoilt: "25%" } },
      policies: { mini: { routes: { chat: "mini" } }, claude: { routes: { chat: "claude" } } },
    }
    """
  }

  private func compare(_ sheets: String) throws -> (policies: [[String: Any]], out: String) {
    let place = try Place(Self.text(sheets: sheets))
    let folder = place.path + "/out"
    let result = run("compare", place.scenario, "--format", "json", "--output", folder)
    #expect(result.status == 0, "\(result.err)")
    let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/summary.json"))
    let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let cases = try #require(root["cases"] as? [[String: Any]])
    let policies = try #require(cases.first?["policies"] as? [[String: Any]])
    return (policies, try place.text("out/summary.json"))
  }

  private func mean(_ measure: String, of policy: [String: Any]) throws -> Double {
    let measures = try #require(policy["measures"] as? [String: Any])
    let one = try #require(measures[measure] as? [String: Any], "\(measures.keys.sorted())")
    return try #require(one["mean"] as? Double)
  }

  @Test("estimates as it is billed if the gateway's sheets are whole, and not if they are stale")
  func ledgers() throws {
    let whole = try compare("billed").policies
    let stale = try compare("start").policies
    let flat = try compare("flat").policies
    #expect(try mean("estimateError", of: whole[0]) == 0)
    // The provider finds the volume's step at the start, the gateway at the end: they differ by what
    // was in flight when it was reached.
    #expect(try abs(mean("estimateError", of: whole[1])) < 0.02)
    #expect(try mean("estimateError", of: stale[0]) < -0.5)
    #expect(try abs(mean("estimateError", of: stale[1])) < 0.02)
    #expect(try mean("estimateError", of: flat[1]) > 0.2)
  }

  @Test("has a bridge with tier and capacity that sums up exactly, and a quality")
  func bridge() throws {
    let (policies, text) = try compare("billed")
    #expect(try abs(mean("quality", of: policies[0]) - 0.75) < 0.05)
    #expect(try mean("quality", of: policies[1]) == 1)
    let why = try #require(policies[1]["why"] as? [String: Any])
    let bridge = try #require(why["costBridge"] as? [String: Any], "\(text)")
    func amount(_ key: String) -> Int64 { (bridge[key] as? String).flatMap { Int64($0) } ?? 0 }
    let names = [
      "mix", "tier", "volume", "cache", "failedAttempts", "hedges", "withdrawn", "sideCalls",
      "capacity", "promptCache", "remainder",
    ]
    #expect(
      names.reduce(0) { $0 + amount($1) } == amount("policyPicodollars")
        - amount("baselinePicodollars"))
    #expect(amount("tier") != 0 && amount("mix") > 0)
    // What is rented is paid by the policy that uses it: two minutes at $3 an hour, twice.
    #expect(amount("capacity") == -2 * 100_000_000_000)
    #expect(amount("baselinePicodollars") > 2 * 100_000_000_000)
    #expect(amount("remainder") == 0)
  }
}

@Suite("The verb models")
struct ModelsTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test("prints what results/models.md holds")
  func committed() throws {
    let file = Self.root.appending(path: "results/models.md")
    let result = run("models", "--format", "markdown")
    #expect(result.status == 0)
    if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
      try Data(result.out.utf8).write(to: file)
    }
    let committed = try String(contentsOf: file, encoding: .utf8)
    #expect(
      result.out == committed,
      "gateway-lab models --format markdown > results/models.md rewrites it")
  }

  @Test("shows one model, or one provider's, and knows the nearest of a name that is none")
  func one() {
    let page = run("models", "openai/gpt-5-mini")
    #expect(page.status == 0 && page.out.contains("$0.25 / $2") && page.out.contains("272000"))
    let vendor = run("models", "anthropic").out
    #expect(vendor.contains("claude-haiku-4-5") && !vendor.contains("gpt-5-mini"))
    let wrong = run("models", "openai/gpt-5-mni")
    #expect(wrong.status == 2 && wrong.err.contains("openai/gpt-5-mini"))
  }
}

@Suite("A shared incident")
struct SharedIncidentTests {
  private static let shared = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "scenarios/shared")

  private static let fragments =
    ((try? FileManager.default.contentsOfDirectory(atPath: shared.path + "/incidents")) ?? [])
    .filter { $0.hasSuffix(".json5") }.sorted()

  @Test("is ready for use with the shared fleet", arguments: fragments)
  func check(_ fragment: String) throws {
    let place = try Place(
      """
      {
        lab: 1, horizon: "12h", question: "does it check?",
        use: ["\(Self.shared.path)/fleet.json5", "\(Self.shared.path)/chat.json5",
          "\(Self.shared.path)/incidents/\(fragment)"],
        baseline: "plain",
        deployments: { "openai/assistants": { extends: "openai", model: "openai/assistants" } },
        policies: { plain: { routes: { chat: { fallback: ["openai", "azure/sweden", "anthropic"], on: ["5xx"] } } } },
      }
      """)
    let result = run("check", place.scenario)
    #expect(result.status == 0, "\(result.err)")
    let text = try String(
      contentsOf: Self.shared.appending(path: "incidents/\(fragment)"), encoding: .utf8)
    #expect(text.contains("Source:") || text.contains("ICPE"), "a source is named")
  }
}
