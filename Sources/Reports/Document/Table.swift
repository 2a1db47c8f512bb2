/// Numbers and words in rows and columns, with units in the headers and notes underneath.
public struct Table: Sendable, Hashable {
  /// What stands in the cells of a column.
  public enum Kind: Sendable, Hashable {
    /// Words, aligned at their start.
    case text
    /// Numbers in one style, aligned on their decimal points.
    case number(NumberStyle)
  }

  /// A column: its name for machines, its title for people, and its kind.
  public struct Column: Sendable, Hashable {
    /// The name in CSV and JSON.
    public var key: String
    /// The title over the column, without unit.
    public var title: String
    /// The title over this column and its neighbours of the same group.
    public var group: String?
    /// What stands in the cells.
    public var kind: Kind
    /// A sentence that defines the column, shown on hover and not in print.
    public var meaning: String?

    /// A column of words.
    public static func text(_ key: String, title: String, meaning: String? = nil) -> Column {
      Column(key: key, title: title, group: nil, kind: .text, meaning: meaning)
    }

    /// A column of numbers in one style; the unit is added to the header.
    public static func number(
      _ key: String, title: String, in style: NumberStyle, group: String? = nil,
      meaning: String? = nil
    ) -> Column {
      Column(key: key, title: title, group: group, kind: .number(style), meaning: meaning)
    }
  }

  /// A difference from the baseline with its 95 % half-width and the judgement on it.
  public struct Difference: Sendable, Hashable {
    /// This row minus the baseline, in the column's base unit.
    public var value: Double
    /// Half of the interval's width, if there is one.
    public var halfWidth: Double?
    /// The judgement.
    public var mark: VerdictMark

    /// A judged difference.
    public init(_ value: Double, halfWidth: Double? = nil, _ mark: VerdictMark) {
      self.value = value
      self.halfWidth = halfWidth
      self.mark = mark
    }
  }

  /// One cell.
  ///
  /// Numbers are in base units (dollars, seconds, shares); the column's style scales them.
  public enum Cell: Sendable, Hashable {
    /// Nothing to say.
    case empty
    /// Words.
    case text(RichText)
    /// A number.
    case number(Double)
    /// A number with half of its interval's width.
    case interval(Double, halfWidth: Double)
    /// A number, its interval if known, and its difference from the baseline.
    case compared(Double, halfWidth: Double? = nil, Difference)
    /// A difference alone.
    case difference(Difference)
    /// A judgement, with words if the sign is not enough.
    case mark(VerdictMark, RichText = "")
    /// A number that does not exist, and why.
    case missing(String)
  }

  /// How a row stands to the others.
  public enum Role: String, Sendable, Hashable {
    /// One of the compared.
    case ordinary
    /// What the differences are taken against.
    case baseline
    /// A bound or a clairvoyant: for orientation, not for choice.
    case reference
    /// A sum of the rows above.
    case total
  }

  /// A row of cells, one for each column.
  public struct Row: Sendable, Hashable {
    /// The cells, in the order of the columns; missing ones at the end are empty.
    public var cells: [Cell]
    /// How the row stands to the others.
    public var role: Role
    /// The heading of the rows from here on; rows of equal section follow one another.
    public var section: String?

    /// A row of cells.
    public init(_ cells: [Cell], role: Role = .ordinary, section: String? = nil) {
      self.cells = cells
      self.role = role
      self.section = section
    }
  }

  /// The name for files and links.
  public var name: String
  /// What the table shows.
  public var caption: RichText?
  /// The columns.
  public var columns: [Column]
  /// The rows.
  public var rows: [Row]
  /// Remarks under the table; a legend of the signs in use is added by the renderers.
  public var notes: [RichText]

  /// A table.
  public init(
    name: String, caption: RichText? = nil, columns: [Column], rows: [Row] = [],
    notes: [RichText] = []
  ) {
    self.name = name
    self.caption = caption
    self.columns = columns
    self.rows = rows
    self.notes = notes
  }

  /// The signs in use, in their order of declaration.
  public var marksInUse: [VerdictMark] {
    let used = rows.flatMap(\.cells).compactMap { cell -> VerdictMark? in
      switch cell {
      case .compared(_, _, let difference), .difference(let difference): difference.mark
      case .mark(let mark, let words): words.isEmpty ? mark : nil
      default: nil
      }
    }
    return VerdictMark.allCases.filter(used.contains)
  }

  /// The line that explains the signs in use: "▲ better  ▼ worse than today"; nil without signs.
  public var legend: String? {
    let marks = marksInUse
    guard !marks.isEmpty else { return nil }
    return marks.map { $0.sign + " " + $0.word }.joined(separator: "   ")
  }
}

extension Table.Cell: ExpressibleByStringLiteral {
  /// Words.
  public init(stringLiteral value: String) { self = .text(RichText(value)) }
}
