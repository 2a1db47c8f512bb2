import Settings
import Traffic
import Vocabulary

/// What a scenario file may say: the descriptions of all sections, and a JSON Schema of them.
public enum ScenarioSchema {
  /// The parameters of a file, section by section, as their readers ask for them.
  public static let parameters: [ParameterDescription] = {
    var reader = SettingsReader.describing()
    do { _ = try Scenario(reading: &reader, tree: Setting(.object([]))) } catch {}
    return reader.described.map { withForms(withInheritance($0.withoutRepetition.withFreeNames)) }
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
    case "traffic":
      more.append(
        text(
          "recordedOn",
          "the model whose tokens the stream counts: those of the price book count "
            + "theirs relative to it; silence means all count alike"))
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
      more.append(
        ParameterDescription(
          key: "tags", kind: .anything,
          doc: "what it is marked with: { tier: \"paid\" }, and \"default\""))
    default: break
    }
    var section = section
    for index in section.nested.indices where section.nested[index].kind == .object {
      section.nested[index].nested += more
    }
    return section
  }

  /// Adds the forms that a stand-in cannot be asked for: lists of names, an object for each alias.
  private static func withForms(_ section: ParameterDescription) -> ParameterDescription {
    var section = section
    switch section.key {
    case "cases", "expect":
      section.nested.append(form(.list, of: [text("", "")]))
    case "objectives":
      section.nested.append(form(.entries, of: section.nested))
    case "policies":
      // A route may be the bare name of a deployment or an alias.
      for policy in section.nested.indices {
        for key in section.nested[policy].nested.indices
        where section.nested[policy].nested[key].key == "routes" {
          section.nested[policy].nested[key].nested.insert(text("", ""), at: 0)
        }
      }
    case "deployments":
      // Faults may be the bare name of a latency class.
      for deployment in section.nested.indices {
        for key in section.nested[deployment].nested.indices
        where section.nested[deployment].nested[key].key == "faults" {
          var list = section.nested[deployment].nested[key]
          list.key = ""
          section.nested[deployment].nested[key].kind = .anything
          section.nested[deployment].nested[key].nested = [text("", ""), list]
        }
      }
    case "incidents": section.nested = section.nested.map(withValuesOverTime)
    default: break
    }
    return section
  }

  /// A number of an incident may also be numbers over time: `{ "0m": "0%", "8m": "95%" }`.
  private static func withValuesOverTime(
    _ parameter: ParameterDescription
  ) -> ParameterDescription {
    var parameter = parameter
    let isNumber = parameter.nested.allSatisfy { $0.kind == .number || $0.kind == .share }
    if parameter.kind == .anything, isNumber, !parameter.nested.isEmpty {
      parameter.nested.append(form(.entries, of: parameter.nested))
    } else {
      parameter.nested = parameter.nested.map(withValuesOverTime)
    }
    return parameter
  }

  private static func form(
    _ kind: ParameterDescription.Kind, of parts: [ParameterDescription]
  ) -> ParameterDescription {
    var form = ParameterDescription(key: "", kind: kind, doc: "")
    form.nested = parts
    return form
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

  /// The description with texts where the allowed names are those of the file.
  ///
  /// In describe mode there is no file; what its stand-ins are called is no list for anybody.
  var withFreeNames: ParameterDescription {
    var copy = self
    if kind == .name, names.allSatisfy({ ["", "name", TrafficNames.none].contains($0) }) {
      copy.kind = .text
      copy.names = []
    }
    copy.nested = nested.map(\.withFreeNames)
    return copy
  }

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
