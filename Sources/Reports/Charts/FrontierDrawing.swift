extension FrontierChart {
  /// The indices of the points on the frontier, by rising x.
  ///
  /// - Complexity: O(n²), for the dozens of policies that a chart can hold.
  public var frontier: [Int] {
    let able = points.indices.filter {
      points[$0].role != .reference && points[$0].x.isFinite && points[$0].y.isFinite
    }
    let kept = able.filter { index in
      !able.contains { other in
        let (a, b) = (points[other], points[index])
        return a.x <= b.x && a.y <= b.y && (a.x < b.x || a.y < b.y)
      }
    }
    return kept.sorted { (points[$0].x, $0) < (points[$1].x, $1) }
  }

  /// The chart as SVG.
  public func svg(_ setting: SVGSetting = .standalone) -> String {
    let width = 860.0
    let height = 400.0
    let plot = Box(x: 64, y: 62, width: width - 64 - 28, height: height - 62 - 52)
    var canvas = SVGCanvas(width: width, height: height)
    let drawn = points.indices.filter { points[$0].x.isFinite && points[$0].y.isFinite }
    let xs = drawn.flatMap { [points[$0].x] + ends(points[$0].x, points[$0].xHalfWidth) }
    let ys = drawn.flatMap { [points[$0].y] + ends(points[$0].y, points[$0].yHalfWidth) }
    let across = ChartScale(x, values: xs, from: plot.x, to: plot.right, wanted: 8, padding: 0.06)
    let up = ChartScale(y, values: ys, from: plot.bottom, to: plot.y, wanted: 6, padding: 0.06)
    let visible = drawn.filter {
      across.position(points[$0].x) != nil && up.position(points[$0].y) != nil
    }

    canvas.text(title, 0, 16, .start, "strong")
    canvas.text(y.label, 0, 44, .start, "small")
    drawKey(right: plot.right, on: &canvas)
    for tick in up.ticks {
      canvas.line(plot.x, tick.position, plot.right, tick.position, "grid")
      canvas.text(tick.label, plot.x - 8, tick.position + 4, .end, "small muted")
    }
    for tick in across.ticks {
      canvas.line(tick.position, plot.bottom, tick.position, plot.bottom + 4, "axis")
      canvas.text(tick.label, tick.position, plot.bottom + 18, .middle, "small muted")
    }
    canvas.line(plot.x, plot.bottom, plot.right, plot.bottom, "axis")
    canvas.text(x.label, plot.right, plot.bottom + 38, .end, "small")
    canvas.text(
      "← lower left is better on both", plot.x, plot.bottom + 38, .start, "small muted")
    drawFrontier(across, up, plot, on: &canvas)
    drawPoints(visible, across, up, plot, on: &canvas)
    return canvas.document(title: title + ". " + summary, setting)
  }

  /// The chart in words.
  private var summary: String {
    let names = frontier.map { points[$0].name }
    return names.isEmpty
      ? "No policy to show." : "On the frontier: \(names.joined(separator: ", "))."
  }

  private func ends(_ value: Double, _ halfWidth: Double?) -> [Double] {
    guard let halfWidth, halfWidth.isFinite else { return [] }
    return [value - halfWidth, value + halfWidth]
  }

  private func drawKey(right: Double, on canvas: inout SVGCanvas) {
    var at = right
    let hasIntervals = points.contains { $0.xHalfWidth != nil || $0.yHalfWidth != nil }
    let hasReference = points.contains { $0.role == .reference }
    var entries = ["Pareto frontier", "on it", "dominated"]
    if hasReference { entries.append("reference, cannot be chosen") }
    if hasIntervals { entries.append("95 % interval") }
    for (index, entry) in entries.enumerated().reversed() {
      at -= TextMetrics.width(entry, size: 12)
      canvas.text(entry, at, 44, .start, "small muted")
      at -= 8
      switch (index, entry) {
      case (0, _):
        at -= 24
        canvas.line(at, 40, at + 24, 40, "frontier")
      case (1, _):
        at -= 10
        canvas.circle(at + 5, 40, radius: 5, "c-base dot")
      case (2, _):
        at -= 10
        canvas.circle(at + 5, 40, radius: 4.2, "c-base ring")
      case (_, "95 % interval"):
        at -= 18
        canvas.line(at, 40, at + 18, 40, "whisker c-base")
      default:
        at -= 10
        canvas.circle(at + 5, 40, radius: 4.2, "c-ref ring")
      }
      at -= 18
    }
  }

  private func drawFrontier(
    _ across: ChartScale, _ up: ChartScale, _ plot: Box, on canvas: inout SVGCanvas
  ) {
    var stairs: [(x: Double, y: Double)?] = []
    var level = plot.y
    for index in frontier {
      guard let px = across.clamped(points[index].x), let py = up.clamped(points[index].y) else {
        continue
      }
      stairs.append((px, level))
      stairs.append((px, py))
      level = py
    }
    guard !stairs.isEmpty else { return }
    stairs.append((plot.right, level))
    canvas.path(stairs + [(plot.right, plot.y)], closed: true, "dominated")
    for tick in up.ticks where tick.position < plot.bottom - 1 {
      canvas.line(plot.x, tick.position, plot.right, tick.position, "grid")
    }
    canvas.path(stairs, "frontier")
  }

  private func drawPoints(
    _ visible: [Int], _ across: ChartScale, _ up: ChartScale, _ plot: Box,
    on canvas: inout SVGCanvas
  ) {
    let colors = ChartTheme.classes(points.map { ($0.name, $0.role) })
    let best = frontier
    var obstacles: [(box: Box, weight: Double)] = []
    var names: [LabelPlacement.Name] = []
    func css(_ index: Int) -> String {
      colors.first { $0.name == points[index].name }?.css ?? "c-base"
    }
    for index in visible {
      let point = points[index]
      guard let px = across.clamped(point.x), let py = up.clamped(point.y) else { continue }
      obstacles.append((Box(x: px - 6, y: py - 6, width: 12, height: 12), 20))
      let xEnds = ends(point.x, point.xHalfWidth).compactMap { across.clamped($0) }
      if xEnds.count == 2, abs(xEnds[1] - xEnds[0]) > 1 {
        canvas.line(xEnds[0], py, xEnds[1], py, "whisker " + css(index))
        obstacles.append((Box(x: xEnds[0], y: py - 2, width: xEnds[1] - xEnds[0], height: 4), 8))
      }
      let yEnds = ends(point.y, point.yHalfWidth).compactMap { up.clamped($0) }
      if yEnds.count == 2, abs(yEnds[1] - yEnds[0]) > 1 {
        canvas.line(px, yEnds[0], px, yEnds[1], "whisker " + css(index))
        obstacles.append((Box(x: px - 2, y: yEnds[1], width: 4, height: yEnds[0] - yEnds[1]), 8))
      }
      let text = label(index)
      names.append(
        .init(x: px, y: py, width: TextMetrics.width(text, size: 13), height: 16))
    }
    var last: (x: Double, y: Double)?
    for index in best {
      guard let px = across.clamped(points[index].x), let py = up.clamped(points[index].y) else {
        continue
      }
      let top = last?.y ?? plot.y
      obstacles.append((Box(x: px - 1.5, y: top, width: 3, height: max(py - top, 0)), 2))
      if let last {
        obstacles.append(
          (Box(x: last.x, y: last.y - 1.5, width: max(px - last.x, 0), height: 3), 2))
      }
      last = (px, py)
    }
    if let last {
      obstacles.append(
        (Box(x: last.x, y: last.y - 1.5, width: max(plot.right - last.x, 0), height: 3), 2))
    }
    let room = Box(x: plot.x + 2, y: plot.y - 4, width: plot.width + 20, height: plot.height)
    let boxes = LabelPlacement(bounds: room, obstacles: obstacles).place(names)
    for (index, (name, box)) in zip(visible, zip(names, boxes)) {
      let nearX = min(max(name.x, box.x), box.right)
      let nearY = min(max(name.y, box.y + 3), box.bottom - 3)
      if LabelPlacement.needsLeader(name, box) {
        canvas.line(name.x, name.y, nearX, nearY, "leader")
      }
      let point = points[index]
      let hint = "\(point.name): \(x.style.text(point.x)), \(y.style.text(point.y))"
      if best.contains(index) {
        canvas.circle(name.x, name.y, radius: 5.5, css(index) + " dot", hint: hint)
      } else {
        canvas.circle(name.x, name.y, radius: 4.6, css(index) + " ring", hint: hint)
      }
      // An anchor on the side of the point keeps the gap even when the font is narrower than thought.
      let classes = (point.role == .baseline ? "strong " : "") + "halo " + css(index)
      if box.x >= name.x {
        canvas.text(label(index), box.x, box.y + 12, .start, classes)
      } else if box.right <= name.x {
        canvas.text(label(index), box.right, box.y + 12, .end, classes)
      } else {
        canvas.text(label(index), box.x + box.width / 2, box.y + 12, .middle, classes)
      }
    }
  }

  private func label(_ index: Int) -> String {
    let point = points[index]
    return point.role == .ordinary ? point.name : "\(point.name) (\(point.role.rawValue))"
  }
}
