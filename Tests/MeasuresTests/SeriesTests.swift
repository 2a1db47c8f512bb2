import Testing
import Vocabulary

@testable import Measures

@Suite("A time series")
struct SeriesTests {
  @Test("has a point for every minute of arrival, quiet ones too")
  func points() {
    let series = RunMeasuresTests.mixed.run().totals.series
    #expect(series.points.map(\.arrived) == [2, 2, 2, 6])
    #expect(series.points[3].succeeded == 2)
    #expect(series.points[3].availability == 2.0 / 5)
    #expect(series.points[0].meanEndToEnd == 1.5)
    #expect(series.start(of: 3) == World.at(180))
    #expect(series.points[1].bill == MoneyTotal(picodollars: 7_000_000_000))
  }

  @Test("knows who served what")
  func shares() {
    let series = RunMeasuresTests.mixed.run().totals.series
    #expect(series.served(at: 0, by: DeploymentID(0)) == 1)
    #expect(series.served(at: 0, by: DeploymentID(1)) == 1)
    #expect(series.served(at: 3, by: nil) == 2)
    #expect(series.served(at: 99, by: nil) == 0)
    #expect(series.served(at: 0, by: DeploymentID(9)) == 0)
  }

  @Test("has quantiles that are at most an eighth of an octave off")
  func quantiles() throws {
    let series = RunMeasuresTests.mixed.run().totals.series
    let p99 = try #require(series.quantile(0.99, at: 2))
    #expect(p99 > 6e9 * 0.875 && p99 < 6e9 * 1.125)
    #expect(series.quantile(0.5, at: 77) == nil)
    for column in 1..<Series.rowLength {
      let low = Series.lowerBound(of: column)
      #expect(Series.column(of: Int64(low)) == column)
      #expect(Series.lowerBound(of: column - 1) < low)
    }
    #expect(Series.column(of: .max) == Series.rowLength - 1)
  }

  @Test("takes arrivals out of order and before the start")
  func order() {
    var world = World()
    world.serve(at: 130)
    world.serve(at: 10, seconds: 300)
    world.serve(at: -5, seconds: 400)
    world.plan.checksLaws = false
    #expect(world.run().totals.series.points.map(\.arrived) == [2, 0, 1])
  }
}
