import Measures
import Scenarios
import Settings
import Statistics
import Vocabulary

// Expectations, judged: values by replication against their bounds, counter-examples, sightings.

extension Study {
  /// Every line of `expect`, `never` and `sometimes`, in the cases and under the policies compared.
  func expectationResults(_ gathered: [Gathered]) -> [ExpectationResult] {
    let expected = scenario.expectations
    var results: [ExpectationResult] = []
    for (index, line) in expected.expect.enumerated() {
      results += self.results(of: line, index, gathered)
    }
    for (index, line) in expected.never.enumerated() {
      results.append(self.result(of: line, index, gathered))
    }
    for line in expected.sometimes {
      if let result = self.result(of: line, gathered) { results.append(result) }
    }
    return results
  }

  // MARK: expect

  private func results(
    of line: Expectation, _ index: Int, _ gathered: [Gathered]
  ) -> [ExpectationResult] {
    guard let contender = place(ofPolicy: line.policy) else { return [] }
    return cases.indices.compactMap { place in
      guard line.cases.contains(caseIndex(place)) else { return nil }
      let values = gathered[place * contenders.count + contender].expected.map { $0[index] }
      var result = ExpectationResult(
        kind: .expect, text: line.text, position: line.position,
        policy: contenders[contender].name, caseName: cases[place].name,
        measure: line.measure.name, unit: line.measure.unit, isAtLeast: line.isAtLeast,
        isDifference: line.isRelative)
      var judged = values
      switch line.bound {
      case .value(let value): result.bound = value
      case .policy(let other, let factor):
        guard let rival = self.place(ofPolicy: other) else { return nil }
        let others = gathered[place * contenders.count + rival].expected.map { $0[index] }
        judged = Study.differences(values, others, factor)
      case .committed(let factor):
        result.values = values
        let known = options.committed?.values(of: result, seed: seed, count: values.count)
        judged = known.map { Study.differences(values, $0, factor) } ?? []
        result.lacksCommitted = known == nil
      }
      result.judge(judged, measured: values)
      if result.verdict != .holds {
        result.command = reproduction(case: place).run(policy: contenders[contender].name)
      }
      return result
    }
  }

  /// Value − factor × rival, by replication.
  private static func differences(
    _ values: [Double?], _ rivals: [Double?], _ factor: Double
  ) -> [Double?] {
    zip(values, rivals).map { left, right in
      left.flatMap { left in right.map { left == $0 * factor ? 0 : left - factor * $0 } }
    }
  }

  /// The replications that would decide each expectation that is open.
  func openExpectations(_ gathered: [Gathered]) -> [Int?] {
    guard !scenario.expectations.expect.isEmpty else { return [] }
    // More replications do not bring a committed result.
    return expectationResults(gathered).filter { !$0.lacksCommitted }.compactMap { result in
      if case .undecided(let needed) = result.verdict { .some(needed) } else { nil }
    }
  }

  // MARK: never

  private func result(
    of line: Prohibition, _ index: Int, _ gathered: [Gathered]
  ) -> ExpectationResult {
    var count = 0
    var example: (row: Int, replication: Int, request: UInt64)?
    for row in gathered.indices {
      for (replication, found) in gathered[row].prohibited.enumerated() {
        guard found.indices.contains(index), found[index].count > 0 else { continue }
        count += found[index].count
        if example == nil, let first = found[index].first {
          example = (row, gathered[row].first + replication, first.request)
        }
      }
    }
    return ExpectationResult(
      kind: .never, text: line.text, position: line.position,
      policy: example.map { contenders[$0.row % contenders.count].name },
      caseName: example.map { cases[$0.row / contenders.count].name },
      value: Estimate([Double(count)]), verdict: count == 0 ? .holds : .fails,
      command: example.map { example in
        reproduction(case: example.row / contenders.count).explain(
          request: example.request, policies: [contenders[example.row % contenders.count].name],
          replication: example.replication)
      })
  }

  // MARK: sometimes

  private func result(of line: Sighting, _ gathered: [Gathered]) -> ExpectationResult? {
    var rows: [Int] = []
    for place in cases.indices where line.cases.contains(caseIndex(place)) {
      for contender in contenders.indices where contenders[contender].reference == nil {
        if let policy = line.policy, self.place(ofPolicy: policy) != contender { continue }
        rows.append(place * contenders.count + contender)
      }
    }
    guard !rows.isEmpty else { return nil }
    let count = rows.reduce(0) { sum, row in
      sum + (gathered[row].pooled.map(line.event.count) ?? 0)
    }
    return ExpectationResult(
      kind: .sometimes, text: line.text, position: line.position,
      policy: line.policy.map { scenario.policies[$0].name },
      isSign: !line.event.isCounted, value: Estimate([Double(count)]), bound: 1,
      verdict: count > 0 ? .holds : .fails)
  }

  // MARK: Places

  private func place(ofPolicy index: Int) -> Int? {
    contenders.firstIndex {
      $0.reference == nil && $0.name == scenario.policies[index].name
    }
  }

  /// The case's index in the scenario, of one that is compared.
  func caseIndex(_ place: Int) -> Int {
    scenario.cases.firstIndex { $0.name == cases[place].name } ?? place
  }
}

extension Expectation {
  /// Whether its value is held against another, replication by replication.
  var isRelative: Bool {
    if case .value = bound { false } else { true }
  }
}

extension Reproduction {
  /// One run of one policy.
  func run(policy: String) -> String {
    var words = ["gateway-lab", "run", scenario, "--policy", policy]
    if let caseName { words += ["--case", caseName] }
    words += ["--seed", "\(seed)"]
    return (words + arguments).map(Reproduction.quoted).joined(separator: " ")
  }
}
