/// Escapes text for XML, HTML and SVG.
enum XML {
  /// `text` as it may stand between tags; characters that XML forbids become U+FFFD.
  static func text(_ text: String) -> String { escaped(text, attribute: false) }

  /// `text` as it may stand between quotation marks.
  static func attribute(_ text: String) -> String { escaped(text, attribute: true) }

  private static func escaped(_ text: String, attribute: Bool) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"" where attribute: out += "&quot;"
      case "\n" where attribute: out += "&#10;"
      case "\t", "\n", "\r": out.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
        out += "\u{FFFD}"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
