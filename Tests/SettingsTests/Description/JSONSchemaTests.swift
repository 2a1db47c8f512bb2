import Settings
import Testing

@Suite("A JSON Schema")
struct JSONSchemaTests {
  @Test("lists keys, forms, bounds and defaults, and each registry once")
  func schema() throws {
    var s = SettingsReader.describing()
    _ = try s.duration("decay", default: .seconds(10), "time constant")
    _ = try s.integer("most", in: 1...9, unit: "tries", "the most")
    _ = try s.choice("toy", from: Toy.registry, "a toy")
    _ = try s.entries("routes", "the routes") { _, value throws(SettingError) in
      try Branch(value)
    }
    let schema = JSONSchema.document(title: "Sample", parameters: s.described)
    let text = schema.json()
    #expect(text == JSONSchema.document(title: "Sample", parameters: s.described).json())
    #expect(schema["$schema"]?.found == "\"https://json-schema.org/draft/2020-12/schema\"")
    #expect(schema["required"]?.elements?.map(\.found) == ["\"most\"", "\"toy\""])
    #expect(schema["properties"]?.members?.map(\.key) == ["decay", "most", "toy", "routes"])
    let toy = try #require(SettingPath("properties.toy['$ref']"))
    #expect(schema.node(at: toy)?.found == "\"#/$defs/toy\"")
    let definitions = try #require(schema["$defs"]?.members)
    // The registry, and the object that two of its places share.
    #expect(definitions.map(\.key) == ["toy", "shape-1"])
    let inner = try #require(
      SettingPath("$defs.toy.anyOf[1].properties.nested.properties.of['$ref']"))
    #expect(schema.node(at: inner)?.found == "\"#/$defs/toy\"")
    let bound = try #require(SettingPath("properties.most.anyOf[0].maximum"))
    #expect(schema.node(at: bound)?.found == "9")
    let doc = try #require(SettingPath("properties.most.description"))
    #expect(schema.node(at: doc)?.found == "\"the most [tries] (from 1 to 9)\"")
    let silence = try #require(SettingPath("properties.decay.default"))
    #expect(schema.node(at: silence)?.found == "\"10s\"")
    let open = JSONSchema.document(title: "T", parameters: s.described, requiresKeys: false)
    #expect(open["required"] == nil)
  }

  @Test("writes an object that stands in several places once")
  func sharing() throws {
    var s = SettingsReader.describing()
    for key in ["north", "south"] {
      _ = try s.object(key, "a place") { r throws(SettingError) in
        for name in ["one", "two", "three", "four", "five"] {
          _ = try r.integer(name, default: 1, in: 0...9, "a number")
        }
      }
    }
    let schema = JSONSchema.document(title: "Sample", parameters: s.described)
    #expect(schema["$defs"]?.members?.map(\.key) == ["shape-1"])
    let shape = try #require(SettingPath("$defs['shape-1'].properties.five"))
    #expect(schema.node(at: shape) != nil)
    for key in ["north", "south"] {
      #expect(schema["properties"]?[key]?.json().contains("#/$defs/shape-1") == true)
    }
  }
}
