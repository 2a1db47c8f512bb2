/// What a command has to say: a title and blocks, ready for any renderer.
///
/// The first screen answers: question, answer, one table, one figure. Everything else follows, the
/// longest of it folded. A report holds no date, path or duration of its own making, so that equal
/// inputs give equal bytes.
public struct Report: Sendable, Hashable {
  /// One part of a report.
  public indirect enum Block: Sendable, Hashable {
    /// A heading; level 2 opens a section, level 3 a part of it.
    case heading(String, level: Int = 2)
    /// The question that the scenario asks.
    case question(RichText)
    /// The answer in a sentence or two, with the judgement that colours it, if any.
    case answer(RichText, VerdictMark? = nil)
    /// Prose.
    case paragraph(RichText)
    /// Points, in order or not.
    case list([RichText], ordered: Bool = false)
    /// Numbers in rows and columns.
    case table(Table)
    /// A chart with a caption.
    case figure(Figure)
    /// Text to type, or a program's output, as it is.
    case code(String, language: String = "")
    /// A remark that limits or qualifies what was said.
    case note(RichText, NoteKind = .remark)
    /// Terms and what they mean.
    case definitions([Definition])
    /// Blocks that are folded where a renderer can fold.
    case details(String, [Block])
  }

  /// How serious a note is.
  public enum NoteKind: String, Sendable, Hashable {
    /// Good to know.
    case remark
    /// Changes how the numbers may be used.
    case caution
    /// Something is wrong: a broken law, a failed expectation.
    case problem
  }

  /// A term and what it means.
  public struct Definition: Sendable, Hashable {
    /// The term.
    public var term: RichText
    /// What it means, in a sentence.
    public var meaning: RichText

    /// A term with its meaning.
    public init(_ term: RichText, _ meaning: RichText) {
      self.term = term
      self.meaning = meaning
    }
  }

  /// The title.
  public var title: String
  /// The line under the title: scenario, replications, seed.
  public var subtitle: RichText?
  /// The parts in reading order.
  public var blocks: [Block]

  /// A report of `blocks` under a title.
  public init(title: String, subtitle: RichText? = nil, blocks: [Block] = []) {
    self.title = title
    self.subtitle = subtitle
    self.blocks = blocks
  }

  /// Adds a block at the end.
  public mutating func append(_ block: Block) { blocks.append(block) }

  /// All figures in reading order, those in folded parts too.
  public var figures: [Figure] {
    Report.flattened(blocks).compactMap { if case .figure(let figure) = $0 { figure } else { nil } }
  }

  /// All tables in reading order, those in folded parts too.
  public var tables: [Table] {
    Report.flattened(blocks).compactMap { if case .table(let table) = $0 { table } else { nil } }
  }

  private static func flattened(_ blocks: [Block]) -> [Block] {
    blocks.flatMap { block in
      if case .details(_, let inner) = block { flattened(inner) } else { [block] }
    }
  }
}
