/// The time axis that timelines and share charts have in common: ticks, incidents, their names.
struct TimeAxis {
  let from: Double
  let until: Double
  let clock: ChartClock
  let left: Double
  let right: Double

  /// The coordinate of a time, held inside the axis.
  func position(_ seconds: Double) -> Double {
    let span = max(until - from, 1e-9)
    return left + min(max((seconds - from) / span, 0), 1) * (right - left)
  }

  /// Ticks at round times, about one per 80 pixels.
  var ticks: [ChartScale.Tick] {
    let steps: [Double] = [
      1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
      86_400, 172_800, 604_800, 2_592_000,
    ]
    let wanted = max(2, (right - left) / 80)
    let step = steps.first { (until - from) / $0 <= wanted } ?? 31_536_000
    var offset = 0.0
    if case .timeOfDay(let seconds) = clock { offset = Double(seconds) }
    var tick = -Double(ChartScale.wholeBelow(-(from + offset) / step)) * step - offset
    var result: [ChartScale.Tick] = []
    while tick <= until + step * 1e-6, result.count < 200 {
      result.append(.init(position: position(tick), label: label(tick, step: step)))
      tick += step
    }
    return result
  }

  /// The title of the axis.
  var title: String {
    if case .timeOfDay = clock { "time of day" } else { "time since the start" }
  }

  private func label(_ seconds: Double, step: Double) -> String {
    switch clock {
    case .elapsed:
      let whole = ChartScale.wholeBelow(seconds + 0.5)
      let (days, hours) = (whole / 86_400, whole / 3600 % 24)
      let (minutes, rest) = (whole / 60 % 60, whole % 60)
      if whole == 0 { return "0" }
      var parts: [String] = []
      if days != 0 { parts.append("\(days) d") }
      if hours != 0 { parts.append("\(hours) h") }
      if minutes != 0 { parts.append("\(minutes) min") }
      if rest != 0 { parts.append("\(rest) s") }
      return parts.joined(separator: " ")
    case .timeOfDay(let offset):
      let whole = ChartScale.wholeBelow(seconds + 0.5) + offset
      let day = whole / 86_400
      let text = TimeAxis.two(whole / 3600 % 24) + ":" + TimeAxis.two(whole / 60 % 60)
      let exact = step < 60 ? text + ":" + TimeAxis.two(whole % 60) : text
      return whole % 86_400 == 0 && until - from > 86_400 ? "day \(day + 1)" : exact
    }
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  // MARK: Incidents

  /// An incident with the row that its name stands in, so that names do not overlap.
  struct Placed {
    var band: IncidentBand
    var row: Int
    var labelX: Double
    var anchor: SVGCanvas.Anchor
  }

  /// The incidents that touch the axis, each in the first row with room for its name.
  func placed(_ bands: [IncidentBand]) -> [Placed] {
    var ends: [Double] = []
    var result: [Placed] = []
    let visible = bands.enumerated().filter { $0.element.until > from && $0.element.from < until }
    let ordered = visible.sorted { ($0.element.from, $0.offset) < ($1.element.from, $1.offset) }
    for (_, band) in ordered {
      let x = position(band.from)
      let width = TextMetrics.width(band.name, size: 12)
      let flips = x + width > right
      let labelX = flips ? position(band.until) : x
      let begin = flips ? labelX - width : x
      let end = max(flips ? labelX : x + width, position(band.until)) + 10
      let row = ends.firstIndex { $0 <= begin } ?? ends.count
      if row == ends.count { ends.append(end) } else { ends[row] = end }
      result.append(Placed(band: band, row: row, labelX: labelX, anchor: flips ? .end : .start))
    }
    return result
  }

  /// The height that the names of the incidents take over the first panel.
  static func height(of placed: [Placed]) -> Double {
    placed.isEmpty ? 0 : Double((placed.map(\.row).max() ?? 0) + 1) * 22 + 4
  }

  /// Draws names and brackets between `top` and the panels.
  func drawNames(_ placed: [Placed], top: Double, on canvas: inout SVGCanvas) {
    for incident in placed {
      let y = top + Double(incident.row) * 22
      canvas.text(incident.band.name, incident.labelX, y + 12, incident.anchor, "small incident")
      canvas.line(
        position(incident.band.from), y + 17.5, position(incident.band.until), y + 17.5, "bracket")
    }
  }

  /// Draws ticks, their labels and the title below a panel's bottom.
  func drawTicks(bottom: Double, on canvas: inout SVGCanvas) {
    canvas.line(left, bottom, right, bottom, "axis")
    for tick in ticks {
      canvas.line(tick.position, bottom, tick.position, bottom + 4, "axis")
      canvas.text(tick.label, tick.position, bottom + 18, .middle, "small muted")
    }
    canvas.text(title, (left + right) / 2, bottom + 36, .middle, "small muted")
  }
}
