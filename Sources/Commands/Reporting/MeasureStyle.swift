import Laboratory
import Measures
import Reports
import Statistics

// How measures are shown: one place decides on units and digits for tables and axes.

extension MeasureResult {
  /// The style for all values of this measure in a column.
  func style(for values: [Double]) -> NumberStyle {
    NumberStyle(measure: name, unit: unit, for: values)
  }

  /// The title over a column of it.
  var heading: String {
    switch name {
    case "costPerSuccess": "cost per 1,000 successes"
    case "costPerRequest": "cost per 1,000 requests"
    case "costPerAdmitted": "cost per 1,000 admitted"
    case "savedPerRequest": "saved by the cache per 1,000 requests"
    case "costFloor": "least cost per 1,000"
    case "costRegret": "cost above it"
    case "latencyFloor": "shortest latency"
    case "latencyRegret": "latency above it"
    case "amplification": "attempts per request"
    case "costPerMonth": "cost per month"
    default: group == nil ? title : String(name.prefix { $0 != "." })
    }
  }

  /// The title that it shares with its neighbours.
  var group: String? {
    if name.hasSuffix(".timeToFirstToken") { return "time to first token" }
    if name.hasSuffix(".endToEndLatency") { return "end to end" }
    return nil
  }

  /// The measure's words in a sentence or on an axis.
  var words: String { group.map { $0 + ", " + String(name.prefix { $0 != "." }) } ?? heading }

  /// The sentence that defines it.
  var meaning: String? {
    MeasureCatalog.measure(name).map { $0.formula + "; of " + $0.denominator + "." }
  }

  /// A cell: the value with its interval, and the difference if there is one to be judged.
  var cell: Table.Cell {
    guard let estimate else { return .missing("\(title): nothing to measure") }
    if let difference {
      return .compared(
        estimate.mean,
        Table.Difference(
          difference.mean, halfWidth: difference.halfWidth, VerdictMark(difference.verdict)))
    }
    return value
  }

  /// A cell: the value with its interval.
  var value: Table.Cell {
    guard let estimate else { return .missing("\(title): nothing to measure") }
    return estimate.halfWidth.map { .interval(estimate.mean, halfWidth: $0) }
      ?? .number(estimate.mean)
  }
}

extension NumberStyle {
  /// The style for values of a measure.
  init(measure name: String, unit: Measure.Unit, for values: [Double]) {
    // Dollars are shown for a thousand of what they are per.
    let perThousand = !["costPerMonth", "costPerThousand", "totalCost"].contains(name)
    self =
      switch unit {
      case .share: .percent(digits: 2)
      case .seconds: NumberStyle.seconds(fitting: values)
      case .dollars:
        NumberStyle(unit: "$", scale: perThousand ? 1000 : 1, digits: 2, unitLeads: true)
          .fitting(values)
      case .ratio: .plain(digits: 2)
      case .perSecond: NumberStyle.plain(digits: 2, unit: "/s").fitting(values)
      }
  }

  /// Three digits that count; from a tenth of a second on no more than hundredths.
  private static func seconds(fitting values: [Double]) -> NumberStyle {
    let style = NumberStyle.seconds(digits: 2).fitting(values)
    return (values.map(\.magnitude).max() ?? 0) < 0.1
      ? style : style.with(digits: min(2, style.digits))
  }
}

extension VerdictMark {
  /// The sign for a verdict.
  init(_ verdict: Verdict) {
    self =
      switch verdict {
      case .better: .better
      case .worse: .worse
      case .equivalent: .equivalent
      case .undecided: .undecided
      }
  }
}

extension PolicyResult {
  /// Whether it is one of the compared: a policy of the scenario.
  var isPolicy: Bool { reference == nil }

  /// How its row stands to the others.
  var role: Table.Role { isBaseline ? .baseline : isPolicy ? .ordinary : .reference }

  /// How its line or point stands to the others.
  var chartRole: ChartRole { isBaseline ? .baseline : isPolicy ? .ordinary : .reference }

  /// The mean of a measure; `nil` if there is none.
  func mean(_ name: String) -> Double? { measure(name)?.estimate?.mean }
}

extension Comparison {
  /// What a file about a case is named after, if there are several cases.
  func fileName(_ base: String, _ result: CaseResult, _ more: String? = nil) -> String {
    ([base] + (cases.count > 1 ? [result.name] : []) + (more.map { [$0] } ?? []))
      .map(Comparison.slug).joined(separator: "-")
  }

  /// The text in lower-case letters, digits and single dashes.
  static func slug(_ text: String) -> String {
    var out = ""
    for character in text.lowercased() {
      if character.isASCII, character.isLetter || character.isNumber {
        out.append(character)
      } else if out.last != "-", !out.isEmpty {
        out.append("-")
      }
    }
    while out.last == "-" { out.removeLast() }
    return out.isEmpty ? "x" : out
  }

  /// The title of a figure, with the case if there are several.
  func title(_ words: String, _ result: CaseResult) -> String {
    cases.count > 1 ? "\(words), case \(result.name)" : words
  }

  /// The words that begin what is said about one of several cases.
  func lead(_ result: CaseResult) -> String {
    cases.count > 1 ? "Case \(result.name): " : ""
  }
}
