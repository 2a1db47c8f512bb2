/// Colours and strokes of all charts, as CSS with variables for light and dark.
///
/// The eight series colours differ in lightness as well as hue (after Okabe and Ito's palette for
/// colour-blind readers, darkened on light paper so that text in them keeps a contrast of 4.5 : 1).
enum ChartTheme {
  /// How many series colours there are; further series start again.
  static let colors = 8

  /// The class of the `index`-th series colour.
  static func color(_ index: Int) -> String { "c\(index % colors + 1)" }

  /// The class of the `index`-th area colour: pale, so that no deployment looks like a policy.
  static func area(_ index: Int) -> String { "d\(index % colors + 1) area" }

  /// Names in order of first appearance, each with its class: baselines in ink, references faint.
  static func classes(_ names: [(name: String, role: ChartRole)]) -> [(name: String, css: String)] {
    var result: [(name: String, css: String)] = []
    var next = 0
    for (name, role) in names where !result.contains(where: { $0.name == name }) {
      switch role {
      case .baseline: result.append((name, "c-base"))
      case .reference: result.append((name, "c-ref"))
      case .ordinary:
        result.append((name, color(next)))
        next += 1
      }
    }
    return result
  }

  /// The variables for light and dark, on the root element.
  static let variables = """
    :root{color-scheme:light dark;\(light)}
    @media (prefers-color-scheme:dark){:root{\(dark)}}
    @media print{:root{color-scheme:light;\(light)}}

    """

  private static let light = """
    --paper:#fff;--ink:#1a1d21;--muted:#5a636e;--rule:#e2e5e9;--strong-rule:#9aa3ad;\
    --c1:#0a66b7;--c2:#c24a00;--c3:#0b7a55;--c4:#9a3e86;--c5:#7a5c00;--c6:#2b8a9e;--c7:#b3243c;\
    --c8:#5b55b5;--d1:#b3cde6;--d2:#f2cf9f;--d3:#bfdcb0;--d4:#dcc1e2;--d5:#eeb9b0;--d6:#aedbd6;\
    --d7:#e3dc9d;--d8:#ccccd6;--better:#0b7a55;--worse:#b8321a;--zone:#eef0f2;--incident:#c24a00;--tint:#f4f6f8
    """
  private static let dark = """
    --paper:#15181c;--ink:#e9ebee;--muted:#a3adb8;--rule:#2c3239;--strong-rule:#6b7580;\
    --c1:#6cb4ff;--c2:#ff9d5c;--c3:#4fd0a2;--c4:#e48fd0;--c5:#e2c14d;--c6:#68d3e6;--c7:#ff8a96;\
    --c8:#b0a8ff;--d1:#2c567d;--d2:#80591f;--d3:#3c6b35;--d4:#6d4a80;--d5:#85423a;--d6:#287170;\
    --d7:#6d6727;--d8:#595966;--better:#4fd0a2;--worse:#ff8f73;--zone:#252a31;--incident:#ff9d5c;--tint:#1d2126
    """

  /// The rules that turn classes into strokes and fills.
  static let rules: String = {
    var css = """
      svg.chart{font:13px "Helvetica Neue",Arial,"Liberation Sans",sans-serif;\
      font-variant-numeric:tabular-nums}
      .chart text{fill:var(--ink)}
      .chart .t-middle{text-anchor:middle}
      .chart .t-end{text-anchor:end}
      .chart .small{font-size:12px}
      .chart .strong{font-weight:600}
      .chart .paper{fill:var(--paper)}
      .chart text.muted{fill:var(--muted)}
      .chart text.halo{paint-order:stroke;stroke:var(--paper);stroke-width:3.5px;\
      stroke-linejoin:round}
      .chart line,.chart path{fill:none;stroke-width:1;stroke:var(--muted)}
      .chart .grid{stroke:var(--rule)}
      .chart .axis{stroke:var(--strong-rule)}
      .chart .zero{stroke:var(--ink)}
      .chart .leader{stroke:var(--strong-rule);stroke-width:.8}
      .chart .frontier{stroke:var(--ink);stroke-width:1.4;stroke-dasharray:5 3}
      .chart .dominated{fill:var(--tint);stroke:none}
      .chart .objective{stroke:var(--muted);stroke-dasharray:2 3}
      .chart .zone{fill:var(--zone)}
      .chart .band{fill:var(--incident);fill-opacity:.13}
      .chart .veil{fill:var(--ink);fill-opacity:.08}
      .chart .edge{stroke:var(--incident);stroke-dasharray:3 2;stroke-width:1}
      .chart .bracket{stroke:var(--incident);stroke-width:2.5}
      .chart text.incident{fill:var(--incident)}
      .chart .line{stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}
      .chart .thin{stroke-width:1;stroke-opacity:.75}
      .chart .whisker{stroke-width:1.6}
      .chart rect.total{fill:var(--strong-rule)}
      .chart rect.up{fill:var(--worse)}
      .chart rect.down{fill:var(--better)}
      .chart text.better{fill:var(--better)}
      .chart text.worse,.chart text.fails{fill:var(--worse)}
      .chart text.equivalent,.chart text.undecided{fill:var(--muted)}

      """
    let names =
      (1...colors).map { ("c\($0)", "var(--c\($0))") } + [
        ("c-base", "var(--ink)"), ("c-ref", "var(--strong-rule)"),
      ]
    for (name, color) in names {
      let text = name == "c-ref" ? "var(--muted)" : color
      css += ".chart line.\(name),.chart path.\(name){stroke:\(color)}"
      css += ".chart text.\(name){fill:\(text)}"
      css += ".chart .\(name).area,.chart .\(name).dot{fill:\(color);stroke:none}"
      css += ".chart .\(name).ring{fill:var(--paper);stroke:\(color);stroke-width:1.8}\n"
    }
    for index in 1...colors {
      css += ".chart .d\(index).area{fill:var(--d\(index));stroke:var(--paper);stroke-width:.8}\n"
    }
    css += ".chart path.c-ref{stroke-dasharray:4 3}\n"
    return css
  }()
}
