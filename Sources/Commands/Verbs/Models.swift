import Chance
import Providers
import Reports
import Settings
import Vocabulary

extension Verb {
  static let models = Verb(
    "models", "the price book: the models that a scenario can name without saying prices",
    operands: [
      Operand("NAME", "a model or a provider; all of them if not said", required: false)
    ],
    options: [.format],
    examples: [
      "gateway-lab models", "gateway-lab models openai/gpt-5-mini", "gateway-lab models anthropic",
      "gateway-lab models --format markdown > results/models.md",
    ],
    remarks: [
      "A deployment that says no price takes prices, window and abilities from here, and its latency "
        + "from the model's class."
    ]
  ) { call in
    let rows = PriceBook.rows
    guard let name = call.operand(0) else {
      call.print(ModelReport.list(rows))
      return .fine
    }
    if let row = PriceBook.row(name) {
      call.print(ModelReport.page(row))
      return .fine
    }
    let own = rows.filter { $0.provider == name }
    guard !own.isEmpty else {
      let known = rows.map(\.name) + ModelReport.providers
      throw CommandError(
        "no model named \"\(name)\" in the price book",
        suggestion: Nearest.spelling(of: name, among: known), next: "gateway-lab models")
    }
    call.print(ModelReport.list(own))
    return .fine
  }
}

/// The price book as a report: what `models` prints and `results/models.md` holds.
enum ModelReport {
  /// The providers, in the book's order.
  static var providers: [String] {
    PriceBook.rows.map(\.provider).reduce(into: []) { list, name in
      if !list.contains(name) { list.append(name) }
    }
  }

  /// Some rows, provider by provider, and the classes of latency.
  static func list(_ rows: [ModelRow]) -> Report {
    Report(
      title: "Models",
      subtitle: "\(PriceBook.source); \(code: "gateway-lab models NAME") shows one",
      blocks: [
        .paragraph(
          "Dollars per million tokens; two prices are input and output. Of long prompts the whole "
            + "request is repriced. Latency class, abilities and token factor are assumed: no vendor "
            + "publishes them.")
      ]
        + providers.flatMap { provider -> [Report.Block] in
          let own = rows.filter { $0.provider == provider }
          return own.isEmpty ? [] : [.heading(provider), .table(table(own, provider))]
        } + [
          .heading("Latency classes"),
          .paragraph(
            "Times of the body, without the slow tail that each has. A scenario names one as "
              + "\(code: "deployments.X.latency")."), .table(classes),
        ])
  }

  /// One model.
  static func page(_ row: ModelRow) -> Report {
    var facts: [(String, String)] = [
      ("input, output", pair(row.card.sheet.input, row.card.sheet.output)),
      ("cached input", money(row.card.sheet.cachedInput)),
      ("cache write", write(row)),
    ]
    for service in row.card.services {
      facts.append((service.tier.rawValue, pair(service.input, service.output)))
    }
    for tier in row.card.tiers {
      facts.append(("above \(tier.above) input tokens", pair(tier.sheet.input, tier.sheet.output)))
    }
    facts += [
      ("context window", "\(row.contextWindow) tokens"), ("output cap", "\(row.outputCap) tokens"),
      ("abilities", row.capabilities.joined(separator: ", ")),
      ("latency class", "\(row.latencyClass): \(row.latency?.summary ?? "")"),
      ("tokens", "\(factor(row)) for one of o200k, assumed"),
      ("source", "\(PriceBook.source), entry \(row.key)"),
    ]
    return Report(
      title: row.name,
      blocks: [
        .paragraph("Dollars per million tokens."),
        .definitions(facts.map { Report.Definition(RichText($0.0), RichText($0.1)) }),
      ])
  }

  private static func table(_ rows: [ModelRow], _ provider: String) -> Table {
    Table(
      name: "models-\(provider)",
      columns: [
        .text("name", title: "model"), .text("price", title: "in / out"),
        .text("cached", title: "cached"), .text("write", title: "write, 5m / 1h"),
        .text("batch", title: "batch"), .text("flex", title: "flex"),
        .text("priority", title: "priority"), .text("long", title: "long prompts"),
        .text("window", title: "window"), .text("cap", title: "cap"),
        .text("class", title: "latency"), .text("tokens", title: "tokens"),
        .text("abilities", title: "abilities"),
      ],
      rows: rows.map { row in
        Table.Row(
          [
            row.name, pair(row.card.sheet.input, row.card.sheet.output),
            money(row.card.sheet.cachedInput), write(row), service(row, .batch),
            service(row, .flex), service(row, .priority), long(row), "\(row.contextWindow)",
            "\(row.outputCap)", row.latencyClass, factor(row),
            row.capabilities.joined(separator: ", "),
          ].map { .text(RichText($0)) })
      })
  }

  private static var classes: Table {
    Table(
      name: "latency-classes",
      columns: [
        .text("class", title: "class"), .text("summary", title: "what it stands for"),
        .text("first", title: "first token, median"), .text("tail", title: "p95"),
        .text("token", title: "per token, median"), .text("source", title: "source"),
      ],
      rows: LatencyPreset.all.map { one in
        let first = one.latency.timeToFirstToken
        return Table.Row(
          [
            one.name, one.summary, milliseconds(first.quantile(0.5)),
            milliseconds(first.quantile(0.95)),
            milliseconds(one.latency.timePerOutputToken.quantile(0.5)),
            one.source + (one.source.contains(one.date) ? "" : ", " + one.date),
          ].map { .text(RichText($0)) })
      })
  }

  /// Nanoseconds as milliseconds, with a tenth below 100.
  private static func milliseconds(_ nanoseconds: Double) -> String {
    let tenths = Int(nanoseconds / 1e5 + 0.5)
    return tenths % 10 == 0 || tenths > 1000
      ? "\((tenths + 5) / 10) ms" : "\(tenths / 10).\(tenths % 10) ms"
  }

  private static func factor(_ row: ModelRow) -> String {
    let hundredths = Int(row.tokenFactor * 100 + 0.5)
    return hundredths % 100 == 0 ? "\(hundredths / 100)" : decimal(Int64(hundredths), digits: 2)
  }

  private static func service(_ row: ModelRow, _ tier: ServiceTier) -> String {
    row.card.services.first { $0.tier == tier }.map { pair($0.input, $0.output) } ?? ""
  }

  private static func long(_ row: ModelRow) -> String {
    row.card.tiers.map {
      "above \($0.above / 1000)k: \(pair($0.sheet.input, $0.sheet.output))"
    }.joined(separator: "; ")
  }

  private static func write(_ row: ModelRow) -> String {
    let base = row.card.sheet
    let five = base.cacheWrite == base.input ? "as input" : money(base.cacheWrite)
    return row.card.writeForAnHour.map { "\(five) / \(money($0))" } ?? five
  }

  private static func pair(_ input: TokenPrice, _ output: TokenPrice) -> String {
    "\(money(input)) / \(money(output))"
  }

  /// Dollars per million tokens, exactly.
  private static func money(_ price: TokenPrice) -> String {
    "$" + decimal(price.femtodollars, digits: 9)
  }

  /// A whole number of units of 10^−digits as a decimal number without zeros at its end.
  private static func decimal(_ value: Int64, digits: Int) -> String {
    var unit: Int64 = 1
    for _ in 0..<digits { unit *= 10 }
    let rest = String(String(unit + value % unit).dropFirst())
    let kept = String(rest.reversed().drop { $0 == "0" }.reversed())
    return kept.isEmpty ? "\(value / unit)" : "\(value / unit).\(kept)"
  }
}
