extension TimelineChart {
  /// The chart as SVG.
  public func svg(_ setting: SVGSetting = .standalone) -> String {
    let width = 960.0
    let panelHeight = panels.count > 2 ? 120.0 : 165.0
    let labels = panels.flatMap { panel in
      panel.lines.map(\.name) + (panel.objective.map { [objective($0, panel)] } ?? [])
    }
    let gutter = labels.map { TextMetrics.width($0, size: 12) }.max() ?? 0
    let count = panels.flatMap(\.lines).map(\.values.count).max() ?? 0
    let axis = TimeAxis(
      from: from, until: from + Double(max(count, 1)) * step, clock: clock, left: 56,
      right: width - min(gutter, 260) - 24)
    let placed = axis.placed(incidents)
    let names = TimeAxis.height(of: placed)
    let top = 30 + names
    let pitch = panelHeight + 40
    let height = top + Double(panels.count) * pitch + 38
    var canvas = SVGCanvas(width: width, height: height)
    canvas.text(title, 0, 16, .start, "strong")
    axis.drawNames(placed, top: 28, on: &canvas)
    let colors = ChartTheme.classes(panels.flatMap(\.lines).map { ($0.policy, $0.role) })
    for (index, panel) in panels.enumerated() {
      let box = Box(
        x: axis.left, y: top + Double(index) * pitch + 28, width: axis.right - axis.left,
        height: panelHeight)
      for incident in placed {
        let (a, b) = (axis.position(incident.band.from), axis.position(incident.band.until))
        let upper = index == 0 ? 28 + Double(incident.row) * 22 + 18 : box.y - 40
        canvas.rectangle(
          Box(x: a, y: upper, width: max(b - a, 1.5), height: box.bottom - upper), "band",
          hint: incident.band.name)
      }
      draw(panel, in: box, axis, colors, on: &canvas)
    }
    axis.drawTicks(bottom: top + Double(panels.count) * pitch - 12, on: &canvas)
    return canvas.document(title: title, setting)
  }

  /// With as many digits as it takes to tell the value, up to three more than the axis has.
  private func objective(_ value: Double, _ panel: Panel) -> String {
    var style = panel.axis.style
    let scaled = value * style.scale
    for _ in 0..<3 {
      let shown = Double(FixedPoint.string(scaled, digits: style.digits)) ?? scaled
      if (shown - scaled).magnitude <= 1e-6 * max(scaled.magnitude, 1) { break }
      style.digits += 1
    }
    return "objective " + style.text(value)
  }

  private func draw(
    _ panel: Panel, in box: Box, _ axis: TimeAxis, _ colors: [(name: String, css: String)],
    on canvas: inout SVGCanvas
  ) {
    let all = panel.lines.flatMap(\.values).compactMap { $0 } + (panel.objective.map { [$0] } ?? [])
    let scale = ChartScale(
      panel.axis, values: all, from: box.bottom, to: box.y, wanted: 4,
      padding: panel.axis.scale == .logarithmic ? 0.05 : 0)
    canvas.text(panel.axis.label, 0, box.y - 12, .start, "small halo")
    for tick in scale.ticks {
      canvas.line(box.x, tick.position, box.right, tick.position, "grid")
      canvas.text(tick.label, box.x - 8, tick.position + 4, .end, "small muted")
    }
    canvas.line(box.x, box.bottom, box.right, box.bottom, "axis")
    var ends: [(name: String, css: String, y: Double)] = []
    if let value = panel.objective, let y = scale.clamped(value) {
      canvas.line(box.x, y, box.right, y, "objective")
      ends.append((objective(value, panel), "muted", y))
    }
    let order: [ChartRole] = [.reference, .baseline, .ordinary]
    for role in order {
      for line in panel.lines where line.role == role {
        let css = colors.first { $0.name == line.policy }?.css ?? "c-base"
        canvas.path(path(line, scale, axis), "line \(line.isFaint ? "thin " : "")\(css)")
      }
    }
    for line in panel.lines {
      let css = colors.first { $0.name == line.policy }?.css ?? "c-base"
      guard let index = line.values.lastIndex(where: { $0 != nil }),
        let last = line.values[index], let y = scale.clamped(last)
      else { continue }
      let classes = (line.role == .baseline ? "strong " : "") + css
      // A line that stops before the end is named where it stops.
      guard Double(index + 1) < 0.95 * Double(line.values.count) else {
        ends.append((line.name, classes, y))
        continue
      }
      let x = axis.position(from + (Double(index) + 0.5) * step)
      canvas.text("\(line.name): none after", x + 7, y - 7, .start, "small halo " + classes)
    }
    let places = LabelPlacement.spread(
      ends.map(\.y), gap: 15, low: box.y - 6, high: max(box.bottom, box.y + 15 * Double(ends.count))
    )
    for (end, y) in zip(ends, places) {
      canvas.path(
        [(box.right + 2, end.y), (box.right + 7, end.y), (box.right + 13, y), (box.right + 17, y)],
        "leader")
      canvas.text(end.name, box.right + 20, y + 4, .start, "small " + end.css)
    }
  }

  /// The line's points: for each pixel the first, lowest, highest and last value.
  ///
  /// That draws the same picture as all of them (U. Jugel and others, "M4", PVLDB 7(10), 2014).
  private func path(
    _ line: Line, _ scale: ChartScale, _ axis: TimeAxis
  ) -> [(x: Double, y: Double)?] {
    var result: [(x: Double, y: Double)?] = []
    var bucket: [(x: Double, y: Double)] = []
    func flush() {
      if bucket.count <= 4 {
        result += bucket.map { $0 }
      } else {
        let low = bucket.indices.min { (bucket[$0].y, $0) < (bucket[$1].y, $1) } ?? 0
        let high = bucket.indices.max { (bucket[$0].y, $0) < (bucket[$1].y, $1) } ?? 0
        var kept = [0, min(low, high), max(low, high), bucket.count - 1]
        kept = kept.enumerated().filter { $0.offset == 0 || kept[$0.offset - 1] != $0.element }
          .map(\.element)
        result += kept.map { bucket[$0] }
      }
      bucket.removeAll(keepingCapacity: true)
    }
    for (index, value) in line.values.enumerated() {
      guard let value, let y = scale.clamped(value) else {
        flush()
        if result.last ?? nil != nil { result.append(nil) }
        continue
      }
      let x = axis.position(from + (Double(index) + 0.5) * step)
      if let first = bucket.first, ChartScale.wholeBelow(x) != ChartScale.wholeBelow(first.x) {
        flush()
      }
      bucket.append((x, y))
    }
    flush()
    return result
  }
}
