import GatewayCore
import Measures
import Providers
import Scenarios
import Statistics
import Traffic
import Vocabulary

// From what the runs have left behind to what a report shows.

extension Study {
  /// All that was found.
  func comparison(_ gathered: [Gathered]) -> Comparison {
    let open = openVerdicts(gathered)
    let expectations = expectationResults(gathered)
    return Comparison(
      scenario: scenario.name, path: scenario.path, question: scenario.question, seed: seed,
      replications: gathered.first?.replications ?? 0, isDecided: open.isEmpty,
      replicationsNeeded: open.compactMap { $0 }.max(),
      inputs: scenario.inputs.map { Comparison.Input(file: $0.file, checksum: $0.checksum) },
      provenance: scenario.provenance, baseline: contenders[baseline].name,
      measured: scenario.warmUp.duration(to: scenario.horizon),
      deployments: scenario.fleet.deployments.map(\.name),
      cases: cases.indices.map { caseResult($0, gathered) },
      failures: gathered.indices.flatMap { failures(row: $0, gathered[$0]) },
      expectations: expectations, vacuities: vacuities(gathered), requests: meter.requests,
      skippedRows: gathered.first?.skippedRows ?? 0)
  }

  private func caseResult(_ index: Int, _ gathered: [Gathered]) -> CaseResult {
    let rows = gathered[(index * contenders.count)..<((index + 1) * contenders.count)]
    let base = gathered[index * contenders.count + baseline]
    return CaseResult(
      name: cases[index].name,
      incidents: worlds[index].fleet.incidents.filter { $0.draws == nil }.map {
        IncidentBand(name: $0.name, from: seconds($0.from), until: seconds($0.until))
      }
        + worlds[index].gatewayIncidents.map {
          IncidentBand(name: $0.name, from: seconds($0.from), until: seconds($0.until))
        },
      policies: rows.enumerated().map { contender, row in
        policyResult(contender, row, base: contender == baseline ? nil : base, case: index)
      })
  }

  private func policyResult(
    _ contender: Int, _ row: Gathered, base: Gathered?, case index: Int
  ) -> PolicyResult {
    let pooled = row.pooled ?? RunMeasures(plan: worlds[index].measuresPlan(nil)).totals
    let all = pooled.all
    return PolicyResult(
      name: contenders[contender].name, reference: contenders[contender].reference,
      isBaseline: contender == baseline,
      measures: MeasureCatalog.all.enumerated().compactMap { place, measure in
        shows(measure)
          ? result(
            measure, row.values(of: place), pooled: measure.value(all),
            base: base?.values(of: place)) : nil
      },
      groups: groupResults(row, pooled, base: base),
      worstTenant: worstTenant(pooled),
      costPerMonth: costPerMonth(row, base: base),
      why: base.map { why(contender, row, base: $0, case: index) },
      series: series(pooled, replications: row.replications), pooled: pooled)
  }

  /// Whether a measure says anything here: about meaning only if a policy goes by it, about calls
  /// of several tries only if clients come back, about quality only if answers may be wrong: by an
  /// incident, by a law of mistakes, or out of a cache by meaning.
  private func shows(_ measure: Measure) -> Bool {
    if measure.name == MeasureCatalog.quality.name {
      return contenders.contains { $0.plan?.semantic != nil }
        || worlds.contains { world in
          world.fleet.incidents.contains { $0.spoilt != nil }
            || world.fleet.deployments.contains { $0.mistakes != nil }
        }
    }
    if MeasureCatalog.meaning.contains(where: { $0.name == measure.name }) {
      return contenders.contains { $0.plan?.semantic != nil }
    }
    if MeasureCatalog.perCall.contains(where: { $0.name == measure.name }) {
      return scenario.streams.contains(where: \.listens)
    }
    return true
  }

