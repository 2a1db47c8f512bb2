import Settings
import Testing
import Vocabulary

@testable import Laboratory
@testable import Scenarios

@Suite("A metastability map")
struct MapTests {
  @Test("reads its axes, and says what is wrong with them")
  func axes() throws {
    let (x, y) = try MapAxis.pair("load=0.5..1.5/5, incidents.trigger.for=30s..8min/4")
    #expect(x.path == "load" && x.values == ["0.5", "0.75", "1", "1.25", "1.5"])
    #expect(y.path == "incidents.trigger.for")
    #expect(y.values == ["30s", "180s", "330s", "480s"])
    let (slow, share) = try MapAxis.pair("incidents.t.slow=2..4/3,incidents.t.hang=0%..1%/3")
    #expect(slow.values == ["2", "3", "4"] && share.values == ["0%", "0.5%", "1%"])
    for (text, words) in [
      ("load=1..2/3", "two axes"), ("load=1..2/1,a=1..2/2", "count from 2 to 24"),
      ("load=1-2/3,a=1..2/2", "FROM..TO"), ("load=1..2/3,a=1s..2x/2", "two durations"),
      ("load,a=1..2/2", "PATH=FROM..TO/COUNT"),
    ] {
      do {
        _ = try MapAxis.pair(text)
        Issue.record("no error for \(text)")
      } catch { #expect(error.description.contains(words), "\(error)") }
    }
  }

  /// One deployment that serves one call a second of four; clients that try ten times.
  private static let text = """
    {
      lab: 1, question: "who comes back?", horizon: "300s", warmUp: "20s", seed: 1,
      traffic: {
        chat: {
          arrivals: { poisson: { rate: "1/s" } }, alias: "chat", tokens: { input: 10, output: 100 },
          client: { custom: { retries: { max: 9, on: ["5xx"], backoff: { from: "500ms", to: "1s" } } } },
        },
      },
      deployments: {
        own: { model: "m", serving: { replicas: 1, batch: 8, perReplicaHour: "$1", speed: { prefill: { perToken: "1us" }, step: "20ms" } } },
      },
      incidents: { trigger: { on: "own", from: "30s", for: "20s", slow: 20 } },
      cases: { quiet: [], trigger: ["trigger"] },
      policies: {
        naive: { routes: { chat: "own" }, attempts: { total: "3s" } },
        shed: { routes: { chat: "own" }, attempts: { total: "3s" }, concurrency: [{ by: { fixed: 8 } }] },
      },
    }
    """

  @Test(
    "tells who stays down after its trigger from who comes back, and where the load is too much")
  func map() throws {
    let bytes = Array(Self.text.utf8)
    let scenario = try Scenario(tree: try JSON5.parse(bytes: bytes, file: "map.json5"))
    let (x, y) = try MapAxis.pair("load=0.2..8/2,incidents.trigger.for=1s..40s/2")
    var options = MapOptions(x: x, y: y)
    options.replications = 1
    options.jobs = 2
    let map = try Experiment.map(scenario, options)
    #expect(map.caseName == "trigger" && map.panels.map(\.policy) == ["naive", "shed"])
    // Little load comes back under both; eight times the load is too much for either.
    for panel in map.panels {
      #expect(panel.cells[0][0].share == 1 && panel.cells[1][0].share == 1, "\(panel)")
    }
    #expect(map.panels[0].cells[1][1].share == nil, "\(map.panels[0])")
    options.jobs = 1
    #expect(try Experiment.map(scenario, options).panels.map(\.cells) == map.panels.map(\.cells))
    // Between them, who tries on and on stays down when the trigger is long gone.
    let (load, length) = try MapAxis.pair("load=2..2.5/2,incidents.trigger.for=1s..40s/2")
    (options.x, options.y, options.jobs) = (load, length, 2)
    let middle = try Experiment.map(scenario, options)
    #expect(middle.panels[0].cells[0][0].share == 1, "\(middle.panels[0])")
    #expect(middle.panels[0].cells[1][0].share == 0, "\(middle.panels[0])")
    #expect(middle.panels[1].cells[1][0].share == 1, "\(middle.panels[1])")
  }
}
