/// A JSON Schema (draft 2020-12) of a file's parameters, for editors.
///
/// Each registry becomes one definition under `$defs`, so that choices within choices stay finite;
/// an object that stands in several places becomes one too.
/// Quantities are texts with a pattern; the reader, not the schema, has the last word on bounds
/// with units. The order of keys is that of the descriptions: the same input, the same bytes.
public struct JSONSchema {
  private var definitions: [Setting.Member] = []
  private var names: [(definition: String, kind: String, options: [String])] = []
  private let requiresKeys: Bool

  private init(requiresKeys: Bool) { self.requiresKeys = requiresKeys }

  /// The schema of an object with these parameters.
  ///
  /// With `requiresKeys` false a missing key is no error, because `extends` or `use` may bring it.
  public static func document(
    title: String, doc: String = "", parameters: [ParameterDescription],
    requiresKeys: Bool = true
  ) -> Setting {
    var schema = JSONSchema(requiresKeys: requiresKeys)
    var members = [
      member("$schema", "https://json-schema.org/draft/2020-12/schema"),
      member("title", Setting(.string(title))),
    ]
    if !doc.isEmpty { members.append(member("description", Setting(.string(doc)))) }
    members += schema.object(parameters)
    if !schema.definitions.isEmpty {
      members.append(member("$defs", Setting(.object(schema.definitions))))
    }
    return SharedShapes.sharing(Setting(.object(members))).moved(to: "")
  }

  private static func member(_ key: String, _ value: Setting) -> Setting.Member {
    Setting.Member(key: key, keyPosition: .code, value: value)
  }

  private static func texts(_ texts: [String]) -> Setting {
    Setting(.array(texts.map { Setting(.string($0)) }))
  }

  private mutating func object(_ parameters: [ParameterDescription]) -> [Setting.Member] {
    var properties: [Setting.Member] = []
    for parameter in parameters {
      properties.append(JSONSchema.member(parameter.key, property(parameter)))
    }
    var members = [
      JSONSchema.member("type", "object"),
      JSONSchema.member("properties", Setting(.object(properties))),
    ]
    let required = parameters.filter(\.isRequired).map(\.key)
    if requiresKeys, !required.isEmpty {
      members.append(JSONSchema.member("required", JSONSchema.texts(required)))
    }
    members.append(JSONSchema.member("additionalProperties", false))
    return members
  }

  /// A parameter with its documentation; a parameter that may be silent may also be null.
  private mutating func property(_ parameter: ParameterDescription) -> Setting {
    let form = form(of: parameter)
    var members: [Setting.Member] = []
    if parameter.isRequired || form.isEmpty {
      members = form
    } else {
      let either = Setting(.array([Setting(.object(form)), ["type": "null"]]))
      members = [JSONSchema.member("anyOf", either)]
    }
    var doc = parameter.doc
    if let unit = parameter.unit { doc += " [\(unit)]" }
    if let bounds = parameter.boundsText { doc += " (\(bounds))" }
    if !doc.isEmpty { members.append(JSONSchema.member("description", Setting(.string(doc)))) }
    if let text = parameter.defaultText {
      members.append(JSONSchema.member("default", defaultValue(text, parameter.kind)))
    }
    return Setting(.object(members))
  }

  private func defaultValue(_ text: String, _ kind: ParameterDescription.Kind) -> Setting {
    switch kind {
    case .flag: Setting(.bool(text == "true"))
    case .integer, .number:
      Double(text).map { Setting(.number($0, literal: text)) } ?? Setting(.string(text))
    default: Setting(.string(text))
    }
  }

