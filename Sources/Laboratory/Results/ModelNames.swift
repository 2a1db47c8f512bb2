import Measures
import Providers
import Scenarios

/// The models behind the deployments, in the order in which the file first names them; those whom
/// nobody served come last.
struct ModelNames {
  private let names: [String]
  private let places: [Int]

  init(_ scenario: Scenario) {
    var names: [String] = []
    places = scenario.fleet.deployments.map { deployment in
      if let place = names.firstIndex(of: deployment.model) { return place }
      names.append(deployment.model)
      return names.count - 1
    }
    self.names = names
  }

  func name(of index: Int) -> String { names.indices.contains(index) ? names[index] : "nobody" }

  /// The groups of a run by what its rows are split by: models are sums over their deployments.
  func groups(of totals: RunTotals, by breakdown: Breakdown) -> [Group] {
    let groups = totals.groups(breakdown.grouping)
    guard breakdown == .model else { return groups }
    var sums = [Group](repeating: Group(), count: names.count + 1)
    for (index, group) in groups.enumerated() {
      sums[index < places.count ? places[index] : names.count].merge(group)
    }
    return sums
  }
}
