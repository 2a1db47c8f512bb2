extension HeatMapChart {
  /// The chart as SVG.
  public func svg(_ setting: SVGSetting = .standalone) -> String {
    let width = 860.0
    let labels = rows.map { TextMetrics.width($0, size: 12) }.max() ?? 0
    let left = labels + 34
    let perLine = panels.count == 1 ? 1 : panels.count == 2 || panels.count == 4 ? 2 : 3
    let gap = 26.0
    let panelWidth = (width - gap * Double(perLine - 1)) / Double(perLine)
    let cellWidth = min((panelWidth - left) / Double(max(1, columns.count)), 110)
    let cellHeight = 24.0
    let panelHeight = 30 + cellHeight * Double(rows.count) + 52
    let lines = (panels.count + perLine - 1) / perLine
    var canvas = SVGCanvas(width: width, height: 62 + panelHeight * Double(lines))
    canvas.text(title, 0, 16, .start, "strong")
    drawLegend(at: 36, on: &canvas)
    for (index, panel) in panels.enumerated() {
      let x = Double(index % perLine) * (panelWidth + gap)
      let y = 58 + Double(index / perLine) * panelHeight
      canvas.text(panel.name, x + left, y + 16, .start, "strong")
      let box = Box(
        x: x + left, y: y + 26, width: cellWidth * Double(columns.count),
        height: cellHeight * Double(rows.count))
      draw(panel, in: box, cell: (cellWidth, cellHeight), on: &canvas)
    }
    return canvas.document(title: title, setting, rules: HeatMapChart.style)
  }

  private func draw(
    _ panel: Panel, in box: Box, cell: (width: Double, height: Double),
    on canvas: inout SVGCanvas
  ) {
    for (row, cells) in panel.cells.enumerated() {
      let y = box.bottom - Double(row + 1) * cell.height
      for (column, share) in cells.enumerated() {
        let place = Box(
          x: box.x + Double(column) * cell.width, y: y, width: cell.width, height: cell.height)
        let level = share.map(HeatMapChart.level)
        let words = share.map { NumberStyle.percent(digits: 0).text($0) } ?? legend.missing
        canvas.rectangle(
          place, "heat " + (level.map { "h\($0)" } ?? "h-none"),
          hint: "\(panel.name): \(columns[column]), \(rows[row]): \(words)")
        let sign = share.map { NumberStyle.percent(digits: 0).bare($0) } ?? "–"
        canvas.text(
          sign, place.x + cell.width / 2, y + cell.height / 2 + 4.5, .middle,
          "small " + (level.map { $0 == 0 || $0 == 4 ? "on-heat" : "" } ?? "muted"))
      }
    }
    for (row, label) in rows.enumerated() where row % max(1, rows.count / 8) == 0 {
      let y = box.bottom - (Double(row) + 0.5) * cell.height
      canvas.text(label, box.x - 7, y + 4.5, .end, "small muted")
    }
    let widest = columns.map { TextMetrics.width($0, size: 12) }.max() ?? 0
    let every = max(1, Int((widest + 8) / cell.width) + (widest + 8 > cell.width ? 1 : 0))
    for (column, label) in columns.enumerated() where column % every == 0 {
      let x = box.x + (Double(column) + 0.5) * cell.width
      canvas.text(label, x, box.bottom + 16, .middle, "small muted")
    }
    canvas.text(xTitle + " →", box.right, box.bottom + 34, .end, "small muted")
    canvas.text("↑ " + yTitle, box.x, box.bottom + 34, .start, "small muted")
  }

  private func drawLegend(at y: Double, on canvas: inout SVGCanvas) {
    var x = 0.0
    func entry(_ css: String, _ words: String) {
      canvas.rectangle(Box(x: x, y: y - 10, width: 14, height: 13), "heat " + css)
      canvas.text(words, x + 20, y, .start, "small muted")
      x += 20 + TextMetrics.width(words, size: 12) + 20
    }
    entry("h4", legend.all)
    entry("h2", "some do")
    entry("h0", legend.none)
    if panels.contains(where: { $0.cells.contains { $0.contains(nil) } }) {
      entry("h-none", "– " + legend.missing)
    }
    canvas.text("numbers: percent of runs", x, y, .start, "small muted")
  }

  /// Which of five colours a share has; only all is the best and only nothing the worst.
  private static func level(_ share: Double) -> Int {
    if share <= 0 { return 0 }
    if share >= 1 { return 4 }
    return min(3, max(1, Int(share * 3) + 1))
  }

  /// The colours of this chart alone: blue for good and orange for bad, told apart by lightness too.
  private static let style = """
    .chart .heat{stroke:var(--paper);stroke-width:1.5}
    .chart .h0{fill:#b84300}.chart .h1{fill:#efb48a}.chart .h2{fill:#e6e0da}.chart .h3{fill:#a9cbea}
    .chart .h4{fill:#0a66b7}.chart .h-none{fill:var(--zone)}.chart text.on-heat{fill:#fff}
    @media (prefers-color-scheme:dark){.chart .h0{fill:#d9662b}.chart .h1{fill:#7d4a2c}
    .chart .h2{fill:#45423f}.chart .h3{fill:#2f5478}.chart .h4{fill:#3d86cf}}

    """
}
