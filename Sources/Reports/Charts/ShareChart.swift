/// Each deployment's share of the traffic over time, one panel for each policy.
public struct ShareChart: Sendable, Hashable {
  /// One policy.
  public struct Panel: Sendable, Hashable {
    /// The policy's name.
    public var name: String
    /// For each deployment, in the chart's order, its traffic in each step: any unit, at least zero.
    public var layers: [[Double]]

    /// A policy's traffic, deployment by deployment.
    public init(_ name: String, layers: [[Double]]) {
      self.name = name
      self.layers = layers
    }
  }

  /// What the chart shows.
  public var title: String
  /// The deployments, bottom to top.
  public var deployments: [String]
  /// Seconds from one value to the next.
  public var step: Double
  /// The time of the first value's start, in seconds.
  public var from: Double
  /// How the time axis counts.
  public var clock: ChartClock
  /// The policies, top to bottom.
  public var panels: [Panel]
  /// The incidents.
  public var incidents: [IncidentBand]

  /// A chart of shares; a step without traffic is a gap.
  public init(
    title: String, deployments: [String], step: Double = 60, from: Double = 0,
    clock: ChartClock = .elapsed, panels: [Panel], incidents: [IncidentBand] = []
  ) {
    self.title = title
    self.deployments = deployments
    self.step = step
    self.from = from
    self.clock = clock
    self.panels = panels
    self.incidents = incidents
  }
}
