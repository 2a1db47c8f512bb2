/// One verb of the tool: everything that its page, its parser and its tests need to know.
public struct Verb: Sendable {
  /// The name.
  public var name: String
  /// What it does, in one clause.
  public var summary: String
  /// The words that follow it, in order.
  public var operands: [Operand]
  /// Its options; `--help` is understood.
  public var options: [Option]
  /// Command lines to try.
  public var examples: [String]
  /// More about it, a paragraph each.
  public var remarks: [String]
  /// Does it.
  public var body: @Sendable (Invocation) throws -> ExitStatus

  /// Makes a verb.
  public init(
    _ name: String, _ summary: String, operands: [Operand] = [], options: [Option] = [],
    examples: [String] = [], remarks: [String] = [],
    body: @escaping @Sendable (Invocation) throws -> ExitStatus
  ) {
    self.name = name
    self.summary = summary
    self.operands = operands
    self.options = options
    self.examples = examples
    self.remarks = remarks
    self.body = body
  }

  /// How it is called, in one line.
  public var usage: String {
    let words = operands.map { operand in
      let word = operand.placeholder + (operand.isRepeatable ? "…" : "")
      return operand.isRequired ? word : "[\(word)]"
    }
    return (["gateway-lab", name] + words + (options.isEmpty ? [] : ["[options]"]))
      .joined(separator: " ")
  }
}
