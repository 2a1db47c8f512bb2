/// A chart with a caption and a file name.
public struct Figure: Sendable, Hashable {
  /// The charts of the house.
  public enum Chart: Sendable, Hashable {
    /// Cost against latency with the Pareto frontier.
    case frontier(FrontierChart)
    /// Measures over time with incidents shaded.
    case timeline(TimelineChart)
    /// Shares of traffic over time.
    case shares(ShareChart)
    /// Differences with intervals.
    case forest(ForestChart)
    /// From one cost to another, cause by cause.
    case bridge(BridgeChart)
    /// Shares over two quantities.
    case heatMap(HeatMapChart)
  }

  /// The name for files and links, without extension.
  public var name: String
  /// What to see in it, in a sentence.
  public var caption: RichText
  /// The chart.
  public var chart: Chart

  /// A chart with a caption.
  public init(name: String, caption: RichText, chart: Chart) {
    self.name = name
    self.caption = caption
    self.chart = chart
  }

  /// The chart as SVG: a file of its own, or to stand inside an HTML report.
  public func svg(_ setting: SVGSetting = .standalone) -> String {
    switch chart {
    case .frontier(let chart): chart.svg(setting)
    case .timeline(let chart): chart.svg(setting)
    case .shares(let chart): chart.svg(setting)
    case .forest(let chart): chart.svg(setting)
    case .bridge(let chart): chart.svg(setting)
    case .heatMap(let chart): chart.svg(setting)
    }
  }

  /// The name of the figure's file.
  public var fileName: String { name + ".svg" }
}

/// Where an SVG will stand.
public enum SVGSetting: Sendable, Hashable {
  /// In a file of its own: brings its style sheet and background.
  case standalone
  /// Inside an HTML report, which brings the style sheet.
  case inline
}
