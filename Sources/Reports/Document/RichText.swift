/// A line of prose with strong words, code, links and judgements in it.
///
/// Written as a string: `"Use \(code: "--seed 1"), see \(link: "the table", to: "#table")."`
public struct RichText: Sendable, Hashable {
  /// A stretch of text in one manner.
  public enum Span: Sendable, Hashable {
    /// As it is.
    case plain(String)
    /// Emphasised.
    case strong(String)
    /// Something to type or a name from a file.
    case code(String)
    /// A reference.
    case link(String, to: String)
    /// Words coloured by a judgement, with its sign before them.
    case judged(String, VerdictMark)
  }

  /// The stretches in reading order.
  public var spans: [Span]

  /// Plain text.
  public init(_ string: String) { spans = string.isEmpty ? [] : [.plain(string)] }

  /// Text made of `spans`.
  public init(spans: [Span]) { self.spans = spans }

  /// Whether there is nothing to read.
  public var isEmpty: Bool { spans.isEmpty }

  /// The words without manner; a judgement keeps its sign.
  public var plain: String {
    spans.map { span in
      switch span {
      case .plain(let text), .strong(let text), .code(let text), .link(let text, _): text
      case .judged(let text, let mark): text.isEmpty ? mark.sign : mark.sign + " " + text
      }
    }.joined()
  }

  /// Both texts, one after the other.
  public static func + (left: RichText, right: RichText) -> RichText {
    RichText(spans: left.spans + right.spans)
  }
}

extension RichText: ExpressibleByStringInterpolation {
  /// Text from a literal.
  public init(stringLiteral value: String) { self.init(value) }

  /// Text from an interpolated literal.
  public init(stringInterpolation: StringInterpolation) { spans = stringInterpolation.spans }

  /// Collects the stretches of an interpolated literal.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var spans: [Span] = []

    /// An empty collection.
    public init(literalCapacity: Int, interpolationCount: Int) {}

    /// Adds the literal's own words.
    public mutating func appendLiteral(_ literal: String) {
      if !literal.isEmpty { spans.append(.plain(literal)) }
    }

    /// Adds words from a variable.
    public mutating func appendInterpolation(_ text: String) { appendLiteral(text) }

    /// Adds a whole number, with thousands separators.
    public mutating func appendInterpolation(_ number: Int) {
      appendLiteral(Format.count(number))
    }

    /// Adds another text.
    public mutating func appendInterpolation(_ text: RichText) { spans += text.spans }

    /// Adds emphasised words.
    public mutating func appendInterpolation(strong text: String) { spans.append(.strong(text)) }

    /// Adds something to type or a name from a file.
    public mutating func appendInterpolation(code text: String) { spans.append(.code(text)) }

    /// Adds a reference.
    public mutating func appendInterpolation(link text: String, to target: String) {
      spans.append(.link(text, to: target))
    }

    /// Adds words coloured by a judgement, with its sign.
    public mutating func appendInterpolation(_ text: String, _ mark: VerdictMark) {
      spans.append(.judged(text, mark))
    }
  }
}
