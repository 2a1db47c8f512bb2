import Settings
import Vocabulary

/// What a scenario file may say: the descriptions of all sections, and a JSON Schema of them.
public enum ScenarioSchema {
  /// The parameters of a file, section by section, as their readers ask for them.
  public static let parameters: [ParameterDescription] = {
    var reader = SettingsReader.describing()
    do { _ = try Scenario(reading: &reader, tree: Setting(.object([]))) } catch {}
    return reader.described.map { withInheritance($0.withoutRepetition) }
  }()

  /// A JSON Schema (draft 2020-12) for editors, as plain JSON.
  public static var text: String {
    JSONSchema.document(
      title: "A gateway-lab scenario", doc: "The language of scenario.json5, version 1.",
      parameters: parameters, requiresKeys: false
    ).json()
  }

  /// Adds what is resolved before the sections are read: `extends`, `from`, `estimate`, `source`.
  private static func withInheritance(_ section: ParameterDescription) -> ParameterDescription {
    guard let (_, noun) = Inheritance.sections.first(where: { $0.0 == section.key }) else {
      return section
    }
    var more = [text("extends", "the \(noun) whose values count where this one is silent")]
    switch section.key {
    case "policies":
      more.append(text("from", "the file of a policy, or \"file#name\" of one among several"))
    case "quotas", "incidents":
      more.append(text("source", "where these numbers come from; silence means assumed"))
    case "deployments":
      var estimate = ParameterDescription(
        key: "estimate", kind: .object, doc: "where the gateway's own copy of the prices differs")
      var reader = SettingsReader.describing()
      do {
        _ = try Estimate.read(
          &reader, PriceSheet(input: .zero, cachedInput: .zero, output: .zero))
      } catch {}
      estimate.nested = reader.described
      more.append(estimate)
    default: break
    }
    var section = section
    for index in section.nested.indices where section.nested[index].kind == .object {
      section.nested[index].nested += more
    }
    return section
  }

  private static func text(_ key: String, _ doc: String) -> ParameterDescription {
    ParameterDescription(key: key, kind: .text, doc: doc)
  }
}

extension ParameterDescription {
  /// The description without objects that stand inside an object of the same keys.
  ///
  /// A route node holds route nodes in five places; written out, each in each, they would fill
  /// hundreds of megabytes.
  var withoutRepetition: ParameterDescription { without([]) }

  private func without(_ outer: Set<[String]>) -> ParameterDescription {
    var copy = self
    var known = outer
    if kind == .object, !nested.isEmpty {
      let keys = nested.map(\.key)
      if outer.contains(keys) {
        copy.isRecursive = true
        copy.nested = []
        return copy
      }
      known.insert(keys)
    }
    copy.nested = nested.map { $0.without(known) }
    return copy
  }
}