  private func result(
    _ measure: Measure, _ values: [Double?], pooled: Double?, base: [Double?]?
  ) -> MeasureResult {
    MeasureResult(
      name: measure.name, title: measure.title, unit: measure.unit, better: measure.better,
      values: values, estimate: Estimate(values), pooled: pooled,
      difference: base.flatMap {
        Difference(
          baseline: $0, policy: values, higherIsBetter: measure.better == .higher,
          matters: matters(measure))
      })
  }

  // MARK: Groups and tenants

  private func groupResults(
    _ row: Gathered, _ pooled: RunTotals, base: Gathered?
  ) -> [GroupResult] {
    guard let by = options.breakdown else { return [] }
    if by == .outcome { return outcomeResults(row, pooled, base: base) }
    let columns = MeasureCatalog.columns
    return ModelNames(scenario).groups(of: pooled, by: by).enumerated().compactMap { index, group in
      guard group.tally.arrived > 0 else { return nil }
      return GroupResult(
        by: by, name: name(ofGroup: index, by), arrived: group.tally.arrived,
        measures: columns.enumerated().map { column, measure in
          result(
            measure,
            row.values(ofGroup: index, column: column, columns: columns.count),
            pooled: measure.value(group),
            base: base?.values(ofGroup: index, column: column, columns: columns.count))
        })
    }
  }

  private func outcomeResults(
    _ row: Gathered, _ pooled: RunTotals, base: Gathered?
  ) -> [GroupResult] {
    let endings = pooled.all.tally.endings
    return Ending.allCases.enumerated().compactMap { index, ending in
      let baseValues = base?.values(ofGroup: index, column: 0, columns: 1)
      let seen = endings[ending] > 0 || baseValues?.contains { ($0 ?? 0) > 0 } == true
      guard seen else { return nil }
      let values = row.values(ofGroup: index, column: 0, columns: 1)
      let isGood = ending.isSuccess
      let measure = MeasureResult(
        name: "share", title: "share of requests", unit: .share,
        better: isGood ? .higher : .lower, values: values, estimate: Estimate(values),
        pooled: endings.all > 0 ? Double(endings[ending]) / Double(endings.all) : nil,
        difference: baseValues.flatMap {
          Difference(
            baseline: $0, policy: values, higherIsBetter: isGood,
            matters: .absolute(scenario.matters.availability))
        })
      return GroupResult(
        by: .outcome, name: ending.words, arrived: endings[ending], measures: [measure])
    }
  }

  private func name(ofGroup index: Int, _ by: Breakdown) -> String {
    switch by {
    case .alias:
      scenario.aliases.indices.contains(index) ? scenario.aliases[index] : "\(index)"
    case .deployment:
      scenario.fleet.deployments.indices.contains(index)
        ? scenario.fleet.deployments[index].name : "nobody"
    case .team: scenario.names.teams.name(of: index) ?? "team \(index)"
    case .feature: scenario.names.features.name(of: index) ?? "feature \(index)"
    case .model: ModelNames(scenario).name(of: index)
    case .user: scenario.names.users.name(of: index) ?? "user \(index)"
    case .key: "key \(index)"
    case .outcome: "\(index)"
    }
  }

  /// The tenant with the lowest availability among those with at least 100 judged requests over
  /// all replications; the first of equals.
  private func worstTenant(_ pooled: RunTotals) -> TenantResult? {
    var worst: TenantResult?
    for (index, group) in pooled.teams.enumerated() {
      let judged = group.tally.arrived - group.tally.rejectedByOwnLimits
      guard judged >= 100 else { continue }
      let availability = Double(group.tally.succeeded) / Double(judged)
      if let worst, worst.availability <= availability { continue }
      worst = TenantResult(
        name: name(ofGroup: index, .team), arrived: group.tally.arrived,
        availability: availability,
        successPerCall: group.tally.calls > 0
          ? Double(group.tally.answeredCalls) / Double(group.tally.calls) : nil)
    }
    return worst
  }

  // MARK: Money

