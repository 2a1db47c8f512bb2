import Scenarios

extension Verb {
  static let schema = Verb(
    "schema", "a JSON Schema of scenario files, for editors",
    examples: ["gateway-lab schema > scenario.schema.json"]
  ) { call in
    call.out.write(ScenarioSchema.text)
    return .fine
  }
}
