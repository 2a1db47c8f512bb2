import Measures
import Vocabulary

/// The measures that are kept minute by minute, for `in every minute`.
public enum MinuteMeasure {
  /// Their names in the catalogue.
  public static let names = [
    "availability", "amplification", "meanEndToEndLatency", "p50.endToEndLatency",
    "p95.endToEndLatency", "p99.endToEndLatency",
  ]

  static func isKnown(_ name: String) -> Bool { names.contains(name) }

  /// The worst minute of a series between two instants: the least value if more is better, else the
  /// greatest; `nil` if no minute has one.
  ///
  /// Quantiles of a minute come from buckets of at most 12.5 %.
  public static func worst(
    _ measure: Measure, of series: Series, from: Instant, to: Instant
  ) -> Double? {
    var worst: Double?
    for index in series.points.indices {
      let start = series.start(of: index)
      guard start >= from, start.advanced(byNanoseconds: series.bucket) <= to else { continue }
      guard let value = value(measure.name, series, index) else { continue }
      let isWorse = worst.map { measure.better == .higher ? value < $0 : value > $0 } ?? true
      if isWorse { worst = value }
    }
    return worst
  }

  private static func value(_ name: String, _ series: Series, _ index: Int) -> Double? {
    let point = series.points[index]
    switch name {
    case "availability": return point.availability
    case "amplification":
      return point.arrived > 0 ? Double(point.attempts) / Double(point.arrived) : nil
    case "meanEndToEndLatency": return point.meanEndToEnd
    case "p50.endToEndLatency": return series.quantile(0.5, at: index).map { $0 / 1e9 }
    case "p95.endToEndLatency": return series.quantile(0.95, at: index).map { $0 / 1e9 }
    case "p99.endToEndLatency": return series.quantile(0.99, at: index).map { $0 / 1e9 }
    default: return nil
    }
  }
}
