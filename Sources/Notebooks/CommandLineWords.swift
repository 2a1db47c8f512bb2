/// The words of a command line as a shell would take them.
///
/// Spaces part words, quotes hold them together, a backslash takes the next character as it is.
/// Nothing is expanded.
enum CommandLineWords {
  /// The words; `nil` if a quote is never closed.
  static func words(_ line: String) -> [String]? {
    var words: [String] = []
    var word = ""
    var isWord = false
    var quote: Character?
    var isEscaped = false
    for character in line {
      if isEscaped {
        word.append(character)
        isEscaped = false
        continue
      }
      switch (quote, character) {
      case (nil, "\\"), ("\"", "\\"): (isEscaped, isWord) = (true, true)
      case (let open?, character) where open == character: quote = nil
      case (nil, "'"), (nil, "\""): (quote, isWord) = (character, true)
      case (nil, _) where character.isWhitespace:
        if isWord { words.append(word) }
        (word, isWord) = ("", false)
      default:
        word.append(character)
        isWord = true
      }
    }
    if quote != nil || isEscaped { return nil }
    return isWord ? words + [word] : words
  }

  /// The arguments of a command line of ours: without a prompt and the program's name.
  static func arguments(_ line: String) -> [String]? {
    guard var words = words(line) else { return nil }
    if words.first == "$" { words.removeFirst() }
    if words.first == "gateway-lab" { words.removeFirst() }
    return words
  }
}
