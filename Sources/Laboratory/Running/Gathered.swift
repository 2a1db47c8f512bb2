import Measures
import Scenarios
import Statistics
import Vocabulary

/// What the runs of one row have left behind so far, in order of replication.
struct Gathered: Sendable {
  /// The number of the first replication.
  var first = 0
  /// By replication, one value for each measure of the catalogue.
  private(set) var values: [[Double?]] = []
  /// By replication, one value for each group and column.
  private(set) var groups: [[Double?]] = []
  /// By replication, what was billed, in dollars.
  private(set) var costs: [Double?] = []
  private(set) var pooled: RunTotals?
  private(set) var ledger = CostLedger()
  /// Of the first replication.
  private(set) var calls: CallOutcomes?
  private(set) var skippedRows = 0
  /// The breaches of each replication that has any.
  private(set) var breaches: [(replication: Int, breaches: Breaches)] = []

  /// The value of each expectation, by replication.
  private(set) var expected: [[Double?]] = []
  /// What was found of each prohibition, by replication.
  private(set) var prohibited: [[ProhibitionWatch.Found]] = []

  var replications: Int { values.count }

  mutating func add(_ outcome: RunOutcome, of study: Study) {
    let breakdown = study.options.breakdown
    let all = outcome.totals.all
    let replication = first + values.count
    values.append(MeasureCatalog.all.map { $0.value(all) })
    costs.append(outcome.ledger.cost.dollars)
    if let breakdown {
      groups.append(Gathered.groupValues(outcome.totals, breakdown, ModelNames(study.scenario)))
    }
    let expectations = study.scenario.expectations
    expected.append(
      zip(expectations.expect, expectations.firstSlices).enumerated().map {
        $0.element.0.value(outcome, at: $0.offset, firstSlice: $0.element.1)
      })
    prohibited.append(outcome.prohibited)
    if !outcome.totals.breaches.isEmpty {
      breaches.append((replication, outcome.totals.breaches))
    }
    if calls == nil {
      calls = outcome.calls
      skippedRows = outcome.skippedRows
    }
    ledger.merge(outcome.ledger)
    if pooled == nil { pooled = outcome.totals } else { pooled?.merge(outcome.totals) }
  }

  /// The values of one measure, by replication.
  func values(of measure: Int) -> [Double?] { values.map { $0[measure] } }

  /// The values of one column of one group, by replication.
  func values(ofGroup group: Int, column: Int, columns: Int) -> [Double?] {
    groups.map { row in
      let place = group * columns + column
      return place < row.count ? row[place] : nil
    }
  }

  private static func groupValues(
    _ totals: RunTotals, _ breakdown: Breakdown, _ models: ModelNames
  ) -> [Double?] {
    if breakdown == .outcome {
      let endings = totals.all.tally.endings
      let arrived = endings.all
      return Ending.allCases.map {
        arrived > 0 ? Double(endings[$0]) / Double(arrived) : nil
      }
    }
    return models.groups(of: totals, by: breakdown).flatMap { group in
      MeasureCatalog.columns.map { $0.value(group) }
    }
  }
}
