import Commands
import Foundation
import Testing

@testable import Notebooks

@Suite("A notebook")
struct NotebookTests {
  static let text = """
    # Title

    ```gateway-lab
    # a remark
    $ gateway-lab say one \\
      'two words'
    say three
    ```

    ```output
    old
    ```

    ```swift
    untouched
    ```

    ```gateway-lab
    fail now
    ```
    The end.

    """

  static let runner = NotebookRunner { arguments, out, err in
    if arguments.first == "fail" {
      err.line("it failed")
      return 2
    }
    out.line(arguments.dropFirst().joined(separator: "|"))
    return 0
  }

  @Test("has cells of commands and outputs")
  func cells() throws {
    let notebook = try Notebook(NotebookTests.text)
    #expect(notebook.cells.map(\.commands.count) == [2, 1])
    #expect(notebook.cells.map(\.output) == ["old\n", nil])
    #expect(notebook.cells.map(\.line) == [4, 19])
  }

  @Test("gets its outputs rewritten and missing ones added, and nothing else")
  func updates() throws {
    let notebook = try Notebook(NotebookTests.text)
    let outputs = notebook.cells.map { NotebookTests.runner.output(of: $0) }
    #expect(outputs == ["one|two words\nthree\n", "it failed\nexit status: 2\n"])
    let updated = notebook.text(with: outputs)
    let expected = NotebookTests.text
      .replacing("old\n", with: "one|two words\nthree\n")
      .replacing(
        "fail now\n```\n",
        with: "fail now\n```\n\n```output\nit failed\nexit status: 2\n```\n")
    #expect(updated == expected)
    #expect(try Notebook(updated).cells.map(\.output) == outputs)
    #expect(try Notebook(updated).text(with: outputs) == updated)
  }

  @Test("says where it is wrong")
  func mistakes() {
    #expect(throws: Notebook.Mistake.self) { try Notebook("```gateway-lab\nx\n") }
    #expect(throws: Notebook.Mistake.self) { try Notebook("```output\nx\n```\n") }
    #expect(throws: Notebook.Mistake.self) {
      try Notebook("```gateway-lab\nx\n```\nwords\n```output\nx\n```\n")
    }
  }

  @Test("takes words as a shell does")
  func words() {
    #expect(
      CommandLineWords.words(#"a 'b c' "d \" e" f\ g '' "#) == ["a", "b c", "d \" e", "f g", ""])
    #expect(CommandLineWords.words("a 'b") == nil)
  }

  @Test("is checked and updated by the verb")
  func verb() throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "notebooks-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "a.md")
    try Data("```gateway-lab\n--version\n```\n".utf8).write(to: file)
    func notebook(_ mode: String) -> (status: Int32, out: String) {
      let (out, err) = (TextBuffer(), TextBuffer())
      let status = Commands.run(
        ["notebook", mode, folder.path], out: out, err: err, adding: [notebookVerb])
      return (status, out.text + err.text)
    }
    let before = notebook("check")
    #expect(before.status == 1)
    #expect(before.out.contains("a.md:2: no output block follows: --version"))
    #expect(notebook("update").status == 0)
    #expect(notebook("check").status == 0)
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text.contains("```output\ngateway-lab \(Version.number)\n```"))
    try Data(text.replacing("gateway-lab 0", with: "gateway-lab 9").utf8).write(to: file)
    let wrong = notebook("check")
    #expect(wrong.status == 1)
    #expect(wrong.out.contains("told: gateway-lab 9"))
    #expect(notebook("chekc").status == 2)
  }
}
