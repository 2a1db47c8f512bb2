import Settings

/// A command line that was understood, and where its answer goes.
public struct Invocation: Sendable {
  /// The verb.
  public let verb: Verb
  /// The words that are no options, in order.
  public let operands: [String]
  /// Standard output: the result.
  public let out: any TextOutput
  /// Standard error: progress, remarks on the machine.
  public let err: any TextOutput
  /// All verbs of the tool.
  public let verbs: [Verb]
  private let values: [(name: String, value: String)]

  /// Understands the arguments after the verb.
  ///
  /// Long options only, `--key value` or `--key=value`; `--` ends the options. An option that may
  /// not be repeated must not be: which of two values counts would be a guess.
  init(
    _ verb: Verb, arguments: [String], out: any TextOutput, err: any TextOutput, verbs: [Verb]
  ) throws(CommandError) {
    var operands: [String] = []
    var values: [(name: String, value: String)] = []
    var index = 0
    var isOver = false
    while index < arguments.count {
      let word = arguments[index]
      index += 1
      if isOver || !word.hasPrefix("-") || word == "-" {
        operands.append(word)
        continue
      }
      if word == "--" {
        isOver = true
        continue
      }
      let equals = word.firstIndex(of: "=")
      let name = equals.map { String(word[..<$0]) } ?? word
      let option = try Invocation.option(name, of: verb)
      var value = equals.map { String(word[word.index(after: $0)...]) }
      if option.kind == .flag {
        guard value == nil else {
          throw CommandError("\(name) takes no value, found \"\(word)\"", next: verb.page)
        }
        value = ""
      } else if value == nil {
        guard index < arguments.count, !arguments[index].hasPrefix("--") else {
          throw CommandError("\(name) needs a value: \(option.usage)", next: verb.page)
        }
        value = arguments[index]
        index += 1
      }
      guard option.isRepeatable || !values.contains(where: { $0.name == name }) else {
        throw CommandError("\(name) is given twice", next: "give it once")
      }
      do {
        try option.check(value ?? "")
      } catch {
        var error = error
        error.next = error.next ?? verb.page
        throw error
      }
      values.append((name, value ?? ""))
    }
    let required = verb.operands.prefix { $0.isRequired }
    guard operands.count >= required.count else {
      let missing = required[operands.count]
      throw CommandError(
        "\(missing.placeholder) is missing: \(missing.doc)",
        next: verb.examples.first ?? verb.page)
    }
    let takesMore = verb.operands.last?.isRepeatable == true
    guard operands.count <= verb.operands.count || takesMore else {
      throw CommandError(
        "one word too many: \"\(operands[verb.operands.count])\"", next: verb.usage)
    }
    self.verb = verb
    self.operands = operands
    self.values = values
    self.out = out
    self.err = err
    self.verbs = verbs
  }

  private static func option(_ name: String, of verb: Verb) throws(CommandError) -> Option {
    if let option = verb.options.first(where: { $0.name == name }) { return option }
    let names = verb.options.map(\.name) + ["--help"]
    guard name.hasPrefix("--") else {
      let long = names.first { $0.dropFirst(2).first == name.dropFirst().first }
      throw CommandError(
        "unknown option \(name): there are long options only", suggestion: long, next: verb.page)
    }
    throw CommandError(
      "unknown option \(name)", suggestion: Nearest.spelling(of: name, among: names),
      next: verb.page)
  }

  /// The word in that place, if it was given.
  public func operand(_ index: Int) -> String? {
    operands.indices.contains(index) ? operands[index] : nil
  }

  /// The value of an option, if it was given.
  public func text(_ name: String) -> String? { values.first { $0.name == name }?.value }

  /// The values of an option that may be repeated, in order.
  public func texts(_ name: String) -> [String] {
    values.filter { $0.name == name }.map(\.value)
  }

  /// The whole number that an option was given.
  public func integer(_ name: String) -> Int? { text(name).flatMap { Int($0) } }

  /// Whether a flag was given.
  public func flag(_ name: String) -> Bool { text(name) != nil }

  /// What was given, in order, but for these: for the command that a report tells to type.
  public func words(without names: [String]) -> [String] {
    values.filter { !names.contains($0.name) }.flatMap { name, value in
      verb.options.first { $0.name == name }?.kind == .flag ? [name] : [name, value]
    }
  }
}

extension Verb {
  /// The command that shows its page.
  var page: String { "gateway-lab \(name) --help" }
}
