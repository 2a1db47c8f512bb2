/// A name that the code must not use, where, and what stands in its place.
struct BannedName {
  /// What to look for; a match begins at a word's boundary.
  let pattern: String
  /// Why not, and what instead.
  let reason: String
  /// Whether the ban holds in a file.
  let holds: @Sendable (String) -> Bool

  init(_ pattern: String, _ reason: String, in holds: @escaping @Sendable (String) -> Bool) {
    self.pattern = pattern
    self.reason = reason
    self.holds = holds
  }

  /// What makes a use harmless in tests when it follows in the same call: a seeded generator.
  static let pardon = "using:"

  /// The rooms whose bytes must not depend on the machine, the clock or the process.
  static let deterministicRooms = [
    "Vocabulary", "Settings", "Chance", "GatewayCore", "Providers", "Traffic", "Engine", "Measures",
    "Statistics", "Scenarios", "Reports",
  ]

  static func isSource(_ path: String) -> Bool { path.hasPrefix("Sources/") }

  static func isDeterministic(_ path: String) -> Bool {
    deterministicRooms.contains { path.hasPrefix("Sources/\($0)/") }
  }

  static func anywhere(_ path: String) -> Bool { true }

  /// Everything that is banned.
  static let all: [BannedName] =
    [
      BannedName("try!", "throw a typed error", in: anywhere),
      BannedName("as!", "use a conditional cast and say what else may come", in: anywhere),
      BannedName("Date()", "time is an Instant, given by the driver", in: anywhere),
      BannedName("Date.now", "time is an Instant, given by the driver", in: anywhere),
      BannedName("SystemRandomNumberGenerator", "draw through Chance, keyed", in: anywhere),
      BannedName(".random(in", "draw through Chance, keyed", in: anywhere),
      BannedName(".randomElement(", "draw through Chance, keyed", in: anywhere),
      BannedName(".shuffle(", "draw through Chance, keyed", in: anywhere),
      BannedName(".shuffled(", "draw through Chance, keyed", in: anywhere),
      BannedName(".hashValue", "the seed differs from process to process", in: isSource),
      BannedName("Hasher()", "the seed differs from process to process", in: isSource),
      BannedName("ContinuousClock", "virtual time has no clock", in: isDeterministic),
      BannedName("SuspendingClock", "virtual time has no clock", in: isDeterministic),
      BannedName("DispatchTime", "virtual time has no clock", in: isDeterministic),
      BannedName("Task.sleep", "nothing waits in real time", in: isDeterministic),
      BannedName("ProcessInfo", "the environment is read by the commands", in: isDeterministic),
      BannedName("String(format:", "numbers are printed by FixedPoint", in: isSource),
      BannedName("NumberFormatter", "numbers are printed by FixedPoint", in: isSource),
      BannedName("DateFormatter", "instants are printed by Calendar", in: isSource),
      BannedName(".formatted(", "numbers are printed by FixedPoint", in: isSource),
      BannedName("atexit", "results are written by the verb that makes them", in: isSource),
    ]
    + libm.map { name in
      BannedName("\(name)(", "libm differs from machine to machine: use Chance's Elementary") {
        isSource($0) && !$0.hasPrefix("Sources/Chance/Elementary/")
      }
    }

  /// The names of libm whose last bit differs between machines (`sqrt` is exact everywhere).
  private static let libm = [
    "log", "log2", "log10", "log1p", "exp", "exp2", "exp10", "expm1", "pow", "sin", "cos", "tan",
    "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "cbrt",
    "hypot", "erf", "erfc", "tgamma", "lgamma", "fma",
  ]
}

extension SourceText {
  /// The lines on which patterns stand in the code as names of their own, each with the pattern.
  ///
  /// A pattern that is a word and `(` is a call of a free function, or of one that a system module
  /// qualifies: a member (`Elementary.log(`) and a declaration (`func log(`) are other names.
  /// One pass; a table of first bytes keeps it O(bytes).
  func uses(of patterns: [String]) -> [(line: Int, pattern: String)] {
    let wanted = patterns.map(Pattern.init)
    var starting = [[Int]](repeating: [], count: 256)
    for (index, pattern) in wanted.enumerated() { starting[Int(pattern.bytes[0])].append(index) }
    return code.withUnsafeBufferPointer { code in
      var found: [(line: Int, pattern: String)] = []
      var line = 1
      for at in code.indices {
        if code[at] == UInt8(ascii: "\n") { line += 1 }
        for index in starting[Int(code[at])]
        where wanted[index].stands(at, in: code) && !isPardoned(at, in: code) {
          found.append((line, wanted[index].text))
        }
      }
      return found
    }
  }
}

extension SourceText {
  /// Whether a seeded generator is handed to the call that begins here; in tests only.
  private func isPardoned(_ at: Int, in code: UnsafeBufferPointer<UInt8>) -> Bool {
    guard code[at] == UInt8(ascii: "."), path.hasPrefix("Tests/") else { return false }
    return String(decoding: code[at..<min(code.count, at + 160)], as: UTF8.self)
      .contains(BannedName.pardon)
  }
}

private struct Pattern {
  let text: String
  let bytes: [UInt8]
  let isWord: Bool
  let isFunction: Bool

  init(_ text: String) {
    self.text = text
    bytes = Array(text.utf8)
    isWord = Self.isWord(bytes[0])
    isFunction = text.hasSuffix("(") && bytes.dropLast().allSatisfy(Self.isWord)
  }

  static func isWord(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
      || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
      || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
  }

  func stands(_ at: Int, in code: UnsafeBufferPointer<UInt8>) -> Bool {
    guard at + bytes.count <= code.count else { return false }
    for index in bytes.indices where code[at + index] != bytes[index] { return false }
    if isWord, at > 0, Self.isWord(code[at - 1]) { return false }
    return !isFunction || isFreeCall(at, in: code)
  }

  private func isFreeCall(_ at: Int, in code: UnsafeBufferPointer<UInt8>) -> Bool {
    let before = String(decoding: code[max(0, at - 12)..<at], as: UTF8.self)
    if before.hasSuffix("func ") { return false }
    guard before.hasSuffix(".") else { return true }
    return ["Foundation.", "Glibc.", "Darwin.", "Musl."].contains { before.hasSuffix($0) }
  }
}
