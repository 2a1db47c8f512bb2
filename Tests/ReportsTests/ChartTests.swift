import Testing

@testable import Reports

@Suite("A chart")
struct ChartTests {
  static let seconds = ChartAxis("time", in: .seconds(digits: 1))

  @Test("is committed as a file of its own", arguments: Demonstration.report.figures.map(\.name))
  func files(name: String) throws {
    let figure = try #require(Demonstration.report.figures.first { $0.name == name })
    try expectSnapshot(figure.svg(), figure.fileName)
  }

  @Test("of two measures finds the frontier")
  func frontier() {
    let chart = FrontierChart(
      title: "t", x: Self.seconds, y: Self.seconds,
      points: [
        .init("a", x: 1, y: 9), .init("b", x: 2, y: 5), .init("c", x: 3, y: 5),
        .init("twin of b", x: 2, y: 5), .init("d", x: 4, y: 1), .init("e", x: 5, y: 2),
        .init("bound", x: 0, y: 0, role: .reference), .init("broken", x: .nan, y: 0),
      ])
    #expect(chart.frontier.map { chart.points[$0].name } == ["a", "b", "twin of b", "d"])
  }

  @Test("never lets names cover one another, a point or the edge")
  func names() {
    for seed in 0..<10 {
      let names = (0..<12).map { index in
        LabelPlacement.Name(
          x: 100 + 600 * Demonstration.noise(seed, index),
          y: 80 + 300 * Demonstration.noise(seed + 1000, index), width: 90, height: 16)
      }
      let points = names.map { Box(x: $0.x - 6, y: $0.y - 6, width: 12, height: 12) }
      let bounds = Box(x: 64, y: 60, width: 760, height: 340)
      let boxes = LabelPlacement(bounds: bounds, obstacles: points.map { ($0, 20) }).place(names)
      for (index, box) in boxes.enumerated() {
        #expect(bounds.contains(box), "seed \(seed)")
        for other in boxes[(index + 1)...] { #expect(box.overlap(other) == 0, "seed \(seed)") }
        for point in points { #expect(box.overlap(point) < 12, "seed \(seed)") }
      }
    }
  }

  @Test("spreads names at line ends by at least their height, in order")
  func spread() {
    let placed = LabelPlacement.spread([10, 10, 11, 50, 52, 98], gap: 15, low: 0, high: 100)
    for (a, b) in zip(placed, placed.dropFirst()) { #expect(b - a >= 15 - 1e-9) }
    #expect(placed.allSatisfy { $0 >= 0 && $0 <= 100 })
    #expect(LabelPlacement.spread([], gap: 15, low: 0, high: 100).isEmpty)
  }

  @Test("has round ticks that cover the values")
  func ticks() {
    let scale = ChartScale(Self.seconds, values: [0.31, 1.92], from: 0, to: 100, wanted: 5)
    #expect(scale.ticks.map(\.label) == ["0.0", "0.5", "1.0", "1.5", "2.0"])
    let log = ChartScale(
      ChartAxis("time", in: .seconds(digits: 1), scale: .logarithmic), values: [0, 0.5, 90],
      from: 0, to: 100, wanted: 5)
    #expect(log.ticks.map(\.label) == ["0.5", "1", "2", "5", "10", "20", "50"])
    #expect(log.position(0) == nil)
    #expect(abs(ChartScale.binaryLogarithm(10) - 3.321_928_094_887_362) < 1e-9)
  }

  @Test("is drawn from nothing, from one value and from values that are no numbers")
  func degenerate() {
    for values in [[], [1.0], [.nan], [.infinity, 2], [0, 0], [1e-300, 1e300], [-1e18, 1e18]] {
      for scale in [ChartAxis.Scale.linear, .logarithmic] {
        let axis = ChartAxis("x", in: .plain(digits: 2), scale: scale)
        let charts: [Figure.Chart] = [
          .frontier(
            FrontierChart(
              title: "t", x: axis, y: axis,
              points: values.map { .init("p", x: $0, xHalfWidth: $0, y: $0, yHalfWidth: .nan) })),
          .timeline(
            TimelineChart(
              title: "t",
              panels: [.init(axis, lines: [.init("l", values: values)], objective: .nan)],
              incidents: [.init("i", from: -5, until: .infinity)])),
          .shares(
            ShareChart(
              title: "t", deployments: ["a", "b"], panels: [.init("p", layers: [values])],
              incidents: [.init("i", from: 0, until: 10)])),
          .forest(
            ForestChart(
              title: "t", baseline: "b",
              panels: [
                .init(
                  axis, better: .lower, matters: values.first,
                  rows: values.map { .init("r", difference: $0, halfWidth: $0, .better) })
              ])),
          .bridge(
            BridgeChart(
              title: "t", axis: axis, from: ("a", values.first ?? 0),
              steps: values.map { .init("s", $0) }, to: ("b", values.last ?? 0))),
        ]
        for chart in charts {
          let svg = Figure(name: "f", caption: "", chart: chart).svg()
          #expect(!svg.contains("nan") && !svg.contains("\"inf") && svg.hasSuffix("</svg>\n"))
        }
      }
    }
  }

  @Test("of a week stays small: a pixel keeps first, lowest, highest and last")
  func week() {
    let values: [Double?] = (0..<10_080).map {
      $0 == 5000 ? 0.2 : 1 - 0.01 * Demonstration.noise(1, $0)
    }
    let chart = TimelineChart(
      title: "t", panels: [.init(Self.seconds, lines: [.init("l", values: values)])])
    #expect(chart.svg().utf8.count < 60_000)
  }

  @Test("names a line that stops where it stops, and not at the end of the panel")
  func stops() {
    let going: [Double?] = (0..<40).map { _ in 2 }
    let stopping: [Double?] = (0..<40).map { $0 < 10 ? 4 : nil }
    func svg(_ values: [Double?]) -> String {
      TimelineChart(
        title: "t",
        panels: [
          .init(Self.seconds, lines: [.init("a", values: going), .init("b", values: values)])
        ]
      ).svg()
    }
    let stopped = svg(stopping)
    #expect(stopped.contains(">b: none after<") && !stopped.contains(">b<"))
    // A gap is no end, nor is a last value that is missing.
    let gap = stopping.enumerated().map { $0.offset > 20 && $0.offset < 39 ? 3 : $0.element }
    #expect(svg(gap).contains(">b<") && !svg(gap).contains("none after"))
  }

  @Test("writes an objective with as many digits as it takes")
  func objective() {
    func svg(_ objective: Double) -> String {
      TimelineChart(
        title: "t",
        panels: [
          .init(
            ChartAxis("availability", in: .percent(digits: 1)),
            lines: [.init("a", values: [0.9, 1])], objective: objective)
        ]
      ).svg()
    }
    #expect(svg(0.99).contains("objective 99.0 %") && svg(0.9999).contains("objective 99.99 %"))
    #expect(svg(0.99995).contains("objective 99.995 %"))
  }

  @Test("of a bridge shows what its causes do not explain")
  func unexplained() {
    let axis = ChartAxis("cost", in: .dollars(digits: 2))
    let chart = BridgeChart(
      title: "t", axis: axis, from: ("a", 1), steps: [.init("mix", 0.5)], to: ("b", 2))
    #expect(chart.svg().contains("unexplained"))
    #expect(chart.unexplained == 0.5)
  }
}
