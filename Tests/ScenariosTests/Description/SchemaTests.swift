import Scenarios
import Settings
import Testing

@Suite("The schema of a scenario")
struct SchemaTests {
  @Test("knows every key of a scenario that uses all sections")
  func keys() throws {
    let names = ScenarioSchema.parameters.map(\.key)
    for member in try JSON5.parse(bytes: Array(example.utf8), file: "x").members ?? [] {
      #expect(names.contains(member.key), "\(member.key)")
    }
    for way in [
      ["policies", "p", "extends"], ["policies", "p", "from"], ["deployments", "d", "estimate"],
      ["traffic", "s", "extends"], ["quotas", "q", "source"], ["incidents", "i", "error", "share"],
      ["policies", "p", "attempts", "retry", "backoff", "exponential", "jitter"],
      ["policies", "p", "routes", "a", "balance", "peak-ewma", "decay"],
      ["cases", "c", "each"], ["gateway", "state", "gossiped", "lag"],
      ["objectives", "firstToken"],
      ["replications", "upTo"], ["keys", "k", "expires"], ["deployments", "d", "price", "input"],
      ["deployments", "d", "latency", "drift", "own", "sigma"], ["faults", "f", "bursts", "every"],
      ["deployments", "d", "latency", "timeToFirstToken"], ["deployments", "d", "faults", "500"],
    ] {
      #expect(ScenarioSchema.parameters.parameter(at: way) != nil, "\(way)")
    }
  }

  @Test("is JSON, the same each time")
  func text() throws {
    let schema = try JSON5.parse(bytes: Array(ScenarioSchema.text.utf8), file: "schema")
    #expect(schema["$schema"] != nil)
    #expect(schema["$defs"]?["strategy"] != nil)
    #expect(schema["properties"]?["policies"] != nil)
    #expect(ScenarioSchema.text == ScenarioSchema.text)
    #expect(ScenarioSchema.text.utf8.count < 2_000_000)
  }

  @Test("documents every parameter")
  func documents() {
    func check(_ parameters: [ParameterDescription], _ path: String, _ depth: Int) {
      for parameter in parameters {
        let place = parameter.key.isEmpty ? path : "\(path).\(parameter.key)"
        #expect(parameter.key.isEmpty || !parameter.doc.isEmpty, "\(place) has no documentation")
        if depth < 6 { check(parameter.nested, place, depth + 1) }
      }
    }
    check(ScenarioSchema.parameters, "", 0)
  }
}

@Suite("The catalogue of policies")
struct CatalogueTests {
  @Test("lists every family with its entries and their parameters")
  func families() {
    let kinds = PolicyCatalogue.families.map(\.kind)
    #expect(kinds.contains("strategy") && kinds.contains("limit") && kinds.contains("distribution"))
    for family in PolicyCatalogue.families {
      #expect(!family.entries.isEmpty && !family.place.isEmpty)
      for entry in family.entries { #expect(!entry.summary.isEmpty, "\(entry.name)") }
    }
  }

  @Test("finds a mechanism by its name, or the nearest one")
  func find() throws {
    let found = PolicyCatalogue.entries(named: "peak-ewma")
    #expect(found.map(\.family.kind) == ["strategy"])
    #expect(found.first?.entry.parameters.map(\.key).contains("decay") == true)
    #expect(PolicyCatalogue.entries(named: "route").first?.entry.parameters.isEmpty == false)
    #expect(PolicyCatalogue.nearest(to: "peak-ewm") == "peak-ewma")
    #expect(PolicyCatalogue.entries(named: "no-such").isEmpty)
  }
}
