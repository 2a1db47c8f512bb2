import Reports

/// A report on made-up numbers: its shape is that of a real comparison, its content is invented.
enum Demonstration {
  static let policies = ["today", "failover", "hedged", "cheapest", "affinity", "oracle"]
  static let incidents = [
    IncidentBand("sweden down", from: 2 * 3600, until: 3 * 3600 + 1500),
    IncidentBand("france herd", from: 2 * 3600 + 300, until: 3 * 3600 + 600),
    IncidentBand("deploy", from: 5 * 3600, until: 5 * 3600 + 900),
  ]

  /// A repeatable number in [0, 1) for a place.
  static func noise(_ a: Int, _ b: Int) -> Double {
    var z =
      UInt64(truncatingIfNeeded: a) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(b) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) / 9_007_199_254_740_992
  }

  /// How hard the outage bites in a minute: 0 to 1.
  static func outage(_ minute: Int) -> Double {
    let m = Double(minute) - 120
    if m < 0 || m > 85 { return 0 }
    if m < 8 { return m / 8 }
    return m > 65 ? (85 - m) / 20 : 1
  }

  static var table: Table {
    let ms = NumberStyle.seconds(digits: 2)
    return Table(
      name: "comparison",
      caption: "Case outage: 8 h, 10 paired replications, difference from today below each value",
      columns: [
        .text("policy", title: "policy"),
        .number(
          "successPerCall", title: "success per call", in: .percent(digits: 2),
          meaning: "Calls that ended in a complete answer, of all that arrived."),
        .number("availability", title: "availability", in: .percent(digits: 2)),
        .number("ttft.p50", title: "p50", in: ms, group: "time to first token"),
        .number("ttft.p99", title: "p99", in: ms, group: "time to first token"),
        .number("endToEnd.p99", title: "end to end p99", in: .seconds(digits: 1)),
        .number(
          "costPerSuccess", title: "cost per 1,000 successes",
          in: NumberStyle(unit: "$", scale: 1000, digits: 2)),
        .number("amplification", title: "attempts per call", in: .plain(digits: 3)),
      ],
      rows: [
        Table.Row(
          [
            "today", .interval(0.8411, halfWidth: 0.0021), .interval(0.8423, halfWidth: 0.0021),
            .interval(0.74, halfWidth: 0.01), .interval(6.81, halfWidth: 0.22),
            .interval(41.2, halfWidth: 0.9), .interval(0.004_12, halfWidth: 0.000_03),
            .interval(1, halfWidth: 0),
          ], role: .baseline),
        Table.Row([
          "failover", .compared(0.9961, .init(0.155, halfWidth: 0.0021, .better)),
          .compared(0.9973, .init(0.155, halfWidth: 0.0021, .better)),
          .compared(0.75, .init(0.01, halfWidth: 0.008, .equivalent)),
          .compared(1.92, .init(-4.89, halfWidth: 0.21, .better)),
          .compared(22.4, .init(-18.8, halfWidth: 0.9, .better)),
          .compared(0.004_31, .init(0.000_19, halfWidth: 0.000_02, .worse)),
          .compared(1.127, .init(0.127, halfWidth: 0.004, .worse)),
        ]),
        Table.Row([
          "hedged", .compared(0.9978, .init(0.1567, halfWidth: 0.0021, .better)),
          .compared(0.9989, .init(0.1566, halfWidth: 0.0021, .better)),
          .compared(0.69, .init(-0.05, halfWidth: 0.01, .better)),
          .compared(1.31, .init(-5.5, halfWidth: 0.21, .better)),
          .compared(19.9, .init(-21.3, halfWidth: 0.9, .better)),
          .compared(0.005_22, .init(0.001_1, halfWidth: 0.000_02, .worse)),
          .compared(1.411, .init(0.411, halfWidth: 0.004, .worse)),
        ]),
        Table.Row([
          "cheapest", .compared(0.8398, .init(-0.0013, halfWidth: 0.0019, .undecided)),
          .compared(0.841, .init(-0.0013, halfWidth: 0.0019, .undecided)),
          .compared(0.98, .init(0.24, halfWidth: 0.01, .worse)),
          .missing("fewer than 1,000 successes in the worst replication: no p99"),
          .compared(44.0, .init(2.8, halfWidth: 1.0, .worse)),
          .compared(0.002_87, .init(-0.001_25, halfWidth: 0.000_02, .better)),
          .compared(1.0, .init(0, halfWidth: 0, .equivalent)),
        ]),
        Table.Row(
          [
            "oracle", .number(0.9991), .number(0.9997), .number(0.68), .number(1.12),
            .number(17.0), .number(0.004_05), .number(1.0),
          ], role: .reference),
      ],
      notes: [
        "Availability leaves out calls rejected by the tenant's own limits.",
        "oracle knows the future: for orientation, cannot be deployed.",
      ])
  }

  static var frontier: Figure {
    Figure(
      name: "frontier",
      caption:
        "Failover buys 4.9 s of p99 for 19 cents per thousand; hedging buys 0.6 s more for 91.",
      chart: .frontier(
        FrontierChart(
          title: "Cost against time to first token",
          x: ChartAxis(
            "cost per 1,000 successes", in: NumberStyle(unit: "$", scale: 1000, digits: 2)),
          y: ChartAxis("time to first token, p99", in: .seconds(digits: 2)),
          points: [
            .init(
              "today", x: 0.004_12, xHalfWidth: 0.000_03, y: 6.81, yHalfWidth: 0.22, role: .baseline
            ),
            .init("failover", x: 0.004_31, xHalfWidth: 0.000_04, y: 1.92, yHalfWidth: 0.1),
            .init("hedged", x: 0.005_22, xHalfWidth: 0.000_09, y: 1.31, yHalfWidth: 0.06),
            .init("cheapest", x: 0.002_87, xHalfWidth: 0.000_05, y: 7.9, yHalfWidth: 0.5),
            .init("affinity", x: 0.004_27, xHalfWidth: 0.000_08, y: 2.11, yHalfWidth: 0.15),
            .init("affinity + cache", x: 0.004_34, xHalfWidth: 0.000_05, y: 2.05, yHalfWidth: 0.1),
            .init("round-robin", x: 0.004_9, xHalfWidth: 0.000_05, y: 4.4, yHalfWidth: 0.3),
            .init("oracle", x: 0.004_05, y: 1.12, role: .reference),
          ])))
  }

  static var timeline: Figure {
    func availability(_ policy: Int) -> [Double?] {
      (0..<480).map { minute in
        let calm = 0.9985 - 0.004 * noise(policy + 10, minute) * noise(policy + 20, minute)
        let bite: Double = [0.93, 0.03, 0.012][policy]
        return calm - bite * outage(minute) * (0.9 + 0.1 * noise(policy, minute))
      }
    }
    func latency(_ policy: Int, _ base: Double, _ bite: Double) -> [Double?] {
      (0..<480).map { minute in
        base * (0.92 + 0.16 * noise(policy + 40, minute))
          + bite * outage(minute) * (0.8 + 0.4 * noise(policy + 50, minute))
      }
    }
    let names = [("today", ChartRole.baseline), ("failover", .ordinary), ("hedged", .ordinary)]
    return Figure(
      name: "timeline",
      caption: "Today loses nine calls in ten while Sweden is down; the others lose one in thirty.",
      chart: .timeline(
        TimelineChart(
          title: "Availability and latency per minute", clock: .timeOfDay(secondsAtZero: 7 * 3600),
          panels: [
            .init(
              ChartAxis("availability", in: .percent(digits: 1)),
              lines: names.enumerated().map { index, name in
                .init(name.0, values: availability(index), role: name.1)
              }, objective: 0.995),
            .init(
              ChartAxis("time to first token", in: .seconds(digits: 1), scale: .logarithmic),
              lines: names.enumerated().flatMap { index, name -> [TimelineChart.Line] in
                [
                  .init(
                    name.0 + " p99", policy: name.0,
                    values: latency(index, [1.9, 1.85, 1.25][index], [24, 2.4, 0.5][index]),
                    role: name.1),
                  .init(
                    name.0 + " p50", policy: name.0,
                    values: latency(
                      index + 3, [0.74, 0.75, 0.69][index], [0.9, 0.2, 0.05][index]),
                    role: name.1, isFaint: true),
                ]
              }),
          ], incidents: incidents)))
  }

  static var shares: Figure {
    func layers(_ policy: Int) -> [[Double]] {
      let minutes = Array(0..<480)
      let down = minutes.map { policy == 0 ? 0 : min(1, outage($0) * 1.05) }
      let herd = minutes.map { policy == 2 ? 0.55 : 0.7 + 0.05 * noise(7, $0) }
      let sweden = minutes.map { 90 * (1 - down[$0]) + 4 * noise(1, $0) + 3 }
      let france = minutes.map { 6 + 90 * down[$0] * herd[$0] }
      let openai = minutes.map { 2 + 90 * down[$0] * (1 - herd[$0]) }
      return [sweden, france, openai]
    }
    return Figure(
      name: "shares",
      caption:
        "During the outage France takes two thirds of what Sweden cannot serve, OpenAI the rest.",
      chart: .shares(
        ShareChart(
          title: "Share of attempts by deployment",
          deployments: ["azure/sweden", "azure/france", "openai"],
          clock: .timeOfDay(secondsAtZero: 7 * 3600),
          panels: ["today", "failover", "hedged"].enumerated().map {
            .init($1, layers: layers($0))
          },
          incidents: incidents)))
  }

  static var forest: Figure {
    Figure(
      name: "differences",
      caption:
        "Every policy but cheapest is decided on availability; affinity with cache costs the same.",
      chart: .forest(
        ForestChart(
          title: "What each policy changes", baseline: "today",
          panels: [
            .init(
              ChartAxis(
                "cost per 1,000 successes", in: NumberStyle(unit: "$", scale: 1000, digits: 2)),
              better: .lower, matters: 0.000_08,
              rows: [
                .init("failover", difference: 0.000_19, halfWidth: 0.000_02, .worse),
                .init("hedged", difference: 0.001_1, halfWidth: 0.000_06, .worse),
                .init("affinity", difference: 0.000_05, halfWidth: 0.000_09, .undecided),
                .init("affinity + cache", difference: 0.000_01, halfWidth: 0.000_03, .equivalent),
                .init("cheapest", difference: -0.001_25, halfWidth: 0.000_08, .better),
              ]),
            .init(
              ChartAxis("availability", in: .percent(digits: 2)), better: .higher, matters: 0.0005,
              rows: [
                .init("failover", difference: 0.155, halfWidth: 0.0021, .better),
                .init("hedged", difference: 0.1566, halfWidth: 0.0021, .better),
                .init("cheapest", difference: -0.0013, halfWidth: 0.0019, .undecided),
              ]),
          ])))
  }

  static var bridge: Figure {
    Figure(
      name: "bridge",
      caption: "Failover costs more because France and OpenAI are dearer, not because of retries.",
      chart: .bridge(
        BridgeChart(
          title: "From today to failover: cost per 1,000 successes",
          axis: ChartAxis(
            "cost per 1,000 successes", in: NumberStyle(unit: "$", digits: 2, unitLeads: true)),
          from: ("today", 4.12),
          steps: [
            .init("mix: dearer deployments", 0.21), .init("tier", 0),
            .init("retries and hedges", 0.06),
            .init("cache", -0.05), .init("abandoned", -0.03),
          ], to: ("failover", 4.31))))
  }

  static var report: Report {
    Report(
      title: "Provider outage: today against five policies",
      subtitle:
        "scenarios/provider-outage, case outage · 10 paired replications, seed 1 · \(604_800) calls each",
      blocks: [
        .question(
          "Does failover keep chat available when Azure Sweden goes down, and what does it cost?"),
        .answer(
          """
          Yes: failover raises availability from 84.2 % to \(strong: "99.7 %"), cuts p99 from 6.8 s to \
          1.9 s and costs \(strong: "19 cents more per 1,000 successes") (+4.6 %).
          """, .better),
        .table(table), .figure(frontier),
        .note(
          "Availability is conditional on these incidents: the run spans less than 20 outage cycles.",
          .caution),
        .heading("What changes"), .figure(forest),
        .heading("When"), .figure(timeline), .figure(shares),
        .heading("Why"), .figure(bridge),
        .paragraph("The two policies differ on \(5121) calls; replay one of each kind:"),
        .code(
          "gateway-lab explain scenarios/provider-outage --request 1842 --policy today --policy failover\n",
          language: "sh"),
        .heading("Can it be trusted"),
        .list([
          "14 inputs from the vendors' sheets, 3 from own logs, 2 assumed: \(code: "france.latency"), \(code: "openai.faults").",
          "All \(31) laws hold in every replication.",
          "Expectation \(code: "p95 timeToFirstToken of chat <= 2s"): \("holds", .holds) for failover, \("fails", .fails) for today.",
        ]),
        .details(
          "Words and measures",
          [
            .definitions([
              .init(
                "availability",
                "Successful calls of those that arrived and were not rejected by their own limits."),
              .init("p99", "The time that 99 of 100 successes stay below."),
            ])
          ]),
      ])
  }
}
