import Laboratory
import Reports
import Scenarios
import Settings

extension Verb {
  static let policies = Verb(
    "policies", "the mechanisms that a scenario can name, and the parameters of each",
    operands: [Operand("NAME", "a mechanism; all of them if not said", required: false)],
    options: [.format],
    examples: [
      "gateway-lab policies", "gateway-lab policies peak-ewma",
      "gateway-lab policies --format markdown > results/policies.md",
    ]
  ) { call in
    guard let name = call.operand(0) else {
      if call.format == .terminal {
        call.out.write(CatalogueReport.overview)
      } else {
        call.print(CatalogueReport.all)
      }
      return .fine
    }
    let found = PolicyCatalogue.entries(named: name)
    guard !found.isEmpty else {
      throw CommandError(
        "no mechanism named \"\(name)\"", suggestion: PolicyCatalogue.nearest(to: name),
        next: "gateway-lab policies")
    }
    call.print(CatalogueReport.page(name, found, isTerminal: call.format == .terminal))
    return .fine
  }
}

/// Pages about mechanisms, made of the registries and the readers.
enum CatalogueReport {
  /// Every mechanism on a terminal: name and what it does.
  static var overview: String {
    PolicyCatalogue.families.map { family in
      "\(heading(family)), named at \(family.place):\n"
        + Help.rowsText(family.entries.map { ($0.name, $0.summary) })
    }.joined(separator: "\n") + "\nnext: gateway-lab policies NAME\n"
  }

  /// Every mechanism, by family, in one line each.
  static var all: Report {
    Report(
      title: "Mechanisms",
      subtitle: "what a scenario can name; \(code: "gateway-lab policies NAME") shows one",
      blocks: PolicyCatalogue.families.flatMap { family -> [Report.Block] in
        [
          .heading(heading(family)), .paragraph("named at \(code: family.place)"),
          .table(
            Table(
              name: Comparison.slug(family.kind),
              columns: [
                .text("name", title: family.kind), .text("summary", title: "what it does"),
                .text("parameters", title: "parameters"), .text("source", title: "source"),
              ],
              rows: family.entries.map { entry in
                Table.Row([
                  .text("\(code: entry.name)"), .text(RichText(entry.summary)),
                  .text(RichText(entry.parameters.map(\.key).joined(separator: ", "))),
                  .text(RichText(entry.source ?? "")),
                ])
              })),
        ]
      })
  }

  /// One mechanism, with each parameter's kind, silence, bounds and meaning.
  static func page(
    _ name: String, _ found: [(family: PolicyCatalogue.Family, entry: PolicyCatalogue.Entry)],
    isTerminal: Bool
  ) -> Report {
    var report = Report(title: name)
    for (family, entry) in found {
      report.append(.paragraph("\(strong: family.kind), named at \(code: family.place)"))
      report.append(
        .paragraph(RichText(entry.summary.hasSuffix(".") ? entry.summary : entry.summary + ".")))
      let rows = flattened(entry.parameters)
      if rows.isEmpty {
        report.append(.paragraph("It has no parameters."))
      } else if isTerminal {
        report.append(
          .definitions(
            rows.map { path, parameter in
              Report.Definition(RichText(path), RichText(meaning(parameter)))
            }))
      } else {
        report.append(.table(parameters(rows, of: entry.name)))
      }
      if let source = entry.source {
        report.append(.paragraph(RichText("Source: " + source)))
      }
    }
    return report
  }

  private static func heading(_ family: PolicyCatalogue.Family) -> String {
    family.kind.prefix(1).uppercased() + family.kind.dropFirst()
  }

  private static func parameters(
    _ rows: [(path: String, parameter: ParameterDescription)], of name: String
  ) -> Table {
    Table(
      name: Comparison.slug("parameters-\(name)"),
      columns: [
        .text("key", title: "parameter"), .text("kind", title: "kind"),
        .text("silence", title: "silence means"), .text("bounds", title: "bounds"),
        .text("doc", title: "what it does"),
      ],
      rows: rows.map { path, parameter in
        Table.Row([
          .text("\(code: path)"), .text(RichText(form(parameter))),
          .text(
            RichText(parameter.isRequired ? "an error" : parameter.defaultText ?? "off")),
          .text(RichText(parameter.boundsText ?? "")), .text(RichText(parameter.doc)),
        ])
      })
  }

  /// A parameter in one sentence.
  private static func meaning(_ parameter: ParameterDescription) -> String {
    let silence =
      parameter.isRequired ? "required" : "silence means \(parameter.defaultText ?? "off")"
    return parameter.doc + " ("
      + [form(parameter), parameter.boundsText, silence].compactMap { $0 }.joined(separator: "; ")
      + ")"
  }

  private static func form(_ parameter: ParameterDescription) -> String {
    parameter.form + (parameter.unit.map { " of \($0)" } ?? "")
  }

  /// The parameters and those of the objects in them, as paths: `open.for`, `filter[].price.input`,
  /// `tags.X.in`.
  ///
  /// What has been shown on the page is not shown a second time, and route nodes have a page of their
  /// own.
  private static func flattened(
    _ parameters: [ParameterDescription]
  ) -> [(path: String, parameter: ParameterDescription)] {
    var rows: [(path: String, parameter: ParameterDescription)] = []
    var shown: [[String]] = []
    func add(_ parameters: [ParameterDescription], _ prefix: String, _ depth: Int) {
      let keys = parameters.map(\.key)
      if parameters.isEmpty || shown.contains(keys) { return }
      if depth > 0, keys.contains("balance"), keys.contains("fallback") { return }
      shown.append(keys)
      for parameter in parameters {
        let path = prefix + parameter.key
        rows.append((path, parameter))
        guard depth < 4 else { continue }
        let mark =
          switch parameter.kind {
          case .list: "[]."
          case .entries: ".X."
          default: "."
          }
        add(objects(in: parameter), path + mark, depth + 1)
      }
    }
    add(parameters, "", 0)
    return rows
  }

  /// What an object may have that a parameter is, or an element or a member of it.
  private static func objects(in parameter: ParameterDescription) -> [ParameterDescription] {
    if parameter.kind == .object { return parameter.nested }
    return parameter.nested.flatMap { form -> [ParameterDescription] in
      switch form.kind {
      case .object: form.nested
      case .list, .anything: objects(in: form)
      default: []
      }
    }
  }
}
