import Measures
import Reports
import Scenarios

/// The page of the measures that a line of `expect` can name: `results/measures.md`.
enum MeasureReport {
  /// All of them, made of the catalogue.
  static var all: Report {
    Report(
      title: "Measures",
      subtitle: "what a line of \(code: "expect") can name, by name or by heading",
      blocks: [
        .heading("Of the tables"), .table(table("columns", MeasureCatalog.columns)),
        .heading("Other measures of a run"), .table(table("others", MeasureCatalog.others)),
        .heading("Only where a line asks"),
        .table(table("asked", MeasureCatalog.asked + parametric)),
        .paragraph(
          "Any quantile of a latency, from p0.1 to p99.99, can be asked: "
            + "\(code: "p97 timeToFirstToken"). The latencies:"),
        .list(
          MeasureCatalog.latencies.map { "\(code: $0.name): " + RichText($0.what) }),
        .heading("What a line can say"),
        .definitions(grammar.map { Report.Definition("\(code: $0.0)", RichText($0.1)) }),
        .heading("What must be seen"),
        .definitions(
          SightedEvent.all.map { Report.Definition("\(code: $0.name)", RichText($0.summary)) }
            + [
              Report.Definition("\(code: "incident 'NAME'")", "the incident touches an attempt"),
              Report.Definition("\(code: "traffic of ALIAS")", "requests ask for the alias"),
            ]),
      ])
  }

  private static let parametric = [
    MeasureCatalog.errorBudgetBurn(objective: 0.999), MeasureCatalog.share,
    MeasureCatalog.timeToDetect, MeasureCatalog.timeToRecover,
  ]

  private static let grammar: [(String, String)] = [
    (
      "availability of chat >= 99.5% in case outage during 'sweden down'",
      "a measure, of some requests, against a value with its unit, in a case, while an incident lasts"
    ),
    (
      "of team kyc and tag.data = confidential",
      "filters, joined by and: alias, team, user, feature, deployment, provider, region, model, outcome, status, tag.KEY = or != VALUE"
    ),
    (
      "after 'sweden down' from 5m within 20m",
      "leave out the first five minutes after the incident, and look at the twenty that follow"
    ),
    ("in every minute, in every 5m", "each stretch of so many minutes in a row must hold it"),
    ("<= 1.3 x today", "against another policy, paired by replication"),
    ("<= 1.05 x committed", "against the committed result of the same line, paired by replication"),
    (
      "error budget burn against 99.9% over 1h <= 14.4", "the worst hour's burn of the error budget"
    ),
    (
      "share of deployment openai and alias chat <= 10%",
      "the part of the answered calls that it served"
    ),
    ("share of outcome abandoned <= 1%", "the part of the calls that ended so"),
    (
      "share of reason retry <= 20%",
      "the part of the attempts made as first, retry, fallback or hedge"
    ),
    (
      "time to detect 'sweden down' <= 30s",
      "until a breaker opens or a deployment is ejected there"
    ),
    (
      "time to detect 'sweden down' by share below 5% <= 1m",
      "until fewer than so many of the first attempts go there"
    ),
    (
      "time to recover p95 endToEndLatency from 'sweden down' within 10% for 3m <= 5m",
      "until the measure is back within a tolerance of its value before, and stays; availability, 0.5 points (10 % for others) and 3 minutes if not said"
    ),
    ("worst minute availability >= 90%", "the same as in every minute"),
  ]

  private static func table(_ name: String, _ measures: [Measure]) -> Table {
    Table(
      name: name,
      columns: [
        .text("name", title: "name"), .text("title", title: "heading"),
        .text("formula", title: "formula"), .text("of", title: "of"), .text("unit", title: "unit"),
        .text("better", title: "better"),
      ],
      rows: measures.map { measure in
        Table.Row([
          .text("\(code: measure.name)"), .text(RichText(measure.title)),
          .text(RichText(measure.formula)), .text(RichText(measure.denominator)),
          .text(RichText(unit(measure.unit))), .text(RichText(measure.better.rawValue)),
        ])
      })
  }

  private static func unit(_ unit: Measure.Unit) -> String {
    switch unit {
    case .share: "%"
    case .seconds: "s"
    case .dollars: "$"
    case .ratio: "plain"
    case .perSecond: "/s"
    }
  }
}
