import Testing

@testable import Reports

@Suite("A heat map")
struct HeatMapTests {
  private let chart = HeatMapChart(
    title: "Back after the trigger", xTitle: "load (× the scenario's traffic)",
    columns: ["0.5", "1", "1.5"], yTitle: "length", rows: ["30s", "60s"],
    legend: HeatMapChart.Legend(all: "all come back", none: "none does", missing: "overloaded"),
    panels: [
      HeatMapChart.Panel("naive", cells: [[1, 0.5, nil], [1, 0, nil]]),
      HeatMapChart.Panel("budget <10 %>", cells: [[1, 1, 0.34], [1, 1, 0.01]]),
    ])

  @Test("has a cell, its share and a hint for each value, the first row at the bottom")
  func cells() throws {
    let svg = chart.svg()
    #expect(svg.components(separated: "class=\"heat h4\"") == 1 + 6)
    #expect(svg.components(separated: "class=\"heat h0\"") == 1 + 1)
    #expect(svg.components(separated: "class=\"heat h-none\"") == 1 + 2)
    for words in [
      "<title>naive: 1, 30s: 50 %</title>", "<title>naive: 1.5, 60s: overloaded</title>",
      "budget &lt;10 %&gt;", "load (× the scenario's traffic) →", "↑ length", "all come back",
      "prefers-color-scheme:dark",
    ] { #expect(svg.contains(words), "\(words)") }
    let rows = try ["30s", "60s"].map { label in
      try #require(svg.split(separator: "\n").first { $0.contains(">\(label)</text>") })
    }
    func y(_ line: Substring) -> Double? {
      line.split(separator: "\"").last { Double($0) != nil }.flatMap { Double($0) }
    }
    #expect(try #require(y(rows[0])) > #require(y(rows[1])))
  }

  @Test("brings its own colours, alone and inside a report, and the same bytes each time")
  func style() {
    #expect(chart.svg(.inline).contains(".chart .h0{"))
    #expect(!chart.svg(.inline).contains("--paper:"))
    #expect(chart.svg() == chart.svg())
    #expect(Figure(name: "map", caption: "c", chart: .heatMap(chart)).svg() == chart.svg())
  }

  @Test("lets no rounding pass for all or nothing")
  func levels() {
    let close = HeatMapChart(
      title: "t", xTitle: "x", columns: ["a", "b"], yTitle: "y", rows: ["r"],
      legend: chart.legend, panels: [HeatMapChart.Panel("p", cells: [[0.999, 0.001]])]
    ).svg()
    #expect(close.components(separated: "class=\"heat h4\"") == 1)
    #expect(close.components(separated: "class=\"heat h0\"") == 1)
  }
}

extension String {
  /// How often `part` stands in it.
  fileprivate func components(separated part: String) -> Int {
    var (count, rest) = (0, self[...])
    while let range = rest.firstRange(of: part) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
