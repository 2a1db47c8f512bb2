import Settings
import Vocabulary

/// The words of a one-line comparison, each with its place in the file.
///
/// Words are separated by spaces; what stands in single quotes is one word; `>=`, `<=`, `>`, `<`,
/// `=` and `!=` are words of their own.
struct ExpectationWords {
  struct Word: Equatable {
    var text: String
    var offset: Int
    var isQuoted = false
  }

  /// The setting that holds the line.
  let line: Setting
  private(set) var words: [Word] = []
  private var place = 0

  init(_ line: Setting) throws(SettingError) {
    self.line = line
    let scalars = Array(try line.text().unicodeScalars)
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      let start = index
      if scalar == " " || scalar == "\t" || scalar == "\n" {
        index += 1
      } else if scalar == "'" {
        index += 1
        while index < scalars.count, scalars[index] != "'" { index += 1 }
        guard index < scalars.count else {
          throw error(at: start, "a quote that does not end", next: "close it with '")
        }
        words.append(
          Word(text: Self.text(scalars[start + 1..<index]), offset: start, isQuoted: true))
        index += 1
      } else if "<>=!".unicodeScalars.contains(scalar) {
        index += 1
        if index < scalars.count, scalars[index] == "=" { index += 1 }
        words.append(Word(text: Self.text(scalars[start..<index]), offset: start))
      } else {
        while index < scalars.count, !" \t\n'<>=!".unicodeScalars.contains(scalars[index]) {
          index += 1
        }
        words.append(Word(text: Self.text(scalars[start..<index]), offset: start))
      }
    }
  }

  private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    String(String.UnicodeScalarView(scalars))
  }

  /// Whether nothing is left.
  var isAtEnd: Bool { place == words.count }
  /// The next word, which stays.
  var next: Word? { place < words.count ? words[place] : nil }

  /// Takes the next word.
  mutating func take() -> Word? {
    guard place < words.count else { return nil }
    place += 1
    return words[place - 1]
  }

  /// Takes the given words if they come next.
  mutating func take(_ phrase: String...) -> Bool {
    guard place + phrase.count <= words.count else { return false }
    for (index, word) in phrase.enumerated() {
      let found = words[place + index]
      guard found.text == word, !found.isQuoted else { return false }
    }
    place += phrase.count
    return true
  }

  /// Takes words up to one of `ends`, or all.
  mutating func phrase(until ends: Set<String>) -> [Word] {
    var taken: [Word] = []
    while let word = next, word.isQuoted || !ends.contains(word.text) {
      taken.append(word)
      place += 1
    }
    return taken
  }

  /// An error at the next word, or at the end of the line.
  func error(
    expected: String, suggestion: String? = nil, allowed: [String] = [], next: String? = nil
  ) -> SettingError {
    let word = self.next
    let end = (words.last.map { $0.offset + $0.text.unicodeScalars.count }) ?? 0
    return SettingError(
      at: position(word?.offset ?? end), path: line.path,
      found: word.map { Setting.quoted($0.text) } ?? "the end of the line", expected: expected,
      suggestion: suggestion, allowed: allowed, next: next)
  }

  /// An error that states a problem at a place of the line.
  func error(at offset: Int, _ problem: String, next: String? = nil) -> SettingError {
    SettingError(at: position(offset), path: line.path, problem, next: next)
  }

  /// An error about a name that is not known, with the nearest spelling.
  func error(unknown kind: String, _ word: Word, among names: [String]) -> SettingError {
    SettingError(
      at: position(word.offset), path: line.path,
      "no \(kind) named \(Setting.quoted(Setting.shortened(word.text)))",
      suggestion: Nearest.spelling(of: word.text, among: names), allowed: names)
  }

  /// The place of a scalar of the text: the text begins behind its quote.
  private func position(_ offset: Int) -> Position {
    var position = line.position
    if position.line > 0 { position.column += offset + 1 }
    return position
  }
}
