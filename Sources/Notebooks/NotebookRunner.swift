import Commands

/// Runs the commands of a notebook in this process.
public struct NotebookRunner: Sendable {
  /// What runs a command line: `Commands.run`, or a stand-in for tests.
  public typealias Runner =
    @Sendable (_ arguments: [String], _ out: any TextOutput, _ err: any TextOutput) -> Int32

  private let runner: Runner

  /// A runner of the tool's own verbs.
  public init() { self.init { Commands.run($0, out: $1, err: $2) } }

  /// A runner of other commands.
  public init(_ runner: @escaping Runner) { self.runner = runner }

  /// What a cell's commands print.
  public func output(of cell: Notebook.Cell) -> String {
    cell.commands.map(output).joined()
  }

  private func output(of command: String) -> String {
    guard let arguments = CommandLineWords.arguments(command) else {
      return "a quote is never closed: \(command)\nexit status: 2\n"
    }
    let (out, err) = (TextBuffer(), TextBuffer())
    let status = runner(arguments, out, err)
    if status == 0 { return out.text }
    return out.text + err.text + "exit status: \(status)\n"
  }
}
