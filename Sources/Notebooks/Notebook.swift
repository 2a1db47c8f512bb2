/// A Markdown file whose commands are run and whose outputs are checked: documentation cannot rot.
///
/// A fenced block marked `gateway-lab` holds command lines, one on each line, as they would be typed
/// (the word `gateway-lab` and a prompt `$` in front may be left out; `#` begins a remark; a
/// backslash at the end continues a line). The fenced block marked `output` that follows holds what
/// they print to standard output, in order. A command that fails prints its error there too, and
/// the line `exit status: N`.
public struct Notebook: Sendable, Hashable {
  /// One block of commands and the block of its output.
  public struct Cell: Sendable, Hashable {
    /// The line of the file on which the commands begin, from 1.
    public var line: Int
    /// The command lines.
    public var commands: [String]
    /// The text of the output block; `nil` if there is none.
    public var output: String?
    /// Where in `lines` the output's text stands; empty and behind the commands if there is none.
    var place: Range<Int>
  }

  /// What is wrong with a file.
  public struct Mistake: Error, Sendable, Hashable, CustomStringConvertible {
    /// The line, from 1.
    public var line: Int
    /// What is wrong, and what to do.
    public var problem: String
    /// The problem with its line.
    public var description: String { "line \(line): \(problem)" }
  }

  private let lines: [Substring]
  /// The cells in order.
  public let cells: [Cell]

  /// Reads a file's text.
  public init(_ text: String) throws(Mistake) {
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var cells: [Cell] = []
    var index = 0
    while index < lines.count {
      guard let fence = Fence(lines[index]) else {
        index += 1
        continue
      }
      let begin = index + 1
      guard let end = lines[begin...].firstIndex(where: { fence.closes($0) }) else {
        throw Mistake(
          line: index + 1, problem: "the fence is never closed; add a line of \(fence.marks)")
      }
      let content = lines[begin..<end]
      switch fence.name {
      case "gateway-lab":
        cells.append(
          Cell(
            line: begin + 1, commands: Notebook.commands(content), output: nil,
            place: (end + 1)..<(end + 1)))
      case "output":
        guard let last = cells.indices.last, cells[last].output == nil,
          lines[cells[last].place.lowerBound..<index].allSatisfy({ $0.allSatisfy(\.isWhitespace) })
        else {
          throw Mistake(
            line: index + 1,
            problem: "an output block must follow a gateway-lab block, with nothing between")
        }
        cells[last].output = content.map { $0 + "\n" }.joined()
        cells[last].place = begin..<end
      default: break
      }
      index = end + 1
    }
    self.cells = cells
  }

  /// The file's text with these outputs, one for each cell; missing blocks are added.
  public func text(with outputs: [String]) -> String {
    var result: [Substring] = []
    var next = 0
    for (cell, output) in zip(cells, outputs) {
      result += lines[next..<cell.place.lowerBound]
      var content = output.split(separator: "\n", omittingEmptySubsequences: false)
      if content.last == "" { content.removeLast() }
      if cell.output == nil {
        let marks = Substring(Fence.marks(for: output))
        result += ["", marks + "output"] + content + [marks]
      } else {
        result += content
      }
      next = cell.place.upperBound
    }
    return (result + lines[next...]).joined(separator: "\n")
  }

  private static func commands(_ lines: ArraySlice<Substring>) -> [String] {
    var commands: [String] = []
    var start = ""
    for line in lines {
      let text = line.drop(while: \.isWhitespace)
      if start.isEmpty, text.isEmpty || text.hasPrefix("#") { continue }
      if text.hasSuffix("\\") {
        start += text.dropLast() + " "
        continue
      }
      commands.append(start + text)
      start = ""
    }
    return start.isEmpty ? commands : commands + [start]
  }
}

/// The opening of a fenced block.
private struct Fence {
  let marks: String
  let name: String

  init?(_ line: Substring) {
    let marks = line.prefix { $0 == "`" }
    guard marks.count >= 3 else { return nil }
    let name = line.dropFirst(marks.count).split(separator: " ").first ?? ""
    guard !name.contains("`") else { return nil }
    self.marks = String(marks)
    self.name = String(name)
  }

  func closes(_ line: Substring) -> Bool {
    let marks = line.prefix { $0 == "`" }
    return marks.count >= self.marks.count && line.dropFirst(marks.count).allSatisfy(\.isWhitespace)
  }

  /// A fence that nothing in the text closes.
  static func marks(for text: String) -> String {
    var longest = 2
    for line in text.split(separator: "\n") {
      longest = max(longest, line.prefix { $0 == "`" }.count)
    }
    return String(repeating: "`", count: longest + 1)
  }
}