  /// Cost ÷ measured time × a mean month of 365.25 ÷ 12 days.
  private func costPerMonth(_ row: Gathered, base: Gathered?) -> MeasureResult {
    let month = 30.4375 * 86_400
    let factor = month / scenario.warmUp.duration(to: scenario.horizon).inSeconds
    let values = row.costs.map { $0.map { $0 * factor } }
    return MeasureResult(
      name: "costPerMonth", title: "cost per month (extrapolated)", unit: .dollars, better: .lower,
      values: values, estimate: Estimate(values), pooled: nil,
      difference: base.flatMap { base in
        Difference(
          baseline: base.costs.map { $0.map { $0 * factor } }, policy: values,
          higherIsBetter: false, matters: .relative(scenario.matters.cost))
      })
  }

  // MARK: Why

  private func why(
    _ contender: Int, _ row: Gathered, base: Gathered, case index: Int
  ) -> Why {
    let name = contenders[contender].name
    let reproduction = reproduction(case: index)
    let names = [contenders[baseline].name, name]
    let calls = base.calls.flatMap { left in
      row.calls.flatMap { right in
        CallOutcomes.difference(
          baseline: left, policy: right,
          command: { reproduction.explain(request: $0, policies: names, replication: 0) },
          commands: { before, after in
            [(before, names[0]), (after, names[1])].map { number, name in
              reproduction.explain(request: number, policies: [name], replication: 0)
            }.joined(separator: "\n")
          })
      }
    }
    let settings = contenders[contender].policy.flatMap { policy in
      contenders[baseline].policy.map {
        Scenario.effectiveDifference($0, policy).map {
          SettingDifference(path: $0.path, baseline: $0.before, policy: $0.after)
        }
      }
    }
    return Why(
      settings: settings ?? [],
      bridge: CostBridge(
        baseline: base.ledger, policy: row.ledger, replications: row.replications),
      calls: calls)
  }

  func reproduction(case index: Int) -> Reproduction {
    Reproduction(
      scenario: scenario.path.isEmpty ? scenario.name : scenario.path, seed: seed,
      arguments: options.arguments,
      caseName: scenario.cases.count > 1 ? cases[index].name : nil)
  }

  private func failures(row: Int, _ gathered: Gathered) -> [LawFailure] {
    let index = row / contenders.count
    let name = contenders[row % contenders.count].name
    let reproduction = reproduction(case: index)
    return gathered.breaches.flatMap { replication, breaches in
      breaches.kept.map { breach in
        LawFailure(
          breach: breach, caseName: cases[index].name, policy: name, seed: seed,
          replication: replication, seconds: seconds(breach.at),
          command: breach.request.map {
            reproduction.explain(request: $0, policies: [name], replication: replication)
          })
      }
    }
  }

  // MARK: Time

  /// Seconds on the file's clock.
  private func seconds(_ instant: Instant) -> Double {
    scenario.warmUp.duration(to: instant).inSeconds
  }

  private func series(_ pooled: RunTotals, replications: Int) -> [SeriesPoint] {
    let series = pooled.series
    return series.points.indices.map { index in
      let point = series.points[index]
      let succeeded = Double(point.succeeded)
      let served = (0..<series.deployments).map { series.served(at: index, by: DeploymentID($0)) }
      let counts = served + [series.served(at: index, by: nil)]
      return SeriesPoint(
        at: seconds(Instant(nanoseconds: Int64(index) * series.bucket)), arrived: point.arrived,
        succeeded: point.succeeded,
        availability: point.availability, meanLatency: point.meanEndToEnd,
        p95Latency: series.quantile(0.95, at: index).map { $0 / 1e9 },
        attempts: point.attempts, wrong: point.wrong,
        cost: point.bill.dollars / Double(max(1, replications)),
        shares: counts.map { succeeded > 0 ? Double($0) / succeeded : 0 })
    }
  }
}
