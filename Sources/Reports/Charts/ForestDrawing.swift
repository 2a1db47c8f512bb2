extension ForestChart {
  /// The column of verdicts on the right, wide enough for "≈ equivalent" in a wide fallback font, and
  /// that of numbers before it.
  private static let verdictWidth = 106.0
  private static let numberWidth = 200.0

  /// The chart as SVG.
  public func svg(_ setting: SVGSetting = .standalone) -> String {
    let width = 860.0
    let names = panels.flatMap(\.rows).map { TextMetrics.width($0.name, size: 13) }.max() ?? 0
    let left = min(max(names + 20, 90), 240)
    let right = width - Self.verdictWidth - Self.numberWidth
    let rowHeight = 23.0
    var canvas = SVGCanvas(
      width: width,
      height: panels.reduce(48) { $0 + 34 + Double($1.rows.count) * rowHeight + 44 })
    canvas.text(title, 0, 16, .start, "strong")
    canvas.text(subtitle, 0, 36, .start, "small muted")
    var y = 48.0
    for panel in panels {
      let box = Box(
        x: left, y: y + 34, width: right - left, height: Double(panel.rows.count) * rowHeight)
      draw(panel, in: box, width: width, rowHeight: rowHeight, on: &canvas)
      y = box.bottom + 44
    }
    return canvas.document(title: title, setting)
  }

  private var subtitle: String {
    let zone = panels.contains { $0.matters != nil } ? "; grey zone: too small to matter" : ""
    return "Difference from \(baseline), paired, with 95 % interval" + zone
  }

  private func draw(
    _ panel: Panel, in box: Box, width: Double, rowHeight: Double, on canvas: inout SVGCanvas
  ) {
    var values = [0.0]
    for row in panel.rows {
      guard let difference = row.difference, difference.isFinite else { continue }
      values += [difference - (row.halfWidth ?? 0), difference + (row.halfWidth ?? 0)]
    }
    if let matters = panel.matters { values += [-matters, matters] }
    let scale = ChartScale(
      panel.axis, values: values, from: box.x, to: box.right, wanted: 6, padding: 0.04)
    canvas.text(panel.axis.title, 0, box.y - 10, .start, "strong")
    let unit = panel.axis.style.differenceUnit
    canvas.text(
      unit.isEmpty ? "difference" : "difference, " + unit, width - Self.verdictWidth,
      box.y - 10, .end,
      "small muted")
    let zero = scale.clamped(0) ?? box.x
    if let matters = panel.matters, let a = scale.clamped(-matters), let b = scale.clamped(matters)
    {
      canvas.rectangle(
        Box(x: a, y: box.y - 2, width: max(b - a, 1), height: box.height + 4), "zone",
        hint: "does not matter: within ±" + panel.axis.style.text(matters))
    }
    drawDirections(panel, zero, box, on: &canvas)
    for tick in scale.ticks {
      canvas.line(tick.position, box.bottom + 2, tick.position, box.bottom + 6, "axis")
      let label = tick.position > zero + 1 ? "+" + tick.label : tick.label
      canvas.text(label, tick.position, box.bottom + 20, .middle, "small muted")
    }
    canvas.line(box.x, box.bottom + 2, box.right, box.bottom + 2, "axis")
    canvas.line(zero, box.y - 2, zero, box.bottom + 2, "zero")
    for (index, row) in panel.rows.enumerated() {
      let y = box.y + (Double(index) + 0.5) * rowHeight
      canvas.text(row.name, 0, y + 4.5)
      drawRow(row, panel, scale, y, numbersEnd: width - Self.verdictWidth, on: &canvas)
    }
  }

  private func drawDirections(
    _ panel: Panel, _ zero: Double, _ box: Box, on canvas: inout SVGCanvas
  ) {
    let (left, right): (String, String)
    switch panel.better {
    case .lower: (left, right) = ("better", "worse")
    case .higher: (left, right) = ("worse", "better")
    case .neither: return
    }
    if zero - box.x > 60 {
      canvas.text("← " + left, zero - 8, box.y - 10, .end, "small " + left)
    }
    if box.right - zero > 60 {
      canvas.text(right + " →", zero + 8, box.y - 10, .start, "small " + right)
    }
  }

  private func drawRow(
    _ row: Row, _ panel: Panel, _ scale: ChartScale, _ y: Double, numbersEnd: Double,
    on canvas: inout SVGCanvas
  ) {
    let css: String =
      switch row.mark {
      case .better, .holds: "c3"
      case .worse, .fails: "c7"
      default: "c-base"
      }
    guard let difference = row.difference, let x = scale.clamped(difference) else {
      canvas.text("no value", numbersEnd, y + 4.5, .end, "small muted")
      return
    }
    var text = panel.axis.style.bare(difference, signed: true)
    if let half = row.halfWidth, half.isFinite, let a = scale.clamped(difference - half),
      let b = scale.clamped(difference + half)
    {
      canvas.line(a, y, b, y, "whisker " + css)
      for end in [a, b] { canvas.line(end, y - 4, end, y + 4, "whisker " + css) }
      text += " ± " + panel.axis.style.bare(half)
    }
    let hollow = row.mark == .equivalent || row.mark == .undecided
    canvas.circle(x, y, radius: hollow ? 4 : 4.8, css + (hollow ? " ring" : " dot"), hint: text)
    canvas.text(text, numbersEnd, y + 4.5, .end)
    if let mark = row.mark {
      canvas.text(mark.sign, numbersEnd + 20, y + 4.5, .middle, "small " + mark.word)
      canvas.text(mark.word, numbersEnd + 30, y + 4.5, .start, "small " + mark.word)
    }
  }
}