  private mutating func form(of parameter: ParameterDescription) -> [Setting.Member] {
    if parameter.isRecursive { return [] }
    switch parameter.kind {
    case .duration:
      return literal("[+-]?" + JSONSchema.decimal + " ?(ns|us|µs|ms|s|m|min|h|d|w)", "1.5s")
    case .rate: return literal(JSONSchema.decimal + " ?[kMG]?/.+", "6k/min")
    case .tokenPrice: return literal("\\$" + JSONSchema.decimal + "/(M|k|token)", "$2.50/M")
    case .money: return literal("\\$" + JSONSchema.decimal + " ?[kMG]?", "$31k")
    case .share: return eitherNumber("number", 0, 1, JSONSchema.decimal + " ?%?")
    case .integer:
      return eitherNumber(
        "integer", parameter.lowest, parameter.highest, "[+-]?" + JSONSchema.decimal + " ?[kMG]?")
    case .number:
      return eitherNumber(
        "number", parameter.lowest, parameter.highest, "[+-]?" + JSONSchema.decimal + " ?[kMG]?")
    case .flag: return [JSONSchema.member("type", "boolean")]
    case .text: return [JSONSchema.member("type", "string")]
    case .name: return [JSONSchema.member("enum", JSONSchema.texts(parameter.names))]
    case .choice:
      guard let choice = parameter.choice else { return [] }
      let reference = "#/$defs/\(define(choice))"
      return [JSONSchema.member("$ref", Setting(.string(reference)))]
    case .object: return object(parameter.nested)
    case .list:
      let element = forms(parameter.nested)
      let list = Setting(
        .object([
          JSONSchema.member("type", "array"), JSONSchema.member("items", Setting(.object(element))),
        ]))
      return element.isEmpty
        ? [] : [JSONSchema.member("anyOf", Setting(.array([list, Setting(.object(element))])))]
    case .entries:
      var value = forms(parameter.nested)
      if !value.isEmpty {
        let either = Setting(.array([Setting(.object(value)), ["type": "null"]]))
        value = [JSONSchema.member("anyOf", either)]
      }
      return [
        JSONSchema.member("type", "object"),
        JSONSchema.member("additionalProperties", Setting(.object(value))),
      ]
    case .anything: return forms(parameter.nested)
    }
  }

  /// Any of several forms; empty, which allows all, if none is known or one of them is open.
  private mutating func forms(_ forms: [ParameterDescription]) -> [Setting.Member] {
    var schemas: [Setting] = []
    for form in forms {
      let schema = self.form(of: form)
      if schema.isEmpty { return [] }
      schemas.append(Setting(.object(schema)))
    }
    if schemas.count == 1 { return schemas[0].members ?? [] }
    return schemas.isEmpty ? [] : [JSONSchema.member("anyOf", Setting(.array(schemas)))]
  }

  private static let decimal = "([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?"

  private func literal(_ pattern: String, _ example: String) -> [Setting.Member] {
    [
      JSONSchema.member("type", "string"),
      JSONSchema.member("pattern", Setting(.string("^\(pattern)$"))),
      JSONSchema.member("examples", JSONSchema.texts([example])),
    ]
  }

  private func eitherNumber(
    _ type: String, _ lowest: Double?, _ highest: Double?, _ pattern: String
  ) -> [Setting.Member] {
    var number = [JSONSchema.member("type", Setting(.string(type)))]
    for (key, bound) in [("minimum", lowest), ("maximum", highest)] {
      guard let bound else { continue }
      let value = Setting(.number(bound, literal: Units.text(bound)))
      number.append(JSONSchema.member(key, value))
    }
    let text: Setting = ["type": "string", "pattern": Setting(.string("^\(pattern)$"))]
    return [JSONSchema.member("anyOf", Setting(.array([Setting(.object(number)), text])))]
  }

  /// The name of a registry's definition, which is written when it is first met.
  private mutating func define(_ choice: ChoiceDescription) -> String {
    let options = choice.options.map(\.name)
    if let known = names.first(where: { $0.kind == choice.kind && $0.options == options }) {
      return known.definition
    }
    let plain = String(choice.kind.map { $0 == " " || $0 == "/" ? "-" : $0 })
    let equals = names.count { $0.kind == choice.kind }
    let definition = equals == 0 ? plain : "\(plain)-\(equals + 1)"
    names.append((definition, choice.kind, options))
    let place = definitions.count
    definitions.append(JSONSchema.member(definition, true))

    var properties: [Setting.Member] = []
    for option in choice.options {
      let parameters = option.parameters
      var schema = object(parameters)
      if let key = option.shorthand, let bare = parameters.first(where: { $0.key == key }) {
        let forms = [Setting(.object(schema)), Setting(.object(form(of: bare)))]
        schema = [JSONSchema.member("anyOf", Setting(.array(forms)))]
      }
      let doc = option.source.map { "\(option.summary) Source: \($0)" } ?? option.summary
      schema.append(JSONSchema.member("description", Setting(.string(doc))))
      properties.append(JSONSchema.member(option.name, Setting(.object(schema))))
    }
    let name = Setting(.object([JSONSchema.member("enum", JSONSchema.texts(options))]))
    let full: Setting = [
      "type": "object", "properties": Setting(.object(properties)), "minProperties": 1,
      "maxProperties": 1, "additionalProperties": false,
    ]
    definitions[place].value = Setting(
      .object([JSONSchema.member("anyOf", Setting(.array([name, full])))]))
    return definition
  }
}
