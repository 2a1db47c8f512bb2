import Settings
public import Vocabulary

/// How the speed of a shared API follows its load.
///
///     speed(u) = 1 ÷ (1 + k·u⁴ ÷ (1 − u)), u the utilisation
///
/// u is hidden from the gateway: what the provider's other customers make of it (a line over time, a
/// shape of the day, a wandering part), and optionally our own tokens. Flat until about 0.6, then a
/// knee. The form and k = 0.5 are assumed: no public source ties a public API's latency to its load.
public struct LoadPlan: Sendable {
  /// Our own part: tokens of the started attempts, forgotten exponentially.
  public struct Own: Sendable, Hashable {
    /// The tokens per second, input and output, that would fill the provider alone.
    public var capacity: Rate
    /// The time constant of the average, in nanoseconds.
    public var over: Int64

    /// Makes a part.
    public init(capacity: Rate, over: Duration) {
      self.capacity = capacity
      self.over = max(1, over.nanoseconds)
    }

    /// Reads `own`.
    init(reading s: inout SettingsReader) throws(SettingError) {
      capacity = try s.rate("capacity", "the rate of our tokens that would fill it alone")
      try s.require(capacity.perSecond > 0, "capacity", expected: "a rate above zero")
      over = try s.duration(
        "over", default: .seconds(30), in: .seconds(1) ... .seconds(86_400),
        "the time constant over which our tokens are averaged"
      ).nanoseconds
    }
  }

  /// How steep the knee is: k.
  public var k: Double
  /// The utilisation by others over the time since the file's zero.
  public var utilisation: Polyline
  /// What each hour of the day adds to it; empty for nothing.
  public var hours: [Double]
  /// How it wanders.
  public var wander: MeanReversion?
  /// Our own part.
  public var own: Own?

  /// Makes a load.
  public init(
    k: Double = 0.5, utilisation: Polyline = Polyline(0), hours: [Double] = [],
    wander: MeanReversion? = nil, own: Own? = nil
  ) {
    self.k = k
    self.utilisation = utilisation
    self.hours = hours
    self.wander = wander
    self.own = own
  }

  /// Reads `load`.
  init(reading s: inout SettingsReader) throws(SettingError) {
    k = try s.number("k", default: 0.5, in: 0...100, "how steep the knee is")
    utilisation = Polyline(0)
    if let setting = try s.raw(
      "utilisation", "how far others fill it: a share, or shares over time { \"0m\": \"40%\" }")
    {
      utilisation = try Polyline(setting) { (setting) throws(SettingError) in
        try setting.share().value
      }
    }
    hours = try LatencyPlan.hours(
      &s, in: -1...1, "what each hour of the day adds to the utilisation: 24 numbers")
    wander = try s.object("wander", "how the utilisation wanders", MeanReversion.init(reading:))
    own = try s.object("own", "the part of our own tokens", Own.init(reading:))
  }

  /// The most that u can be: a hundredfold slow-down and more at k = 0.5.
  static let most = 0.995

  /// u moved into its bounds.
  @inline(__always)
  static func bounded(_ u: Double) -> Double { min(max(u, 0), most) }

  /// The factor on all times at a utilisation: 1 ÷ speed.
  @inline(__always)
  static func slowDown(_ k: Double, at u: Double) -> Double {
    let square = u * u
    return 1 + k * (square * square) / (1 - u)
  }
}
