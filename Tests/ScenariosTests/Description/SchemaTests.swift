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

  /// What may stand at a place: the names of a choice, or the keys of an object.
  private static func words(at place: String) -> (choices: [[String]], keys: [[String]]) {
    let keys = place.replacing("[]", with: "").split(separator: ".").map(String.init)
    guard let found = ScenarioSchema.parameters.parameter(at: keys) else { return ([], []) }
    var choices: [[String]] = []
    var objects: [[String]] = []
    func look(_ parameter: ParameterDescription, _ depth: Int) {
      if let choice = parameter.choice { choices.append(choice.options.map(\.name)) }
      if parameter.kind == .object { objects.append(parameter.nested.map(\.key)) }
      guard depth < 2, parameter.kind != .object else { return }
      for form in parameter.nested { look(form, depth + 1) }
    }
    look(found, 0)
    return (choices, objects)
  }

  @Test("says of each family a place at which a file can name it")
  func places() {
    for family in PolicyCatalogue.families {
      let names = family.entries.map(\.name)
      for place in family.place.split(separator: ", ").map(String.init) {
        let (choices, keys) = Self.words(at: place)
        let isChoice = choices.contains { names.allSatisfy($0.contains) }
        let areKeys = keys.contains { found in
          names.filter { $0 != "route" }.allSatisfy(found.contains)
        }
        let isObject = family.entries.contains { entry in
          keys.contains { $0 == entry.parameters.map(\.key) }
        }
        #expect(
          isChoice || areKeys || isObject,
          "\(family.kind) at \(place): \(names.prefix(4)), there are \(choices) \(keys)")
      }
    }
  }

  @Test("has a page for what a policy, a filter and a condition may say, and for rewards")
  func whole() {
    func keys(_ name: String) -> [String] {
      PolicyCatalogue.entries(named: name).first?.entry.parameters.map(\.key) ?? []
    }
    #expect(keys("policy").contains("filteredOut") && keys("policy").contains("budgets"))
    #expect(keys("filter").contains("residency") && keys("filter").contains("matchTags"))
    #expect(keys("if").contains("remainingBelow") && keys("if").contains("clientTryFrom"))
    #expect(keys("retry").contains("budget"))
    #expect(keys("combination").contains("perDollar"))
    #expect(
      PolicyCatalogue.entries(named: "budget").map(\.family.place).contains("policies.X.budgets"))
  }

  @Test("calls a name that only a file knows a text, and no list of nothing")
  func names() {
    for family in PolicyCatalogue.families {
      for entry in family.entries {
        for parameter in entry.parameters {
          #expect(!parameter.form.contains("one of ;"), "\(entry.name) \(parameter.key)")
          #expect(!parameter.form.hasSuffix("one of "), "\(entry.name) \(parameter.key)")
        }
      }
    }
    let limit = PolicyCatalogue.entries(named: "limit").first?.entry.parameters
    let when = limit?.first { $0.key == "when" }?.nested
    #expect(when?.first { $0.key == "team" }?.form == "text")
    #expect(
      PolicyCatalogue.entries(named: "exact").first?.entry.parameters.first {
        $0.key == "eviction"
      }?.form == "an eviction policy")
  }
}
