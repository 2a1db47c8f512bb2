/// Finds dictionaries and sets whose order reaches further than their own line.
///
/// A heuristic on one file: names declared with a dictionary's or a set's type, then walked with
/// `for … in` or a member whose result depends on order, with no `sorted` on the same line. A
/// second declaration of the name takes over from its line on.
enum UnorderedUse {
  /// The lines that walk an unordered collection, and its name.
  static func lines(of file: SourceText) -> [(line: Int, name: String)] {
    let lines = file.lines
    var declarations: [(line: Int, name: String, isUnordered: Bool)] = []
    for (number, text) in lines where text.contains("var ") || text.contains("let ") {
      let unordered =
        /\b(?:var|let)\s+(\w+)\s*(?::\s*(?:Set<|Dictionary<|\[[^\[\]():]+:)|=\s*(?:Set[<(]|Dictionary[<(]|\[[\w.]+:\s*\w+\]\())/
      let found = text.matches(of: unordered).map { String($0.1) }
      for match in text.matches(of: /\b(?:var|let)\s+(\w+)/) {
        let name = String(match.1)
        declarations.append((number, name, found.contains(name)))
      }
    }
    var names = declarations.filter(\.isUnordered).map(\.name)
    guard !names.isEmpty else { return [] }
    var found: [(line: Int, name: String)] = []
    for (number, text) in lines {
      for declaration in declarations where declaration.line == number {
        names.removeAll { $0 == declaration.name }
        if declaration.isUnordered { names.append(declaration.name) }
      }
      if text.contains("sorted") { continue }
      if let name = names.first(where: { isWalked($0, in: text) }) { found.append((number, name)) }
    }
    return found
  }

  private static let orderedMembers = [
    "map", "compactMap", "flatMap", "filter", "forEach", "first", "reduce", "keys", "values",
    "min", "max", "enumerated", "prefix", "dropFirst", "joined", "popFirst",
  ]

  private static func isWalked(_ name: String, in text: String) -> Bool {
    guard text.contains(name) else { return false }
    let words = text.split(whereSeparator: {
      !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "."
    })
    for (index, word) in words.enumerated() {
      let parts = word.split(separator: ".")
      guard let place = parts.firstIndex(of: Substring(name)),
        place == 0 || parts[0] == "self"
      else { continue }
      let isWhole = place == parts.count - 1
      if isWhole, index > 0, words[index - 1] == "in", text.contains("for ") { return true }
      if !isWhole, orderedMembers.contains(String(parts[place + 1])) { return true }
    }
    return false
  }
}
