import Chance
import Providers
import Scenarios
import Testing

@Suite("A law in a file")
struct MeasuredLawTests {
  /// Two endpoints: 0.1 s to 1.0 s, and 5 s; one row failed and has no value.
  let calls = """
    endpoint,size,ttft_s,note
    fast,70b,0.1,"first, and warm"
    fast,70b,0.2,
    fast,70b,0.3,
    fast,70b,,failed
    slow,70b,5,
    fast,70b,1.0,
    """

  func scenario(_ law: String) -> String {
    """
    { lab: 1, horizon: "1h",
      traffic: { s: { arrivals: { poisson: "4/s" }, alias: "chat",
                      tokens: { input: 5, output: 9 } } },
      deployments: { d: { model: "m", price: { input: "$1/M", output: "$2/M" },
                          latency: { timeToFirstToken: \(law), timePerOutputToken: "9ms" } } },
      policies: { p: { routes: { chat: "d" } } } }
    """
  }

  func load(_ law: String, folder: String = "") throws -> Scenario {
    let files = try Files([
      ("scenario.json5", scenario(law)), (folder + "calls.csv", calls),
    ])
    var options = ScenarioOptions()
    if !folder.isEmpty { options.dataFolders = [files.path + "/" + folder] }
    return try files.load(options)
  }

  func complaint(_ law: String) -> String {
    do {
      _ = try load(law)
      return "no error"
    } catch { return "\(error)" }
  }

  @Test("is the quantiles of a column in the rows that it picks, with its checksum in the inputs")
  func quantiles() throws {
    let law = """
      { file: { name: "calls.csv", column: "ttft_s", unit: "s", where: { endpoint: "fast" } } }
      """
    for folder in ["", "data/"] {
      let scenario = try load(law, folder: folder)
      let first = scenario.fleet.deployments[0].latency.timeToFirstToken
      #expect((first.quantile(0.5) / 1e6 - 250).magnitude < 1)
      #expect((first.quantile(0.999999) / 1e6 - 1000).magnitude < 1)
      #expect((first.quantile(0.000001) / 1e6 - 100).magnitude < 1)
      #expect(scenario.inputs.map(\.file) == ["scenario.json5", "calls.csv"])
      #expect(scenario.inputs[1].checksum.hasPrefix("sha256:"))
    }
  }

  @Test(
    "says what is wrong",
    arguments: [
      (#"{ file: { name: "call.csv", column: "ttft_s", unit: "s" } }"#, "no such data file"),
      (
        #"{ file: { name: "calls.csv", column: "ttft", unit: "s" } }"#,
        "no column of calls.csv named \"ttft\""
      ),
      (#"{ file: { name: "calls.csv", column: "note", unit: "s" } }"#, "is no number"),
      (
        #"{ file: { name: "calls.csv", column: "ttft_s", unit: "s", where: { size: "7b" } } }"#,
        "no row has a value"
      ),
      (#"{ file: { name: "calls.csv", column: "ttft_s", unit: "m" } }"#, "unit of time"),
      (
        #"{ file: { name: "calls.csv", column: "ttft_s", unit: "s", sha256: "00" } }"#,
        "not the file that the scenario means"
      ),
      (#"{ file: { name: "calls.csv", kolumn: "ttft_s" } }"#, "column"),
    ])
  func wrong(law: String, message: String) {
    #expect(complaint(law).contains(message), "\(complaint(law))")
  }
}
