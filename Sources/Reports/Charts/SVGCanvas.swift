/// Writes SVG elements: numbers with one digit after the point, classes for every colour.
struct SVGCanvas {
  /// Where a text's x lies in it.
  enum Anchor: String {
    case start, middle, end
  }

  let width: Double
  let height: Double
  private var body = ""

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// A coordinate as text.
  static func number(_ value: Double) -> String {
    let text = FixedPoint.string(value, digits: 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ classes: String
  ) {
    let (a, b) = (SVGCanvas.number(x1), SVGCanvas.number(y1))
    let (c, d) = (SVGCanvas.number(x2), SVGCanvas.number(y2))
    body += "<line class=\"\(classes)\" x1=\"\(a)\" y1=\"\(b)\" x2=\"\(c)\" y2=\"\(d)\"/>\n"
  }

  mutating func rectangle(_ box: Box, _ classes: String, hint: String = "") {
    guard box.width > 0, box.height > 0 else { return }
    let (x, y) = (SVGCanvas.number(box.x), SVGCanvas.number(box.y))
    let (w, h) = (SVGCanvas.number(box.width), SVGCanvas.number(box.height))
    let open = "<rect class=\"\(classes)\" x=\"\(x)\" y=\"\(y)\" width=\"\(w)\" height=\"\(h)\""
    body += hint.isEmpty ? open + "/>\n" : open + "><title>\(XML.text(hint))</title></rect>\n"
  }

  mutating func circle(
    _ x: Double, _ y: Double, radius: Double, _ classes: String, hint: String = ""
  ) {
    let (x, y, r) = (SVGCanvas.number(x), SVGCanvas.number(y), SVGCanvas.number(radius))
    let open = "<circle class=\"\(classes)\" cx=\"\(x)\" cy=\"\(y)\" r=\"\(r)\""
    body += hint.isEmpty ? open + "/>\n" : open + "><title>\(XML.text(hint))</title></circle>\n"
  }

  /// A path through points; a nil breaks it.
  mutating func path(_ points: [(x: Double, y: Double)?], closed: Bool = false, _ classes: String) {
    var data = ""
    var isDown = false
    for point in points {
      guard let point else {
        isDown = false
        continue
      }
      data += (isDown ? "L" : "M") + SVGCanvas.number(point.x) + " " + SVGCanvas.number(point.y)
      isDown = true
    }
    if data.isEmpty { return }
    body += "<path class=\"\(classes)\" d=\"\(data)\(closed ? "Z" : "")\"/>\n"
  }

  mutating func text(
    _ text: String, _ x: Double, _ y: Double, _ anchor: Anchor = .start, _ classes: String = ""
  ) {
    let classes = (anchor == .start ? "" : "t-\(anchor.rawValue) ") + classes
    let attribute = classes.isEmpty ? "" : " class=\"\(classes)\""
    let (x, y) = (SVGCanvas.number(x), SVGCanvas.number(y))
    body += "<text\(attribute) x=\"\(x)\" y=\"\(y)\">\(XML.text(text))</text>\n"
  }

  /// The whole document.
  ///
  /// - Parameter rules: the style of what this chart alone has.
  func document(title: String, _ setting: SVGSetting, rules: String = "") -> String {
    let margin = setting == .standalone ? 14.0 : 0
    let (w, h) = (SVGCanvas.number(width + 2 * margin), SVGCanvas.number(height + 2 * margin))
    let (x, y) = (SVGCanvas.number(-margin), SVGCanvas.number(-margin))
    var out = "<svg class=\"chart\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\""
    out += " viewBox=\"\(x) \(y) \(w) \(h)\" width=\"\(w)\" height=\"\(h)\">\n"
    out += "<title>\(XML.text(title))</title>\n"
    if setting == .standalone {
      out += "<style>\n\(ChartTheme.variables)\(ChartTheme.rules)\(rules)</style>\n"
      out += "<rect class=\"paper\" x=\"\(x)\" y=\"\(y)\" width=\"\(w)\" height=\"\(h)\"/>\n"
    }
    if setting == .inline, !rules.isEmpty { out += "<style>\n\(rules)</style>\n" }
    return out + body + "</svg>\n"
  }
}

/// A rectangle with its sides along the axes.
struct Box: Hashable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var right: Double { x + width }
  var bottom: Double { y + height }

  /// The box with `margin` more on each side.
  func grown(by margin: Double) -> Box {
    Box(x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin)
  }

  /// The area that two boxes share.
  func overlap(_ other: Box) -> Double {
    let w = min(right, other.right) - max(x, other.x)
    let h = min(bottom, other.bottom) - max(y, other.y)
    return w > 0 && h > 0 ? w * h : 0
  }

  /// Whether a point lies inside.
  func holds(_ point: (x: Double, y: Double)) -> Bool {
    point.x >= x && point.x <= right && point.y >= y && point.y <= bottom
  }

  /// Whether `other` lies inside.
  func contains(_ other: Box) -> Bool {
    other.x >= x && other.y >= y && other.right <= right && other.bottom <= bottom
  }
}

/// How wide text will be, without a font at hand.
enum TextMetrics {
  /// The width of `text` at `size` pixels: Helvetica's classes of width, and a tenth for safety.
  static func width(_ text: String, size: Double) -> Double {
    var ems = 0.0
    for scalar in text.unicodeScalars {
      switch scalar {
      case "i", "j", "l", "'", "|": ems += 0.23
      case " ", ".", ",", ":", ";", "!", "f", "t", "I", "/", "[", "]", "(", ")", "r", "-":
        ems += 0.31
      case "m", "M", "W", "%", "@", "—": ems += 0.87
      case "w", "G", "O", "Q": ems += 0.76
      case "A"..."Z", "+", "−", "±", "≈", "≤", "≥", "▲", "▼", "→", "←": ems += 0.67
      case _ where scalar.value >= 0x1100: ems += 1
      default: ems += 0.54
      }
    }
    return ems * size * 1.1
  }
}
