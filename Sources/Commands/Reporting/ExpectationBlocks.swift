import Laboratory
import Measures
import Reports
import Scenarios
import Statistics

// What was expected, and whether it holds.

extension ComparisonReport {
  /// The lines of expectations with the command behind each failure; nothing without any.
  var expectationBlocks: [Report.Block] {
    let all = comparison.expectations
    guard !all.isEmpty else { return [] }
    var blocks: [Report.Block] = [.paragraph("What is expected:"), .list(all.map(line))]
    for result in all {
      guard result.verdict == .fails, let command = result.command else { continue }
      blocks.append(.note(RichText("\(result.text): \(command)"), .problem))
    }
    let open = all.compactMap { result -> Int? in
      if case .undecided(let needed) = result.verdict { return needed ?? 0 }
      return nil
    }
    if !open.isEmpty {
      let most = open.max() ?? 0
      let more = most > 0 ? " About \(most) replications in all would decide them." : ""
      blocks.append(
        .note(
          RichText(
            "\(open.count) \(open.count == 1 ? "expectation is" : "expectations are") undecided."
              + more), .caution))
    }
    return blocks
  }

  /// What the runs have not exercised; nothing if they have exercised all.
  var vacuityBlocks: [Report.Block] { Report.notes(on: comparison.vacuities) }

  /// One line: the verdict, whose it is, what is expected and what was found.
  private func line(_ result: ExpectationResult) -> RichText {
    let mark: VerdictMark =
      switch result.verdict {
      case .holds: .holds
      case .fails: .fails
      case .undecided: .undecided
      }
    let kind = result.kind == .expect ? "" : "\(result.kind.rawValue): "
    let place = result.caseName.map {
      result.text.contains("in case") || comparison.cases.count == 1 ? "" : ", in case \($0)"
    }
    let who = result.kind == .expect ? result.policy.map { "\($0): " } ?? "" : ""
    return
      "\(mark.word, mark) · \(who)\(kind)\(result.text)\(place ?? ""): \(strong: result.found)"
  }
}

extension ExpectationResult {
  /// What was found, in words: the value with its interval, a difference, a count.
  var found: String {
    if lacksCommitted { return "no committed result yet: gateway-lab test --update" }
    if never > 0, kind == .expect, let measured {
      return "never in \(never) of \(never + measured.count) replications"
    }
    if never > 0, kind == .expect { return "never" }
    guard let value else { return "nothing to measure" }
    guard kind == .expect else {
      if isSign { return value.mean > 0 ? "seen" : "never seen" }
      return value.mean == 1 ? "once" : Format.count(Int(value.mean)) + " times"
    }
    guard isDifference else { return text(of: value, isDifference: false) + coarseness }
    guard value.mean != 0 || value.halfWidth ?? 0 > 0 else { return "the bound itself" }
    var distance = value
    distance.mean = abs(value.mean)
    let side = value.mean < 0 ? "below" : "above"
    return (measured.map { text(of: $0, isDifference: false) + ", " } ?? "")
      + text(of: distance, isDifference: true) + " \(side) the bound" + coarseness
  }

  /// A value, or the size of a difference, with its interval.
  private func text(of estimate: Estimate, isDifference: Bool) -> String {
    var style = NumberStyle(measure: measure, unit: unit, for: [estimate.mean])
    if isDifference { style.unit = style.differenceUnit }
    let half = estimate.halfWidth.map { " ± " + style.text($0) } ?? ""
    let per = unit == .dollars && style.scale == 1000 ? " per 1,000" : ""
    return style.text(estimate.mean) + half + per
  }

  /// How coarse a quantile by the minute is; empty for what is exact or finer.
  private var coarseness: String {
    let isQuantile = measure.hasPrefix("p") && measure.dropFirst().first?.isNumber == true
    return isQuantile && text.contains(" in every ") ? " (by the minute, in buckets of 12.5 %)" : ""
  }
}

extension Report {
  /// A remark for what runs have not exercised; nothing if they have exercised all.
  static func notes(on vacuities: [Vacuity]) -> [Block] {
    guard !vacuities.isEmpty else { return [] }
    let words = vacuities.map(\.description).joined(separator: "; ")
    return [.note(RichText("Not exercised, so nothing is said about it: \(words)."))]
  }
}

extension ExitStatus {
  /// What a comparison tells the caller: broken laws and failures first, then what is open.
  init(_ comparison: Comparison) {
    if !comparison.failures.isEmpty || comparison.expectations.someFail {
      self = .failed
    } else {
      self = comparison.expectations.allHold ? .fine : .undecided
    }
  }
}

extension [ExpectationResult] {
  /// Whether something was seen that must never be.
  var violated: Bool { contains { $0.kind == .never && $0.verdict == .fails } }
}
