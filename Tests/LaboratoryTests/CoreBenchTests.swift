import GatewayCore
import Settings
import Testing

@testable import Laboratory

@Suite("The bench of policies")
struct CoreBenchTests {
  @Test("has a policy that compiles for every mechanism of the registries")
  func subjects() {
    let subjects = CoreBench.subjects
    for subject in subjects {
      do {
        _ = try CoreBench.plan(subject.policy)
      } catch {
        Issue.record("\(subject.family) \(subject.mechanism): \(error)")
      }
    }
    let names = Set(subjects.map(\.mechanism))
    for registered in [
      Strategies.registry.names, Limiters.registry.names, ConcurrencyLimits.registry.names,
      Evictions.registry.names, Trips.registry.names, Recoveries.registry.names,
      Ejections.registry.names, Backoff.registry.names, BackoffJitter.registry.names,
      RetryBudgets.registry.names,
    ] {
      #expect(names.isSuperset(of: registered), "\(registered)")
    }
  }

  @Test("measures the semantic index, which finds what is there")
  func meaning() {
    for row in MeaningBench.rows(entries: 500, repeats: 1) {
      #expect((row.recall?.found ?? 0) >= 0.95, "\(row.mechanism)")
    }
  }

  @Test("measures one mechanism or one family, and knows the names of all")
  func only() throws {
    let rows = try CoreBench.rows(requests: 1_000, repeats: 1, only: "lru")
    #expect(rows.map(\.mechanism) == ["lru"])
    let family = try CoreBench.rows(requests: 1_000, repeats: 1, only: "jitter")
    #expect(family.map(\.mechanism) == BackoffJitter.registry.names)
    #expect(CoreBench.names.contains("semantic") && CoreBench.names.contains("lru"))
  }

  @Test("raises a bar by what everything off costs more than on the machine of the bars")
  func slowness() {
    var row = CoreBench.Row(
      family: "f", mechanism: "m", nanoseconds: 200, unit: "request", bar: 150)
    #expect(!row.holds)
    row.slowness = 1.4
    #expect(row.holds)
    row.recall = (0.9, 0.95)
    #expect(!row.holds)
  }
}
