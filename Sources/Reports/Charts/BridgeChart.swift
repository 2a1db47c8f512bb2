/// From one total to another, cause by cause: a waterfall of horizontal bars.
///
/// The causes must sum to the difference; what they miss is shown as "unexplained", never hidden.
public struct BridgeChart: Sendable, Hashable {
  /// One cause.
  public struct Step: Sendable, Hashable {
    /// The cause's name.
    public var name: String
    /// What it adds, in base units; below zero: what it saves.
    public var change: Double

    /// A cause and what it adds.
    public init(_ name: String, _ change: Double) {
      self.name = name
      self.change = change
    }
  }

  /// What the chart shows.
  public var title: String
  /// The axis.
  public var axis: ChartAxis
  /// The name of the total that the bridge starts from.
  public var fromName: String
  /// The total that the bridge starts from.
  public var from: Double
  /// The causes, in order.
  public var steps: [Step]
  /// The name of the total that the bridge leads to.
  public var toName: String
  /// The total that the bridge leads to.
  public var to: Double

  /// A bridge between two totals.
  public init(
    title: String, axis: ChartAxis, from: (name: String, value: Double), steps: [Step],
    to: (name: String, value: Double)
  ) {
    self.title = title
    self.axis = axis
    self.fromName = from.name
    self.from = from.value
    self.steps = steps
    self.toName = to.name
    self.to = to.value
  }
}
