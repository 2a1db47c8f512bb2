/// Maps an axis' values to coordinates and chooses round ticks.
struct ChartScale {
  /// One tick: where, and what is written there.
  struct Tick: Hashable {
    var position: Double
    var label: String
  }

  let axis: ChartAxis
  /// The ends in display units (after the style's scale), or in binary logarithms of them.
  private let low: Double
  private let high: Double
  let start: Double
  let end: Double
  let ticks: [Tick]

  /// A scale for `values` (base units) between two coordinates, with about `wanted` ticks.
  ///
  /// `roundsEnds` moves the ends outwards to ticks; `padding` adds a share of the span before.
  init(
    _ axis: ChartAxis, values: [Double], from start: Double, to end: Double, wanted: Int,
    padding: Double = 0, roundsEnds: Bool = true
  ) {
    self.axis = axis
    self.start = start
    self.end = end
    let isLog = axis.scale == .logarithmic
    var shown = values.map { $0 * axis.style.scale }.filter { $0.isFinite && (!isLog || $0 > 0) }
    if axis.includesZero, !isLog { shown.append(0) }
    var low = shown.min() ?? 0
    var high = shown.max() ?? 1
    if let range = axis.range {
      low = range.lowerBound * axis.style.scale
      high = range.upperBound * axis.style.scale
    }
    if isLog {
      low = max(low, 1e-12)
      high = max(high, low)
      if high <= low * 1.0001 { (low, high) = (low / 2, high * 2) }
      if axis.range == nil {
        let ratio =
          1 + padding * (ChartScale.binaryLogarithm(high) - ChartScale.binaryLogarithm(low))
        (low, high) = (low / ratio, high * ratio)
      }
      let chosen = ChartScale.logTicks(low, high)
      self.low = ChartScale.binaryLogarithm(low)
      self.high = ChartScale.binaryLogarithm(high)
      let (a, b) = (self.low, self.high)
      ticks = chosen.map { tick in
        let share = (ChartScale.binaryLogarithm(tick.value) - a) / (b - a)
        return Tick(position: start + share * (end - start), label: tick.label)
      }
      return
    }
    if high <= low {
      let spread = max(high.magnitude * 0.1, 1e-9)
      (low, high) = (low - (low == 0 ? 0 : spread), high + (high == 0 ? 1 : spread))
    }
    if axis.range == nil {
      let margin = (high - low) * padding
      let floor = axis.includesZero && low >= 0 || low >= 0 && low < margin ? 0 : low - margin
      (low, high) = (floor, high + margin)
    }
    let step = ChartScale.step(span: high - low, wanted: wanted)
    if roundsEnds, axis.range == nil {
      low = step.value(step.index(low, roundedUp: false))
      high = step.value(step.index(high, roundedUp: true))
    }
    self.low = low
    self.high = high
    let first = step.index(low, roundedUp: true)
    let last = step.index(high, roundedUp: false)
    let span = high - low
    let style = NumberStyle.plain(digits: step.digits)
    ticks =
      first > last
      ? []
      : (first...last).map { index in
        let value = step.value(index)
        let share = (value - low) / span
        return Tick(position: start + share * (end - start), label: style.bare(value))
      }
  }

  /// The coordinate of a base value; nil where a logarithm does not exist.
  func position(_ value: Double) -> Double? {
    var shown = value * axis.style.scale
    guard shown.isFinite else { return nil }
    if axis.scale == .logarithmic {
      guard shown > 0 else { return nil }
      shown = ChartScale.binaryLogarithm(shown)
    }
    return start + (shown - low) / (high - low) * (end - start)
  }

  /// The coordinate of a base value, held inside the axis.
  func clamped(_ value: Double) -> Double? {
    position(value).map { min(max($0, min(start, end)), max(start, end)) }
  }

  /// A round step: `mantissa` · 10^`exponent` (mantissa 1, 2, 2.5 or 5).
  struct Step {
    var mantissa: Double
    var exponent: Int
    var digits: Int { max(0, -exponent) + (mantissa == 2.5 && exponent <= 0 ? 1 : 0) }

    /// The `index`-th multiple, rounded once.
    func value(_ index: Int) -> Double {
      let power = ChartScale.power(exponent.magnitude)
      return exponent < 0 ? Double(index) * mantissa / power : Double(index) * mantissa * power
    }

    /// The multiple next to `value`, with a little tolerance.
    func index(_ number: Double, roundedUp: Bool) -> Int {
      let ratio = number / value(1)
      guard ratio.magnitude < 1e9 else { return 0 }
      return roundedUp
        ? -ChartScale.wholeBelow(1e-9 - ratio) : ChartScale.wholeBelow(ratio + 1e-9)
    }
  }

  /// The smallest round step that gives at most `wanted` intervals.
  static func step(span: Double, wanted: Int) -> Step {
    guard span.isFinite, span > 0 else { return Step(mantissa: 1, exponent: 0) }
    let raw = span / Double(max(wanted, 1))
    let exponent = FixedPoint.exponent(raw)
    for (mantissa, shift) in [(1.0, 0), (2.0, 0), (2.5, 0), (5.0, 0), (1.0, 1)] {
      let step = Step(mantissa: mantissa, exponent: exponent + shift)
      if step.value(1) >= raw * 0.999_999 { return step }
    }
    return Step(mantissa: 1, exponent: exponent + 1)
  }

  /// The binary logarithm for drawing: the exponent and a series in (s−1)/(s+1); error below 10⁻⁹.
  static func binaryLogarithm(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return 0 }
    let z = (value.significand - 1) / (value.significand + 1)
    let square = z * z
    var term = z
    var sum = 0.0
    for odd in stride(from: 1.0, through: 21, by: 2) {
      sum += term / odd
      term *= square
    }
    return Double(value.exponent) + 2 * sum * 1.442_695_040_888_963_4
  }

  private static func logTicks(_ low: Double, _ high: Double) -> [(value: Double, label: String)] {
    var all: [(value: Double, label: String)] = []
    let decades = FixedPoint.exponent(high) - FixedPoint.exponent(low)
    let mantissas: [Double] =
      decades > 4
      ? [1] : decades > 2 ? [1, 3] : high / low < 4 ? [1, 1.5, 2, 3, 4, 5, 7] : [1, 2, 5]
    for exponent in FixedPoint.exponent(
      low)...max(FixedPoint.exponent(high), FixedPoint.exponent(low))
    {
      for mantissa in mantissas {
        let power = power(exponent.magnitude)
        let value = exponent < 0 ? mantissa / power : mantissa * power
        if value < low * 0.999_999 || value > high * 1.000_001 { continue }
        let digits = max(0, -exponent) + (mantissa == 1.5 && exponent <= 0 ? 1 : 0)
        all.append((value, NumberStyle.plain(digits: digits).bare(value)))
      }
    }
    return all
  }

  /// The largest whole number that is not above `value`, held inside ±10¹⁸.
  ///
  /// Not `rounded(.down)`: unoptimised builds turn that into a call of libm.
  static func wholeBelow(_ value: Double) -> Int {
    guard value.magnitude < 1e18 else { return value > 0 ? 1_000_000_000_000_000_000 : 0 }
    let whole = Int(value)
    return Double(whole) > value ? whole - 1 : whole
  }

  private static func power(_ exponent: UInt) -> Double {
    var result = 1.0
    for _ in 0..<exponent { result *= 10 }
    return result
  }
}
