extension ShareChart {
  /// The chart as SVG.
  public func svg(_ setting: SVGSetting = .standalone) -> String {
    let width = 960.0
    let panelHeight = panels.count > 3 ? 92.0 : 120.0
    let count = panels.flatMap(\.layers).map(\.count).max() ?? 0
    let axis = TimeAxis(
      from: from, until: from + Double(max(count, 1)) * step, clock: clock, left: 56,
      right: width - 20)
    let placed = axis.placed(incidents)
    let key = keyRows(width: width)
    let keyHeight = Double((key.last?.row ?? 0) + 1) * 20 + 8
    let names = 28 + keyHeight
    let top = names + TimeAxis.height(of: placed)
    let pitch = panelHeight + 38
    let height = top + Double(panels.count) * pitch + 38
    var canvas = SVGCanvas(width: width, height: height)
    canvas.text(title, 0, 16, .start, "strong")
    for entry in key {
      let y = 30 + Double(entry.row) * 20
      canvas.rectangle(
        Box(x: entry.x, y: y, width: 12, height: 12), ChartTheme.area(entry.index))
      canvas.text(deployments[entry.index], entry.x + 17, y + 10.5, .start, "small")
    }
    axis.drawNames(placed, top: names, on: &canvas)
    for (index, panel) in panels.enumerated() {
      let box = Box(
        x: axis.left, y: top + Double(index) * pitch + 26, width: axis.right - axis.left,
        height: panelHeight)
      draw(panel, in: box, axis, placed, on: &canvas)
    }
    axis.drawTicks(bottom: top + Double(panels.count) * pitch - 12, on: &canvas)
    return canvas.document(title: title, setting)
  }

  private func keyRows(width: Double) -> [(index: Int, row: Int, x: Double)] {
    var result: [(index: Int, row: Int, x: Double)] = []
    var (x, row) = (0.0, 0)
    for (index, name) in deployments.enumerated() {
      let need = 17 + TextMetrics.width(name, size: 12) + 16
      if x > 0, x + need > width { (x, row) = (0, row + 1) }
      result.append((index, row, x))
      x += need
    }
    return result
  }

  /// The shares of one panel in at most `columns` columns: for each, when, and the tops of the layers.
  private func columns(_ panel: Panel, atMost columns: Int) -> [(time: Double, tops: [Double]?)] {
    let count = panel.layers.map(\.count).max() ?? 0
    let size = max(1, (count + columns - 1) / columns)
    return stride(from: 0, to: count, by: size).map { begin in
      let range = begin..<min(begin + size, count)
      let sums = deployments.indices.map { layer -> Double in
        guard layer < panel.layers.count else { return 0 }
        let values = panel.layers[layer]
        return range.reduce(0) { sum, index in
          guard index < values.count, values[index] > 0, values[index].isFinite else { return sum }
          return sum + values[index]
        }
      }
      let total = sums.reduce(0, +)
      let time = from + Double(range.lowerBound + range.upperBound) / 2 * step
      guard total > 0 else { return (time, nil) }
      var running = 0.0
      return (
        time,
        sums.map { sum in
          running += sum
          return min(running / total, 1)
        }
      )
    }
  }

  private func draw(
    _ panel: Panel, in box: Box, _ axis: TimeAxis, _ placed: [TimeAxis.Placed],
    on canvas: inout SVGCanvas
  ) {
    canvas.text(panel.name, box.x, box.y - 9, .start, "strong small halo")
    for (share, label) in [(0.0, "0"), (0.5, "50"), (1.0, "100 %")] {
      let y = box.bottom - share * box.height
      canvas.line(box.x - 4, y, box.x, y, "axis")
      canvas.text(label, box.x - 8, y + 4, .end, "small muted")
    }
    let columns = columns(panel, atMost: 420)
    let half = columns.count > 1 ? (columns[1].time - columns[0].time) / 2 : step / 2
    var runs: [[(time: Double, tops: [Double])]] = []
    var isOpen = false
    for column in columns {
      guard let tops = column.tops else {
        isOpen = false
        continue
      }
      if isOpen {
        runs[runs.count - 1].append((column.time, tops))
      } else {
        runs.append([(column.time, tops)])
      }
      isOpen = true
    }
    for run in runs {
      for layer in deployments.indices {
        let outline = outline(run, layer, half, box, axis)
        if let outline { canvas.path(outline, closed: true, ChartTheme.area(layer)) }
      }
    }
    for incident in placed {
      let (a, b) = (axis.position(incident.band.from), axis.position(incident.band.until))
      canvas.rectangle(Box(x: a, y: box.y, width: b - a, height: box.height), "veil")
      for x in [a, b] { canvas.line(x, box.y - 6, x, box.bottom, "edge") }
    }
    for run in runs where run.count > 2 { drawNames(run, box, axis, on: &canvas) }
  }

  private func outline(
    _ run: [(time: Double, tops: [Double])], _ layer: Int, _ half: Double, _ box: Box,
    _ axis: TimeAxis
  ) -> [(x: Double, y: Double)]? {
    func bottom(_ tops: [Double]) -> Double { layer == 0 ? 0 : tops[layer - 1] }
    guard run.contains(where: { $0.tops[layer] - bottom($0.tops) > 0.000_5 }) else { return nil }
    func point(_ time: Double, _ share: Double) -> (x: Double, y: Double) {
      (axis.position(time), box.bottom - share * box.height)
    }
    guard let first = run.first, let last = run.last else { return nil }
    var upper = [point(first.time - half, first.tops[layer])]
    upper += run.map { point($0.time, $0.tops[layer]) }
    upper.append(point(last.time + half, last.tops[layer]))
    var lower = [point(last.time + half, bottom(last.tops))]
    lower += run.reversed().map { point($0.time, bottom($0.tops)) }
    lower.append(point(first.time - half, bottom(first.tops)))
    return ShareChart.simplified(upper) + ShareChart.simplified(lower)
  }

  /// Leaves out points that lie on a level stretch.
  private static func simplified(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    points.enumerated().filter { index, point in
      guard index > 0, index < points.count - 1 else { return true }
      return abs(points[index - 1].y - point.y) > 0.04 || abs(points[index + 1].y - point.y) > 0.04
    }.map(\.element)
  }

  /// Writes each deployment's name where its area is widest, if it fits there.
  private func drawNames(
    _ run: [(time: Double, tops: [Double])], _ box: Box, _ axis: TimeAxis,
    on canvas: inout SVGCanvas
  ) {
    for layer in deployments.indices {
      let need = TextMetrics.width(deployments[layer], size: 12) + 12
      var best: (height: Double, x: Double, y: Double)?
      for start in stride(from: 0, to: run.count, by: max(1, run.count / 60)) {
        let left = axis.position(run[start].time)
        var (low, high) = (0.0, 1.0)
        var end = start
        while end < run.count, axis.position(run[end].time) - left < need {
          low = max(low, layer == 0 ? 0 : run[end].tops[layer - 1])
          high = min(high, run[end].tops[layer])
          end += 1
        }
        let height = (high - low) * box.height
        if end < run.count, height >= 17, height > (best?.height ?? 0) + 2 {
          best = (height, left + need / 2, box.bottom - (low + high) / 2 * box.height)
        }
      }
      if let best {
        canvas.text(deployments[layer], best.x, best.y + 4, .middle, "small")
      }
    }
  }
}
