/// Measures over time, several policies in each panel, with incidents shaded and named.
public struct TimelineChart: Sendable, Hashable {
  /// One line.
  public struct Line: Sendable, Hashable {
    /// What is written at the line's end: the policy, or "p99".
    public var name: String
    /// The policy: lines of one policy share its colour in every panel.
    public var policy: String
    /// One value per step, in base units; nil where there is none (the line breaks).
    public var values: [Double?]
    /// How the policy stands to the others.
    public var role: ChartRole
    /// Whether the line is drawn thin: the p50 beside the p99.
    public var isFaint: Bool

    /// A line.
    public init(
      _ name: String, policy: String? = nil, values: [Double?], role: ChartRole = .ordinary,
      isFaint: Bool = false
    ) {
      self.name = name
      self.policy = policy ?? name
      self.values = values
      self.role = role
      self.isFaint = isFaint
    }
  }

  /// One panel of lines.
  public struct Panel: Sendable, Hashable {
    /// The vertical axis; its title stands over the panel.
    public var axis: ChartAxis
    /// The lines.
    public var lines: [Line]
    /// A value to hold, drawn across the panel.
    public var objective: Double?

    /// A panel of lines.
    public init(_ axis: ChartAxis, lines: [Line], objective: Double? = nil) {
      self.axis = axis
      self.lines = lines
      self.objective = objective
    }
  }

  /// What the chart shows.
  public var title: String
  /// Seconds from one value to the next.
  public var step: Double
  /// The time of the first value's start, in seconds.
  public var from: Double
  /// How the time axis counts.
  public var clock: ChartClock
  /// The panels, top to bottom.
  public var panels: [Panel]
  /// The incidents.
  public var incidents: [IncidentBand]

  /// A chart of panels over one time axis.
  public init(
    title: String, step: Double = 60, from: Double = 0, clock: ChartClock = .elapsed,
    panels: [Panel], incidents: [IncidentBand] = []
  ) {
    self.title = title
    self.step = step
    self.from = from
    self.clock = clock
    self.panels = panels
    self.incidents = incidents
  }
}
