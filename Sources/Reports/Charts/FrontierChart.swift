/// Two measures against each other, one point for each policy, with the Pareto frontier.
///
/// Lower is better on both axes. A point is on the frontier when no other candidate is at most as
/// high on both axes and lower on one; references are drawn but never decide. The frontier is the
/// staircase that bounds the dominated region: no straight line, because nothing between two
/// policies can be had.
public struct FrontierChart: Sendable, Hashable {
  /// One policy.
  public struct Point: Sendable, Hashable {
    /// The policy's name.
    public var name: String
    /// The value along the horizontal axis, in base units.
    public var x: Double
    /// Half of its interval's width.
    public var xHalfWidth: Double?
    /// The value along the vertical axis, in base units.
    public var y: Double
    /// Half of its interval's width.
    public var yHalfWidth: Double?
    /// How the policy stands to the others.
    public var role: ChartRole

    /// A policy's point.
    public init(
      _ name: String, x: Double, xHalfWidth: Double? = nil, y: Double, yHalfWidth: Double? = nil,
      role: ChartRole = .ordinary
    ) {
      self.name = name
      self.x = x
      self.xHalfWidth = xHalfWidth
      self.y = y
      self.yHalfWidth = yHalfWidth
      self.role = role
    }
  }

  /// What the chart shows, for the top and for readers who cannot see.
  public var title: String
  /// The horizontal axis.
  public var x: ChartAxis
  /// The vertical axis.
  public var y: ChartAxis
  /// The policies.
  public var points: [Point]

  /// A chart of `points`.
  public init(title: String, x: ChartAxis, y: ChartAxis, points: [Point]) {
    self.title = title
    self.x = x
    self.y = y
    self.points = points
  }
}
