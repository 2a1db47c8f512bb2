extension BridgeChart {
  /// What the causes do not explain.
  public var unexplained: Double { to - from - steps.reduce(0) { $0 + $1.change } }

  /// The chart as SVG.
  public func svg(_ setting: SVGSetting = .standalone) -> String {
    var all = steps
    let digit = FixedPoint.string(unexplained * axis.style.scale, digits: axis.style.digits)
    if digit.utf8.contains(where: { $0 >= UInt8(ascii: "1") && $0 <= UInt8(ascii: "9") }) {
      all.append(Step("unexplained", unexplained))
    }
    let width = 860.0
    let rowHeight = 28.0
    let labels = all.map(\.name) + [fromName, toName]
    let wide = labels.map { TextMetrics.width($0, size: 13) }.max() ?? 0
    let left = min(max(wide + 20, 90), 300)
    let top = 34.0
    let bottom = top + Double(all.count + 2) * rowHeight
    var canvas = SVGCanvas(width: width, height: bottom + 48)
    canvas.text(title, 0, 16, .start, "strong")

    var levels = [from]
    for step in all { levels.append((levels.last ?? from) + step.change) }
    levels.append(to)
    let low = levels.min() ?? 0
    let high = levels.max() ?? 1
    // Bars start at zero unless the changes would be too small to see; then the axis is cut, visibly.
    let isCut = low > 0 && high - low < 0.3 * high && high > low
    var ruled = axis
    ruled.includesZero = !isCut
    ruled.scale = .linear
    let values = isCut ? levels + [low - (high - low) * 0.6] : levels
    let scale = ChartScale(ruled, values: values, from: left, to: width - 110, wanted: 6)
    for tick in scale.ticks {
      canvas.line(tick.position, top, tick.position, bottom, "grid")
      canvas.text(tick.label, tick.position, bottom + 18, .middle, "small muted")
    }
    canvas.line(left, bottom, width - 110, bottom, "axis")
    let cut = isCut ? "; the axis does not start at zero" : ""
    canvas.text(axis.label + cut, width - 110, bottom + 36, .end, "small muted")

    let base = isCut ? left : scale.clamped(0) ?? left
    func row(_ index: Int) -> Double { top + Double(index) * rowHeight }
    func total(_ index: Int, _ name: String, _ value: Double) {
      guard let x = scale.clamped(value) else { return }
      let y = row(index)
      canvas.text(name, 0, y + 19, .start, "strong")
      canvas.rectangle(
        Box(x: min(base, x), y: y + 5, width: max(abs(x - base), 1), height: rowHeight - 10),
        "total", hint: axis.style.text(value))
      if isCut {
        let edge = left + 9
        canvas.path(
          [(edge + 5, y + 3), (edge, y + 10), (edge + 5, y + 17), (edge, y + 25)], "line tear")
      }
      canvas.text(axis.style.text(value), max(x, base) + 8, y + 19, .start, "strong")
    }
    total(0, fromName, from)
    for (index, step) in all.enumerated() {
      let y = row(index + 1)
      guard let a = scale.clamped(levels[index]), let b = scale.clamped(levels[index + 1]) else {
        continue
      }
      canvas.text(step.name, 0, y + 19)
      canvas.line(a, y - 5, a, y + rowHeight - 5, "leader")
      let text = axis.style.text(step.change, signed: true)
      let isNothing = text == axis.style.text(0)
      let css = isNothing ? "total" : step.change > 0 ? "up" : "down"
      let tone = isNothing ? "muted" : step.change > 0 ? "worse" : "better"
      canvas.rectangle(
        Box(x: min(a, b), y: y + 5, width: max(abs(b - a), 1.5), height: rowHeight - 10), css,
        hint: text)
      canvas.text(text, max(a, b) + 8, y + 19, .start, tone)
    }
    if let end = scale.clamped(levels[levels.count - 2]) {
      canvas.line(end, row(all.count + 1) - 5, end, row(all.count + 1) + 5, "leader")
    }
    total(all.count + 1, toName, to)
    return canvas.document(title: title, setting)
  }
}
